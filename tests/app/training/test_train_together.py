"""`train` under `torchrun`: several processes, one run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from model.procedural import synthesize
from model.weights import checkpoint

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("together")
    synthesize(folder / "set", domain="demo", videos=2, frames=3, size=(64, 48), seed=3)
    return folder


def together(folder: Path, *flags: str, count: int = 2) -> subprocess.CompletedProcess[str]:
    """`train` in ``count`` processes, as `torchrun` starts them."""
    start = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(count)]
    order = [
        *("train", "--annotations", str(folder / "set" / "instances.json")),
        *("--frames", str(folder / "set" / "JPEGImages"), "--config", "tevit_tiny", "--out", str(folder / "run")),
        *("--steps", "2", "--seed", "1", "--device", "cpu"),
    ]
    return subprocess.run(
        [*start, "-m", "app.commands", *order, *flags],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_two_processes_train_one_checkpoint_and_one_of_them_speaks(data: Path) -> None:
    ran = together(data, "--batch", "2", "--json")

    assert ran.returncode == 0, ran.stderr
    told = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    assert [(entry["steps"], Path(entry["checkpoint"]).name) for entry in told] == [(2, "checkpoint.safetensors")]
    assert len((data / "run" / "losses.jsonl").read_text().splitlines()) == 2
    assert json.loads((data / "run" / "report.json").read_text())["processes"] == 2
    assert checkpoint.load(data / "run" / "checkpoint.safetensors").provenance["batch"] == 2
