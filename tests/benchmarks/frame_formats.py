"""JPEG, WebP and AVIF for the pictures that the editor gets: size, and time to code and decode one 720p frame."""

import io
from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
from PIL import Image

from app.pictures.jpegs import encode
from tests.benchmarks._tables import Table, milliseconds
from tests.benchmarks._timing import measured
from tests.benchmarks.long_video import picture, texture

SIZE = (1280, 720)
Coder = Callable[[np.ndarray], bytes]


def by_pillow(format_name: str, **how: int) -> Coder:
    """A coder of Pillow with these options."""

    def code(pixels: np.ndarray) -> bytes:
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, format_name, **how)
        return buffer.getvalue()

    return code


CODERS: dict[str, Coder] = {
    "JPEG quality 85 (used)": lambda pixels: encode(pixels, None),
    "WebP quality 80, fastest": by_pillow("WEBP", quality=80, method=0),
    "WebP quality 80, default": by_pillow("WEBP", quality=80, method=4),
    "AVIF quality 70, fastest": by_pillow("AVIF", quality=70, speed=10, max_threads=1),
    "AVIF quality 70, speed 8": by_pillow("AVIF", quality=70, speed=8, max_threads=1),
}


def decoded(coded: bytes) -> np.ndarray:
    """uint8 H x W x 3 RGB."""
    return np.asarray(Image.open(io.BytesIO(coded)).convert("RGB"))


def formats_table(repeats: int = 9) -> Table:
    """A line per format."""
    # A little grain, without which no camera's picture is.
    grain = np.random.default_rng(1).normal(0, 3, (SIZE[1], SIZE[0], 3))
    wall = texture((SIZE[0] * 3 // 2, SIZE[1] * 3 // 2))
    pixels = np.clip(picture(wall, 40, SIZE) + grain, 0, 255).astype(np.uint8)
    cv2.setNumThreads(1)
    rows, facts = [], []
    for name, code in CODERS.items():
        coded = code(pixels)
        error = np.mean((decoded(coded).astype(np.float64) - pixels) ** 2)
        psnr = 10 * np.log10(255**2 / error)
        coding = measured(name, partial(code, pixels), repeats=repeats).median_ms
        decoding = measured(name, partial(decoded, coded), repeats=repeats).median_ms
        rows.append((name, f"{len(coded) / 1000:.0f} KB", f"{psnr:.1f} dB", *map(milliseconds, (coding, decoding))))
        facts.append({"name": name, "bytes": len(coded), "psnr": psnr, "code_ms": coding, "decode_ms": decoding})
    title = f"one frame of {SIZE[0]} x {SIZE[1]}, one thread"
    columns = ("format", "size", "PSNR", "encode", "decode")
    return Table(title, columns, rows, facts={"title": title, "rows": facts}, timed=True)
