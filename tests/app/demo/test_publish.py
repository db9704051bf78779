"""A trained checkpoint becomes one that comes with the program."""

import json
from pathlib import Path

from app.demo.publish import publish
from model.procedural import synthesize
from model.weights import checkpoint
from tests.model.small import small_network


def test_publishing_stores_half_precision_and_measures_the_stored_file(tmp_path: Path) -> None:
    network = small_network()
    checkpoint.save(
        tmp_path / "run" / "checkpoint.safetensors", checkpoint.from_network(network, ("cat", "dog", "horse"))
    )
    synthesize(tmp_path / "held", domain="demo", videos=1, frames=2, size=(64, 48), seed=4)
    out = tmp_path / "out"
    publish(tmp_path / "run", tmp_path / "held", out)
    described = json.loads((out / "checkpoint.json").read_text())
    assert described["sha256"] == checkpoint.file_hash(out / "checkpoint.safetensors")
    assert described["categories"] == ["cat", "dog", "horse"]
    assert 0.0 <= described["metrics"]["AP50"] <= 1.0
    loaded = checkpoint.load(out / "checkpoint.safetensors")
    assert {str(v.dtype) for v in loaded.state.values() if v.is_floating_point()} == {"torch.float16"}
