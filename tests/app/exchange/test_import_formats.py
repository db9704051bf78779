"""Imports of every format: what comes in is what the source has, with its pictures, from a file, archive or folder."""

import json
import os
import shutil
from pathlib import Path

import pytest

from app.errors import BadInput
from app.exchange.converting import convert
from app.exchange.import_source import ReadSettings
from app.exchange.open_imports import take_back
from app.exchange.repeats import ImportedAlready
from app.library.abandoned import clear_abandoned
from app.library.removal import delete_video, remove_video
from app.library.unpacked import UNPACKED, discard_unused
from app.settings import Settings
from storage import attributes, removal, tracks
from storage.formats import FORMATS, FormatError
from storage.videos import Video
from storage.youtube_vis import YouTubeVisError
from tests.app.exchange.files import LENGTH, SIZE, content, write, write_pictures
from tests.app.exchange.scene import ExchangeScene
from tests.storage.made_videos import make_video


@pytest.fixture
def source(tmp_path: Path) -> Path:
    write_pictures(tmp_path / "set" / "JPEGImages")
    write(tmp_path / "set" / "instances.json", content())
    return tmp_path / "set"


def bring(exchange: ExchangeScene, path: Path, **more: object) -> tuple[int, int, int]:
    """(videos, tracks, masks) that came in from a path alone."""
    done = exchange.bring(path, None, **more)  # type: ignore[arg-type]
    assert done.skipped == ()
    return len(done.videos), done.tracks, done.masks


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_comes_in_from_its_folder_alone(
    exchange: ExchangeScene, source: Path, tmp_path: Path, name: str
) -> None:
    convert(source, to=name, out=tmp_path / "there", with_pictures=True)
    expected = (2, 4 if "tracks" in FORMATS[name].holds else 4 * LENGTH, 4 * LENGTH)
    assert bring(exchange, tmp_path / "there") == expected
    assert sorted(video.name for video in exchange.videos()) == ["va", "vb"]
    assert {(video.width, video.height, video.count) for video in exchange.videos()} == {(*SIZE, LENGTH)}


def test_an_archive_keeps_its_pictures_in_the_data_folder(
    exchange: ExchangeScene, source: Path, tmp_path: Path, settings: Settings
) -> None:
    convert(source, to="cvat-images", out=tmp_path / "a.zip", with_pictures=True)
    assert bring(exchange, tmp_path / "a.zip") == (2, 4, 4 * LENGTH)
    for video in exchange.videos():
        assert Path(video.path).is_relative_to(settings.data / UNPACKED)
    with pytest.raises(ImportedAlready):
        bring(exchange, tmp_path / "a.zip")
    assert bring(exchange, tmp_path / "a.zip", repeat="again") == (2, 4, 4 * LENGTH)


def test_the_pictures_of_an_archive_go_with_the_last_video_that_uses_them(
    exchange: ExchangeScene, source: Path, tmp_path: Path, settings: Settings
) -> None:
    def delete(video: Video) -> None:
        remove_video(exchange.database, video_id=video.id)
        with exchange.database.read() as tx:
            work = removal.work_on(tx, [video.id])[video.id]
        done = delete_video(
            exchange.database, settings, video_id=video.id, tracks=work.tracks, corrections=work.corrections
        )
        assert done.problem is None

    convert(source, to="cvat-images", out=tmp_path / "a.zip", with_pictures=True)
    bring(exchange, tmp_path / "a.zip")
    (settings.data / UNPACKED / "notes").mkdir()
    first, second = exchange.videos()
    pictures = [Path(first.path) / name for name in first.file_names or ()]
    delete(second)
    assert pictures and all(picture.is_file() for picture in pictures)
    delete(first)
    assert [one.name for one in (settings.data / UNPACKED).iterdir()] == ["notes"]


def test_the_pictures_of_a_removed_video_stay(
    exchange: ExchangeScene, source: Path, tmp_path: Path, settings: Settings
) -> None:
    convert(source, to="cvat-images", out=tmp_path / "a.zip", with_pictures=True)
    bring(exchange, tmp_path / "a.zip")
    video = exchange.videos()[0]
    place = settings.data / UNPACKED / Path(video.path).relative_to(settings.data / UNPACKED).parts[0]
    for one in exchange.videos():
        remove_video(exchange.database, video_id=one.id)
    discard_unused(exchange.database, settings, Path(video.path))
    assert place.is_dir()


@pytest.mark.parametrize("where", ["", "unpacked", "unpacked/notes/a", "../elsewhere"])
def test_other_folders_are_left_alone(exchange: ExchangeScene, settings: Settings, where: str) -> None:
    path = settings.data / where
    path.mkdir(parents=True, exist_ok=True)
    discard_unused(exchange.database, settings, path)
    assert path.is_dir()


def test_an_archive_without_pictures_leaves_nothing_in_the_data_folder(
    exchange: ExchangeScene, source: Path, tmp_path: Path, settings: Settings
) -> None:
    convert(source, to="coco", out=tmp_path / "a.zip")
    with pytest.raises(BadInput, match="--frames DIR"):
        bring(exchange, tmp_path / "a.zip")
    done = exchange.bring(tmp_path / "a.zip", source / "JPEGImages")
    assert len(done.videos) == 2
    assert list((settings.data / UNPACKED).iterdir()) == []


def test_an_error_in_an_archive_names_the_archive(exchange: ExchangeScene, source: Path, tmp_path: Path) -> None:
    top = content()
    top["annotations"][0]["segmentations"][1] = 7
    write(source / "instances.json", top)
    shutil.make_archive(str(tmp_path / "a"), "zip", source)
    with pytest.raises(YouTubeVisError, match=r"a\.zip: instances\.json: annotations\[0\]\.segmentations\[1\]"):
        bring(exchange, tmp_path / "a.zip")
    assert list((exchange.settings.data / UNPACKED).iterdir()) == []


def test_an_archive_that_nothing_can_read_leaves_nothing_in_the_data_folder(
    exchange: ExchangeScene, tmp_path: Path
) -> None:
    (tmp_path / "strange").mkdir()
    (tmp_path / "strange" / "notes.json").write_text('{"masklet": 5}')
    shutil.make_archive(str(tmp_path / "a"), "zip", tmp_path / "strange")
    with pytest.raises(FormatError):
        bring(exchange, tmp_path / "a.zip")
    assert list((exchange.settings.data / UNPACKED).iterdir()) == []


def test_what_a_killed_import_has_unpacked_goes_once_it_is_old(
    exchange: ExchangeScene, source: Path, tmp_path: Path, settings: Settings
) -> None:
    shutil.make_archive(str(tmp_path / "a"), "zip", source)
    bring(exchange, tmp_path / "a.zip")
    [used] = (settings.data / UNPACKED).iterdir()
    young, old = (settings.data / UNPACKED / (letter * 32) for letter in "ab")
    for place in (young, old):
        place.mkdir()
        (place / "a.json").write_text("{}")
    for place in (used, old):
        os.utime(place, (0, 0))
    clear_abandoned(exchange.database, settings)
    assert {*(settings.data / UNPACKED).iterdir()} == {used, young}


@pytest.mark.parametrize(("count", "names", "stride"), [(3, (0, 1, 2), 1), (11, (0, 5, 10), 5), (9, (0, 4, 8), 4)])
def test_a_video_file_with_the_name_of_the_folder_is_found_without_a_stride(
    exchange: ExchangeScene, tmp_path: Path, count: int, names: tuple[int, ...], stride: int
) -> None:
    (tmp_path / "set").mkdir()
    make_video(tmp_path / "set/va.mp4", frames=count, size=SIZE)
    top = content(("va",))
    top["videos"][0]["file_names"] = [f"va/{number:05d}.jpg" for number in names]
    done = exchange.bring(write(tmp_path / "set/instances.json", top), None)
    assert "frames are taken from" in " ".join(done.notes)
    (video,) = exchange.videos()
    assert (video.count, video.stride) == (count, stride)
    with exchange.database.read() as tx:
        assert {row.frame for row in tracks.rows(tx, video.id)} == set(names)


def test_a_video_file_that_fits_several_strides_asks_for_one(exchange: ExchangeScene, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    make_video(tmp_path / "set/va.mp4", frames=12, size=SIZE)
    top = content(("va",))
    top["videos"][0]["file_names"] = [f"va/{number}.jpg" for number in (0, 1, 7)]
    with pytest.raises(BadInput, match="give the stride"):
        exchange.bring(write(tmp_path / "set/instances.json", top), None)


def test_a_file_of_which_no_video_is_good_is_refused_with_the_first_reason(
    exchange: ExchangeScene, source: Path
) -> None:
    top = content()
    top["categories"] = [{**one, "name": ""} for one in top["categories"]]
    file = write(source / "instances.json", top)
    reason = r"instances\.json holds no video without an error; the first: .*categories\[0\]\.name"
    with pytest.raises(BadInput, match=reason):
        exchange.bring(file, None, how=ReadSettings(keep_good=True))


def test_of_a_broken_file_nothing_or_the_good_videos_come_in_and_later_only_the_rest(
    exchange: ExchangeScene, source: Path
) -> None:
    top = content()
    good = json.dumps(top)
    top["annotations"][3]["segmentations"][1] = {"size": [48, 64], "counts": "???"}
    file = write(source / "instances.json", top)
    with pytest.raises(YouTubeVisError, match=r"annotations\[3\]"):
        exchange.bring(file, None)
    assert exchange.videos() == ()
    done = exchange.bring(file, None, how=ReadSettings(keep_good=True))
    assert (done.videos, len(done.skipped)) == (("va",), 1)
    assert "annotations[3].segmentations[1]" in done.skipped[0]
    file.write_text(good)
    done = exchange.bring(file, None)
    assert (done.videos, done.skipped) == (("vb",), ())
    assert [video.name for video in exchange.videos()] == ["va", "vb"]
    with pytest.raises(ImportedAlready):
        exchange.bring(file, None)


def test_marks_as_crowd_are_asked_about(exchange: ExchangeScene, source: Path) -> None:
    top = content()
    for track in top["annotations"]:
        track["iscrowd"] = True
    file = write(source / "instances.json", top)
    asked = []

    def choose() -> str:
        asked.append(1)
        return "keep"

    exchange.bring(file, None, how=ReadSettings(choose_crowd=choose))  # type: ignore[arg-type]
    assert len(asked) == 1
    with exchange.database.read() as tx:
        kept = [track.iscrowd for video in exchange.videos() for track in tracks.list_tracks(tx, video.id)]
    done = exchange.bring(file, None, repeat="again")
    with exchange.database.read() as tx:
        every = [track.iscrowd for video in exchange.videos() for track in tracks.list_tracks(tx, video.id)]
    assert (kept, sum(every), len(every)) == ([True] * 4, 4, 8)
    assert "every track is marked as crowd" in " ".join(done.notes)


def test_occluded_and_values_of_cvat_are_attributes_of_the_project(
    exchange: ExchangeScene, source: Path, tmp_path: Path
) -> None:
    top = content(("va",))
    top["attributes"] = [{"name": "pose", "values": ["sits"], "per": "track", "key": None}]
    top["annotations"][0] |= {"attributes": {"pose": "sits"}, "frame_attributes": {"occluded": [False, True, False]}}
    write(source / "instances.json", top)
    convert(source, to="cvat-video", out=tmp_path / "cvat", with_pictures=True)
    exchange.bring(tmp_path / "cvat", None)
    (video,) = exchange.videos()
    with exchange.database.read() as tx:
        (one,) = attributes.list_attributes(tx, exchange.project.id)
        rows = [row for row in tracks.rows(tx, video.id) if row.occluded]
        values = [dict(track.attributes or {}) for track in tracks.list_tracks(tx, video.id)]
    assert (one.name, one.per, [row.frame for row in rows]) == ("pose", "track", [1])
    assert {one.id: "sits"} in values


def test_an_import_of_a_folder_is_taken_back(exchange: ExchangeScene, source: Path, tmp_path: Path) -> None:
    convert(source, to="labelme", out=tmp_path / "lm", with_pictures=True)
    done = exchange.bring(tmp_path / "lm", None)
    assert done.import_id is not None
    assert sorted(take_back(exchange.database, import_id=done.import_id).removed) == ["va", "vb"]
