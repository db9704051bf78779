import os
import subprocess
import sys

import pytest

from model.network import memory

# Page faults of six tensors of 24 MiB that are made and freed ten times, in a process that gives all memory back.
_GIVES_BACK = {"MALLOC_TRIM_THRESHOLD_": "131072", "MALLOC_MMAP_THRESHOLD_": "131072"}
_FAULTS = """
import resource, sys, torch
from model.network.memory import reuse_memory
torch.set_num_threads(1)
if sys.argv[1] == "reuse":
    assert reuse_memory()
def clip():
    [torch.empty(6 * 2**20).fill_(1.0) for _ in range(6)]
clip()
clip()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    clip()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how: str) -> int:
    command, environment = [sys.executable, "-P", "-c", _FAULTS, how], {**os.environ, **_GIVES_BACK}
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return int(ran.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux")
def test_freed_memory_is_used_again() -> None:
    if not memory.reuse_memory():
        pytest.skip("another C library")
    assert faults("reuse") < faults("plain") / 10


def test_other_systems_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory.sys, "platform", "darwin")
    assert not memory.reuse_memory()


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr(memory.ctypes, "CDLL", missing)
    assert not memory.reuse_memory()
