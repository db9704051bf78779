"""Frame k by seeking is frame k of a plain sequential pass, to the bit, for every kind of file that is made here."""

import random
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from storage import frames
from storage.frames import FrameIndex
from tests.storage.made_videos import decoded, make_video, numbered_picture, read_back
from tests.storage.odd_videos import KINDS, make_joined_streams, make_kind, make_two_sizes, make_with_cover, start_later

# How many pictures the decoder gives where it is not the number that was encoded, and why.
OTHER_COUNT = {
    "negative-times.mp4": 23,  # an edit list hides what comes before time 0, as players do
    "front-lost.ts": 34,  # the picture after the lost key frame cannot be predicted
    "front-lost.mkv": 34,
    "hevc-front-lost.ts": 30,
    "mpeg2-front-lost.ts": 28,
}


def plain_sums(path: Path, stream: int) -> list[int]:
    """CRC-32 of every picture as PyAV alone gives it, in one pass, not turned."""
    with av.open(str(path)) as container:
        return [
            zlib.crc32(frame.to_ndarray(format="rgb24").tobytes())  # type: ignore[union-attr]
            for frame in container.decode(container.streams[stream])
        ]


@contextmanager
def unturned(index: FrameIndex) -> Iterator[frames.Reader]:
    width, height = index.coded_size
    with frames.open_reader(replace(index, rotation=0, width=width, height=height)) as reader:
        yield reader


def some_numbers(count: int, seed: str) -> list[int]:
    """Frames from all over, then backwards from the end, then the first."""
    jumps = random.Random(seed).sample(range(count), min(count, 12))
    return [*jumps, *range(count - 1, max(-1, count - 4), -1), 0]


@pytest.mark.parametrize("name", KINDS)
def test_however_a_frame_is_reached_it_is_the_one_of_the_sequential_pass(tmp_path: Path, name: str) -> None:
    path = make_kind(tmp_path / name, KINDS[name])
    index = frames.index(path)
    truth = plain_sums(path, index.stream)
    assert index.count == len(truth) == OTHER_COUNT.get(name, KINDS[name].frames)
    assert read_back(index) == index
    with unturned(index) as reader:
        for k in some_numbers(index.count, name):
            assert zlib.crc32(reader.read(k).tobytes()) == truth[k], k
    provisional = frames.probe(path)
    with frames.open_counting(provisional) as frame_pass:
        for k, frame in frame_pass:
            assert zlib.crc32(np.rot90(frame, -index.rotation // 90).tobytes()) == truth[k], k
            assert frame_pass.count == k + 1
        assert frame_pass.confirmed == index
    with unturned(provisional) as reader:
        for k in some_numbers(index.count, name)[:3] if name not in OTHER_COUNT else ():
            assert zlib.crc32(reader.read(k).tobytes()) == truth[k], k


# Bare streams have no times at all, and the decoders of the two old ones do not tell which pictures are key.
ONLY_COUNTED = {"bare.h264", "bare.hevc", "old.mov", "animation.mov"}


@pytest.mark.parametrize("name", sorted(set(KINDS) - ONLY_COUNTED))
def test_every_container_lets_a_frame_be_reached_without_decoding_from_the_start(tmp_path: Path, name: str) -> None:
    assert frames.index(make_kind(tmp_path / name, KINDS[name])).seekable


def test_pictures_without_times_are_entered_where_their_pixels_proved_it(tmp_path: Path) -> None:
    index = frames.index(make_kind(tmp_path / "no-times.avi", KINDS["no-times.avi"]))
    assert (index.timed, index.keyframes) == (False, (0, 10, 20))
    assert len(index.entry_times) == len(index.keyframe_sums) == 3
    truth = plain_sums(index.path, 0)
    with frames.open_reader(replace(index, keyframe_sums=(1, *index.keyframe_sums[1:]))) as reader:
        for k in (25, 4, 12, 29):
            assert zlib.crc32(reader.read(k).tobytes()) == truth[k], k


def test_two_recordings_joined_are_entered_in_both_halves(tmp_path: Path) -> None:
    first = make_kind(tmp_path / "first.ts", KINDS["mpeg2.ts"])
    joined = tmp_path / "joined.ts"
    joined.write_bytes(first.read_bytes() * 2)
    index = frames.index(joined)
    truth = plain_sums(joined, 0)
    assert index.count == len(truth) == 60
    assert any(k >= 30 for k in index.keyframes)
    with frames.open_reader(index) as reader:
        for k in (59, 31, 29, 2, 45):
            assert zlib.crc32(reader.read(k).tobytes()) == truth[k], k


def test_pictures_before_the_start_in_the_edit_list_take_no_number(tmp_path: Path) -> None:
    whole = make_video(tmp_path / "whole.mp4", frames=30, b_frames=0)
    truth = decoded(whole)
    path = start_later(make_video(tmp_path / "edited.mp4", frames=30, b_frames=0), 12 * 512)
    index = frames.index(path)
    assert index.count == frames.probe(path).count == 18
    assert index.gaps == ()
    with frames.open_reader(index) as reader:
        for k in (17, 0, 9):
            assert np.array_equal(reader.read(k), truth[12 + k])


def test_a_size_that_changes_in_mid_stream_makes_a_gap_and_the_old_size_goes_on_behind_it(tmp_path: Path) -> None:
    index = frames.index(make_two_sizes(tmp_path / "call.mkv"))
    assert (index.count, index.width, index.height) == (16, 64, 48)
    assert [(gap.after, gap.reason) for gap in index.gaps] == [(7, "8 pictures of 96 x 64 in a video of 64 x 48")]
    with frames.open_reader(index) as reader:
        for k, original in ((12, 20), (3, 3), (8, 16), (7, 7)):
            assert np.abs(reader.read(k).astype(int) - numbered_picture(original)).mean() < 20


@pytest.mark.parametrize("codec", ["libx264", "mpeg2video", "mpeg4"])
@pytest.mark.parametrize("sizes", [((64, 48), (96, 64)), ((64, 48), (96, 64), (64, 48))])
def test_joined_streams_of_other_sizes_are_not_damaged(
    tmp_path: Path, codec: str, sizes: tuple[tuple[int, int], ...]
) -> None:
    """The count of packets jumps where the streams were joined, though nothing is missing there."""
    index = frames.index(make_joined_streams(tmp_path / "joined.ts", sizes, codec=codec))
    assert index.damage == () and not any("damaged" in note for note in index.notes)
    assert any(note.startswith("the picture size changes; no frame for ") for note in index.notes)
    assert any("of 96 x 64 in a video of 64 x 48" in gap.reason for gap in index.gaps)
    sums = plain_sums(index.path, index.stream)
    assert index.count >= 18 * (len(sizes) - len(sizes) // 2)
    with frames.open_reader(index) as reader:
        for k in (index.count - 1, 0, index.count // 2):
            assert zlib.crc32(reader.read(k).tobytes()) in sums


def test_lost_packets_in_a_stream_whose_size_changes_are_damage(tmp_path: Path) -> None:
    path = make_joined_streams(tmp_path / "joined.ts", ((64, 48), (96, 64)))
    content = path.read_bytes()
    lost = 188 * (len(content) // 188 // 6)
    path.write_bytes(content[:lost] + content[lost + 3 * 188 :])
    index = frames.index(path)
    assert index.damage and index.damage[0].start < 15


def test_a_cover_picture_never_counts_however_large_it_is(tmp_path: Path) -> None:
    index = frames.index(make_with_cover(tmp_path / "cover.mp4"))
    assert (index.count, index.width, index.height, index.stream) == (6, 64, 48, 0)
