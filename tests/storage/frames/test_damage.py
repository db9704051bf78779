"""Damaged files: what decodes is kept in order, and every read gives the same bytes, in any order and any process."""

import random
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from storage import frames
from storage.frames import FrameIndex, FrameReader
from storage.frames.damage import with_damage, with_entries
from tests.material import ROOT
from tests.storage.made_videos import make_jpeg_video, make_video, spoil_packet
from tests.storage.odd_videos import DAMAGE, KINDS, make_kind

FILES = ("open-gop.ts", "fragmented.mp4", "with-sound.flv", "hevc.ts", "mpeg2.ts", "packed.avi", "no-times.avi")
FILES += ("bare.h264", "vp9-hidden.webm", "motion-jpeg.avi", "lossless.mkv", "program-stream.mpg")


def sums_of(index: FrameIndex) -> list[int]:
    with frames.open_reader(index) as reader:
        return [zlib.crc32(frame.data) for _, frame in reader.read_range(0, index.count)]


def damaged(folder: Path, name: str, damage: str) -> Path:
    path = make_kind(folder / name, KINDS[name])
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    return path


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_refused_with_a_reason_or_reads_the_same_in_every_order(
    tmp_path: Path, name: str, damage: str
) -> None:
    path = damaged(tmp_path, name, damage)
    try:
        index = frames.index(path)
    except frames.VideoError as refusal:
        assert str(path) in str(refusal)
        return
    truth = sums_of(index)
    assert len(truth) == index.count == len(index.pts)
    order = random.Random(name + damage).sample(range(index.count), min(index.count, 8))
    with frames.open_reader(index) as reader:
        for k in [*order, index.count - 1, 0]:
            assert zlib.crc32(reader.read(k).data) == truth[k], k


@pytest.mark.parametrize("name", ["open-gop.ts", "fragmented.mp4", "motion-jpeg.avi"])
def test_counting_twice_gives_the_same_index_and_the_same_pictures(tmp_path: Path, name: str) -> None:
    path = damaged(tmp_path, name, "bytes flipped")
    first = frames.index(path)
    truth = sums_of(first)
    kept = [frames.index(path) for _ in range(2)]
    assert kept == [first, first]
    assert sums_of(kept[1]) == truth
    with frames.open_counting(frames.probe(path)) as frame_pass:
        assert [zlib.crc32(frame.tobytes()) for _, frame in frame_pass] == truth
        assert frame_pass.confirmed == first


def test_another_process_extracts_the_same_bytes(tmp_path: Path) -> None:
    path = damaged(tmp_path, "open-gop.ts", "zeros inside")
    wanted = ",".join(str(k) for k in range(0, 28, 3))
    for run in ("one", "two"):
        call = [sys.executable, "-m", "app.commands", "frames", str(path), "--extract", wanted, "--out"]
        subprocess.run([*call, str(tmp_path / run)], cwd=ROOT, check=True, capture_output=True, timeout=60)
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / run).iterdir()} for run in ("one", "two"))
    assert len(one) == 10 and one == two


def test_a_damaged_picture_does_not_depend_on_what_the_reader_keeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = damaged(tmp_path, "motion-jpeg.avi", "bytes flipped")
    index = frames.index(path)
    truth = sums_of(index)
    monkeypatch.setattr("storage.frames.reader.RECENT_PICTURES", 1)
    assert sums_of(index) == truth


def test_pictures_that_a_decoder_patches_up_without_a_word_are_found(tmp_path: Path) -> None:
    path = make_jpeg_video(tmp_path / "patched.mkv", [(64, 48)] * 6)
    content = bytearray(path.read_bytes())
    third = [at for at in range(len(content)) if content[at : at + 3] == b"\xff\xd8\xff"][2]
    for at in range(third + 900, third + 1000):
        content[at] = 0
    path.write_bytes(bytes(content))
    index = frames.index(path)
    assert index.count == 6
    assert [(damage.start, damage.stop) for damage in index.damage] == [(2, 3)]
    assert "frames 2 to 2 are damaged in part" in index.notes


def test_a_long_pause_alone_does_not_make_a_sound_file_damaged(tmp_path: Path) -> None:
    pts = [k * 40 + (2000 if k >= 12 else 0) for k in range(30)]
    index = frames.index(make_video(tmp_path / "paused.mkv", pts=pts))
    assert (index.damage, index.single_thread, len(index.keyframes)) == ((), False, 3)
    assert len(index.gaps) == 1


def test_no_way_to_a_sound_frame_leads_through_damage(tmp_path: Path) -> None:
    index = frames.index(spoil_packet(make_video(tmp_path / "spoiled.mp4", frames=40, b_frames=0), 15))
    truth = sums_of(index)
    [damage] = index.damage
    lost_entry = replace(index, keyframe_sums=tuple(1 if k > damage.start else s
                         for k, s in zip(index.keyframes, index.keyframe_sums, strict=True)))  # fmt: skip
    with FrameReader(lost_entry) as reader:
        assert zlib.crc32(reader.read(damage.stop + 2).data) == truth[damage.stop + 2]


def test_only_entries_that_hold_are_kept(tmp_path: Path) -> None:
    path = make_kind(tmp_path / "no-times.avi", KINDS["no-times.avi"])
    index = frames.index(path)
    sums = sums_of(index)
    bare = replace(index, keyframes=(), keyframe_sums=(), entry_times=())
    kept = with_entries(bare, keys=(0, 10, 20), times=(0, 10, 20), sums=sums)
    assert kept.keyframes == (0, 10, 20)
    wrong = with_entries(bare, keys=(0, 10, 20), times=(0, 20, None), sums=sums)
    assert wrong.keyframes == (0,)
    assert with_entries(bare, keys=(0, 10), times=(0,), sums=sums) == bare


def test_a_part_that_comes_out_otherwise_after_a_seek_counts_as_damaged(tmp_path: Path) -> None:
    index = frames.index(make_video(tmp_path / "sound.mp4", frames=30, b_frames=0))
    sums = sums_of(index)
    assert with_damage(index, keys=index.keyframes, wrong=(), sums=sums) == index
    sums[13] ^= 1
    found = with_damage(index, keys=index.keyframes, wrong=(), sums=sums)
    assert [(damage.start, damage.stop) for damage in found.damage] == [(10, 20)]
    assert found.keyframes == (0, 20)


def test_a_part_that_proved_right_is_not_decoded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = frames.index(make_kind(tmp_path / "no-times.avi", KINDS["no-times.avi"]))
    sums = sums_of(index)
    bare = replace(index, keyframes=(), keyframe_sums=(), entry_times=())
    tried: list[tuple[int, int]] = []
    original = FrameReader.gives

    def watched(self: FrameReader, number: int, stop: int, wanted: list[int]) -> bool:
        tried.append((self.index.keyframes[number], stop))
        return original(self, number, stop, wanted)

    monkeypatch.setattr(FrameReader, "gives", watched)
    kept = with_entries(bare, keys=(0, 10, 20), times=(0, 20, 20), sums=sums)
    assert kept.keyframes == (0, 20)
    assert tried == [(0, 10), (10, 20), (20, index.count), (0, 20)]
