"""Frames of videos as JPEG, at the size in which they are shown: from memory, from disk, or decoded."""

import re
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from app.own_files import remove_own
from app.pictures.byte_caches import PART, DiskCache, MemoryCache
from app.pictures.decode_queue import DecodeQueue, Urgency
from storage.frames import FrameIndex

JPEG_QUALITY = 85
HASH = re.compile(r"[0-9a-f]{24,}")
PICTURE = re.compile(r"[0-9a-f]{24}[cp]/(full|\d+)/n?-?\d+\.jpg")
"""The form of a `PictureAddress.key`; any other file in the folder belongs to a person."""


@dataclass(frozen=True, eq=False)
class PictureAddress:
    """Which picture: frame ``frame`` of ``index``, ``width`` pixels across (None: at full resolution).

    ``final``: the number of the frame will not change any more.
    """

    index: FrameIndex
    frame: int
    width: int | None
    final: bool

    @classmethod
    def of(
        cls, index: FrameIndex, frame: int, width: int | None = None, *, final: bool | None = None
    ) -> "PictureAddress":
        """A picture at most ``width`` pixels wide; ``final`` is by default whether all frames are counted."""
        full = width is None or width >= index.width
        return cls(index, frame, None if full else width, index.confirmed if final is None else final)

    @property
    def key(self) -> str:
        """Relative path of the cached picture.

        While frame numbers are provisional, the key contains the time instead of the number: the picture at one time
        stays the same when its number changes.
        """
        source, size = self.index.content_hash[:24], self.width or "full"
        if self.final:
            return f"{source}c/{size}/{self.frame:06d}.jpg"
        moment = self.index.pts[self.frame] if self.index.seekable else f"n{self.frame}"
        return f"{source}p/{size}/{moment}.jpg"

    @property
    def etag(self) -> str:
        """The HTTP entity tag, with its quotes; it changes when the number becomes final."""
        return f'"{self.index.content_hash[:24]}-{int(self.final)}-{self.frame}-{self.width or 0}"'

    def lasts_under(self, content_hash: str | None) -> bool:
        """Whether a URL with this content hash (or the beginning of one) will always lead to this picture."""
        return self.final and bool(content_hash) and self.index.content_hash.startswith(content_hash or "-")


class FrameCache:
    """Frames as JPEG, from memory, from disk, or decoded."""

    def __init__(self, folder: Path, *, memory_bytes: int, disk_bytes: int, decoders: int = 4) -> None:
        self._memory = MemoryCache(memory_bytes)
        self._disk = DiskCache(folder, disk_bytes, ours=PICTURE)
        self._queue = DecodeQueue(decoders=decoders)

    def cached(self, address: PictureAddress) -> bytes | None:
        """The JPEG if it is in memory or on disk; nothing is decoded."""
        key = address.key
        found = self._memory.get(key)
        if found is None and (found := self._disk.get(key)) is not None:
            self._memory.put(key, found)
        return found

    def decoding(self, address: PictureAddress, urgency: Urgency) -> "Future[bytes]":
        """Queue the decoding of a picture; cancel the future if the picture is no longer needed.

        The future returns the JPEG, or raises `storage.frames.VideoError` if the source is gone, has changed, or cannot
        be decoded.
        """

        def use(pixels: np.ndarray) -> bytes:
            picture = encode(pixels, address.width)
            self._memory.put(address.key, picture)
            self._disk.put(address.key, picture)
            return picture

        return self._queue.add(address.index, address.frame, urgency=urgency, use=use, width=address.width)

    def jpeg(self, address: PictureAddress) -> bytes:
        """The JPEG, decoded after the frames that the editor needs now. Raises as `decoding` does."""
        found = self.cached(address)
        return self.decoding(address, Urgency.AHEAD).result() if found is None else found

    def release(self, content_hash: str) -> None:
        """Close the open decoders of one source."""
        self._queue.release(content_hash)

    def close(self) -> None:
        """End decoding, and write the queued pictures to disk."""
        self._queue.close()
        self._disk.close()


def encode(pixels: np.ndarray, width: int | None) -> bytes:
    """``pixels`` (uint8 H x W x 3 RGB) as JPEG, scaled down to ``width`` pixels; never scaled up."""
    across = pixels.shape[1]
    if width is not None and width < across:
        height = max(1, round(pixels.shape[0] * width / across))
        # Below half the size, bilinear sampling would skip pixels; above it, it is as good and four times as fast.
        how = cv2.INTER_LINEAR if 2 * width >= across else cv2.INTER_AREA
        pixels = cv2.resize(pixels, (max(1, width), height), interpolation=how)
    done, encoded = cv2.imencode(
        ".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    )
    if not done:
        raise ValueError(f"a picture of {pixels.shape[1]} x {pixels.shape[0]} pixels could not be encoded as JPEG")
    return encoded.tobytes()


def remove_pictures(folder: Path, content_hash: str) -> None:
    """Remove the cached pictures of one source, and nothing that a person put beside them. Raises `OSError`."""
    if HASH.fullmatch(content_hash) is None:
        return
    for place in (folder / f"{content_hash[:24]}{kind}" for kind in "cp"):
        if place.is_symlink() or not place.is_dir():
            continue
        for size in [size for size in place.iterdir() if size.is_dir()]:
            names = [file.name for file in size.iterdir()]
            own = [name for name in names if PICTURE.fullmatch(f"{place.name}/{size.name}/{name.removesuffix(PART)}")]
            remove_own(size, own)
        remove_own(place, ())
