"""The command that makes the refining network."""

from pathlib import Path

import pytest
import safetensors.torch

from model.pretrained import find
from model.pretrained.lite0 import Lite0
from model.refining import MaskRefiner, make


def test_scenes_are_of_the_sizes_and_the_same_each_time() -> None:
    found = make.scenes("demo", 3, ((64, 48), (96, 64)), 5)

    assert len(found) == 3
    assert {scene.picture.shape for scene in found} <= {(48, 64, 3), (64, 96, 3)}
    again = make.scenes("demo", 3, ((64, 48), (96, 64)), 5)
    assert all((a.picture == b.picture).all() for a, b in zip(found, again, strict=True))


def test_a_file_of_half_precision_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make, "DOMAINS", (("demo", 2, ((64, 48),)),))
    file = tmp_path / "refiner.safetensors"
    make.main([str(file), "--steps", "1"])
    path = find("lite0")

    assert path is not None
    assert {value.dtype.itemsize for value in safetensors.torch.load_file(file).values()} == {2}
    assert MaskRefiner.load(file, Lite0.load(path)).network is not None
    assert "step 1: loss" in capsys.readouterr().out


def test_without_the_backbone_it_says_what_brings_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(make, "find", lambda name: None)
    with pytest.raises(SystemExit, match=r"launch\.py weights"):
        make.main([str(tmp_path / "x")])
    assert not any(tmp_path.iterdir())
