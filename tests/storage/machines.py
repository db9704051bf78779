"""The base of Hypothesis state machines that work on a database, and how pytest runs one."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine

from storage.database import Database


class DatabaseMachine(RuleBasedStateMachine):
    """Each run has a database of its own, copied from an empty one: quicker than making the tables each time."""

    empty: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        path = Path(self._folder.name) / "annotations.sqlite3"
        shutil.copyfile(self.empty, path)
        self.database = Database.open(f"sqlite:///{path}")

    def teardown(self) -> None:
        self.database.close()
        self._folder.cleanup()


def as_test(machine: type[DatabaseMachine], *, examples: int, steps: int) -> type:
    """The test class of a machine, which runs it `examples` times with up to `steps` steps."""
    machine.TestCase.settings = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )

    class Runs(machine.TestCase):  # type: ignore[name-defined, misc]
        @pytest.fixture(autouse=True)
        def copied(self, empty_database: Path) -> None:
            machine.empty = empty_database

    return pytest.mark.filterwarnings("ignore::ResourceWarning")(Runs)
