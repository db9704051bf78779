"""PNG pictures whose values are numbers of things: reading and writing."""

from pathlib import Path

import numpy as np
from PIL import Image

from storage.formats.errors import refuse
from storage.rle import MAX_PIXELS

_BITS_16 = ("I;16", "I;16B", "I;16L", "I")


def read_numbers(path: Path) -> np.ndarray:
    """The values of a picture of one channel or with a palette: uint16 H x W. Raises FormatError."""
    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                refuse(str(path), f"is {picture.width} x {picture.height} pixels, above {MAX_PIXELS} in all")
            if picture.mode in ("1", "L", "P", *_BITS_16):
                values = np.asarray(picture)
            else:
                colours = f"a picture in colours (mode {picture.mode})"
                refuse(str(path), f"is {colours}; masks are pictures with a palette or of one channel")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if type(error).__module__.startswith("storage."):
            raise
        refuse(str(path), f"is no whole picture ({type(error).__name__})")
    if values.min(initial=0) < 0 or values.max(initial=0) > np.iinfo(np.uint16).max:
        refuse(str(path), "has values that do not fit in 16 bits")
    return values.astype(np.uint16)


def picture_size(path: Path) -> tuple[int, int]:
    """(width, height) of a picture of any kind, from its header. Raises FormatError."""
    try:
        with Image.open(path) as picture:
            return picture.width, picture.height
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        refuse(str(path), f"is no whole picture ({type(error).__name__})")


def holds_numbers(path: Path) -> bool:
    """Whether a file is a picture with a palette or of one channel, by its header."""
    try:
        with Image.open(path) as picture:
            return picture.mode in ("1", "L", "P", *_BITS_16)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False


def has_palette(path: Path) -> bool:
    """Whether a picture has a palette. Raises FormatError."""
    try:
        with Image.open(path) as picture:
            return picture.mode == "P"
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        refuse(str(path), f"is no whole picture ({type(error).__name__})")


def write_palette(path: Path, values: np.ndarray) -> None:
    """Write values from 0 to 255 as a picture with the palette of DAVIS and PASCAL VOC."""
    picture = Image.fromarray(values.astype(np.uint8), mode="P")
    picture.putpalette(_palette())
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)


def write_16_bits(path: Path, values: np.ndarray) -> None:
    """Write values from 0 to 65535 as a picture of one channel with 16 bits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values.astype(np.uint16)).save(path)


def write_mask(path: Path, pixels: np.ndarray) -> None:
    """Write a mask, bool H x W, as a picture of one channel: 255 in the mask, 0 elsewhere."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.where(pixels, 255, 0).astype(np.uint8)).save(path)


def _palette() -> list[int]:
    """Red, green and blue of each value: their bits come from every third bit of the value, lowest first."""
    colours: list[int] = []
    for value in range(256):
        channels = [0, 0, 0]
        for bit in range(8):
            channels[bit % 3] |= (value >> bit & 1) << (7 - bit // 3)
        colours += channels
    return colours
