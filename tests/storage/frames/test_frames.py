"""Frame k is the k-th picture that decodes, whatever the file does; holes take no number; other files are refused."""

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from storage import frames
from storage.errors import StorageError
from storage.frames import FrameIndex, FrameReader, Gap
from storage.frames import damage as frame_damage
from tests.storage.made_videos import (
    decoded,
    make_jpeg_video,
    make_sound,
    make_video,
    numbered_picture,
    read_back,
    spoil_packet,
)

KINDS = {
    "b-frames.mp4": {},
    "open-gop.mp4": {"options": {"x264-params": "open-gop=1:keyint=8:min-keyint=8:scenecut=0"}, "frames": 40},
    "intra-refresh.mp4": {"options": {"x264-params": "intra-refresh=1:keyint=10"}, "frames": 40},
    "all-key.mp4": {"gop": 1, "b_frames": 0},
    "long-gop.mkv": {"gop": 250},
    "stream.ts": {"gop": 12},
    "mpeg4.avi": {"codec": "mpeg4", "b_frames": 0},
    "uneven.mkv": {"pts": [k * 33 + (k % 3) * 7 + (500 if k > 20 else 0) for k in range(30)]},
    "late-start.mkv": {"pts": [5000 + 40 * k for k in range(30)]},
}


@pytest.mark.parametrize("name", KINDS)
def test_every_frame_is_the_one_of_a_sequential_pass_however_it_is_reached(tmp_path: Path, name: str) -> None:
    path = make_video(tmp_path / name, **KINDS[name])
    truth = decoded(path)
    index = frames.index(path)
    assert (index.count, index.confirmed, index.kind) == (len(truth), True, "video")
    order = [*random.Random(1).sample(range(index.count), index.count), *reversed(range(index.count)), 0, 0]
    with FrameReader(index) as reader:
        for k in order:
            assert np.array_equal(reader.read(k), truth[k]), k


@pytest.mark.parametrize("name", ["b-frames.mp4", "stream.ts", "open-gop.mp4"])
def test_reading_works_on_the_provisional_index_too(tmp_path: Path, name: str) -> None:
    path = make_video(tmp_path / name, **KINDS[name])
    truth = decoded(path)
    index = frames.probe(path)
    assert not index.confirmed
    assert index.keyframe_sums == ()
    assert (index.count, index.width, index.height) == (len(truth), 64, 48)
    with frames.open_reader(index) as reader:
        for k in (17, 3, 29, 0):
            assert np.array_equal(reader.read(k), truth[k])


def test_the_provisional_and_the_confirmed_list_of_a_sound_file_agree(tmp_path: Path) -> None:
    path = make_video(tmp_path / "sound.mp4")
    quick, sure = frames.probe(path), frames.index(path)
    assert replace(sure, confirmed=False, keyframe_sums=()) == quick


def test_read_range_gives_numbers_and_frames_in_order(tmp_path: Path) -> None:
    path = make_video(tmp_path / "clip.mp4")
    truth = decoded(path)
    with FrameReader(frames.index(path)) as reader:
        got = list(reader.read_range(7, 15))
    assert [k for k, _ in got] == list(range(7, 15))
    assert all(np.array_equal(frame, truth[k]) for k, frame in got)


def test_drawing_on_a_frame_does_not_change_the_next_read(tmp_path: Path) -> None:
    path = make_video(tmp_path / "clip.mp4", frames=5)
    with FrameReader(frames.index(path)) as reader:
        first = reader.read(2)
        kept = first.copy()
        first[:] = 0
        assert np.array_equal(reader.read(2), kept)
        assert kept.dtype == np.uint8
        assert kept.flags.c_contiguous


def test_a_frame_beyond_the_last_is_an_index_error_that_names_the_range(tmp_path: Path) -> None:
    index = frames.index(make_video(tmp_path / "clip.mp4", frames=5))
    with FrameReader(index) as reader:
        for k in (5, -1):
            with pytest.raises(IndexError, match="frames 0 to 4"):
                reader.read(k)


def test_a_wrong_key_frame_sum_makes_the_reader_start_earlier_and_stay_exact(tmp_path: Path) -> None:
    path = make_video(tmp_path / "clip.mp4")
    truth = decoded(path)
    index = frames.index(path)
    assert len(index.keyframes) == 3
    doubted = replace(index, keyframe_sums=(index.keyframe_sums[0], 1, 2))
    with FrameReader(doubted) as reader:
        assert np.array_equal(reader.read(25), truth[25])
        assert np.array_equal(reader.read(4), truth[4])


def test_a_file_that_lost_frames_since_says_which_frame_is_gone(tmp_path: Path) -> None:
    index = frames.index(make_video(tmp_path / "clip.mp4", frames=30))
    make_video(tmp_path / "clip.mp4", frames=12)
    with FrameReader(index) as reader, pytest.raises(frames.UnreadablePicture, match="frame 20"):
        reader.read(20)


def test_pictures_of_another_size_take_no_number(tmp_path: Path) -> None:
    small, large = (32, 24), (64, 48)
    path = make_jpeg_video(tmp_path / "sizes.mkv", [small, small, large, large, small, small])
    index = frames.index(path)
    assert (index.count, index.width, index.height) == (4, 32, 24)
    assert [(gap.after, gap.reason) for gap in index.gaps] == [(1, "2 pictures of 64 x 48 in a video of 32 x 24")]
    truth = decoded(path)
    with FrameReader(index) as reader:
        for k, original in ((3, 5), (0, 0), (2, 4)):
            assert np.array_equal(reader.read(k), truth[original])


def test_a_picture_that_does_not_decode_is_a_gap_with_its_time(tmp_path: Path) -> None:
    size = (32, 24)
    path = make_jpeg_video(tmp_path / "broken.mkv", [size, size, None, None, size])
    index = frames.index(path)
    assert index.count == 3
    assert frames.probe(path).count == 5
    (gap,) = index.gaps
    assert (gap.after, gap.start_pts, gap.end_pts) == (1, 200, 300)
    assert gap.reason.startswith("2 pictures did not decode")
    assert [(damage.start, damage.stop) for damage in index.damage] == [(1, 2)]
    with FrameReader(index) as reader:
        assert np.allclose(reader.read(2).astype(int), numbered_picture(4, size), atol=60)


def test_a_spoiled_packet_of_a_coded_video_leaves_counting_and_seeking_in_step(tmp_path: Path) -> None:
    path = spoil_packet(make_video(tmp_path / "spoiled.mp4", frames=40, b_frames=0), 15)
    index = frames.index(path)
    assert index.count < 40
    assert len(index.gaps) == 1
    assert index.gaps[0].after == 14
    with FrameReader(index) as reader:
        truth = [frame for _, frame in reader.read_range(0, index.count)]
    with FrameReader(index) as reader:
        for k in random.Random(2).sample(range(index.count), index.count):
            assert np.array_equal(reader.read(k), truth[k]), k


def test_no_seek_lands_in_a_part_that_is_damaged(tmp_path: Path) -> None:
    sound = frames.index(make_video(tmp_path / "sound.mp4", frames=40, b_frames=0))
    spoiled = frames.index(spoil_packet(make_video(tmp_path / "spoiled.mp4", frames=40, b_frames=0), 15))
    assert sound.keyframes == (0, 10, 20, 30)
    assert 10 not in spoiled.keyframes
    assert spoiled.keyframes[0] == 0
    assert len(spoiled.keyframes) == 3


def test_a_file_cut_in_the_middle_keeps_the_frames_before(tmp_path: Path) -> None:
    whole = make_video(tmp_path / "whole.mkv", codec="mpeg4", b_frames=0, gop=5)
    truth = decoded(whole)
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    index = frames.index(cut)
    assert 5 < index.count < len(truth)
    with FrameReader(index) as reader:
        for k in range(index.count - 2, -1, -3):
            assert np.array_equal(reader.read(k), truth[k])


def test_times_that_run_back_do_not_mix_up_frames(tmp_path: Path) -> None:
    part = make_video(tmp_path / "part.ts", frames=12, b_frames=0)
    joined = tmp_path / "joined.ts"
    joined.write_bytes(part.read_bytes() * 2)
    check_counting(joined, at_least=24)


def test_a_bare_stream_without_times_is_counted_from_the_start(tmp_path: Path) -> None:
    check_counting(make_video(tmp_path / "bare.h264", frames=24), at_least=24)


def check_counting(path: Path, *, at_least: int) -> None:
    truth = decoded(path)
    assert frames.probe(path).count >= at_least
    index = frames.index(path)
    assert index.count == len(truth) >= at_least
    assert not index.timed
    assert any("found by counting" in note for note in index.notes)
    with FrameReader(index) as reader:
        for k in (20, 3, 21, 0, index.count - 1):
            assert np.array_equal(reader.read(k), truth[k]), k


def test_a_long_pause_is_a_gap_and_many_are_only_noted(tmp_path: Path) -> None:
    steady = [k * 40 for k in range(30)]
    paused = [moment + (2000 if k >= 12 else 0) for k, moment in enumerate(steady)]
    index = frames.index(make_video(tmp_path / "paused.mkv", pts=paused))
    assert [(gap.after, gap.start_pts, gap.end_pts) for gap in index.gaps] == [(11, 480, 2480)]
    stuttering = [k * 40 + (k // 4) * 400 for k in range(30)]
    index = frames.index(make_video(tmp_path / "stuttering.mkv", pts=stuttering))
    assert index.gaps == ()
    assert any("variable frame rate" in note for note in index.notes)


def test_without_pauses_there_is_no_gap_and_no_note(tmp_path: Path) -> None:
    index = frames.index(make_video(tmp_path / "steady.mkv"))
    assert index.gaps == ()
    assert index.notes == ()
    assert index.seconds(0) == 0
    assert index.seconds(15) == pytest.approx(0.5, abs=0.01)


def test_progress_counts_up_to_the_announced_number(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    frames.index(make_video(tmp_path / "clip.mp4", frames=12), progress=lambda done, of: seen.append((done, of)))
    assert seen == [(k, 12) for k in range(1, 13)]


def test_an_index_survives_json(tmp_path: Path) -> None:
    size = (32, 24)
    for index in (
        frames.index(make_video(tmp_path / "clip.mp4", degrees=90)),
        frames.index(make_jpeg_video(tmp_path / "broken.mkv", [size, None, size])),
        FrameIndex(
            "images", Path("/somewhere"), 1, 2, 3, 0, 0, (1, 10), (0,), (), (Gap(-1, None, None, "ä"),), True, 9, "h"
        ),
    ):
        assert read_back(index) == index


REFUSED = {
    "empty.mp4": (b"", frames.EmptyFile, "0 bytes"),
    "letter.mp4": (b"Dear reader, this is a text.\n" * 40, frames.NotAVideo, "holds text"),
    "noise.mkv": (bytes(range(256)) * 8, frames.NotAVideo, "damaged, or it is no video"),
    "cut.mp4": (b"\0\0\0\x18ftypisom\0\0\0\0isommp42\0\0\x10\0mdat" + b"\1\2" * 500, frames.NotAVideo, "moov"),
    "overlong.mp4": (b"\0\0\0\x18ftypisom\0\0\0\0isommp42\xff\xff\xff\xf0mdat" + b"\1" * 500, frames.NotAVideo, "moov"),
    "far.mp4": (
        b"\0\0\0\x18ftypisom\0\0\0\0isommp42\0\0\0\1mdat" + b"\xff" * 8 + b"\1" * 500,
        frames.NotAVideo,
        "moov",
    ),
    "art.txt": (b"plain words\n" * 20, frames.NotAVideo, "text"),
    "list.m3u8": (b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nx.ts\n#EXT-X-ENDLIST\n", frames.NotAVideo, "video"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_video_is_refused_with_its_name_and_reason(tmp_path: Path, name: str) -> None:
    content, error, reason = REFUSED[name]
    path = tmp_path / name
    path.write_bytes(content)
    for look in (frames.probe, frames.index):
        with pytest.raises(error, match=reason) as caught:
            look(path)
        assert str(path) in str(caught.value)
        assert isinstance(caught.value, frames.VideoError)
        assert isinstance(caught.value, StorageError)


def test_no_spoiled_byte_leads_to_another_error_or_to_another_sound_frame(tmp_path: Path) -> None:
    sound = make_video(tmp_path / "sound.mp4", frames=20, gop=5).read_bytes()
    chance = random.Random(3)
    for round_ in range(40):
        spoiled = bytearray(sound)
        for _ in range(chance.choice([1, 5, 40])):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        path = tmp_path / f"{round_}.mp4"
        path.write_bytes(spoiled[: chance.choice([len(spoiled), chance.randrange(len(spoiled))])])
        try:
            index = frames.index(path)
        except frames.VideoError as refusal:
            assert str(path) in str(refusal)
            continue
        with FrameReader(index) as reader:
            truth = [frame for _, frame in reader.read_range(0, index.count)]
        with FrameReader(index) as reader:
            for k in chance.sample(range(index.count), min(4, index.count)):
                in_damage = any(damage.start <= k < damage.stop for damage in index.damage)
                assert np.array_equal(reader.read(k), truth[k]) or in_damage


def test_a_damaged_stretch_is_noted_and_entered_where_that_was_proven(tmp_path: Path) -> None:
    path = spoil_packet(make_video(tmp_path / "spoiled.mp4", frames=40, b_frames=0), 15)
    index = frames.index(path)
    (damage,) = index.damage
    assert (damage.start, damage.stop) == (10, 19)
    assert damage.entry in (0, 10)
    assert any("frames 10 to 18 are damaged" in note for note in index.notes)
    assert read_back(index) == index
    assert frames.index(make_video(tmp_path / "sound.mp4")).damage == ()


def test_a_damaged_stretch_far_from_the_start_is_entered_nearby(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(frame_damage, "FAR_FROM_START", 5)
    monkeypatch.setattr(frame_damage, "_gives", lambda *_: False)
    sound = make_video(tmp_path / "sound.mp4", frames=40, b_frames=0)
    index = frames.index(spoil_packet(make_video(tmp_path / "spoiled.mp4", frames=40, b_frames=0), 25))
    assert [(damage.start, damage.entry) for damage in index.damage] == [(20, 10)]
    with FrameReader(index) as reader:
        assert reader.read(22).shape == (48, 64, 3)
        assert np.array_equal(reader.read(3), decoded(sound)[3])


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(frames.NoPicture, match="only audio"):
        frames.index(make_sound(tmp_path / "sound.m4a"))


def test_a_stream_of_which_nothing_decodes_is_refused(tmp_path: Path) -> None:
    path = make_jpeg_video(tmp_path / "nothing.mkv", [None, None, None])
    for look in (frames.probe, frames.index):
        with pytest.raises(frames.NoPicture, match="not one of its pictures decodes"):
            look(path)


def test_a_name_that_looks_like_a_pattern_or_an_address_is_only_a_name(tmp_path: Path) -> None:
    make_video(tmp_path / "clip.mp4", frames=3)
    for name in ("a%03d.mp4", "concat:b.mp4", "wütend und schön.mp4"):
        path = (tmp_path / "clip.mp4").rename(tmp_path / name)
        assert frames.index(path).count == 3
        path.rename(tmp_path / "clip.mp4")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(frames.SourceMissing, match=r"nowhere\.mp4 is not there"):
        frames.probe(tmp_path / "nowhere.mp4")


def test_verify_sees_a_source_that_changed_or_went_away(tmp_path: Path) -> None:
    path = make_video(tmp_path / "clip.mp4", frames=5)
    index = frames.index(path)
    frames.verify(index)
    make_video(path, frames=6)
    with pytest.raises(frames.SourceChanged, match="not the video it was"):
        frames.verify(index)
    path.unlink()
    with pytest.raises(frames.SourceMissing, match=r"clip\.mp4"):
        frames.verify(index)
    with pytest.raises(frames.SourceMissing):
        FrameReader(index)
