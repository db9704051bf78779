"""Run lengths of rle-pack."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.formats import FormatError
from storage.formats.rle_pack import unpacked


def packed(values: list[int], *, runs: bool = True) -> bytes:
    """Values in the run lengths of rle-pack, with lengths of 3, 4, 8 and 16 bits."""
    sizes = (3, 4, 8, 16)
    bits = f"{len(values):032b}{7:05b}" + "".join(f"{size - 1:04b}" for size in sizes)
    at = 0
    while at < len(values):
        end = at + 1
        while end < len(values) and (values[end] == values[at] or not runs) and end - at < 1 << 16:
            end += 1
        kind = next(k for k, size in enumerate(sizes) if end - at - 1 < 1 << size)
        bits += f"{int(runs)}{kind:02b}{end - at - 1:0{sizes[kind]}b}"
        bits += "".join(f"{value:08b}" for value in (values[at : at + 1] if runs else values[at:end]))
        at = end
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[k : k + 8], 2) for k in range(0, len(bits), 8))


@settings(max_examples=60, deadline=None)
@given(values=st.lists(st.sampled_from([0, 0, 0, 7, 255]), min_size=1, max_size=300), runs=st.booleans())
def test_run_lengths_are_unpacked(values: list[int], runs: bool) -> None:
    assert unpacked(packed(values, runs=runs), len(values), "here").tolist() == values


@pytest.mark.parametrize("cut", [2, 8, -1])
def test_run_lengths_that_end_too_early_or_hold_too_much_are_refused(cut: int) -> None:
    data = packed([1, 2, 3, 4] * 20, runs=False)
    with pytest.raises(FormatError, match="here"):
        unpacked(data[:cut], 80, "here")
    with pytest.raises(FormatError, match="must hold 79"):
        unpacked(data, 79, "here")
