"""Pipes, sockets and devices in place of files: every command ends at once, with one sentence and exit code 1."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.command_line import Run
from tests.fuzzing.files import odd_places
from tests.waiting import at_most

SECONDS = 60
COMMANDS = (
    ("frames", "{place}"),
    ("propose", "{place}", "--model", "demo", "--out", "{out}"),
    ("propose", "--list", "{place}", "--model", "demo", "--out", "{out}"),
    ("evaluate", "{place}", "{place}"),
    ("import", "{place}", "--frames", "{frames}", "--project", "p"),
    ("train", "--annotations", "{place}", "--frames", "{frames}", "--config", "tevit_tiny", "--out", "{out}"),
    ("models", "add", "{place}"),
)


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """A command that waits for a pipe fails the test instead of blocking the suite."""

    with at_most(SECONDS):
        yield


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: " ".join(words[:2]))
def test_a_place_that_is_no_file_is_one_sentence(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "frames").mkdir()
    places = [place for place in odd_places(tmp_path / "odd") if place.name not in {"", "odd", "missing.mp4"}]
    for place in places:
        filled = [word.format(place=place, out=tmp_path / "out.json", frames=tmp_path / "frames") for word in command]
        ran = run("--data", str(tmp_path / "data"), *filled)
        assert ran.code == 1, (place, ran)
        assert ran.last.endswith(".") and "mistake of the program" not in ran.last, (place, ran.last)
