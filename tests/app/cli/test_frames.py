"""The small commands: what they leave of a person's files when they fail."""

import errno
from pathlib import Path
from typing import Any

import pytest

from app.cli import frames
from tests.app.command_line import Run, pictures
from tests.material import material
from tests.storage.made_videos import make_video


def test_a_picture_that_was_there_before_is_not_taken_back(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video, out = make_video(tmp_path / "clip.mp4", frames=3), tmp_path / "out"
    assert run("frames", video, "--extract", "0", "--out", out).code == 0
    write = frames.write_picture

    def fail_at_the_last(pixels: Any, path: Path) -> None:
        if path.name == "000002.png":
            raise OSError(errno.ENOSPC, "No space left on device")
        write(pixels, path)

    monkeypatch.setattr(frames, "write_picture", fail_at_the_last)
    assert run("frames", video, "--extract", "0,1,2", "--out", out).code == 1
    assert [path.name for path in out.iterdir()] == ["000000.png"]


def test_frames_counts_by_decoding_and_tells_all_of_the_contract(run: Run, tmp_path: Path) -> None:
    video = make_video(tmp_path / "clip.mp4", frames=12, size=(64, 48))

    ran = run("frames", video, "--json")

    assert ran.code == 0
    wanted = {"count", "width", "height", "rotation", "stream", "time_base", "pts", "gaps"}
    assert wanted <= set(ran.result)
    assert (ran.result["count"], ran.result["width"], ran.result["height"]) == (12, 64, 48)
    assert len(ran.result["pts"]) == 12 and ran.result["gaps"] == []


def test_frames_reads_well_without_json(run: Run, tmp_path: Path) -> None:
    ran = run("frames", pictures(tmp_path / "shots", count=4))

    assert ran.code == 0
    assert "4 of 64 x 48" in ran.out


def test_extracted_frames_are_named_by_six_digits_and_nothing_else_is_written(run: Run, tmp_path: Path) -> None:
    video, out = make_video(tmp_path / "clip.mp4", frames=12), tmp_path / "out"

    ran = run("frames", video, "--extract", "11,0,5", "--out", out)

    assert ran.code == 0
    assert sorted(path.name for path in out.iterdir()) == ["000000.png", "000005.png", "000011.png"]


def test_a_frame_that_is_not_there_leaves_nothing_behind(run: Run, tmp_path: Path) -> None:
    video, out = make_video(tmp_path / "clip.mp4", frames=12), tmp_path / "out"

    ran = run("frames", video, "--extract", "3,12", "--out", out)

    assert ran.code == 1
    assert "0 to 11" in ran.last and "12" in ran.last
    assert not out.exists()


def test_extracting_needs_a_folder(run: Run, tmp_path: Path) -> None:
    ran = run("frames", pictures(tmp_path / "shots"), "--extract", "0")

    assert ran.code == 2
    assert "--out" in ran.last


@pytest.mark.parametrize(("name", "content"), [("a.mp4", b""), ("b.mp4", b"hello, this is text"), ("c.txt", b"words")])
def test_a_file_that_is_no_video_is_refused_with_its_reason(
    run: Run, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)

    ran = run("frames", tmp_path / name, "--json")

    assert (ran.code, ran.out) == (1, "")
    assert name in ran.last


def test_a_missing_video_is_refused(run: Run, tmp_path: Path) -> None:
    ran = run("frames", tmp_path / "none.mp4")

    assert ran.code == 1
    assert "none.mp4" in ran.last


def test_a_real_video_has_as_many_frames_as_it_shows(run: Run) -> None:
    ran = run("frames", material("data/clips/01_dog.mp4"), "--json")

    assert (ran.code, ran.result["count"], ran.result["width"], ran.result["height"]) == (0, 289, 1280, 720)
