"""The real server as a process of its own, over a data folder of its own, for tests that go through the network."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.jobs.lock import worker_pid
from app.settings import make_settings

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 240  # the first start makes the demo project, on a busy machine
ADDRESS = re.compile(r"Open (http://\S+) in a browser")


@dataclass(frozen=True)
class RunningServer:
    """A server that listens. ``address`` ends with a slash; ``log`` is the file of what it says."""

    address: str
    data: Path
    log: Path
    process: "subprocess.Popen[bytes]"


@contextmanager
def running_server(data: Path, *flags: str, program: str = "app.commands") -> Iterator[RunningServer]:
    """``serve`` of ``program`` on a free port over ``data`` until the block ends; its worker ends with it."""
    server = start_server(data, "--port", "0", *flags, program=program)
    try:
        yield server
    finally:
        end_process(server.process)
        end_worker(data, *flags)


def start_server(data: Path, *flags: str, program: str = "app.commands") -> RunningServer:
    """``serve`` over ``data``, which listens; the caller ends it and its worker. Raises AssertionError if it ended."""
    log = data.with_name(f"{data.name}.server.log")
    environment = {**os.environ, "TEVIT_WORKER_IDLE_SECONDS": "60", "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", program, "serve", "--no-browser", "--data", str(data), *flags]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        return RunningServer(_address(process, log), data, log, process)
    except BaseException:
        end_process(process)
        raise


def end_worker(data: Path, *flags: str) -> None:
    """End the worker that a server has started over this data folder, if one is alive."""
    device = flags[flags.index("--device") + 1] if "--device" in flags else None
    pid = worker_pid(make_settings(data=data, device=device, environment={}))
    if pid:
        os.kill(pid, signal.SIGTERM)


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        text = log.read_text(errors="replace")
        found = ADDRESS.search(text)
        if found:
            return found.group(1)
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(f"the server did not start (exit code {process.poll()}):\n{log.read_text(errors='replace')}")


def end_process(process: "subprocess.Popen[bytes]") -> None:
    """Ask a process to end, and make it end after 20 seconds."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
