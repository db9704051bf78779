"""Files of weights are read whole, by whatever tool they were written, and without running anything."""

import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from model.weights.files import CheckpointError, read_weights, require_numbers

STATE = {"a.weight": torch.arange(6.0).view(2, 3), "a.bias": torch.ones(2)}


def same(state: dict[str, torch.Tensor]) -> bool:
    return state.keys() == STATE.keys() and all(torch.equal(value, STATE[key]) for key, value in state.items())


@pytest.mark.parametrize("place", [None, "state_dict", "model"])
def test_weights_are_found_at_the_top_or_in_their_entry(tmp_path: Path, place: str | None) -> None:
    torch.save({place: STATE, "meta": {"epoch": 3}} if place else STATE, tmp_path / "a.pth")
    file = read_weights(tmp_path / "a.pth")
    assert same(file.state) and file.place == place
    assert file.meta == ({"epoch": 3} if place else {})


@pytest.mark.parametrize("name", ["a.safetensors", "A.SAFETENSORS"])
def test_safetensors_are_read_with_their_metadata(tmp_path: Path, name: str) -> None:
    save_file(STATE, tmp_path / name, metadata={"by": "us"})
    file = read_weights(tmp_path / name)
    assert same(file.state) and file.meta == {"by": "us"} and file.place is None


def test_files_of_the_old_pytorch_format_are_read(tmp_path: Path) -> None:
    torch.save(STATE, tmp_path / "a.pth", _use_new_zipfile_serialization=False)
    assert same(read_weights(tmp_path / "a.pth").state)


def test_keys_of_parallel_training_lose_their_prefix(tmp_path: Path) -> None:
    torch.save({"state_dict": {f"module.{key}": value for key, value in STATE.items()}}, tmp_path / "a.pth")
    assert same(read_weights(tmp_path / "a.pth").state)


def test_numbers_of_numpy_in_the_notes_do_no_harm(tmp_path: Path) -> None:
    notes = {"best": np.float64(0.5), "rate": np.float32(0.1), "epoch": np.int64(3)}
    torch.save({"meta": notes, "state_dict": STATE}, tmp_path / "a.pth")
    assert read_weights(tmp_path / "a.pth").meta == notes


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"a": 1}, "'a' is no tensor but int"),
        ({"state_dict": {"a": "text"}}, "'a' is no tensor but str"),
        ({}, "no weights in it"),
        ({"model": {}}, "no weights in it"),
        ([torch.zeros(1)], "of a list, without a 'state_dict'"),
    ],
)
def test_what_holds_anything_but_tensors_is_refused(tmp_path: Path, content: object, message: str) -> None:
    torch.save(content, tmp_path / "a.pth")
    with pytest.raises(CheckpointError, match=rf"a\.pth: .*{message}"):
        read_weights(tmp_path / "a.pth")


@pytest.mark.parametrize("suffix", ["pth", "safetensors"])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.97])
def test_a_truncated_file_is_refused_by_name(tmp_path: Path, suffix: str, share: float) -> None:
    path = tmp_path / f"a.{suffix}"
    torch.save(STATE, path) if suffix == "pth" else save_file(STATE, path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(CheckpointError, match=rf"a\.{suffix}: this is no readable .*, or it is cut off\)$") as caught:
        read_weights(path)
    assert "\n" not in str(caught.value)


def test_a_file_that_would_run_code_is_refused(tmp_path: Path) -> None:
    torch.save({"state_dict": STATE, "meta": Path("x")}, tmp_path / "a.pth")
    with pytest.raises(CheckpointError, match=r"no readable PyTorch checkpoint \(it holds more than weights") as caught:
        read_weights(tmp_path / "a.pth")
    assert "weights_only" not in str(caught.value)


@pytest.mark.parametrize("content", [b"hello, this is text", b"<b>no</b>", b"\x80\x02}q\x00.", bytes(range(256))])
def test_what_is_no_file_of_weights_is_told_without_the_advice_to_run_it(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.pth").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"a\.pth: .*no PyTorch or safetensors file, or it is cut off") as caught:
        read_weights(tmp_path / "a.pth")
    assert "weights_only" not in str(caught.value) and "torch.load" not in str(caught.value)


def test_a_file_that_may_not_be_read_is_told_as_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(*given: object, **more: object) -> None:
        raise PermissionError(13, "Permission denied", "a")

    monkeypatch.setattr(torch, "load", deny)
    (tmp_path / "a.pth").write_bytes(b"x")
    with pytest.raises(CheckpointError, match=r"a\.pth: .*\(Permission denied\)"):
        read_weights(tmp_path / "a.pth")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="there is no such"):
        read_weights(tmp_path / "a.pth")


def zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("weights.pth", "weights")
    return held.getvalue()


SPANNED = b"PK\x06\x07" + bytes(12) + (2).to_bytes(4, "little")  # the record of an archive on two disks
FOREIGN = [
    (b"<!DOCTYPE html><html><body>404</body></html>", "a web page"),
    (b"\n<html lang='en'>", "a web page"),
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 12\n", "a Git LFS pointer"),
    (b'{"message": "Not Found"}', "JSON text"),
    (b"\x1f\x8b\x08" + bytes(40), "a gzip file"),
    (b"", "the file is empty"),
    (zipped(), "a zip archive"),
    (zipped().replace(b"PK\x01\x02", b"PK\xff\x02"), "cut off"),
    (zipped()[:-22] + SPANNED + zipped()[-22:], "cut off"),
    (pickle.dumps({"model": {"sem_seg_head.pixel_decoder.weight": b"x" * 2000}}, protocol=2), "Mask2Former"),
    (b"neither weights nor anything known", "cut off"),
]


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize(("data", "name"), FOREIGN, ids=[name for _, name in FOREIGN])
def test_a_file_of_another_kind_is_called_by_its_name(tmp_path: Path, suffix: str, data: bytes, name: str) -> None:
    path = tmp_path / f"weights{suffix}"
    path.write_bytes(data)
    with pytest.raises(CheckpointError) as caught:
        read_weights(path)
    assert str(caught.value).startswith(f"{path}: this is no readable") and name in str(caught.value)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16, torch.float64])
def test_the_first_weight_that_is_no_number_is_named(tmp_path: Path, dtype: torch.dtype) -> None:
    sound = {"a": torch.ones(3, dtype=dtype), "n": torch.ones(3, dtype=torch.int64)}
    require_numbers(tmp_path, sound)
    broken = torch.ones(4, dtype=dtype)
    broken[1:3] = torch.nan
    with pytest.raises(CheckpointError, match="the weight b is not sound: 2 of its 4 numbers"):
        require_numbers(tmp_path, {**sound, "b": broken, "c": broken})


class Stopped(Exception):
    """What the caller raises to end the reading."""


@pytest.mark.parametrize("layout", ["new.pth", "old.pth", "own.safetensors"])
def test_the_reading_of_a_file_can_be_ended_before_any_piece(tmp_path: Path, layout: str) -> None:
    path, many = tmp_path / layout, {f"weight {i}": torch.full((4,), float(i)) for i in range(20)}
    if layout.endswith(".pth"):
        torch.save(many, path, _use_new_zipfile_serialization=layout == "new.pth")
    else:
        save_file(many, path)
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls == last:
            raise Stopped

    last = 0
    assert len(read_weights(path, check=check).state) == 20
    pieces = calls
    assert pieces >= 20
    for last in range(1, pieces + 1):
        calls = 0
        with pytest.raises(Stopped):
            read_weights(path, check=check)
        assert calls == last
