"""The command worker."""

from app.jobs import queue
from app.settings import Settings
from tests.app.command_line import Run


def test_a_worker_without_work_ends_after_its_idle_time(data_run: Run) -> None:
    assert data_run("worker", "--idle", "1").code == 0


def test_a_second_worker_leaves_at_once(data_run: Run, settings: Settings) -> None:
    cpu = Settings(data=settings.data, database_url=settings.database_url, device="cpu")
    with queue.worker_lock(cpu) as alone:
        assert alone
        ran = data_run("worker")

    assert ran.code == 0
    assert "Another worker" in ran.last
