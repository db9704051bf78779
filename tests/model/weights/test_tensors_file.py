"""Own files are laid out as the library does it, and their writing can be ended."""

import io
import json
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load, save
from torch import Tensor

from model.weights import tensors_file
from model.weights.tensors_file import write_tensors

# One of each size: among tensors of one size the library has an order of its own.
DTYPES = (torch.int64, torch.float32, torch.float16, torch.uint8)
SHAPES = st.lists(st.integers(0, 4), max_size=3).map(tuple)
NAMES = st.text(min_size=1, max_size=8).filter(lambda name: name != "__metadata__")


def written(state: dict[str, Tensor], metadata: dict[str, str]) -> bytes:
    file = io.BytesIO()
    write_tensors(file, state, metadata, check=lambda: None)
    return file.getvalue()


def parts(content: bytes) -> tuple[dict[str, object], bytes]:
    """Header and tensors of a file."""
    length = int.from_bytes(content[:8], "little")
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def made(shape: tuple[int, ...], dtype: torch.dtype, seed: int) -> Tensor:
    return (torch.randn(shape, generator=torch.Generator().manual_seed(seed)) * 50).to(dtype)


@settings(deadline=None)
@given(
    described=st.dictionaries(NAMES, st.tuples(SHAPES, st.sampled_from(DTYPES)), max_size=6),
    metadata=st.dictionaries(NAMES, st.text(max_size=8), min_size=1, max_size=4),
)
def test_a_file_is_that_of_the_library_but_for_the_order_of_its_metadata(
    described: dict[str, tuple[tuple[int, ...], torch.dtype]], metadata: dict[str, str]
) -> None:
    state = {name: made(shape, dtype, seed) for seed, (name, (shape, dtype)) in enumerate(described.items())}
    content = written(state, metadata)
    assert parts(content) == parts(save(state, metadata)) and content == written(
        dict(reversed(state.items())), metadata
    )
    back = load(content)
    assert back.keys() == state.keys()
    assert all(torch.equal(back[name], state[name]) and back[name].dtype == state[name].dtype for name in state)


@pytest.mark.parametrize("dtype", [torch.bool, torch.int8, torch.bfloat16, torch.int32, torch.float64])
def test_the_library_reads_every_dtype_back(dtype: torch.dtype) -> None:
    state = {"a": made((3, 5), dtype, 1), "b": made((), torch.float32, 2), "c": made((0, 2), torch.uint8, 3)}
    back = load(written(state, {"x": "y"}))
    assert all(torch.equal(back[name], state[name]) and back[name].dtype == state[name].dtype for name in state)


def test_every_piece_of_a_large_tensor_is_checked_and_they_add_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tensors_file, "PIECE", 1000)
    state, checked = {"large": torch.arange(1001.0), "turned": torch.arange(12.0).reshape(3, 4).T}, []
    with (tmp_path / "a.safetensors").open("wb") as file:
        write_tensors(file, state, {}, check=lambda: checked.append(file.tell()))
    back = load((tmp_path / "a.safetensors").read_bytes())
    assert all(torch.equal(back[name], state[name]) for name in state)
    steps = [after - before for before, after in pairwise(checked)]
    assert steps == [1000, 1000, 1000, 1000, 4] and len(checked) == 6


def test_what_the_check_raises_ends_the_writing() -> None:
    def stop() -> None:
        raise InterruptedError

    file = io.BytesIO()
    with pytest.raises(InterruptedError):
        write_tensors(file, {"a": torch.zeros(100)}, {}, check=stop)
    assert len(file.getvalue()) < 400
