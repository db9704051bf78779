"""Thumbnails of videos: the frame with most masks, the masks painted in the colours of their tracks."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from app.settings import ASSETS
from storage import rle, tracks
from storage.database import Database
from storage.rle import Rle
from storage.videos import Video

PALETTE: tuple[str, ...] = tuple(json.loads((ASSETS / "look" / "palette.json").read_text()))
WIDTH = 576  # pixels; twice the width of a card, for high-density screens
FILL = 0.45
LINE_PIXELS = 2
JPEG_QUALITY = 85


@dataclass(frozen=True)
class PaintedMask:
    """One mask to paint: the number of its track (from 1) gives the colour; ``rle`` has the size of the frame."""

    number: int
    digest: str
    rle: Rle


@dataclass(frozen=True)
class Scene:
    """The content of a thumbnail: frame (from 0) and its masks, the largest first."""

    frame: int
    masks: tuple[PaintedMask, ...]

    @property
    def key(self) -> str:
        """16 hexadecimal digits that change whenever the picture does."""
        parts = [str(self.frame), *(f"{mask.number}:{mask.digest}" for mask in self.masks)]
        return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def choose_frame(areas: dict[int, list[int]], *, count: int) -> int:
    """The frame with most masks, of several the one with the largest; a third into the video if there are no masks.

    ``areas``: frame -> areas of its masks in pixels.
    """
    if not areas:
        return max(0, count // 3)
    return max(areas, key=lambda frame: (len(areas[frame]), sum(areas[frame]), -frame))


def scene(database: Database, video: Video) -> Scene:
    """Choose the frame to show and read its masks, without rejected and deleted ones."""
    with database.read() as tx:
        shown = {t.id: t.number for t in tracks.list_tracks(tx, video.id) if not (t.deleted or t.rejected)}
        rows = [
            row
            for row in tracks.rows(tx, video.id)
            if row.track_id in shown and row.hash is not None and row.review != "rejected"
        ]
        areas: dict[int, list[int]] = {}
        for row in rows:
            areas.setdefault(row.frame, []).append(row.area)
        frame = choose_frame(areas, count=video.count)
        here = sorted((row for row in rows if row.frame == frame), key=lambda row: -row.area)
        blobs = tracks.masks(tx, video.id, start=frame, stop=frame + 1) if here else {}
    painted = tuple(PaintedMask(shown[row.track_id], row.hash, blobs[row.hash]) for row in here if row.hash)
    return Scene(frame=frame, masks=painted)


def paint(picture: np.ndarray, masks: Sequence[PaintedMask]) -> np.ndarray:
    """A copy of ``picture`` (uint8 H x W x 3, RGB, any size) with the masks blended in and outlined."""
    height, width = picture.shape[:2]
    blended = picture.astype(np.float32)
    outlines = []
    for mask in masks:
        colour = np.array(rgb(PALETTE[(mask.number - 1) % len(PALETTE)]), np.float32)
        inside = cv2.resize(rle.decode(mask.rle).astype(np.uint8), (width, height), interpolation=cv2.INTER_AREA) > 0
        blended[inside] = (1 - FILL) * blended[inside] + FILL * colour
        outlines.append((inside, colour))
    result = np.clip(blended + 0.5, 0, 255).astype(np.uint8)
    for inside, colour in outlines:
        contours, _ = cv2.findContours(inside.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(result, contours, -1, [int(c) for c in colour], LINE_PIXELS, cv2.LINE_AA)
    return result


def thumbnail(jpeg: bytes, masks: Sequence[PaintedMask]) -> bytes:
    """A frame's JPEG with the masks painted in, as JPEG; the same bytes where there is no mask."""
    if not masks:
        return jpeg
    bgr = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        raise ValueError("The picture of the frame is no JPEG.")
    painted = paint(np.ascontiguousarray(bgr[:, :, ::-1]), masks)
    done, encoded = cv2.imencode(
        ".jpg", np.ascontiguousarray(painted[:, :, ::-1]), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    )
    if not done:
        raise ValueError("The thumbnail could not be encoded as JPEG.")
    return encoded.tobytes()


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255, of a colour in the form "#RRGGBB"."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
