"""Stretches of a video in which something is damaged, and from where a decoder gives them as a sequential pass does.

What a decoder makes up for damaged data depends on what it decoded before, even before a seek, and on the order in
which its threads work. Such frames are therefore only read by a decoder freshly opened, without threads, which begins
at an entry that was tried out, or at the start of the file: then they come out the same each time.
"""

import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace

from storage.frames.frame_index import Damage, FrameIndex, UnreadablePicture
from storage.frames.reader import FrameReader

# Frames that may have to be decoded to reach a damaged stretch exactly; farther on, the nearest sound entry is taken.
FAR_FROM_START = 2000


def with_damage(
    index: FrameIndex,
    *,
    keys: Sequence[int],
    wrong: Iterable[int],
    sums: Sequence[int],
    doubtful: Iterable[int] = (),
) -> FrameIndex:
    """`index` with its damaged stretches, and without the key frames that begin them.

    keys: every key frame. wrong: frames at or beside which something is damaged. sums: CRC-32 of the RGB pixels (not
    turned) of every frame, as a sequential pass without threads gave them. Parts that do not come out like that after
    a seek are found by trying each, so that damage of which no decoder tells is found too. doubtful: frames whose part
    is tried twice, the second time by a decoder that has seen nothing else.
    """
    spoiled = {at for at in (bisect_right(keys, k) - 1 for k in wrong) if at >= 0}
    for at in {bisect_right(keys, k) - 1 for k in doubtful} - spoiled - {-1}:
        with FrameReader(_unturned(index)) as reader:
            if not _same(reader, _part(keys, at, index.count), sums):
                spoiled.add(at)
    spoiled |= _other_after_a_seek(index, keys, spoiled, sums)
    # The first frame stays: decoding from there is the sequential pass itself.
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
    """`index`, whose pictures have no times to know them by, with the key frames that a seek was seen to reach.

    keys, times: frames that are key pictures, and the moments of the key packets, in order. sums: as for `with_damage`.
    Tried out is every frame up to the next entry; what fails is left out until all that is left holds.
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
            # Only the parts that grew because the entry behind them failed are decoded again.
            proven |= {
                part for number, part in enumerate(parts) if part not in proven and reader.gives(number, part[1], sums)
            }
        if proven.issuperset(parts):
            return trial
        chosen = [entry for entry, part in zip(chosen, parts, strict=True) if part in proven]
    return index


def _damaged_ranges(keys: Sequence[int], spoiled: set[int], count: int) -> list[tuple[int, int]]:
    """(first frame, frame after the last) of each run of damaged parts between key frames."""
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
    """Parts outside of `spoiled` whose frames are other ones when a reader jumps there."""
    found = set()
    with FrameReader(_unturned(index)) as reader:
        # Backwards, so that each part is reached by a jump of its own.
        for at in reversed(range(len(keys))):
            if at not in spoiled and not _same(reader, _part(keys, at, index.count), sums):
                found.add(at)
    return found


def _gives(index: FrameIndex, damage: Damage, sums: Sequence[int]) -> bool:
    """Whether reading the stretch from its entry gives the pictures of the sequential pass."""
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
