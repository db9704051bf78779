"""The table of odd files is true."""

from pathlib import Path

from tests.benchmarks.odd_files import OddFile, examine, examined, some_frames, table
from tests.storage.made_videos import make_jpeg_video, make_sound, make_video

SIZE = (32, 24)


def test_a_sound_file_is_exact_here_and_counted_by_opencv(tmp_path: Path) -> None:
    found = examine(make_video(tmp_path / "turned.mp4", frames=20, degrees=90))
    assert (found.count, found.width, found.height, found.rotation) == (20, 48, 64, 90)
    assert (found.refused, found.gaps, found.damaged, found.exact) == ("", (), 0, "14/14")
    assert (found.cv_announced, found.cv_read) == (20, 20)


def test_holes_and_refusals_have_their_reasons(tmp_path: Path) -> None:
    holed = examine(make_jpeg_video(tmp_path / "holed.mkv", [SIZE, SIZE, None, SIZE]))
    assert holed.count == 3
    assert [gap.startswith("after 1: 1 picture did not decode") for gap in holed.gaps] == [True]
    sound = examine(make_sound(tmp_path / "sound.m4a"))
    assert (sound.refused, sound.count, sound.cv_read, sound.cv_exact) == (
        "has no picture stream, only audio",
        0,
        0,
        "",
    )


def test_the_table_has_a_line_for_each_file_and_leaves_other_files_out(tmp_path: Path) -> None:
    make_video(tmp_path / "b.mp4", frames=3)
    (tmp_path / "a.mp4").write_bytes(b"")
    (tmp_path / "notes.json").write_text("{}")
    found = examined(tmp_path)
    assert [one.name for one in found] == ["a.mp4", "b.mp4"]
    empty, sound = table(found).rows
    assert empty[:2] == ("a.mp4", "refused: is empty (0 bytes)")
    assert sound[:3] == ("b.mp4", "3 frames, 64 x 48", "5/5")


def test_many_gaps_are_cut_short() -> None:
    gaps = tuple(f"after {k}: x" for k in range(6))
    ((_, line, *_),) = table([OddFile("a.mp4", "", 9, 2, 2, 0, gaps, 4, "9/9", 9, 9, "9/9")]).rows
    assert "gap after 2: x" in line and "after 3" not in line
    assert "3 more gaps" in line and "4 frames in damaged parts" in line


def test_the_same_frames_are_tried_each_time_with_the_last_and_the_first() -> None:
    assert some_frames(50) == some_frames(50)
    assert some_frames(50)[-2:] == [49, 0]
    assert some_frames(1) == [0, 0, 0]
