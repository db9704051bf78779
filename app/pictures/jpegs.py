"""Pictures of videos as JPEG at the size they are shown in: from memory, from disk, or decoded."""

import re
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from app.own_files import remove_own
from app.pictures.byte_caches import PART, DiskCache, MemoryCache
from app.pictures.decode_desk import DecodeDesk, Hurry, Wish
from storage import frames

JPEG_QUALITY = 85
HASH = re.compile(r"[0-9a-f]{24,}")
PICTURE = re.compile(r"[0-9a-f]{24}[cp]/(full|\d+)/n?-?\d+\.jpg")
"""What `picture_key` gives; anything else in the folder is a person's."""


class FrameCache:
    """JPEG pictures of frames by content hash, frame and width."""

    def __init__(self, folder: Path, *, memory_bytes: int, disk_bytes: int, decoders: int = 4) -> None:
        self._memory = MemoryCache(memory_bytes)
        self._disk = DiskCache(folder, disk_bytes, ours=PICTURE)
        self._desk = DecodeDesk(decoders=decoders)

    def find(
        self, index: frames.FrameIndex, frame: int, width: int | None, *, final: bool | None = None
    ) -> bytes | None:
        """The JPEG if it is in memory or on disk; nothing is decoded."""
        key = picture_key(index, frame, width, final=final)
        found = self._memory.get(key)
        if found is None and (found := self._disk.get(key)) is not None:
            self._memory.put(key, found)
        return found

    def ask(
        self,
        index: frames.FrameIndex,
        frame: int,
        width: int | None,
        *,
        hurry: Hurry = Hurry.NOW,
        final: bool | None = None,
    ) -> Wish:
        """Queues the decoding of frame ``frame``, scaled to ``width`` pixels (full resolution without it).

        The wish's ``picture`` gives the JPEG, or raises `storage.frames.VideoError` when the source is gone, changed
        or does not decode. ``final``: the frame's number will not change any more; by default as the index says.
        """
        key = picture_key(index, frame, width, final=final)
        return self._desk.ask(index, frame, hurry=hurry, use=self._keep_as(key, width))

    def jpeg(self, index: frames.FrameIndex, frame: int, width: int | None) -> bytes:
        """JPEG of a frame; waits for it behind those for which somebody else waits. Raises as `ask` says."""
        found = self.find(index, frame, width)
        return self.ask(index, frame, width, hurry=Hurry.AHEAD).picture.result() if found is None else found

    def release(self, content_hash: str) -> None:
        """Closes the open decoders of one source."""
        self._desk.release(content_hash)

    def close(self) -> None:
        """Ends decoding."""
        self._desk.close()

    def _keep_as(self, key: str, width: int | None) -> Callable[[np.ndarray], bytes]:
        def keep(pixels: np.ndarray) -> bytes:
            picture = encode(pixels, width)
            self._memory.put(key, picture)
            self._disk.put(key, picture)
            return picture

        return keep


def encode(pixels: np.ndarray, width: int | None) -> bytes:
    """``pixels`` (uint8 H x W x 3 RGB) as JPEG, scaled down to ``width`` pixels across; never scaled up."""
    across = pixels.shape[1]
    if width is not None and width < across:
        height = max(1, round(pixels.shape[0] * width / across))
        # Below half the size bilinear sampling would leave out pixels; above, it is as good and four times as quick.
        how = cv2.INTER_LINEAR if 2 * width >= across else cv2.INTER_AREA
        pixels = cv2.resize(pixels, (max(1, width), height), interpolation=how)
    done, encoded = cv2.imencode(
        ".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    )
    if not done:
        raise ValueError(f"a picture of {pixels.shape[1]} x {pixels.shape[0]} pixels could not be encoded as JPEG")
    return encoded.tobytes()


def picture_key(index: frames.FrameIndex, frame: int, width: int | None, *, final: bool | None = None) -> str:
    """Relative path of one cached picture.

    While numbers are provisional it names the moment instead: the picture of a moment stays the same when its number
    changes.
    """
    size = width or "full"
    if index.confirmed if final is None else final:
        return f"{index.content_hash[:24]}c/{size}/{frame:06d}.jpg"
    return f"{index.content_hash[:24]}p/{size}/{index.pts[frame] if index.seekable else f'n{frame}'}.jpg"


def remove_pictures(folder: Path, content_hash: str) -> None:
    """Removes the cached pictures of one source, and nothing that somebody else put beside them. Raises `OSError`."""
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
