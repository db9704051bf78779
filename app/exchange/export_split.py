"""Divides the videos of an export into training and validation, by seed and by category; copies stay together."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.errors import BadInput
from app.exchange.export_choice import ExportChoice
from app.exchange.export_numbers import PlannedVideo
from app.library.counting import frame_index
from storage import frames
from storage.videos import Video

TRAIN, VALID = "train", "valid"


@dataclass(frozen=True)
class _Copies:
    """Copies of one video: their positions in the export, their tracks by category, and a number to order groups by."""

    positions: tuple[int, ...]
    tracks: Counter[str]
    order: str


def bytes_key(video: Video) -> str:
    """A key that copies of a video share. Raises `storage.frames.VideoError`."""
    return frames.copies_key(frame_index(video))


def parts_of(
    videos: Sequence[PlannedVideo], choice: ExportChoice, key: Callable[[Video], str] = bytes_key
) -> dict[str, tuple[PlannedVideo, ...]]:
    """The videos of each folder of an export: one folder without a name, or `TRAIN` and `VALID`.

    Videos of the same ``key`` are copies of each other. Raises `BadInput` if there are not two different videos to
    divide, `storage.frames.VideoError`.
    """
    if choice.valid is None:
        return {"": tuple(videos)}
    groups = _groups(videos, choice.seed, key)
    if len(groups) < 2:
        raise BadInput("A division into train and valid needs two videos that are no copies of each other.")
    held = _held_out(groups, choice.valid)
    return {
        TRAIN: tuple(one for k, one in enumerate(videos) if k not in held),
        VALID: tuple(one for k, one in enumerate(videos) if k in held),
    }


def _groups(videos: Sequence[PlannedVideo], seed: int, key: Callable[[Video], str]) -> list[_Copies]:
    """The videos with their copies, in an order that only the seed and the content decide."""
    by_content: dict[str, list[int]] = {}
    for k, one in enumerate(videos):
        by_content.setdefault(key(one.source.video), []).append(k)
    groups = [
        _Copies(
            tuple(positions),
            Counter(str(track.category_id) for k in positions for track in videos[k].tracks),
            hashlib.sha256(f"{seed} {content}".encode()).hexdigest(),
        )
        for content, positions in by_content.items()
    ]
    return sorted(groups, key=lambda group: group.order)


def _held_out(groups: Sequence[_Copies], share: float) -> set[int]:
    """Positions of the validation videos, by iterative stratification (Sechidis, Tsoumakas and Vlahavas, 2011).

    The category with the fewest undecided tracks is divided first; each of its groups goes to the side that lacks most
    tracks of it, or of all videos. Both sides get a group.
    """
    total = sum((group.tracks for group in groups), Counter[str]())
    wants = {side: {key: part * number for key, number in total.items()} for side, part in _shares(share)}
    room = {side: part * sum(len(group.positions) for group in groups) for side, part in _shares(share)}
    sides: dict[str, list[_Copies]] = {TRAIN: [], VALID: []}
    waiting = list(groups)
    while waiting:
        left = sum((group.tracks for group in waiting), Counter[str]())
        rarest = min(left, key=lambda key: (left[key], total[key], _first_with(groups, key)), default=None)
        group = next(one for one in waiting if rarest is None or one.tracks[rarest])
        waiting.remove(group)
        side = max(wants, key=lambda name: (wants[name].get(str(rarest), 0.0), room[name], name == TRAIN))
        sides[side].append(group)
        room[side] -= len(group.positions)
        for key, number in group.tracks.items():
            wants[side][key] -= number
    for empty, full in ((VALID, TRAIN), (TRAIN, VALID)):
        if not sides[empty]:
            sides[empty].append(sides[full].pop())
    return {position for group in sides[VALID] for position in group.positions}


def _shares(valid: float) -> tuple[tuple[str, float], tuple[str, float]]:
    return (TRAIN, 1 - valid), (VALID, valid)


def _first_with(groups: Sequence[_Copies], category: str) -> int:
    """The position of the first group with a category: an order of categories without their random ids."""
    return next(k for k, group in enumerate(groups) if group.tracks[category])
