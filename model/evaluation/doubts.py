"""Sentences about input that lowers the figures, and that the official evaluation accepts without a warning."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from .groups import Entry, Measured
from .matching import AREA_BOUNDS, AREA_NAMES

_MOST = 5  # most entries that are named one by one
# A stated mean area fits the masks within this share, because tools count the pixels of a border differently.
_AREA_SHARE = 0.02


def doubts(
    truth: Sequence[Entry],
    found: Sequence[Entry],
    *,
    videos: Mapping[int, Mapping[str, Any]],
    categories: Mapping[int, Any],
    strange_videos: Sequence[int],
    measured: Measured,
) -> tuple[str, ...]:
    """Mismatches between truth and results, as sentences; no figure depends on them.

    videos, categories: the truth's, by id. strange_videos: the video id of each result whose video the truth lacks.
    """
    return (
        *_strange("video", strange_videos, videos, len(found) + len(strange_videos)),
        *_strange("category", [e.category for e in found if e.category not in categories], categories, len(found)),
        *_lengths(truth, videos),
        *_lengths(found, videos),
        *_sizes(truth, measured.truth_fits),
        *_sizes(found, measured.found_fits),
        *_stated_areas(truth, measured),
        *_nameless(truth),
    )


def _strange(what: str, ids: Sequence[int], known: Mapping[int, Any], count: int) -> list[str]:
    """One sentence if results have video or category ids that the truth lacks."""
    if not ids:
        return []
    plural = {"video": "videos", "category": "categories"}[what]
    each = Counter(ids)
    named = ", ".join(f"{key} ({many})" for key, many in sorted(each.items())[:_MOST])
    rest = f" and {len(each) - _MOST} more" if len(each) > _MOST else ""
    hint = ""
    if all(key + 1 in known for key in each) and not any(key in known and key + 1 not in known for key in each):
        hint = f" Each id is one below one of the truth: the results may count {plural} from 0."
    what_of = f"a {what} that the truth lacks" if len(ids) == 1 else f"{plural} that the truth lacks"
    verb = "is" if len(ids) == 1 else "are"
    left_out = "it is" if len(ids) == 1 else "they are"
    return [f"{len(ids)} of {_counted(count, 'result')} {verb} of {what_of}: {named}{rest}; {left_out} left out.{hint}"]


def _lengths(entries: Sequence[Entry], videos: Mapping[int, Mapping[str, Any]]) -> list[str]:
    """One sentence for each of the first entries with another number of masks than their video has frames."""
    known = {number: _frames(video) for number, video in videos.items()}
    wrong = [
        (entry, frames)
        for entry in entries
        if (frames := known[entry.video]) is not None and len(entry.segmentations) != frames
    ]
    lines = [
        f"{entry.where} has {_counted(len(entry.segmentations), 'mask')}, but video {entry.video} has "
        f"{_counted(frames, 'frame')}; only the frames that both have are compared, as the official evaluation does."
        for entry, frames in wrong[:_MOST]
    ]
    if len(wrong) > _MOST:
        lines.append(
            f"{len(wrong)} entries in all have another number of masks than frames; the first {_MOST} are named."
        )
    return lines


def _sizes(entries: Sequence[Entry], fits: np.ndarray) -> list[str]:
    """One sentence for each of the first entries with a mask of another size than its video.

    fits: bool (N,), entries of which it is known that they have none.
    """
    wrong = [
        (entry, frame, size)
        for entry in (entries[number] for number in np.flatnonzero(~fits).tolist())
        for frame, size in [next(_other_sizes(entry), (None, None))]
        if frame is not None
    ]
    lines = [
        f"{entry.where}.segmentations[{frame}] is a mask of {size}, but video {entry.video} is {list(entry.size)} "
        "(height, width); a frame counts for nothing where truth and result differ in size."
        for entry, frame, size in wrong[:_MOST]
    ]
    if len(wrong) > _MOST:
        lines.append(f"{len(wrong)} entries in all have masks of another size; the first {_MOST} are named.")
    return lines


def _other_sizes(entry: Entry) -> Iterator[tuple[int, list[int]]]:
    """Frame and [height, width] of the run-length codes of an entry that are not as large as its video."""
    wanted = list(entry.size)
    for frame, code in enumerate(entry.segmentations):
        if isinstance(code, dict) and code and (size := code["size"]) != wanted and list(size) != wanted:
            yield frame, list(size)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _frames(video: Mapping[str, Any]) -> int | None:
    """The number of frames of a video in the truth; None if it is not given."""
    length, names = video.get("length"), video.get("file_names")
    if isinstance(length, int) and not isinstance(length, bool):
        return length
    return len(names) if isinstance(names, list) else None


def _stated_areas(truth: Sequence[Entry], measured: Measured) -> list[str]:
    """One sentence if tracks state areas that are not those of their masks."""
    own, stated = measured.mask_areas, measured.truth_areas
    # A track whose stated areas are all null states none.
    wrong = np.flatnonzero((stated > 0) & (np.abs(stated - own) > np.maximum(_AREA_SHARE * own, 1)))
    if not wrong.size:
        return []
    first = int(wrong[0])
    moved = sum(_size_class(stated[k]) != _size_class(own[k]) for k in wrong)
    effect = "none of them is in another size class by it"
    if moved:
        are = "is" if moved == 1 else "are"
        effect = f"{moved} of them {are} in another size class by it, which moves APs, APm and APl"
    return [
        f"{len(wrong)} of {_counted(len(truth), 'track')} of the truth state areas that are not those of the masks; "
        f"the first is {truth[first].where}, with a mean of {stated[first]:.0f} pixels where the masks have "
        f"{own[first]:.0f}. The official evaluation takes the stated ones; {effect}."
    ]


def _size_class(area: float) -> str:
    """The size class that an area of this many pixels falls into; the smaller one on a bound."""
    return next(name for name, (_, most) in zip(AREA_NAMES[1:], AREA_BOUNDS[1:], strict=True) if area <= most)


def _nameless(truth: Sequence[Entry]) -> list[str]:
    return [
        f"{entry.where} has the id 0, which the official evaluation takes for no track at all: a result that finds it "
        "counts as wrong. Number the tracks from 1 for a figure that counts it."
        for entry in truth
        if entry.identity == 0
    ]
