"""Background work gives way: a thread of its own, or a worker with its whole session."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import priority
from app.jobs.queue import ensure_worker
from app.settings import Settings

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems know less of priorities")
ENDLESS = [sys.executable, "-c", "import sys; sys.stdin.read()"]


def niceness(pid: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, pid)


@pytest.fixture
def process() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that leads a session and ends when its input does."""
    with subprocess.Popen(ENDLESS, stdin=subprocess.PIPE, start_new_session=True) as started:
        yield started


def test_a_process_and_its_session_give_way_and_this_one_does_not(process: "subprocess.Popen[bytes]") -> None:
    own = niceness(0)
    priority.modest_process(process.pid)
    assert niceness(process.pid) == max(own, priority.JOBS)
    assert niceness(0) == own
    group = Path(f"/proc/{process.pid}/autogroup")
    if group.exists() and group.read_text().strip():
        assert group.read_text().split()[-1] == str(priority.JOBS)


def test_what_gives_way_more_already_stays_so(process: "subprocess.Popen[bytes]") -> None:
    os.setpriority(os.PRIO_PROCESS, process.pid, 15)
    priority.modest_process(process.pid)
    assert niceness(process.pid) == 15


def test_a_process_that_has_ended_is_no_error() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""], start_new_session=True)
    ended.wait()
    priority.modest_process(ended.pid)
    assert ended.returncode == 0


def test_one_thread_gives_way_and_the_others_do_not() -> None:
    own, seen = niceness(0), []

    def work() -> None:
        priority.modest_thread()
        seen.append(niceness(threading.get_native_id()))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [max(own, priority.BESIDE)]
    assert niceness(threading.main_thread().native_id or 0) == own


def test_the_worker_that_the_server_starts_gives_way(settings: Settings, tmp_path: Path) -> None:
    """From its first moment: what it reads at its start is in the way of the page that is just opening."""
    told = tmp_path / "told"
    script = f"import os, time, pathlib; time.sleep(0.5); pathlib.Path({str(told)!r}).write_text(str(os.nice(0)))"
    before = threading.enumerate()
    assert ensure_worker(settings, command=[sys.executable, "-c", script])
    for thread in threading.enumerate():
        if thread not in before:
            thread.join(20)
    assert told.read_text() == str(max(niceness(0), priority.JOBS))
