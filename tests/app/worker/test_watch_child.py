"""The child processes that a worker watches: their output, their end, and what a cancelled job does to them."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from app.errors import Cancelled
from app.settings import Settings
from app.worker import loop
from app.worker.job import JobContext
from app.worker.loop import ChildFailed, ChildKilled, watch_child
from storage import jobs
from storage.database import Database
from tests.waiting import PATIENCE_SECONDS


class Reporter:
    """Stands for a `JobReporter`: keeps what is logged; the job is cancelled as soon as ``when`` holds."""

    def __init__(self, when: Callable[[], bool] = lambda: False) -> None:
        self.text = ""
        self.cancelled = when

    def log(self, text: str) -> None:
        self.text += text


@pytest.fixture(autouse=True)
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of ``python -m app.commands COMMAND`` a shell runs COMMAND."""
    monkeypatch.setattr(loop, "WATCH_SECONDS", 0.02)
    script = tmp_path / "python"
    script.write_text('#!/bin/sh\nshift 2\neval "$1"\n')
    script.chmod(0o755)
    monkeypatch.setattr(loop.sys, "executable", str(script))


def context_for(settings: Settings, database: Database, report: Reporter) -> JobContext:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="x", project_id=None)
    return JobContext(settings, database, job, cast(Any, report), cast(Any, None))


def output(settings: Settings) -> str:
    """All that children have written."""
    return "".join(path.read_text() for path in settings.logs.glob("*.log"))


def test_a_child_that_ends_well_says_nothing_and_its_output_is_kept(settings: Settings, database: Database) -> None:
    report = Reporter()
    context = context_for(settings, database, report)
    watch_child(context, ["echo fine; echo also >&2"])
    assert report.text == ""
    assert (settings.logs / f"{context.job.id}.log").read_text() == "fine\nalso\n"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("echo start; echo 'It is full.' >&2; echo; exit 3", "It is full."),
        ("exit 7", "code 7 and said nothing"),
        ("kill -9 $$", "killed by signal 9, perhaps for lack of memory"),
        ("kill -15 $$", "killed by signal 15; start the job again"),
        ("printf '\\377\\376 bad bytes\\n'; exit 1", "bad bytes"),
    ],
)
def test_a_child_that_fails_is_told_by_its_last_line(
    settings: Settings, database: Database, command: str, words: str
) -> None:
    report = Reporter()
    with pytest.raises(ChildFailed, match=words):
        watch_child(context_for(settings, database, report), [command])
    assert (words in report.text) is ("code" not in words and "signal" not in words)


@pytest.mark.parametrize(("command", "killed"), [("kill -9 $$", True), ("exit 9", False)])
def test_a_kill_by_the_system_is_no_failure_of_the_work(
    settings: Settings, database: Database, command: str, killed: bool
) -> None:
    with pytest.raises(ChildFailed) as raised:
        watch_child(context_for(settings, database, Reporter()), [command])
    assert isinstance(raised.value, ChildKilled) is killed


@pytest.mark.parametrize(
    ("command", "grace", "code"),
    [
        ("echo ready; exec sleep 600", 1.0, -signal.SIGTERM),
        ("trap '' TERM; echo ready; while true; do sleep 0.02; done", 0.1, -signal.SIGKILL),
        ("echo ready; sleep 0.1; exit 0", PATIENCE_SECONDS, 0),
    ],
)
def test_a_cancelled_child_may_end_by_itself_is_asked_and_then_made_to(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch, command: str, grace: float, code: int
) -> None:
    monkeypatch.setattr(loop, "GRACE_SECONDS", grace)
    children: list[Any] = []
    start = loop.subprocess.Popen

    def remembered(*arguments: Any, **named: Any) -> Any:
        children.append(start(*arguments, **named))
        return children[-1]

    monkeypatch.setattr(loop.subprocess, "Popen", remembered)
    with pytest.raises(Cancelled):
        watch_child(context_for(settings, database, Reporter(lambda: "ready" in output(settings))), [command])
    assert children[0].returncode == code, "no child outlives its job"


def test_a_child_that_fails_because_it_was_cancelled_is_cancelled(settings: Settings, database: Database) -> None:
    with pytest.raises(Cancelled):
        watch_child(context_for(settings, database, Reporter(lambda: True)), ["exit 1"])
