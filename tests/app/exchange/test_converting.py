"""Conversions between formats: what comes out, where it appears, and what is said of it."""

import gzip
import json
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from app.errors import BadInput
from app.exchange.converting import Converted, convert
from storage.formats import FORMATS, FormatError
from storage.youtube_vis import YouTubeVisError, read_dataset
from tests.app.exchange.files import LENGTH, content, write, write_pictures


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with instances.json and its pictures: two videos with two tracks each."""
    write_pictures(tmp_path / "set" / "JPEGImages")
    write(tmp_path / "set" / "instances.json", content())
    return tmp_path / "set"


def run(source: Path, to: str, out: Path, **more: object) -> Converted:
    return convert(source, to=to, out=out, **more)  # type: ignore[arg-type]


def masks_of(path: Path) -> list[object]:
    return sorted(str(track.segmentations) for track in read_dataset(path).tracks)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_can_be_reached_and_left_again_with_its_pictures(source: Path, tmp_path: Path, name: str) -> None:
    there = run(source, name, tmp_path / "there", with_pictures=True)
    assert (there.source, there.target, there.videos, there.tracks) == ("youtube-vis", name, 2, 4)
    assert there.pictures == 2 * LENGTH
    assert there.lacks == FORMATS[name].lacks()
    back = run(tmp_path / "there", "youtube-vis", tmp_path / "back", with_pictures=True)
    assert back.masks == there.masks
    assert len(list((tmp_path / "back" / "JPEGImages").rglob("*.png"))) == 2 * LENGTH
    if {"tracks", "overlap"} <= FORMATS[name].holds:
        assert masks_of(tmp_path / "back" / "instances.json") == masks_of(source / "instances.json")


def test_pictures_are_the_same_bytes(source: Path, tmp_path: Path) -> None:
    run(source, "yolo", tmp_path / "out", with_pictures=True)
    for name in ("va", "vb"):
        for picture in (source / "JPEGImages" / name).iterdir():
            copied = tmp_path / "out/images/train" / name / picture.name
            assert copied.read_bytes() == picture.read_bytes()


def test_a_file_a_folder_and_an_archive_hold_the_same(source: Path, tmp_path: Path) -> None:
    run(source, "coco", tmp_path / "a.json")
    run(source, "coco", tmp_path / "b")
    run(source, "coco", tmp_path / "c.zip")
    run(source, "coco", tmp_path / "d.zip")
    text = (tmp_path / "a.json").read_bytes()
    assert (tmp_path / "b/instances.json").read_bytes() == text
    with zipfile.ZipFile(tmp_path / "c.zip") as archive:
        assert archive.namelist() == ["instances.json"]
        assert archive.read("instances.json") == text
    assert (tmp_path / "c.zip").read_bytes() == (tmp_path / "d.zip").read_bytes()
    (tmp_path / "e.json.gz").write_bytes(gzip.compress(text))
    for packed in ("c.zip", "e.json.gz"):
        assert run(tmp_path / packed, "davis", tmp_path / f"out of {packed}").source == "coco"
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def test_a_format_with_a_file_for_each_video_may_be_a_file_for_one(tmp_path: Path) -> None:
    write(tmp_path / "a.json", content(("va",)))
    run(tmp_path / "a.json", "cvat-video", tmp_path / "out.xml")
    assert (tmp_path / "out.xml").read_text().startswith("<?xml")
    write(tmp_path / "b.json", content())
    with pytest.raises(BadInput, match="one file for each of the 2 videos"):
        run(tmp_path / "b.json", "cvat-video", tmp_path / "two.xml")
    assert not (tmp_path / "two.xml").exists()


@pytest.mark.parametrize(
    ("to", "out", "reason"),
    [
        ("davis", "a.json", "is a folder"),
        ("coco", "a.xml", "is a folder"),
        ("none", "a.json", "There is no format none"),
        ("coco", "set", "is not empty"),
    ],
)
def test_a_target_that_does_not_fit_is_refused_before_anything_is_read(
    source: Path, tmp_path: Path, to: str, out: str, reason: str
) -> None:
    (source / "instances.json").write_text("no JSON")
    with pytest.raises((BadInput, FormatError), match=reason):
        run(source, to, tmp_path / out)


def test_a_broken_source_leaves_nothing(source: Path, tmp_path: Path) -> None:
    top = content()
    top["annotations"][3]["segmentations"][2] = {"size": [48, 64], "counts": [1]}
    write(source / "instances.json", top)
    with pytest.raises(YouTubeVisError, match=r"annotations\[3\]\.segmentations\[2\]"):
        run(source, "davis", tmp_path / "out")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["set"]
    done = run(source, "davis", tmp_path / "out", keep_good=True)
    assert (done.videos, done.tracks, len(done.left_out)) == (1, 2, 1)


def test_overlap_crowd_and_unknown_frames_are_counted(tmp_path: Path) -> None:
    top = content(("va",))
    top["annotations"][1]["segmentations"] = list(top["annotations"][0]["segmentations"])
    top["annotations"][1]["iscrowd"] = 1
    for track in top["annotations"]:
        track["segmentations"][2] = [[1, 1, 5, 5]]
    write(tmp_path / "a.json", top)
    done = run(tmp_path / "a.json", "davis", tmp_path / "out")
    text = " ".join(done.losses)
    assert "1 frame without a word about any track" in text
    assert "pixels of masks are lost" in text
    assert "1 track is marked as crowd" in text
    assert len(list((tmp_path / "out").rglob("*.png"))) == LENGTH - 1


def test_marks_as_crowd_on_every_track_are_dropped_and_told_or_kept(tmp_path: Path) -> None:
    top = content(("va",))
    for track in top["annotations"]:
        track["iscrowd"] = True
    write(tmp_path / "a.json", top)
    done = run(tmp_path / "a.json", "coco", tmp_path / "b.json")
    assert "every track is marked as crowd" in " ".join(done.notes)
    assert {one["iscrowd"] for one in json.loads((tmp_path / "b.json").read_text())["annotations"]} == {0}
    done = run(tmp_path / "a.json", "coco", tmp_path / "c.json", crowd="keep")
    assert "every track is marked as crowd" not in " ".join(done.notes)
    assert {one["iscrowd"] for one in json.loads((tmp_path / "c.json").read_text())["annotations"]} == {1}
    top["annotations"][0]["iscrowd"] = False
    write(tmp_path / "a.json", top)
    for crowd, marks in (("ask", {0, 1}), ("objects", {0})):
        run(tmp_path / "a.json", "coco", tmp_path / f"{crowd}.json", crowd=crowd)
        left = json.loads((tmp_path / f"{crowd}.json").read_text())["annotations"]
        assert {one["iscrowd"] for one in left} == marks


def test_missing_pictures_are_refused_and_nothing_is_written(source: Path, tmp_path: Path) -> None:
    (source / "JPEGImages/va/00000.png").unlink()
    with pytest.raises(Exception, match="00000"):
        run(source, "yolo", tmp_path / "out", with_pictures=True)
    assert not (tmp_path / "out").exists()


def test_names_in_the_file_lead_to_the_copied_pictures(tmp_path: Path) -> None:
    top = content(("deep/er/va",))
    write_pictures(tmp_path / "set", ("deep/er/va",))
    write(tmp_path / "set/instances.json", top)
    run(tmp_path / "set", "youtube-vis", tmp_path / "out", with_pictures=True)
    for name in read_dataset(tmp_path / "out/instances.json").videos[0].file_names:
        with Image.open(tmp_path / "out/JPEGImages" / name) as picture:
            assert picture.size == (64, 48)
