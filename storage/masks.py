"""Mask blobs: each distinct run-length mask is stored once, never changed, and named by its hash.

A mask comes as COCO's compressed RLE, ``{"size": [height, width], "counts": str or bytes}``: run lengths of 0 and 1
in turn, column by column, starting with 0 (pycocotools ``maskApi.c``, ``rleToString``).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, TypeVar

import numpy as np
from sqlalchemy import Connection, select

from storage import schema
from storage.database import insert_missing
from storage.errors import StorageError
from storage.rle import MAX_PIXELS

T = TypeVar("T")

CHUNK = 1000
"""Values in one ``IN (...)``; far below what any database allows."""


class Rle(TypedDict):
    """A mask in COCO's compressed form: ``size`` is [height, width] in pixels, ``counts`` is ASCII text."""

    size: list[int]
    counts: str


class BadMask(StorageError, ValueError):
    """A run-length mask that cannot be decoded, or whose runs do not add up to its size."""


@dataclass(frozen=True)
class BlobInfo:
    """What is known of a stored mask without decoding it: size, area and box (x, y, w, h) in pixels of the frame."""

    hash: str
    height: int
    width: int
    area: int
    x: int
    y: int
    w: int
    h: int


def put_blob(tx: Connection, rle: Mapping[str, Any]) -> str:
    """Store a mask unless it is there, and return its hash. Raises BadMask."""
    return put_blobs(tx, [rle])[0]


def put_blobs(tx: Connection, rles: Sequence[Mapping[str, Any]]) -> list[str]:
    """Store many masks in one statement and return their hashes in the same order.

    Raises:
        BadMask: one of them cannot be decoded; nothing is stored then.
    """
    rows: dict[str, dict[str, Any]] = {}
    hashes = []
    for rle in rles:
        height, width, counts = _parts(rle)
        key = blob_hash(height, width, counts)
        hashes.append(key)
        if key not in rows:
            rows[key] = {"hash": key, "height": height, "width": width, "counts": counts}
            rows[key].update(_area_and_box(_runs(counts), height, width))
    insert_missing(tx, schema.blobs, list(rows.values()))
    return hashes


def get_blobs(tx: Connection, hashes: Iterable[str]) -> dict[str, Rle]:
    """The masks behind these hashes; hashes that are not stored are left out."""
    table = schema.blobs
    query = select(table.c.hash, table.c.height, table.c.width, table.c.counts)
    found: dict[str, Rle] = {}
    for part in chunks(hashes):
        for key, height, width, counts in tx.execute(query.where(table.c.hash.in_(part))):
            found[key] = {"size": [height, width], "counts": bytes(counts).decode("ascii")}
    return found


def blob_infos(tx: Connection, hashes: Iterable[str]) -> dict[str, BlobInfo]:
    """Size, area and box of the masks behind these hashes; hashes that are not stored are left out."""
    table = schema.blobs
    query = select(*(column for column in table.c if column.name != "counts"))
    return {
        row.hash: BlobInfo(**row._mapping)
        for part in chunks(hashes)
        for row in tx.execute(query.where(table.c.hash.in_(part)))
    }


def blob_hash(height: int, width: int, counts: bytes) -> str:
    """The name of a mask: SHA-256 (hex) of "height width " and its compressed counts."""
    return hashlib.sha256(f"{height} {width} ".encode() + counts).hexdigest()


def chunks(values: Iterable[T]) -> Iterable[list[T]]:
    """The distinct values in lists of at most ``CHUNK``."""
    distinct = list(dict.fromkeys(values))
    return (distinct[first : first + CHUNK] for first in range(0, len(distinct), CHUNK))


def _parts(rle: Mapping[str, Any]) -> tuple[int, int, bytes]:
    try:
        height, width = (int(side) for side in rle["size"])
        counts = rle["counts"]
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadMask(
            'A mask must be {"size": [height, width], "counts": "..."} in COCO\'s compressed form.'
        ) from error
    if isinstance(counts, str):
        counts = counts.encode("ascii", "replace")
    if not isinstance(counts, bytes) or height <= 0 or width <= 0:
        raise BadMask(f"A mask of size {rle['size']} needs positive sides and compressed counts (text, not a list).")
    if height * width > MAX_PIXELS:
        raise BadMask(f"A mask of {height} x {width} pixels is larger than any picture.")
    return height, width, counts


def _runs(counts: bytes) -> np.ndarray:
    """Run lengths, int64 [n]. Five bits a character, bit 0x20: more follow; differences to the last but one."""
    codes = np.frombuffer(counts, np.uint8).astype(np.int64) - 48
    if codes.size == 0 or codes.min() < 0 or codes.max() > 63 or codes[-1] & 0x20:
        raise BadMask("The counts of a mask are no compressed run lengths, or they end too early.")
    last = np.flatnonzero((codes & 0x20) == 0)
    first = np.concatenate(([0], last[:-1] + 1))
    place = np.arange(codes.size) - np.repeat(first, last - first + 1)
    if place.max() > 11:
        raise BadMask("The counts of a mask hold a run longer than any picture.")
    values = np.add.reduceat((codes & 0x1F) << (5 * place), first)
    values -= np.where(codes[last] & 0x10, np.int64(1) << (5 * (place[last] + 1)), 0)
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    return values


def _area_and_box(runs: np.ndarray, height: int, width: int) -> dict[str, int]:
    total = sum(runs.tolist())  # in Python's numbers, which large runs cannot carry round past zero
    if runs.min() < 0 or total != height * width:
        raise BadMask(f"The runs of a mask add up to {total} pixels instead of {height} x {width} = {height * width}.")
    stops = np.cumsum(runs)[1::2]
    lengths = runs[1::2]
    starts, stops = (stops - lengths)[lengths > 0], stops[lengths > 0] - 1
    if not starts.size:
        return {"area": 0, "x": 0, "y": 0, "w": 0, "h": 0}
    left, right = int(starts[0]) // height, int(stops[-1]) // height
    # A run that goes on into the next column covers the bottom of one and the top of the other.
    wraps = bool((starts // height != stops // height).any())
    top = 0 if wraps else int((starts % height).min())
    bottom = height - 1 if wraps else int((stops % height).max())
    return {"area": int(lengths.sum()), "x": left, "y": top, "w": right - left + 1, "h": bottom - top + 1}
