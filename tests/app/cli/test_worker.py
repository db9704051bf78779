"""The command worker."""

import subprocess
import sys

from app.jobs import lock
from app.settings import Settings
from tests.app.command_line import Run
from tests.material import ROOT


def test_a_worker_without_work_ends_after_its_idle_time(data_run: Run) -> None:
    assert data_run("worker", "--idle", "1").code == 0


def test_a_second_worker_leaves_at_once(data_run: Run, settings: Settings) -> None:
    cpu = Settings(data=settings.data, database_url=settings.database_url, device="cpu")
    with lock.worker_lock(cpu) as alone:
        assert alone
        ran = data_run("worker")

    assert ran.code == 0
    assert "Another worker" in ran.last


def test_a_second_worker_leaves_before_it_loads_anything_heavy(settings: Settings) -> None:
    program = (
        "import sys\nfrom app.commands import main\n"
        "code = main(sys.argv[1:])\n"
        "heavy = {'torch', 'numpy', 'app.worker.handlers'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else code)"
    )
    cpu = Settings(data=settings.data, database_url=settings.database_url, device="cpu")
    with lock.worker_lock(cpu):
        command = [sys.executable, "-c", program, "worker", *cpu.flags()]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (ran.returncode, "Another worker" in ran.stderr) == (0, True), ran.stderr
