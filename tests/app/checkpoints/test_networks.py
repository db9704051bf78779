"""The small network of spreading and steady masks: there, missing, damaged."""

from pathlib import Path

import pytest

from app.checkpoints import networks as networks_module
from app.checkpoints.networks import (
    kept_networks,
    kept_refiner,
    kept_trunk,
    load_trunk,
    steady_networks,
    why_unsteady,
)
from app.errors import BadInput
from model.pretrained import INSTALLED, find, sound


def test_with_the_network_nothing_stands_against_steady_masks() -> None:
    assert why_unsteady() is None
    found = steady_networks("cpu")
    assert found is not None and found.trunk is kept_trunk("cpu")
    assert found.salient is not None and found.salient is kept_networks("cpu").salient, "it is loaded once"
    assert load_trunk()[1] == ""


def test_the_network_that_refines_comes_with_the_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = kept_refiner("cpu")
    networks = steady_networks("cpu")
    assert found is not None and networks is not None and networks.refiner is found, "it is loaded once"

    monkeypatch.setattr(networks_module, "REFINER", tmp_path / "missing.safetensors")
    assert kept_refiner("cpu") is None, "a copy of the program may lack it"
    monkeypatch.undo()
    assert kept_refiner("cpu") is found
    monkeypatch.setenv("TEVIT_WEIGHTS", str(tmp_path))
    assert kept_refiner("cpu") is None, "it sees with EfficientNet-Lite0"


def test_without_it_a_sentence_names_what_brings_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TEVIT_WEIGHTS", str(tmp_path))
    kept_trunk.cache_clear()

    assert steady_networks("cpu") is None
    assert "launch.py weights" in (why_unsteady() or "")
    with pytest.raises(BadInput, match="are not installed"):
        kept_trunk("cpu")


def test_a_damaged_file_is_told_and_stops_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    whole = find("lite0")
    assert whole is not None and sound(whole, "lite0")
    place = tmp_path / INSTALLED["lite0"].file
    place.parent.mkdir(parents=True)
    place.write_bytes(whole.read_bytes()[:-100])
    monkeypatch.setenv("TEVIT_WEIGHTS", str(tmp_path))

    assert "is damaged" in (why_unsteady() or "") and str(place) in (why_unsteady() or "")
    assert steady_networks("cpu") is None
    place.write_bytes(whole.read_bytes())
    assert why_unsteady() is None, "a file that was mended counts at once"


def test_without_the_network_of_edges_masks_are_steady_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = find("lite0")
    assert whole is not None
    place = tmp_path / INSTALLED["lite0"].file
    place.parent.mkdir(parents=True)
    place.write_bytes(whole.read_bytes())
    monkeypatch.setenv("TEVIT_WEIGHTS", str(tmp_path))
    found = steady_networks("cpu")
    assert found is not None and found.salient is None

    edges = tmp_path / INSTALLED["u2netp"].file
    edges.parent.mkdir(parents=True)
    edges.write_bytes(b"damaged")
    assert kept_networks("cpu").salient is None
    monkeypatch.undo()
    assert kept_networks("cpu").salient is not None, "what is missing is looked for again"
