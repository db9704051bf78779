"""Damaged ranges of a video, and the frame from which a decoder reproduces them exactly as the counting pass did.

FFmpeg invents pixels for damaged data, and what it invents depends on threading and on all frames decoded earlier, even
before a seek. Damaged frames are therefore always read by a newly opened decoder on one thread, from the same tested
key frame (or from frame 0), so that a frame has the same bytes every time.
"""

import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace

from storage.frames.frame_index import Damage, FrameIndex, UnreadablePicture
from storage.frames.reader import FrameReader

# The most frames to decode from frame 0 in order to read a damaged range exactly; beyond that, reading starts from the
# nearest sound key frame.
FAR_FROM_START = 2000


def with_damage(
    index: FrameIndex,
    *,
    keys: Sequence[int],
    wrong: Iterable[int],
    sums: Sequence[int],
    doubtful: Iterable[int] = (),
) -> FrameIndex:
    """`index` with its damaged ranges, and without the key frames at which they begin.

    A part is the range from one key frame to the next. Each part is read after a seek and compared with `sums`, which
    also finds damage that no decoder reports.
    keys: all key frames. wrong: frames at or next to an error. sums: CRC-32 of the RGB pixels (not turned) of every
    frame, from a sequential pass on one thread. doubtful: frames whose part is also read by a newly opened decoder.
    """
    spoiled = {at for at in (bisect_right(keys, k) - 1 for k in wrong) if at >= 0}
    for at in {bisect_right(keys, k) - 1 for k in doubtful} - spoiled - {-1}:
        with FrameReader(_unturned(index)) as reader:
            if not _same(reader, _part(keys, at, index.count), sums):
                spoiled.add(at)
    spoiled |= _other_after_a_seek(index, keys, spoiled, sums)
    # The first key frame stays: decoding from there is the sequential pass itself.
    safe = [k for at, k in enumerate(keys) if at not in spoiled or at == 0]
    index = replace(index, keyframes=tuple(safe), keyframe_sums=tuple(sums[k] for k in safe))
    damage = []
    notes = []
    for start, stop in _damaged_ranges(keys, spoiled, index.count):
        before = safe[: bisect_left(safe, start)][-1:]
        entries = [entry for entry in (start, *before) if entry > 0]
        proven = next((entry for entry in entries if _gives(index, Damage(start, stop, entry), sums)), None)
        far = proven is None and start > FAR_FROM_START
        damage.append(Damage(start, stop, entries[-1] if far else proven or 0))
        notes.append(
            f"frames {start} to {stop - 1} are damaged in part"
            + ("; what is made up for them is not what decoding all from the start would make up" if far else "")
        )
    return replace(index, damage=tuple(damage), notes=(*index.notes, *notes))


def with_entries(
    index: FrameIndex, *, keys: Sequence[int], times: Sequence[int | None], sums: Sequence[int]
) -> FrameIndex:
    """`index`, whose pictures have no usable times, with those key frames that a seek reaches.

    keys, times: the frames of key pictures and the times of key packets, in order. sums: as for `with_damage`.
    From each key frame all frames up to the next one are read and compared. Key frames that fail are dropped, until all
    that remain pass.
    """
    if len(keys) != len(times):
        return index
    chosen = [(k, moment) for k, moment in zip(keys, times, strict=True) if moment is not None]
    proven: set[tuple[int, int]] = set()
    while chosen:
        starts = tuple(k for k, _ in chosen)
        known = tuple(sums[k] for k in starts)
        trial = replace(index, keyframes=starts, keyframe_sums=known, entry_times=tuple(at for _, at in chosen))
        with FrameReader(_unturned(trial)) as reader:
            parts = list(zip(starts, (*starts[1:], index.count), strict=True))
            # Decodes again only the parts that grew because the key frame after them was dropped.
            proven |= {
                part for number, part in enumerate(parts) if part not in proven and reader.gives(number, part[1], sums)
            }
        if proven.issuperset(parts):
            return trial
        chosen = [entry for entry, part in zip(chosen, parts, strict=True) if part in proven]
    return index


def _damaged_ranges(keys: Sequence[int], spoiled: set[int], count: int) -> list[tuple[int, int]]:
    """(start, stop) of each run of adjacent damaged parts; stop is exclusive."""
    found: list[tuple[int, int]] = []
    for at in sorted(spoiled):
        start, stop = _part(keys, at, count)
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], stop)
        else:
            found.append((start, stop))
    return found


def _part(keys: Sequence[int], at: int, count: int) -> tuple[int, int]:
    return keys[at], keys[at + 1] if at + 1 < len(keys) else count


def _other_after_a_seek(index: FrameIndex, keys: Sequence[int], spoiled: set[int], sums: Sequence[int]) -> set[int]:
    """Parts, except those in `spoiled`, whose frames differ from `sums` after a seek."""
    found = set()
    with FrameReader(_unturned(index)) as reader:
        # Backwards, so that each part needs a seek.
        for at in reversed(range(len(keys))):
            if at not in spoiled and not _same(reader, _part(keys, at, index.count), sums):
                found.add(at)
    return found


def _gives(index: FrameIndex, damage: Damage, sums: Sequence[int]) -> bool:
    """Whether reading the damaged range from its entry gives the frames of the sequential pass."""
    with FrameReader(_unturned(replace(index, damage=(damage,)))) as reader:
        return _same(reader, (damage.start, damage.stop), sums)


def _same(reader: FrameReader, part: tuple[int, int], sums: Sequence[int]) -> bool:
    try:
        return all(zlib.crc32(frame.data) == sums[k] for k, frame in reader.read_range(*part))
    except UnreadablePicture:
        return False


def _unturned(index: FrameIndex) -> FrameIndex:
    width, height = index.coded_size
    return replace(index, rotation=0, width=width, height=height)
