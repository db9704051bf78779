"""Between two transactions of a long piece of work the write lock is free as long as it was held."""

import pytest

from app.exchange import turns
from app.exchange.turns import Turns
from storage import projects
from storage.database import Database


class Clock:
    """A clock that moves only when somebody sleeps or works; it keeps the pauses."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.pauses: list[float] = []
        monkeypatch.setattr(turns.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(turns.time, "sleep", self.sleep)

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def test_the_lock_is_free_as_long_as_it_was_held(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    work = Turns(database)
    with work.atomic():
        clock.now += 2.0
    with work.atomic():
        clock.now += 0.5
    clock.now += 0.25
    with work.atomic():
        pass
    with work.atomic():
        pass
    assert clock.pauses == [2.0, 0.25], "work between transactions is a pause too"


def test_what_fails_is_undone_and_the_next_turn_comes(database: Database) -> None:
    work = Turns(database)
    with pytest.raises(ZeroDivisionError), work.atomic() as tx:
        projects.create_project(tx, name="sea")
        raise ZeroDivisionError
    with work.atomic() as tx:
        assert projects.find_project(tx, "sea") is None
