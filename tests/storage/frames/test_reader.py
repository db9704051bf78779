"""Far jumps skip pictures that no other one needs, and still give the frames of a sequential pass to the bit."""

import random
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from av.packet import Packet

from storage import frames
from storage.frames import FrameIndex
from storage.frames import reader as frame_reader
from storage.frames.reader import FrameReader
from tests.storage.made_videos import make_video
from tests.storage.odd_videos import KINDS, make_kind

H264 = sorted(name for name, kind in KINDS.items() if kind.codec == "libx264" and kind.frames > 1)


class Watched(FrameReader):
    """A reader that counts the packets whose picture the decoder may skip."""

    sparse = 0

    def _set_skipping(self, packet: Packet) -> None:
        super()._set_skipping(packet)
        self.sparse += str(self._video.stream.codec_context.skip_frame) == "NONREF"

    @property
    def may_skip(self) -> bool:
        return self._may_skip


@pytest.fixture(autouse=True)
def short_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skipping starts at two frames here, because the files are small."""
    monkeypatch.setattr(frame_reader, "RECENT_PICTURES", 2)
    monkeypatch.setattr(frame_reader, "MIN_SKIP", 2)


def sums(index: FrameIndex) -> list[int]:
    with frames.open_reader(index) as reader:
        return [zlib.crc32(frame) for _, frame in reader.read_range(0, index.count)]


def jumps(count: int, seed: str) -> list[int]:
    chosen = random.Random(seed).choices(range(count), k=20)
    return [*chosen, count - 1, 0, count - 1, count - 2, count - 3]


@pytest.mark.parametrize("name", H264)
def test_a_jump_with_skipping_gives_the_frame_of_the_sequential_pass(tmp_path: Path, name: str) -> None:
    index = frames.index(make_kind(tmp_path / name, KINDS[name]))
    truth = sums(index)
    with FrameReader(index) as reader:
        for k in jumps(index.count, name):
            assert zlib.crc32(reader.read(k)) == truth[k], k


@pytest.mark.parametrize("name", ["pyramid.mp4", "ever-slower.mp4", "with-sound.flv", "turned-90.mp4"])
def test_a_jump_skips_pictures(tmp_path: Path, name: str) -> None:
    index = frames.index(make_kind(tmp_path / name, KINDS[name]))
    with Watched(index) as reader:
        for k in jumps(index.count, name):
            reader.read(k)
        assert reader.sparse > 0 and reader.may_skip


def test_after_skipping_the_next_frames_and_the_ones_before_are_all_there(tmp_path: Path) -> None:
    index = frames.index(make_video(tmp_path / "long.mp4", frames=60, gop=60, options={"preset": "medium", "bf": "3"}))
    truth = sums(index)
    with Watched(index) as reader:
        for k in (40, 41, 42, 43, 58, 59, 57, 39, 12, 13, 14, 50):
            assert zlib.crc32(reader.read(k)) == truth[k], k
        assert reader.sparse > 0


def test_short_ways_take_every_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_reader, "MIN_SKIP", 16)
    index = frames.index(make_video(tmp_path / "short.mp4", frames=30, gop=30))
    with Watched(index) as reader:
        for k in (10, 3, 16, 2):
            reader.read(k)
        assert reader.sparse == 0


@pytest.mark.parametrize("name", ["hevc.mp4", "vp9-hidden.webm", "mpeg2.ts", "no-times.avi", "bare.h264"])
def test_other_codecs_and_pictures_without_times_take_every_step(tmp_path: Path, name: str) -> None:
    index = frames.index(make_kind(tmp_path / name, KINDS[name]))
    with Watched(index) as reader:
        for k in jumps(index.count, name):
            reader.read(k)
        assert reader.sparse == 0


def test_nothing_is_skipped_before_all_frames_are_counted(tmp_path: Path) -> None:
    path = make_video(tmp_path / "new.mp4", frames=40, gop=40)
    with Watched(frames.probe(path)) as reader:
        reader.read(39)
        assert reader.sparse == 0 and not reader.may_skip


def test_fields_are_not_skipped(tmp_path: Path) -> None:
    """Of two fields one may be needed and the other not; the first such picture ends all skipping in its file."""
    fields = {"x264-params": "tff=1"}
    index = frames.index(make_video(tmp_path / "fields.mkv", frames=30, gop=30, size=(64, 64), options=fields))
    truth = sums(index)
    with Watched(index) as reader:
        assert zlib.crc32(reader.read(25)) == truth[25]
        assert not reader.may_skip


def test_a_frame_that_skipping_misses_is_reached_step_by_step(tmp_path: Path) -> None:
    """As if the index had a wrong time for one picture: skipping must not hide that."""
    index = frames.index(make_video(tmp_path / "a.mp4", frames=40, gop=40))
    truth = sums(index)
    wrong = replace(index, pts=(*index.pts[:30], index.pts[30] + 1, *index.pts[31:]))
    with Watched(wrong) as reader:
        assert zlib.crc32(reader.read(31)) == truth[31]
        assert not reader.may_skip
