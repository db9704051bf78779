"""Names of processes: a living one, an ended one, a later one with the same number, and one of another host."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.jobs import processes
from tests.waiting import wait_for

HERE = socket.gethostname()
needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the system has no /proc")


def test_this_process_is_alive_under_its_own_name() -> None:
    name = processes.own_name()
    assert name.split(":")[:2] == [HERE, str(os.getpid())]
    assert processes.state(name) == "alive"
    assert processes.own_name() == name, "the name does not change"


def test_a_process_is_gone_as_soon_as_it_has_ended_also_before_its_parent_asked() -> None:
    ask = "from app.jobs.processes import own_name; print(own_name(), flush=True); input()"
    child = subprocess.Popen(
        [sys.executable, "-P", "-c", ask], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ
    )
    assert child.stdout is not None
    name = child.stdout.readline().strip()
    assert processes.state(name) == "alive"
    child.kill()
    wait_for(lambda: processes.state(name) == "gone")
    child.communicate()
    assert processes.state(name) == "gone"


@needs_proc
def test_a_later_process_with_the_same_number_is_another_one() -> None:
    host, pid, start = processes.own_name().split(":")
    assert processes.state(f"{host}:{pid}:{int(start) - 1}") == "gone"
    assert processes.state(f"{host}:{pid}") == "alive", "a name of an earlier version has no start"


@pytest.mark.parametrize(
    "name", [None, "", "me", f"{HERE}:", f"{HERE}:nobody", f"{HERE}:\u0664", "elsewhere:1:2", "1", ":1"]
)
def test_of_another_host_and_of_what_is_no_name_nothing_is_known(name: str | None) -> None:
    assert processes.state(name) == "unknown"


def test_a_number_that_no_process_can_have_is_gone() -> None:
    assert processes.state(f"{HERE}:{10**30}:5") == "gone"


@needs_proc
def test_a_name_of_a_program_with_brackets_and_blanks_does_not_shift_the_fields(tmp_path: Path) -> None:
    program = tmp_path / "a) R (b 1 2"
    program.symlink_to("/bin/sleep")
    child = subprocess.Popen([program, "60"])
    try:
        facts = processes._facts(child.pid)
        assert facts is not None and facts[0] in {"S", "R", "D"} and facts[1].isdigit()
    finally:
        child.kill()
        child.wait()
