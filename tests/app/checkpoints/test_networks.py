"""The small network of spreading and steady masks: there, missing, damaged."""

from pathlib import Path

import pytest

from app.checkpoints.networks import kept_networks, kept_trunk, load_trunk, steady_networks, why_unsteady
from app.errors import BadInput
from model.pretrained import INSTALLED, find, sound


def test_with_the_network_nothing_stands_against_steady_masks() -> None:
    assert why_unsteady() is None
    found = steady_networks("cpu")
    assert found is not None and found is kept_networks("cpu"), "they are loaded once"
    assert found.trunk is kept_trunk("cpu") and found.salient is not None
    assert load_trunk()[1] == ""


def test_without_it_a_sentence_names_what_brings_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TEVIT_WEIGHTS", str(tmp_path))
    kept_trunk.cache_clear()
    kept_networks.cache_clear()

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
