"""The log of a retraining: its activities with their times, and how it ended."""

import re

import pytest

from app.errors import Cancelled
from app.training.run_log import EVERY_SECONDS, LoggedReporter
from storage import jobs
from storage.database import Database


def log_of(database: Database, job_id: str) -> list[str]:
    """Its lines without the time of day, which each begins with."""
    with database.read() as tx:
        lines = jobs.get_job(tx, job_id).log.splitlines()
    assert all(re.match(r"\d\d:\d\d:\d\d  ", line) for line in lines)
    return [line[10:] for line in lines]


@pytest.mark.parametrize(
    ("error", "end"),
    [(None, "It is done."), (Cancelled(), "It was stopped."), (ValueError("no room"), "It failed: no room")],
)
def test_each_activity_is_a_line_and_a_long_one_now_and_then(
    database: Database, error: Exception | None, end: str
) -> None:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="retrain", project_id=None)
        jobs.claim(tx, worker="w", kinds=["retrain"])
    seconds = [0.0]
    try:
        with LoggedReporter(database, job.id, worker="w", now=lambda: seconds[0]) as report:
            report(0.0, "Measuring")
            for step in range(1, 5):
                report(0.1 * step, f"Training: step {step} of 4")
                seconds[0] += EVERY_SECONDS / 2
            if error is not None:
                raise error
    except (Cancelled, ValueError) as raised:
        assert raised is error
    assert log_of(database, job.id) == [
        "Measuring, 0 %",
        "Training: step 1 of 4, 10 %",
        "Training: step 3 of 4, 30 %",
        end,
    ]
