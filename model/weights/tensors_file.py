"""Writes safetensors files one tensor after another, so that the writing of a large file can be ended at once.

The layout is that of the library (safetensors' README: 8 bytes with the header's length, little-endian, then JSON with
blanks at its end, then the tensors). The library itself writes a file in one call, and the metadata in random order.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

import safetensors.torch
from torch import Tensor

PIECE = 1 << 24  # bytes that are written between two calls of ``check``
_LENGTH = 8  # bytes of the header's length; the header is filled up to a multiple of it


def write_tensors(
    file: BinaryIO, state: Mapping[str, Tensor], metadata: Mapping[str, str], *, check: Callable[[], None]
) -> None:
    """Write tensors of any dtype with their names, and texts by name, to an open empty file.

    Equal content gives equal bytes. ``check`` is called before each piece of at most `PIECE` bytes; what it raises ends
    the writing. Raises OSError.
    """
    # As the library orders them: larger numbers first, so that every tensor begins at a multiple of its own.
    names = sorted(state, key=lambda name: (-state[name].element_size(), name))
    header: dict[str, dict[str, Any]] = {"__metadata__": dict(sorted(metadata.items()))}
    end = 0
    for name in names:
        begin, end = end, end + state[name].numel() * state[name].element_size()
        header[name] = {**_described(state[name].flatten()[:0]), "shape": [*state[name].shape]}
        header[name]["data_offsets"] = [begin, end]
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text = text.ljust(-len(text) % _LENGTH + len(text))
    file.write(len(text).to_bytes(_LENGTH, "little") + text)
    for name in names:
        for piece in _pieces(state[name]):
            check()
            file.write(piece)


def _described(tensor: Tensor) -> dict[str, Any]:
    """What the library writes into the header about a tensor."""
    content = safetensors.torch.save({"": tensor})
    length = int.from_bytes(content[:_LENGTH], "little")
    described: dict[str, Any] = json.loads(content[_LENGTH : _LENGTH + length])[""]
    return described


def _pieces(tensor: Tensor) -> Iterator[memoryview]:
    """The bytes of a tensor as the library writes them."""
    flat = tensor.flatten()
    step = PIECE // tensor.element_size()
    for begin in range(0, len(flat), step):
        content = memoryview(safetensors.torch.save({"": flat[begin : begin + step].contiguous()}))
        yield content[_LENGTH + int.from_bytes(content[:_LENGTH], "little") :]
