"""The device to compute on, the share of a long list, and the priority of background work."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from app.jobs.queue import ensure_worker
from app.machine import (
    JOB_NICENESS,
    THREAD_NICENESS,
    Shard,
    choose_device,
    choose_precision,
    lower_process_priority,
    lower_thread_priority,
)
from app.settings import Settings
from tests.waiting import PATIENCE_SECONDS

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such priorities")
ENDLESS = [sys.executable, "-c", "import sys; sys.stdin.read()"]


@pytest.mark.parametrize(
    ("wanted", "there", "chosen"),
    [
        (None, False, "cpu"),
        (None, True, "cuda:0"),
        ("cuda", True, "cuda:0"),
        ("cpu", True, "cpu"),
        ("cuda:1", True, "cuda:1"),
    ],
)
def test_the_device_is_the_one_asked_for_else_the_best_there_is(
    monkeypatch: pytest.MonkeyPatch, wanted: str | None, there: bool, chosen: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert choose_device(wanted) == chosen


@pytest.mark.parametrize(("count", "have"), [(1, "one GPU, cuda:0"), (4, "4 GPUs, cuda:0 to cuda:3")])
def test_a_gpu_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, count: int, have: str) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    with pytest.raises(BadInput, match=f"cuda:99 is not there: this machine has {have}"):
        choose_device("cuda:99")


@pytest.mark.parametrize("wanted", ["cuda", "cuda:0", "cuda:3"])
def test_a_device_that_is_not_there_is_no_silent_cpu(monkeypatch: pytest.MonkeyPatch, wanted: str) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(BadInput, match=f"{wanted} is not there.*use cpu"):
        choose_device(wanted)


@pytest.mark.parametrize(
    ("device", "wanted", "chosen"),
    [
        ("cpu", None, "float32"),
        ("mps", None, "float32"),
        ("cuda", None, "fast"),
        ("cuda:3", None, "fast"),
        ("cuda", "float32", "float32"),
        ("cpu", "fast", "fast"),
    ],
)
def test_what_is_not_asked_for_is_fast_on_cuda_and_exact_elsewhere(
    device: str, wanted: str | None, chosen: str
) -> None:
    assert choose_precision(device, wanted) == chosen


def test_without_torchrun_one_process_does_all() -> None:
    shard = Shard.of_environment({})

    assert (shard.rank, shard.count, shard.first, shard.session) == (0, 1, True, "")
    assert list(shard.mine([1, 2, 3])) == [1, 2, 3]


def test_the_environment_says_which_part_is_whose() -> None:
    found = {"RANK": "3", "WORLD_SIZE": "4", "LOCAL_RANK": "1", "MASTER_ADDR": "a", "MASTER_PORT": "29500"}
    shard = Shard.of_environment(found)

    assert (shard.rank, shard.count, shard.local, shard.first) == (3, 4, 1, False)
    assert list(shard.mine(range(9))) == [3, 7]
    assert shard.session == Shard.of_environment({**found, "RANK": "0", "LOCAL_RANK": "0"}).session
    assert shard.session != Shard.of_environment({**found, "MASTER_PORT": "29501"}).session


@given(st.integers(1, 7), st.lists(st.integers(), max_size=30))
def test_every_item_has_exactly_one_process(count: int, items: list[int]) -> None:
    parts = [list(Shard(rank, count).mine(items)) for rank in range(count)]

    assert sorted(item for part in parts for item in part) == sorted(items)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize(
    "wrong", [{"RANK": "2", "WORLD_SIZE": "2"}, {"RANK": "1"}, {"WORLD_SIZE": "0"}, {"RANK": "x"}, {"RANK": "-1"}]
)
def test_an_environment_that_makes_no_sense_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(BadInput, match="torchrun"):
        Shard.of_environment(wrong)


def test_each_process_takes_a_gpu_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)

    assert [Shard(rank, 4, rank).device(None) for rank in range(4)] == ["cuda:0", "cuda:1", "cuda:0", "cuda:1"]
    assert Shard(1, 2, 1).device("cuda") == "cuda:1"
    assert Shard(1, 2, 1).device("cuda:0") == "cuda:0", "a device that is named is taken"
    assert Shard(1, 2, 1).device("cpu") == "cpu"
    assert Shard().device(None) == "cuda:0"


def niceness(pid: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, pid)


@pytest.fixture
def process() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that leads a session and ends when its input does."""
    with subprocess.Popen(ENDLESS, stdin=subprocess.PIPE, start_new_session=True) as started:
        yield started


@linux_only
def test_a_process_and_its_session_give_way_and_this_one_does_not(process: "subprocess.Popen[bytes]") -> None:
    own = niceness(0)
    lower_process_priority(process.pid)
    assert niceness(process.pid) == max(own, JOB_NICENESS)
    assert niceness(0) == own
    group = Path(f"/proc/{process.pid}/autogroup")
    if group.exists() and group.read_text().strip():
        assert group.read_text().split()[-1] == str(JOB_NICENESS)


@linux_only
def test_what_gives_way_more_already_stays_so(process: "subprocess.Popen[bytes]") -> None:
    os.setpriority(os.PRIO_PROCESS, process.pid, 15)
    lower_process_priority(process.pid)
    assert niceness(process.pid) == 15


@linux_only
def test_a_process_that_has_ended_is_no_error() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""], start_new_session=True)
    ended.wait()
    lower_process_priority(ended.pid)
    assert ended.returncode == 0


@linux_only
def test_one_thread_gives_way_and_the_others_do_not() -> None:
    own, seen = niceness(0), []

    def work() -> None:
        lower_thread_priority()
        seen.append(niceness(threading.get_native_id()))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [max(own, THREAD_NICENESS)]
    assert niceness(threading.main_thread().native_id or 0) == own


@linux_only
def test_the_worker_that_the_server_starts_gives_way(settings: Settings, tmp_path: Path) -> None:
    """From its first moment: what it reads at its start is in the way of the page that is just opening."""
    told, started = tmp_path / "told", tmp_path / "started"
    script = (
        "import os, sys, time; from pathlib import Path\n"
        "while not Path(sys.argv[2]).exists(): time.sleep(0.01)\n"
        "Path(sys.argv[1]).write_text(str(os.nice(0)))"
    )
    before = threading.enumerate()
    assert ensure_worker(settings, command=[sys.executable, "-c", script, str(told), str(started)])
    started.touch()
    for thread in threading.enumerate():
        if thread not in before:
            thread.join(PATIENCE_SECONDS)
    assert told.read_text() == str(max(niceness(0), JOB_NICENESS))
