"""PNG files of numbers: values come back, and other pictures and files are refused by name."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from storage.formats import FormatError
from storage.formats.png_files import (
    has_palette,
    holds_numbers,
    picture_size,
    read_numbers,
    write_16_bits,
    write_mask,
    write_palette,
)


def values(most: int) -> st.SearchStrategy[np.ndarray]:
    rows = st.lists(st.integers(0, most), min_size=3, max_size=3)
    return st.lists(rows, min_size=1, max_size=4).map(np.array)


@settings(max_examples=25, deadline=None)
@given(values(65535))
def test_values_of_16_bits_come_back(tmp_path_factory: pytest.TempPathFactory, numbers: np.ndarray) -> None:
    path = tmp_path_factory.mktemp("png") / "a" / "b.png"
    write_16_bits(path, numbers)
    assert np.array_equal(read_numbers(path), numbers) and not has_palette(path) and holds_numbers(path)
    assert picture_size(path) == numbers.shape[::-1]


@settings(max_examples=25, deadline=None)
@given(values(255))
def test_values_with_a_palette_come_back(tmp_path_factory: pytest.TempPathFactory, numbers: np.ndarray) -> None:
    path = tmp_path_factory.mktemp("png") / "a.png"
    write_palette(path, numbers)
    assert np.array_equal(read_numbers(path), numbers) and has_palette(path) and holds_numbers(path)


def test_the_palette_is_that_of_davis(tmp_path: Path) -> None:
    write_palette(tmp_path / "a.png", np.array([[0, 1, 2, 3, 22, 255]]))
    with Image.open(tmp_path / "a.png") as picture:
        colours = np.asarray(picture.convert("RGB"))[0].tolist()
    assert colours == [[0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0], [0, 192, 128], [224, 224, 192]]


def test_a_mask_is_black_and_white(tmp_path: Path) -> None:
    write_mask(tmp_path / "a.png", np.array([[True, False]]))
    assert read_numbers(tmp_path / "a.png").tolist() == [[255, 0]]


def test_pictures_in_colours_and_broken_ones_are_refused(tmp_path: Path) -> None:
    colours, broken = tmp_path / "colours.png", tmp_path / "broken.png"
    Image.new("RGB", (2, 2)).save(colours)
    with pytest.raises(FormatError, match=r"colours\.png: is a picture in colours \(mode RGB\)"):
        read_numbers(colours)
    assert not holds_numbers(colours)
    write_palette(broken, np.zeros((64, 64), int))
    broken.write_bytes(broken.read_bytes()[:60])
    for read in (read_numbers, has_palette, picture_size):
        broken.write_bytes(b"\x89PNG")
        with pytest.raises(FormatError, match=r"broken\.png: is no whole picture"):
            read(broken)
    assert not holds_numbers(broken) and not holds_numbers(tmp_path / "none.png")


def test_values_above_16_bits_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    Image.fromarray(np.array([[70_000]], np.int32)).save(path)
    with pytest.raises(FormatError, match="do not fit in 16 bits"):
        read_numbers(path)
