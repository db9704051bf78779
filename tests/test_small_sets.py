import subprocess
import sys

import pytest

from app import commands
from app.training import adapting, golden
from tests import small_sets

SAY = "import sys; print(sys.argv[1:])"


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the application is called with; all that a call changes in this process is taken back."""
    given: list[list[str]] = []
    for module, name in ((subprocess, "Popen"), (adapting, "VIDEOS"), (golden, "VIDEOS")):
        monkeypatch.setattr(module, name, getattr(module, name))
    monkeypatch.setattr(commands, "main", lambda arguments: given.append(arguments) or 0)
    return given


def test_a_retraining_measures_few_videos_and_no_other_command_loads_what_trains(called: list[list[str]]) -> None:
    before = golden.VIDEOS
    assert small_sets.main(["serve"]) == 0 and before == golden.VIDEOS > small_sets.MEASURED
    assert small_sets.main(["retrain", "--job", "7"]) == 0
    assert (adapting.VIDEOS, golden.VIDEOS) == (small_sets.REPLAYED, small_sets.MEASURED)
    assert called == [["serve"], ["retrain", "--job", "7"]]


def test_commands_that_it_starts_come_from_there_too(called: list[list[str]]) -> None:
    small_sets.main(["serve"])
    said = subprocess.run([sys.executable, "-c", SAY, "-m", "app.commands", "worker"], capture_output=True, text=True)
    assert said.stdout == "['-m', 'tests.small_sets', 'worker']\n"
