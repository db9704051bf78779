"""Datasets for round trips through formats, and what a format keeps of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st
from PIL import Image

from storage import rle
from storage.formats import Format, plain_videos
from storage.formats.attributes import frame_values, track_values
from storage.youtube_vis import VisCategory, VisDataset, VisTrack, VisVideo

NAMES = st.text(alphabet="abcdxyz_ü", min_size=1, max_size=5).filter(lambda name: name.strip("_. ") != "")


@st.composite
def masks(draw: st.DrawFn, height: int, width: int) -> rle.Rle | None:
    """A mask of any pixels, often with holes and several parts, or None."""
    bits = draw(st.integers(0, 2 ** (height * width) - 1))
    pixels = np.array([bits >> k & 1 for k in range(height * width)], bool).reshape(height, width)
    return rle.encode(pixels) if pixels.any() else None


@st.composite
def datasets(draw: st.DrawFn, *, flags: bool = False, values: bool = False) -> VisDataset:
    """One to three videos of different sizes with up to three tracks each; every track has a mask."""
    categories = tuple(
        VisCategory(number, name)
        for number, name in enumerate(draw(st.lists(NAMES, min_size=1, max_size=3, unique_by=str.casefold)), start=1)
    )
    videos, tracks = [], []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        height, width, length = draw(st.integers(1, 6)), draw(st.integers(1, 6)), draw(st.integers(1, 3))
        names = tuple(f"v{number}/{5 * k:05d}.jpg" for k in range(length))
        videos.append(VisVideo(number, width, height, length, names))
        for _ in range(draw(st.integers(1, 3))):
            shown = [draw(masks(height, width)) for _ in range(length)]
            if not any(shown):
                shown[0] = rle.encode(np.ones((height, width), bool))
            extra: dict[str, Any] = {}
            if flags and draw(st.booleans()):
                extra["frame_attributes"] = {"occluded": [None if one is None else True for one in shown]}
            if values and draw(st.booleans()):
                extra["attributes"] = {"pose": draw(st.sampled_from(["sits", "runs & <hides>"]))}
            category = draw(st.sampled_from(categories)).id
            tracks.append(VisTrack(len(tracks) + 1, number, category, tuple(shown), extra=extra))
    lists = [{"name": "pose", "values": ["sits", "runs & <hides>"], "per": "track", "key": None}] if values else []
    return VisDataset({}, (), tuple(videos), categories, tuple(tracks), {"attributes": lists} if lists else {})


@dataclass(frozen=True)
class Seen:
    """One mask as far as it can be compared: of which video, frame, category and track it is."""

    video: str
    frame: int
    category: str
    track: object
    mask: str
    attributes: tuple[tuple[str, object], ...]


def seen(dataset: VisDataset, form: Format) -> list[Seen]:
    """The masks of a dataset without what the format does not hold, in an order of their own."""
    plain = plain_videos(dataset)
    names = {category.id: category.name for category in dataset.categories}
    found = []
    for track in dataset.tracks:
        own, lines = track_values(track), frame_values(track)
        own = {name: value for name, value in own.items() if "attributes" in form.holds or value is True}
        for frame, mask in enumerate(track.segmentations):
            if mask is not None:
                here = {name: line[frame] for name, line in lines.items() if "flags" in form.holds and line[frame]}
                found.append(
                    Seen(
                        plain[track.video_id].name,
                        frame,
                        names[track.category_id] if "categories" in form.holds else "object",
                        _all_masks(track) if "tracks" in form.holds else None,
                        mask["counts"],
                        tuple(sorted({**own, **here}.items())),
                    )
                )
    return sorted(found, key=repr)


def _all_masks(track: VisTrack) -> object:
    """What a track can be known by where ids are given anew: all its masks."""
    return tuple(None if mask is None else mask["counts"] for mask in track.segmentations)


def write_pictures(dataset: VisDataset, form: Format, folder: Path) -> None:
    """Black pictures where the format has them."""
    plain = plain_videos(dataset)
    for video in dataset.videos:
        for frame in range(video.length):
            place = folder / form.picture(plain[video.id], frame)
            place.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (video.width, video.height)).save(place)
