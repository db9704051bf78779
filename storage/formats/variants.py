"""YouTube-VIS and the data sets that share its file: UVO, LV-VIS and OVIS; and marks as crowd that mean nothing.

OVIS has a list `occlusion` in each track, which becomes an attribute. UVO and LV-VIS need nothing: their further keys
are kept, and UVO's one category is called `object`. labelformat marks every track with `iscrowd: true`.
"""

from dataclasses import replace
from pathlib import Path

from storage.formats.attributes import OF_FRAMES
from storage.formats.content import FormatContent
from storage.formats.errors import Broken
from storage.youtube_vis import Check, VisDataset, VisTrack, YouTubeVisError, no_check, read_dataset

OCCLUSION = "occlusion"


def read(path: Path, broken: Broken, check: Check = no_check) -> FormatContent:
    """The content of a file. Raises `storage.youtube_vis.YouTubeVisError`, OSError.

    Also where only the good videos are wanted, a track of which nothing says in which video it is ends the reading:
    each of them may be the one that lacks it.
    """
    dataset = read_dataset(path, check=check, keep_good=broken.keep_good)
    if dataset.astray:
        raise YouTubeVisError(f"{dataset.astray[0]}; nothing says which video lacks this track, so none can be kept")
    tracks = tuple(_with_occlusion(track) for track in dataset.tracks)
    return FormatContent(replace(dataset, tracks=tracks), path.parent, dataset.left_out)


def _with_occlusion(track: VisTrack) -> VisTrack:
    """The track with OVIS's list of how far it is hidden as an attribute of its masks."""
    found = track.extra.get(OCCLUSION)
    if not isinstance(found, list) or len(found) != len(track.segmentations):
        return track
    line = [
        value if isinstance(value, str) and mask is not None else None
        for value, mask in zip(found, track.segmentations, strict=True)
    ]
    if not any(line):
        return track
    known = track.extra.get(OF_FRAMES)
    lines = {OCCLUSION: line, **(known if isinstance(known, dict) else {})}
    rest = {key: value for key, value in track.extra.items() if key != OCCLUSION}
    return replace(track, extra={**rest, OF_FRAMES: lines})


def crowd_everywhere(dataset: VisDataset) -> bool:
    """Whether every track is marked as crowd, as labelformat and Datumaro do; nobody would train on any of them."""
    return len(dataset.tracks) > 0 and all(track.iscrowd for track in dataset.tracks)


def without_crowd(dataset: VisDataset) -> VisDataset:
    """The dataset with ordinary tracks and masks only."""
    return replace(
        dataset, tracks=tuple(replace(track, iscrowd=0, extra=_without_marks(track.extra)) for track in dataset.tracks)
    )


def _without_marks(extra: dict[str, object]) -> dict[str, object]:
    lines = extra.get(OF_FRAMES)
    if not isinstance(lines, dict) or "crowd" not in lines:
        return extra
    rest = {name: line for name, line in lines.items() if name != "crowd"}
    other = {key: value for key, value in extra.items() if key != OF_FRAMES}
    return {**other, OF_FRAMES: rest} if rest else other
