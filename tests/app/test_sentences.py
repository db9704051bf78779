"""From any exception to one sentence and an exit code."""

import errno
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import BadInput, Cancelled
from app.jobs.reporter import JobReporter
from app.sentences import (
    FAILED,
    INTERRUPTED,
    USAGE,
    WrongUsage,
    known_sentence,
    one_line,
    outcome_of,
    sentence,
)
from storage.database import Database, DatabaseError, DiskFull
from storage.errors import NotFound


class OutOfMemoryError(RuntimeError):
    """As torch names it, in a module that is not ours."""


OutOfMemoryError.__module__ = "torch.cuda"
FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/data/a.db")
QUOTA = OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (BadInput("the file is wrong"), "the file is wrong."),
        (BadInput("Is it there?"), "Is it there?"),
        (NotFound("video", "v"), "There is no video 'v' in this database."),
        (DiskFull("The disk is full."), "The disk is full."),
        (Cancelled(), "Cancelled."),
        (BadInput(), "BadInput."),
        (BadInput("two\n\n  lines"), "two lines."),
        (FULL, "The disk is full (writing /data/a.db); make room and repeat it."),
        (QUOTA, "The disk is full; make room and repeat it."),
        (RuntimeError("PytorchStreamWriter failed writing file"), "The disk is full; make room and repeat it."),
        (RuntimeError("x: No space left on device"), "The disk is full; make room and repeat it."),
        (MemoryError(), "There is not enough memory"),
        (OutOfMemoryError("CUDA"), "There is not enough memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "There is not enough memory"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), "The program that was to read the result went away."),
        (OSError(errno.EADDRINUSE, "in use"), "The port is in use"),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "a.mp4"), "a.mp4: No such file or directory."),
        (PermissionError(errno.EACCES, "Permission denied", b"/secret\xff"), "Permission denied."),
    ],
)
def test_a_mistake_that_is_known_is_its_sentence_and_writes_nothing(
    tmp_path: Path, error: Exception, words: str
) -> None:
    outcome = outcome_of(error, tmp_path / "logs")
    assert outcome.code == FAILED and words in outcome.sentence and "\n" not in outcome.sentence
    assert not (tmp_path / "logs").exists()


@pytest.mark.parametrize("error", [ZeroDivisionError("by zero"), KeyError("k"), OSError("no number"), RuntimeError()])
def test_any_other_is_a_mistake_of_the_program_whose_traceback_is_kept(tmp_path: Path, error: Exception) -> None:
    assert known_sentence(error) is None
    try:
        raise error
    except Exception as caught:
        outcome = outcome_of(caught, tmp_path / "logs")
    (log,) = (tmp_path / "logs").iterdir()
    assert outcome.code == FAILED and str(log) in outcome.sentence and type(error).__name__ in outcome.sentence
    kept = log.read_text()
    assert "Traceback" in kept and "test_sentences" in kept and kept.startswith("python ")


def test_flags_that_do_not_go_together_are_wrong_usage(tmp_path: Path) -> None:
    outcome = outcome_of(WrongUsage("Give the one or the other"), tmp_path)
    assert (outcome.code, outcome.sentence) == (USAGE, "Give the one or the other.")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_driver_of_postgresql_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)  # as where it is not installed
    with pytest.raises(DatabaseError) as told:
        Database.open("postgresql+psycopg://me:secret@server/db")
    sentence = str(known_sentence(told.value))
    assert "pip install 'psycopg[binary]'" in sentence and "secret" not in sentence and "No module" not in sentence


def test_an_interruption_is_no_mistake(tmp_path: Path) -> None:
    outcome = outcome_of(KeyboardInterrupt(), tmp_path)
    assert outcome.code == INTERRUPTED and list(tmp_path.iterdir()) == []


def test_a_traceback_that_cannot_be_kept_is_told_without_hiding_the_mistake(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("in the way")
    outcome = outcome_of(ZeroDivisionError("by zero"), tmp_path / "logs")
    assert "by zero" in outcome.sentence and "could not be written" in outcome.sentence


def test_an_error_of_ours_with_a_foreign_cause_is_still_ours() -> None:
    try:
        try:
            raise OSError(errno.ENOSPC, "full")
        except OSError as cause:
            raise BadInput("The export stopped") from cause
    except BadInput as error:
        assert known_sentence(error) == "The export stopped."


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("a.mp4 is empty; give a video file", "a.mp4 is empty; give a video file."),
        ("The disk is full.", "The disk is full."),
        ("Is it there?", "Is it there?"),
        ("two\n lines", "two lines."),
        ("And so on…", "And so on…"),
        ("", ""),
    ],
)
def test_a_message_ends_as_a_sentence_in_one_line(given_text: str, shown: str) -> None:
    assert sentence(given_text) == shown


@settings(max_examples=40, deadline=None)
@given(st.text(), st.none() | st.integers(4, 50))
def test_a_sentence_is_one_line_with_an_end_and_stays_as_it_is(text: str, longest: int | None) -> None:
    line = sentence(text, longest=longest)
    assert not line or (line[-1] in ".!?…" and len(line.splitlines()) == 1)
    assert longest is None or len(line) <= longest
    assert sentence(line, longest=longest) == line


@settings(max_examples=40, deadline=None)
@given(st.text(), st.integers(4, 50))
def test_a_line_is_never_longer_than_asked_for(text: str, longest: int) -> None:
    line = one_line(text, longest)
    assert len(line) <= longest
    assert line == " ".join(text.split()) or line.endswith("...")


def test_errors_of_all_our_packages_count_as_ours() -> None:
    assert JobReporter.__module__.startswith("app.") and NotFound.__module__.startswith("storage.")
    assert known_sentence(type("Strange", (Exception,), {"__module__": "application.x"})("no")) is None
