"""Prompts run in another process, which is replaced when it dies and ends with its parent."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from app.errors import Overloaded
from app.prompting import pool as pools
from app.prompting.marks import Abandoned, go_on
from app.prompting.pool import PromptingFailed, PromptPool
from tests.waiting import wait_for


def process_id() -> int:
    return os.getpid()


def die_unless(marker: str) -> int:
    """End the process at the first call, and answer at the second."""
    path = Path(marker)
    if path.exists():
        return os.getpid()
    path.touch()
    os._exit(3)


def die() -> None:
    os._exit(3)


def note(text: str) -> None:
    os.environ["TEVIT_NOTED"] = text


def noted() -> str:
    return os.environ["TEVIT_NOTED"]


def refuse() -> None:
    raise ValueError("this is refused")


def until_there(marker: str) -> None:
    while not Path(marker).exists():
        time.sleep(0.01)


def until_left(marker: str) -> None:
    """Work as a network does, which looks between its layers whether somebody still waits."""
    Path(marker).touch()
    while True:
        go_on()
        time.sleep(0.01)


@pytest.fixture
def made() -> Iterator[list[PromptPool]]:
    opened: list[PromptPool] = []
    yield opened
    for pool in opened:
        pool.close()


def test_the_work_is_done_in_one_other_process(made: list[PromptPool]) -> None:
    pool = PromptPool(process_id)
    made.append(pool)
    assert pool.ask() == pool.ask() != os.getpid()
    assert pool.run(os.getppid) == os.getpid(), "other work runs there too"


def test_a_prompt_whose_asker_leaves_ends_early_and_the_process_goes_on(made: list[PromptPool], tmp_path: Path) -> None:
    pool = PromptPool(until_left)
    made.append(pool)
    left: Future[None] = Future()
    begun = tmp_path / "begun"
    with ThreadPoolExecutor(1) as asking:
        waiting = asking.submit(pool.ask_until, left, str(begun))
        wait_for(begun.exists)
        left.cancel()
        with pytest.raises(Abandoned):
            waiting.result()
    assert pool.run(os.getppid) == os.getpid(), "the next one is not stopped by that"


def test_a_process_that_dies_is_replaced_and_the_prompt_asked_again(made: list[PromptPool], tmp_path: Path) -> None:
    pool = PromptPool(die_unless)
    made.append(pool)
    assert pool.ask(str(tmp_path / "died")) != os.getpid()


def test_a_prompt_that_kills_every_process_is_given_up_with_a_sentence(made: list[PromptPool]) -> None:
    pool = PromptPool(die)
    made.append(pool)
    with pytest.raises(PromptingFailed, match="could not be computed"):
        pool.ask()


def test_errors_come_through_and_a_closed_pool_takes_nothing(made: list[PromptPool]) -> None:
    pool = PromptPool(refuse)
    made.append(pool)
    with pytest.raises(ValueError, match="this is refused"):
        pool.ask()
    pool.close()
    with pytest.raises(Overloaded):
        pool.ask()


def test_more_prompts_than_may_wait_are_refused(
    made: list[PromptPool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "MOST_PROMPTS", 1)
    pool = PromptPool(until_there)
    made.append(pool)
    marker = tmp_path / "go"
    waiting = threading.Thread(target=pool.ask, args=(str(marker),))
    waiting.start()
    wait_for(lambda: pool._waiting == 1)
    with pytest.raises(Overloaded, match="Too many prompts"):
        pool.ask(str(marker))
    marker.touch()
    waiting.join()
    assert pool._waiting == 0


PARENT = """
from app.prompting.pool import PromptPool
from tests.app.prompting.test_pool import process_id
import time
if __name__ == "__main__":
    print(PromptPool(process_id).ask(), flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for the process in /proc")
def test_the_process_ends_when_its_server_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    wait_for(lambda: not running(child))


def running(process: int) -> bool:
    """Whether a process lives; a zombie does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_each_process_begins_with_what_it_is_to_know() -> None:
    pool = PromptPool(noted, begin=partial(note, "cuda:1"))
    try:
        assert pool.ask() == "cuda:1"
    finally:
        pool.close()
