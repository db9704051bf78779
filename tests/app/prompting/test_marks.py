"""A prompt is left off where its mark says that nobody waits for it."""

import pytest

from app.prompting import marks
from app.prompting.marks import PLACES, Abandoned, Marks, go_on, use_marks, working_at
from app.prompting.pool import MOST_PROMPTS


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Marks:
    monkeypatch.setattr(marks._Here, "marks", None)
    monkeypatch.setattr(marks._Here, "number", 0)
    made = Marks()
    use_marks(made)
    return made


def test_work_goes_on_until_its_own_mark_is_set(here: Marks) -> None:
    def work() -> str:
        here.abandon(4)
        go_on()
        here.abandon(3)
        go_on()
        return "not reached"

    with pytest.raises(Abandoned):
        working_at(3, work)
    assert working_at(5, lambda: "done") == "done"


def test_what_nobody_waits_for_is_not_begun(here: Marks) -> None:
    here.abandon(7)
    with pytest.raises(Abandoned):
        working_at(7, lambda: pytest.fail("it began"))


def test_a_mark_that_comes_after_its_prompt_stops_no_later_one(here: Marks) -> None:
    here.abandon(1)
    assert working_at(1 + PLACES, lambda: "done") == "done"
    assert PLACES > MOST_PROMPTS, "prompts that wait at once have marks of their own"
