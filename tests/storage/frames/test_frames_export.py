"""Frames become a folder of pictures that appears whole or not at all."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from storage import frames
from storage.frames.export import BadFrameNames, FolderExists, write_frames_folder, write_picture
from tests.storage.made_videos import decoded, make_video, numbered_picture


@pytest.fixture
def index(tmp_path: Path) -> frames.FrameIndex:
    return frames.index(make_video(tmp_path / "clip.mp4", frames=10))


def test_png_is_exact_and_named_by_frame(tmp_path: Path, index: frames.FrameIndex) -> None:
    names = write_frames_folder(index, tmp_path / "out", chosen=(0, 4, 8), image="png")
    assert names == ("00000.png", "00004.png", "00008.png")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == list(names)
    truth = decoded(index.path)
    for name, k in zip(names, (0, 4, 8), strict=True):
        assert np.array_equal(np.array(Image.open(tmp_path / "out" / name)), truth[k])


def test_jpeg_under_given_names_can_be_read_as_a_video_again(tmp_path: Path, index: frames.FrameIndex) -> None:
    names = [f"frame_{k}.jpg" for k in range(10)]
    seen: list[tuple[int, int]] = []
    write_frames_folder(index, tmp_path / "a" / "out", names=names, progress=lambda *step: seen.append(step))
    again = frames.index(tmp_path / "a" / "out")
    assert again.names == tuple(names)
    assert (again.count, again.width, again.height) == (10, 64, 48)
    assert seen[-1] == (10, 10)


def test_a_folder_of_pictures_is_copied_byte_for_byte(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for k in range(3):
        Image.fromarray(numbered_picture(k, (32, 24))).save(source / f"p{k}.jpg", quality=30)
    index = frames.index(source)
    assert write_frames_folder(index, tmp_path / "out", image="png") == ("p0.jpg", "p1.jpg", "p2.jpg")
    assert all((tmp_path / "out" / f"p{k}.jpg").read_bytes() == (source / f"p{k}.jpg").read_bytes() for k in range(3))
    assert write_frames_folder(index, tmp_path / "second", chosen=(0, 2), names=["a/0.jpg", "a/1.jpg"]) == (
        "a/0.jpg",
        "a/1.jpg",
    )
    assert (tmp_path / "second" / "a" / "1.jpg").read_bytes() == (source / "p2.jpg").read_bytes()


def test_nothing_stays_when_reading_fails(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for k in range(3):
        Image.fromarray(numbered_picture(k, (32, 24))).save(source / f"{k}.png")
    index = frames.index(source)
    (source / "2.png").unlink()
    with pytest.raises(frames.SourceMissing, match=r"2\.png"):
        write_frames_folder(index, tmp_path / "out")
    assert [p.name for p in tmp_path.iterdir()] == ["source"]


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path, index: frames.FrameIndex) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(FolderExists, match="already there"):
        write_frames_folder(index, tmp_path / "out")


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["a.jpg"], "1 file names were given for 2 frames"),
        (["a.jpg", "a.jpg"], "same file name"),
        (["a.jpg", "../b.jpg"], "leads out"),
        (["a.jpg", "/b.jpg"], "leads out"),
        (["a.jpg", ""], "leads out"),
    ],
)
def test_names_that_do_not_fit_are_refused(
    tmp_path: Path, index: frames.FrameIndex, names: list[str], reason: str
) -> None:
    with pytest.raises(BadFrameNames, match=reason):
        write_frames_folder(index, tmp_path / "out", names=names, chosen=(0, 5))
    assert not (tmp_path / "out").exists()


def test_one_picture_is_written_exactly_and_replaces_an_old_one(tmp_path: Path) -> None:
    target = tmp_path / "000012.png"
    for k in (1, 2):
        write_picture(numbered_picture(k), target)
        assert np.array_equal(np.array(Image.open(target)), numbered_picture(k))
    assert [p.name for p in tmp_path.iterdir()] == ["000012.png"]


def test_the_bytes_of_a_picture_fit_the_suffix_of_its_name(tmp_path: Path) -> None:
    index = frames.index(make_video(tmp_path / "a.mp4", frames=3))
    names = ["a.png", "b.JPG", "c.jpeg"]
    frames.write_frames_folder(index, tmp_path / "out", names=names, image="jpg")
    starts = [(tmp_path / "out" / name).read_bytes()[:3] for name in names]
    assert starts == [b"\x89PN", b"\xff\xd8\xff", b"\xff\xd8\xff"]


@pytest.mark.parametrize(
    ("start", "suffix", "fitting"),
    [
        (b"\xff\xd8\xff\xe0", ".jpeg", ".jpeg"),
        (b"\xff\xd8\xff\xe0", ".JPG", ".JPG"),
        (b"\xff\xd8\xff\xe0", ".png", ".jpg"),
        (b"\x89PNG\r\n\x1a\n", ".jpg", ".png"),
        (b"RIFF\0\0\0\0WEBPVP8", ".png", ".webp"),
        (b"II*\0", ".tiff", ".tiff"),
        (b"something", ".jpg", ".jpg"),
    ],
)
def test_the_suffix_that_fits_the_bytes(tmp_path: Path, start: bytes, suffix: str, fitting: str) -> None:
    (tmp_path / "a").write_bytes(start)
    assert frames.fitting_suffix(tmp_path / "a", suffix) == fitting
    with pytest.raises(frames.SourceMissing):
        frames.fitting_suffix(tmp_path / "none", suffix)
