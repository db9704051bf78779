"""The command retrain: a refused start, and a job that is followed to its end."""

import pytest

from app.cli import retrain
from app.cli.outcome import ChecksFailed
from app.settings import Settings
from storage import jobs
from storage.database import Database
from tests.app.command_line import Run
from tests.app.made import project_with

SIZE = (64, 48)


def test_retraining_a_project_without_corrections_says_why_not(data_run: Run, database: Database) -> None:
    project_with(database, "fish", name="sea")

    ran = data_run("retrain", "--project", "sea")

    assert ran.code == 1
    assert "review" in ran.last.lower()


@pytest.mark.parametrize("ending", ["done", "failed"])
def test_a_job_is_followed_to_its_end(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="retrain", project_id=None)
        jobs.claim(tx, worker="here:1", kinds=["retrain"])

    def end(given: Database, at: Settings) -> None:
        with given.atomic() as tx:
            if ending == "done":
                jobs.finish(tx, job.id, result={"checkpoint": "new"})
            else:
                jobs.fail(tx, job.id, error="It went wrong.")

    monkeypatch.setattr(retrain, "care", end)
    if ending == "done":
        assert retrain._follow(database, settings, job.id) == {"checkpoint": "new"}
    else:
        with pytest.raises(ChecksFailed, match="went wrong"):
            retrain._follow(database, settings, job.id)


def test_interrupting_cancels_the_job_that_is_followed(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(given: Database, at: Settings) -> None:
        raise KeyboardInterrupt

    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="retrain", project_id=None)
    monkeypatch.setattr(retrain, "care", interrupt)

    with pytest.raises(KeyboardInterrupt):
        retrain._follow(database, settings, job.id)

    with database.read() as tx:
        assert jobs.get_job(tx, job.id).status == "cancelled"
