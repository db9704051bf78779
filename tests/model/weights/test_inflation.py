"""Files that would grow to gigabytes are refused before they are read."""

import pickle
import zipfile
from pathlib import Path

import pytest
import torch

from model.weights import inflation
from model.weights.files import CheckpointError, read_weights
from model.weights.inflation import growth_problem


def test_a_packed_archive_that_grows_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("it was read"))
    path = tmp_path / "bomb.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb/data.pkl", pickle.dumps({}))
        archive.writestr("bomb/data/0", bytes(200 << 20))
    with pytest.raises(CheckpointError, match=r"would unpack to .*it was not read"):
        read_weights(path)


def test_a_pickle_of_endless_instructions_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflation, "MOST_INSTRUCTIONS", 1000)
    (tmp_path / "old.pth").write_bytes(b"\x80\x02" + b"]" * 5000 + b".")
    assert "instructions" in (growth_problem(tmp_path / "old.pth") or "")
    with zipfile.ZipFile(tmp_path / "new.pth", "w") as archive:
        archive.writestr("new/data.pkl", b"\x80\x02" + b"]" * 5000 + b".")
    assert "instructions" in (growth_problem(tmp_path / "new.pth") or "")


def test_a_description_longer_than_any_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflation, "LONGEST_PICKLE", 10)
    torch.save({"a": torch.ones(3)}, tmp_path / "a.pth")
    assert "description" in (growth_problem(tmp_path / "a.pth") or "")


@pytest.mark.parametrize("zipped", [True, False])
def test_a_checkpoint_and_a_repacked_one_pass(tmp_path: Path, zipped: bool) -> None:
    state = {"a": torch.rand(1000, 100)}
    torch.save(state, tmp_path / "a.pth", _use_new_zipfile_serialization=zipped)
    assert growth_problem(tmp_path / "a.pth") is None
    assert torch.equal(read_weights(tmp_path / "a.pth").state["a"], state["a"])


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80", b"<html>", b"\x00" * 100, b"PK\x05\x06" + bytes(18)])
def test_what_is_no_checkpoint_is_left_to_the_reader(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.pth").write_bytes(content)
    assert growth_problem(tmp_path / "x.pth") is None
    with pytest.raises(CheckpointError):
        read_weights(tmp_path / "x.pth")


def test_lists_that_hold_themselves_a_thousand_times_are_not_written_out(tmp_path: Path) -> None:
    from model.weights.checkpoint import class_names

    laughs: list[object] = ["ha"]
    for _ in range(40):
        laughs = [laughs, laughs]
    torch.save({"state_dict": {"a": torch.ones(1)}, "meta": {"CLASSES": laughs}}, tmp_path / "a.pth")
    assert class_names(read_weights(tmp_path / "a.pth")) == ()
