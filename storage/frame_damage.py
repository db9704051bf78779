"""Stretches of a video in which something is damaged, and from where a decoder gives them as a sequential pass does.

What a decoder makes up for damaged data depends on what it decoded before, even before a seek. Such frames are
therefore only read with a decoder freshly opened, from an entry that was tried out, or from the start of the file. Even
so FFmpeg may fill a hole with what its memory happens to hold: the numbers of such frames are certain, their damaged
parts are not, and a note of the index says so.
"""

import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace

from storage.frame_index import Damage, FrameIndex, UnreadablePicture
from storage.frame_reader import FrameReader

# Frames that may have to be decoded to reach a damaged stretch exactly; farther on, the nearest sound entry is taken.
FAR_FROM_START = 2000


def with_damage(index: FrameIndex, *, keys: Sequence[int], wrong: Iterable[int], sums: Sequence[int]) -> FrameIndex:
    """`index` with its damaged stretches, and without the key frames that begin them.

    keys: every key frame. wrong: frames at or beside which something is damaged. sums: CRC-32 of the RGB pixels (not
    turned) of every frame, as the sequential pass gave them.
    """
    spoiled = {at for at in (bisect_right(keys, k) - 1 for k in wrong) if at >= 0}
    # The first frame stays: decoding from there is the sequential pass itself.
    safe = [k for at, k in enumerate(keys) if at not in spoiled or at == 0]
    index = replace(index, keyframes=tuple(safe), keyframe_sums=tuple(sums[k] for k in safe))
    damage = []
    for start, stop in _stretches(keys, spoiled, index.count):
        before = safe[: bisect_left(safe, start)][-1:]
        entries = [entry for entry in (start, *before) if entry > 0]
        proven = (entry for entry in entries if _gives(index, Damage(start, stop, entry), sums))
        otherwise = entries[-1] if start > FAR_FROM_START else 0
        damage.append(Damage(start, stop, next(proven, otherwise)))
    notes = [f"frames {d.start} to {d.stop - 1} are damaged in part; what is made up for them may vary" for d in damage]
    return replace(index, damage=tuple(damage), notes=(*index.notes, *notes))


def _stretches(keys: Sequence[int], spoiled: set[int], count: int) -> list[tuple[int, int]]:
    """(first frame, frame after the last) of each run of damaged parts between key frames."""
    found: list[tuple[int, int]] = []
    for at in sorted(spoiled):
        start, stop = keys[at], keys[at + 1] if at + 1 < len(keys) else count
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], stop)
        else:
            found.append((start, stop))
    return found


def _gives(index: FrameIndex, damage: Damage, sums: Sequence[int]) -> bool:
    """Whether reading the stretch from its entry gives the pictures of the sequential pass."""
    width, height = index.coded_size
    trial = replace(index, rotation=0, width=width, height=height, damage=(damage,))
    with FrameReader(trial) as reader:
        try:
            return all(zlib.crc32(frame.data) == sums[k] for k, frame in reader.read_range(damage.start, damage.stop))
        except UnreadablePicture:
            return False
