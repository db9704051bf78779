"""Attributes of tracks and masks in the neutral dataset: keys of the tracks and of the dataset beside the format's own.

``attributes`` of a track has the values of the whole track, ``frame_attributes`` a list for each name with an entry for
each frame (None: no mask, or no value). ``attributes`` of the dataset describes the lists of values. YouTube-VIS files
of this program have the same keys.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from storage.rle import Rle
from storage.youtube_vis import VisDataset, VisTrack

AttributeValue: TypeAlias = str | bool  # True for a flag

OF_TRACK, OF_FRAMES, LISTS = "attributes", "frame_attributes", "attributes"
FLAGS = ("occluded", "truncated", "crowd")


def track_values(track: VisTrack) -> dict[str, AttributeValue]:
    """Name -> value of the attributes of a whole track; values of other types are left out."""
    found = track.extra.get(OF_TRACK)
    values = found.items() if isinstance(found, dict) else ()
    return {str(name): value for name, value in values if isinstance(value, str) or value is True}


def frame_values(track: VisTrack) -> dict[str, list[AttributeValue | None]]:
    """Name -> values of a track's masks, an entry for each frame; lists of another length are left out."""
    found = track.extra.get(OF_FRAMES)
    lines = found.items() if isinstance(found, dict) else ()
    return {
        str(name): [value if isinstance(value, str | bool) else None for value in line]
        for name, line in lines
        if isinstance(line, list) and len(line) == len(track.segmentations)
    }


def described(dataset: VisDataset) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Name -> ("track" or "frame", possible values) of each attribute that a dataset describes or uses, flags too."""
    found: dict[str, tuple[str, dict[str, None]]] = {}
    listed = dataset.extra.get(LISTS)
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and isinstance(one.get("name"), str) and one.get("per") in ("track", "frame"):
            values = one.get("values")
            texts = [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
            found[one["name"]] = (one["per"], dict.fromkeys(texts))
    for track in dataset.tracks:
        for name, value in track_values(track).items():
            _add(found, name, "track", value)
        for name, line in frame_values(track).items():
            for one in line:
                if one is not None:
                    _add(found, name, "frame", one)
    return {name: (per, tuple(values)) for name, (per, values) in found.items()}


def _add(found: dict[str, tuple[str, dict[str, None]]], name: str, per: str, value: AttributeValue) -> None:
    values = found.setdefault(name, (per, {}))[1]
    if isinstance(value, str):
        values[value] = None


def keys_of(
    of_track: Mapping[str, AttributeValue],
    of_frames: Mapping[str, Mapping[int, AttributeValue]],
    masks: Sequence[Rle | None],
) -> dict[str, object]:
    """The keys of a track with these attributes; ``of_frames`` has name -> frame -> value, kept where a mask is."""
    keys: dict[str, object] = {}
    if of_track:
        keys[OF_TRACK] = dict(of_track)
    lines: dict[str, list[AttributeValue | None]] = {}
    for name, values in of_frames.items():
        default = False if any(isinstance(value, bool) for value in values.values()) else None
        line = [None if mask is None else values.get(frame, default) for frame, mask in enumerate(masks)]
        if any(line):
            lines[name] = line
    if lines:
        keys[OF_FRAMES] = lines
    return keys
