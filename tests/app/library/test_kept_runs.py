"""Which retraining of a project can go on."""

from app.library.kept_runs import STATE, newest_kept
from app.settings import Settings
from storage import jobs
from storage.database import Database
from tests.app.made import project_with


def test_the_newest_that_has_kept_something_counts_however_many_jobs_follow_it(
    database: Database, settings: Settings
) -> None:
    project, _ = project_with(database)
    with database.atomic() as tx:
        assert newest_kept(tx, settings) == {}
        old, kept, *_ = (jobs.enqueue(tx, kind="retrain", project_id=project.id).id for _ in range(103))
    for name in (old, kept, "unknown"):
        (settings.retrainings / name).mkdir(parents=True)
        (settings.retrainings / name / STATE).touch()
    with database.read() as tx:
        assert {of: job.id for of, job in newest_kept(tx, settings).items()} == {project.id: kept}
