"""Mask blobs: each distinct run-length mask is stored once under its hash and never changed.

A mask is COCO's compressed RLE, ``{"size": [height, width], "counts": str or bytes}``: alternating run lengths of 0 and
1, column by column, starting with 0 (pycocotools ``maskApi.c``, ``rleToString``).
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import itemgetter
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, bindparam, select

from storage import schema
from storage.database import insert_many
from storage.errors import StorageError
from storage.rle import MAX_PIXELS, Rle, RleError, areas, bboxes, canonical_all

T = TypeVar("T")

CHUNK = 1000
"""Values in one ``IN (...)``; far below the limit of any database."""


_COLUMNS = ("hash", "counts", "height", "width", "area", "x", "y", "w", "h")
_values = itemgetter(*_COLUMNS)


class BadMask(StorageError, ValueError):
    """A run-length mask that cannot be decoded, or whose runs do not add up to its size."""


@dataclass(frozen=True)
class BlobInfo:
    """Facts about a stored mask without decoding it: size, area and box (x, y, w, h), in pixels of the frame."""

    hash: str
    height: int
    width: int
    area: int
    x: int
    y: int
    w: int
    h: int


def put_blob(tx: Connection, rle: Mapping[str, Any]) -> str:
    """Store a mask unless it is stored already; returns its hash. Raises BadMask."""
    return put_blobs(tx, [rle])[0]


@dataclass(frozen=True)
class PreparedBlobs:
    """Masks that are checked and measured, and only have to be inserted; ``hashes`` in the order of the masks."""

    hashes: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]


def put_blobs(tx: Connection, rles: Sequence[Mapping[str, Any]]) -> list[str]:
    """Store many masks in one statement; returns their hashes in the same order.

    Raises:
        BadMask: one of them cannot be decoded; nothing is stored then.
    """
    prepared = prepare_blobs(rles)
    put_prepared(tx, prepared)
    return list(prepared.hashes)


def prepare_blobs(rles: Sequence[Mapping[str, Any]], *, canonical: bool = False) -> PreparedBlobs:
    """The slow part of `put_blobs`, without a transaction. Raises BadMask.

    canonical: the masks are valid and in canonical form, as the readers of files give them; neither is checked again.
    """
    masks: dict[str, tuple[Rle, bytes]] = {}
    hashes = []
    for rle in rles:
        mask = cast(Rle, rle) if canonical else _plain(rle)
        (height, width), counts = mask["size"], mask["counts"].encode(errors="surrogatepass")
        key = blob_hash(height, width, counts)
        hashes.append(key)
        masks.setdefault(key, (mask, counts))
    return PreparedBlobs(tuple(hashes), tuple(_blob_rows(masks, canonical)))


def put_prepared(tx: Connection, prepared: PreparedBlobs) -> None:
    """Store prepared masks; those that are stored already stay."""
    rows = [_values(row) for row in prepared.rows]
    insert_many(tx, schema.blobs, _COLUMNS, rows, missing=True)


def get_blobs(tx: Connection, hashes: Iterable[str]) -> dict[str, Rle]:
    """Hash -> mask; hashes that are not stored are left out."""
    table = schema.blobs
    query = select(table.c.hash, table.c.height, table.c.width, table.c.counts)
    found: dict[str, Rle] = {}
    for part in chunks(hashes):
        for key, height, width, counts in tx.execute(query.where(table.c.hash.in_(part))):
            found[key] = stored_rle(height, width, counts)
    return found


def stored_rle(height: int, width: int, counts: bytes) -> Rle:
    """The mask of a row of ``blobs``."""
    return {"size": [height, width], "counts": bytes(counts).decode("ascii")}


@dataclass(frozen=True)
class MeasuredMask:
    """A stored mask with its area and its box [x, y, width, height], in pixels."""

    rle: Rle
    area: int
    box: list[int]


def measured_blobs(tx: Connection, hashes: Iterable[str]) -> dict[str, MeasuredMask]:
    """Hash -> mask with its measures; hashes that are not stored are left out."""
    columns = schema.blobs.c
    names = (columns.hash, columns.height, columns.width, columns.counts, columns.area, *(columns[k] for k in "xywh"))
    found: dict[str, MeasuredMask] = {}
    for part in chunks(hashes):
        rows = tx.execute(select(*names).where(columns.hash.in_(part))).all()
        for key, height, width, counts, area, *box in rows:
            found[key] = MeasuredMask({"size": [height, width], "counts": counts.decode("ascii")}, area, box)
    return found


_INFOS = select(*(schema.blobs.c[one.name] for one in fields(BlobInfo))).where(
    schema.blobs.c.hash.in_(bindparam("hashes", expanding=True))
)


def blob_infos(tx: Connection, hashes: Iterable[str]) -> dict[str, BlobInfo]:
    """Hash -> size, area and box of the mask; hashes that are not stored are left out."""
    return {row[0]: BlobInfo(*row) for part in chunks(hashes) for row in tx.execute(_INFOS, {"hashes": part})}


def blob_hash(height: int, width: int, counts: bytes) -> str:
    """Key of a mask: SHA-256 (hex) of "height width " and its compressed counts."""
    return hashlib.sha256(f"{height} {width} ".encode() + counts).hexdigest()


def chunks(values: Iterable[T]) -> Iterable[list[T]]:
    """The distinct values in lists of at most ``CHUNK``."""
    distinct = list(dict.fromkeys(values))
    return (distinct[first : first + CHUNK] for first in range(0, len(distinct), CHUNK))


def _plain(rle: Mapping[str, Any]) -> Rle:
    """The mask with integer sizes and text counts; whether the counts fit the size is not checked here."""
    try:
        height, width = (int(side) for side in rle["size"])
        counts = rle["counts"]
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadMask(
            'A mask must be {"size": [height, width], "counts": "..."} in COCO\'s compressed form.'
        ) from error
    if not isinstance(counts, str | bytes) or height <= 0 or width <= 0:
        raise BadMask(f"A mask of size {rle['size']} needs positive sides and compressed counts (text, not a list).")
    if height * width > MAX_PIXELS:
        raise BadMask(f"A mask of {height} x {width} pixels is larger than any picture.")
    text = counts if isinstance(counts, str) else counts.decode("latin-1")
    return {"size": [height, width], "counts": text}


def _blob_rows(masks: Mapping[str, tuple[Rle, bytes]], canonical: bool) -> Iterator[dict[str, Any]]:
    """The row of each distinct mask, with its area and box."""
    try:
        # Stored masks may contain runs of length 0, for which pycocotools gives a wrong box.
        spelled = [mask for mask, _ in masks.values()]
        spelled = spelled if canonical else canonical_all(spelled)
    except RleError as error:
        raise BadMask(f"A mask cannot be decoded: {error}.") from error
    measured = zip(masks.items(), areas(spelled), bboxes(spelled), strict=True)
    for (key, (mask, counts)), area, (x, y, w, h) in measured:
        height, width = mask["size"]
        size = {"height": height, "width": width, "area": area, "x": x, "y": y, "w": w, "h": h}
        yield {"hash": key, "counts": counts, **size}
