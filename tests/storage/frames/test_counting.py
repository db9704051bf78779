"""One pass of decoding that gives the frames and counts them: what is known so far, at the end, and after damage."""

import zlib
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from storage import frames
from storage.frames import CountingPass
from storage.frames.counting import index_video
from storage.frames.pass_log import PassLog
from tests.storage.made_videos import decoded, make_jpeg_video, make_sound, make_video, read_back, spoil_packet
from tests.storage.odd_videos import KINDS, make_kind


def test_frames_come_once_in_order_as_shown_and_the_index_is_known_at_the_end(tmp_path: Path) -> None:
    path = make_video(tmp_path / "turned.mp4", frames=20, degrees=90)
    truth = decoded(path)
    with frames.open_counting(frames.probe(path)) as frame_pass:
        got = list(frame_pass)
    assert [k for k, _ in got] == list(range(20))
    assert all(np.array_equal(frame, np.rot90(truth[k])) for k, frame in got)
    assert frame_pass.confirmed == frames.index(path) == index_video(path)
    assert frame_pass.confirmed.confirmed
    assert list(frame_pass) == []


def test_an_index_that_is_confirmed_is_only_read(tmp_path: Path) -> None:
    index = frames.index(make_video(tmp_path / "clip.mp4", frames=7))
    with frames.open_counting(index) as frame_pass:
        assert (frame_pass.count, frame_pass.announced) == (7, 7)
        assert [k for k, _ in frame_pass] == list(range(7))
        assert frame_pass.confirmed is index


def test_without_pixels_frames_are_only_counted(tmp_path: Path) -> None:
    with CountingPass(frames.probe(make_video(tmp_path / "clip.mp4", frames=7)), pixels=False) as frame_pass:
        assert list(frame_pass) == [(k, None) for k in range(7)]


def test_so_far_the_provisional_list_stands_while_it_holds(tmp_path: Path) -> None:
    provisional = frames.probe(make_video(tmp_path / "clip.mp4", frames=30))
    with CountingPass(provisional) as frame_pass:
        assert (frame_pass.count, frame_pass.announced) == (0, 30)
        for k, _ in frame_pass:
            assert frame_pass.count == k + 1
            if k < 29:
                assert frame_pass.confirmed is provisional
        assert frame_pass.confirmed.confirmed


def test_so_far_a_hole_in_the_confirmed_part_has_no_number_and_the_rest_follows(tmp_path: Path) -> None:
    size = (32, 24)
    path = make_jpeg_video(tmp_path / "holed.mkv", [size, size, None, *[size] * 40])
    provisional = frames.probe(path)
    assert provisional.count == 43
    with CountingPass(provisional) as frame_pass:
        for k, _ in frame_pass:
            if k == 20:
                so_far = frame_pass.confirmed
    final = frame_pass.confirmed
    assert (so_far.confirmed, so_far.count, final.count) == (False, 42, 42)
    assert so_far.pts == final.pts
    assert so_far.keyframes[:20] == tuple(range(20))
    assert [(gap.after, gap.start_pts) for gap in so_far.gaps] == [(1, 200)]
    assert read_back(so_far) == so_far
    with frames.open_reader(so_far) as reader, frames.open_reader(final) as sure:
        for k in (41, 5, 19, 0):
            assert np.array_equal(reader.read(k), sure.read(k))


def test_numbers_that_were_given_before_damage_was_met_stay(tmp_path: Path) -> None:
    path = spoil_packet(make_video(tmp_path / "spoiled.mp4", frames=60, b_frames=0), 45)
    numbers, sums = [], []
    with frames.open_counting(frames.probe(path)) as frame_pass:
        for k, frame in frame_pass:
            numbers.append(k)
            sums.append(zlib.crc32(frame.data))
    index = frame_pass.confirmed
    assert numbers == list(range(index.count))
    assert index.count < 60
    with frames.open_reader(index) as reader:
        assert [zlib.crc32(frame.data) for _, frame in reader.read_range(0, index.count)] == sums


def test_no_picture_that_damage_may_have_touched_is_given_by_the_pass_with_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B pictures are shown before the picture that they are predicted from: if that one is broken, so are they."""
    path = make_kind(tmp_path / "pyramid.mp4", KINDS["pyramid.mp4"])
    spoil_packet(path, 14)
    passes: list[tuple[bool, int]] = []
    original = CountingPass._pass

    def watched(self: CountingPass, log: PassLog, *, threads: bool):  # type: ignore[no-untyped-def]
        given = 0
        for item in original(self, log, threads=threads):
            given += 1
            yield item
        passes.append((threads, given))

    monkeypatch.setattr(CountingPass, "_pass", watched)
    index = index_video(path)
    [(first, before), (second, whole)] = passes
    assert (first, second) == (True, False)
    assert before <= 12 and whole == index.count


def test_a_pass_that_is_left_early_keeps_what_it_knows_and_closes(tmp_path: Path) -> None:
    frame_pass = frames.open_counting(frames.probe(make_video(tmp_path / "clip.mp4", frames=40)))
    for k, _ in frame_pass:
        if k == 9:
            break
    frame_pass.close()
    frame_pass.close()
    assert (frame_pass.count, frame_pass.confirmed.confirmed) == (10, False)
    assert list(frame_pass) == []


def test_what_does_not_decode_is_refused_while_it_goes(tmp_path: Path) -> None:
    provisional = frames.probe(make_jpeg_video(tmp_path / "nothing.mkv", [(32, 24), None, None]))
    make_jpeg_video(tmp_path / "nothing.mkv", [None, None, None])
    with pytest.raises(frames.NoPicture, match="not one of its pictures decodes"):
        list(frames.open_counting(provisional))
    make_sound(tmp_path / "nothing.mkv")
    with pytest.raises(frames.NoPicture, match="picture stream"):
        list(frames.open_counting(provisional))


def test_a_file_that_changes_between_two_passes_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = spoil_packet(make_video(tmp_path / "spoiled.mp4", frames=60, b_frames=0), 45)
    other = make_video(tmp_path / "other.mkv", frames=60, pts=[50 * k + 7 for k in range(60)]).read_bytes()
    provisional = frames.probe(path)
    original = frames.counting.open_video
    opened: list[object] = []

    def swapped(*arguments: object, **more: object) -> object:
        opened.append(arguments)
        if len(opened) == 2:
            path.write_bytes(other)
        return original(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(frames.counting, "open_video", swapped)
    with pytest.raises(frames.UnreadablePicture, match="other pictures when it was decoded again"):
        list(frames.open_counting(provisional))


def test_listing_a_long_file_can_be_broken_off_and_its_front_read_at_once(tmp_path: Path) -> None:
    path = make_video(tmp_path / "long.mp4", frames=900, size=(32, 24), gop=30)
    whole = frames.probe(path)
    part = frames.probe(path, patience=0)
    assert (part.partial, whole.partial) == (True, False)
    assert 0 < part.count < 300
    assert part.pts == whole.pts[: part.count]
    assert part.keyframes == tuple(k for k in whole.keyframes if k < part.count)
    assert read_back(part) == part
    with frames.open_reader(part) as reader, frames.open_reader(whole) as other:
        assert np.array_equal(reader.read(100), other.read(100))
    with frames.open_counting(part) as frame_pass:
        assert sum(1 for _ in frame_pass) == 900
    assert frame_pass.confirmed == frames.index(path)


def test_a_short_file_is_listed_whole_however_little_time_there_is(tmp_path: Path) -> None:
    path = make_video(tmp_path / "short.mp4", frames=20)
    assert frames.probe(path, patience=0) == frames.probe(path)


@pytest.mark.parametrize("repeated", [0, 3])
def test_a_repeat_that_breaks_off_before_it_has_caught_up_leaves_what_was_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repeated: int
) -> None:
    """The packets of the list are in other places than the pictures come, so that the index is not the listed one."""
    path = spoil_packet(make_video(tmp_path / "spoiled.mp4", frames=60, b_frames=0), 45)
    truth = frames.index(path).pts
    listed = frames.probe(path)
    provisional = replace(listed, pts=tuple(moment + (moment > listed.pts[4]) for moment in listed.pts))
    original = frames.counting.pictures
    passes: list[object] = []

    def breaking(*arguments: object, **more: object):  # type: ignore[no-untyped-def]
        passes.append(arguments)
        given = original(*arguments, **more)  # type: ignore[arg-type]
        yield from given if len(passes) == 1 else islice(given, repeated)
        if len(passes) == 2:
            raise frames.SourceMissing(f"{path} is gone")

    monkeypatch.setattr(frames.counting, "pictures", breaking)
    with pytest.raises(frames.SourceMissing), frames.open_counting(provisional) as frame_pass:
        for _ in frame_pass:
            pass
    assert len(passes) == 2 and frame_pass.count > 5
    so_far = frame_pass.confirmed
    assert so_far.pts[: frame_pass.count] == truth[: frame_pass.count]
    assert not so_far.confirmed and so_far.count >= frame_pass.count


def test_pictures_that_a_cut_off_file_lacks_without_an_error_are_noted(tmp_path: Path) -> None:
    """A WebM tells how long it is at its front; its decoder has no words for what is missing behind."""
    whole = make_video(
        tmp_path / "whole.webm", frames=40, codec="libvpx-vp9", gop=10, b_frames=0, options={"speed": "8"}
    )
    assert not [note for note in frames.index(whole).notes if "pictures end" in note]
    cut = tmp_path / "cut.webm"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    index = frames.index(cut)
    assert 2 < index.count < 38
    assert [note for note in index.notes if note.startswith("the file says that its pictures end at 1.33")]
