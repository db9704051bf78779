"""Import and export: the same decoded masks, nulls, categories, ids and foreign keys, and then the same bytes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.errors import BadInput, Cancelled
from app.exchange.exporting import export_dataset
from app.exchange.importing import import_dataset
from app.settings import Settings
from model.procedural import render_video, synthesize
from storage import edits, masks, projects, rle, tracks, videos
from storage.database import Database
from storage.frames import SourceMissing
from storage.projects import Project
from storage.videos import Video
from storage.youtube_vis import YouTubeVisError, read_dataset
from tests.app.made import FRAMES, new_track, project_with, send, square, video_in
from tests.material import material


@pytest.fixture
def project(database: Database) -> Project:
    return project_with(database, name="empty")[0]


def change(database: Database, video: Video, changes: list[dict[str, Any]]) -> None:
    result = send(database, video, changes)
    assert result["status"] == "applied", result


@pytest.fixture
def worked(database: Database, settings: Settings, tmp_path: Path) -> tuple[Project, Video]:
    """A project with a dog (three masks, one rejected, one *absent*), a rejected cat and a thing without category."""
    project, categories = project_with(database, "dog", "cat", name="worked")
    video = video_in(database, settings, project, tmp_path)
    dog, changes = new_track(categories["dog"].id, {frame: square(frame, 4) for frame in (0, 1, 5)})
    changes[3]["after"]["review"] = "rejected"
    changes.append({"track": dog, "frame": 2, "before_version": 0, "after": {"state": "absent", "mask": None}})
    _, cat = new_track(categories["cat"].id, {0: square(30, 20)}, rejected=True)
    _, unknown = new_track(None, {0: square(40, 30)})
    change(database, video, [*changes, *cat, *unknown])
    return project, video


def export(database: Database, settings: Settings, project: Project, out: Path, **more: Any) -> Any:
    return export_dataset(database, settings, project_id=project.id, out=out, **more)


def bring(database: Database, settings: Settings, project: Project, file: Path, frames: Path, **more: Any) -> Any:
    return import_dataset(database, settings, project_id=project.id, file=file, frames_folder=frames, **more)


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_only_what_is_not_rejected_and_has_a_category_leaves(
    database: Database, settings: Settings, worked: tuple[Project, Video], tmp_path: Path
) -> None:
    done = export(database, settings, worked[0], tmp_path / "out")
    assert (done.videos, done.tracks, done.masks) == (1, 1, 2)
    assert len(done.left_out) == 1 and "without a category" in done.left_out[0]
    found = read_dataset(tmp_path / "out" / "instances.json")
    [track] = found.tracks
    assert [k for k, mask in enumerate(track.segmentations) if mask is not None] == [0, 1]
    assert track.segmentations[1] == square(1, 4)
    assert [(category.id, category.name) for category in found.categories] == [(1, "dog"), (2, "cat")]
    [video] = found.videos
    assert video.file_names[:2] == ("clip/00000.jpg", "clip/00001.jpg")
    assert len(list((tmp_path / "out" / "JPEGImages" / "clip").iterdir())) == FRAMES
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_an_export_comes_back_the_same_and_leaves_as_the_same_bytes(
    database: Database, settings: Settings, worked: tuple[Project, Video], project: Project, tmp_path: Path
) -> None:
    export(database, settings, worked[0], tmp_path / "first")
    bring(database, settings, project, tmp_path / "first" / "instances.json", tmp_path / "first")
    export(database, settings, project, tmp_path / "second")
    assert content(tmp_path / "first") == content(tmp_path / "second")


def foreign(folder: Path) -> Path:
    """A procedural data set with ids, order and keys of its own."""
    synthesize(folder, domain="demo", videos=2, frames=5, size=(64, 40), seed=3)
    file = folder / "instances.json"
    data = json.loads(file.read_text())
    data["info"]["contributor"] = "somebody"
    data["licenses"] = [{"id": 1, "name": "free"}]
    data["season"] = {"year": 2031}
    videos = {video["id"]: video["id"] * 10 + 3 for video in data["videos"]}
    for video in data["videos"]:
        video["id"] = videos[video["id"]]
        video["weather"] = ["rain", None]
    for number, track in enumerate(data["annotations"]):
        track["id"] = 1000 - number
        track["video_id"] = videos[track["video_id"]]
        track["instance_id"] = f"x{number}"
        track["iscrowd"] = number % 2
    data["annotations"][0]["segmentations"][1] = None
    data["annotations"][-1]["segmentations"] = [None] * 5
    data["categories"][0]["colour"] = "red"
    file.write_text(json.dumps(data))
    return file


def test_ids_nulls_names_and_foreign_keys_survive(
    database: Database, settings: Settings, project: Project, tmp_path: Path
) -> None:
    file = foreign(tmp_path / "source")
    done = bring(database, settings, project, file, tmp_path / "source" / "JPEGImages")
    assert done.skipped == () and len(done.videos) == 2
    export(database, settings, project, tmp_path / "out")
    before, after = read_dataset(file), read_dataset(tmp_path / "out" / "instances.json")
    assert after.videos == before.videos
    assert {category.id: category for category in after.categories} == {c.id: c for c in before.categories}
    assert {track.id: track for track in after.tracks} == {track.id: track for track in before.tracks}
    assert (after.info, after.licenses, after.extra) == (before.info, before.licenses, before.extra)
    for name in before.videos[0].file_names:
        assert (tmp_path / "out" / "JPEGImages" / name).read_bytes() == (
            tmp_path / "source" / "JPEGImages" / name
        ).read_bytes()


def test_imported_rows_are_unreviewed_and_null_is_absent(
    database: Database, settings: Settings, project: Project, tmp_path: Path
) -> None:
    bring(database, settings, project, foreign(tmp_path / "source"), tmp_path / "source")
    with database.read() as tx:
        rows = [row for video in videos.list_videos(tx, project.id) for row in tracks.rows(tx, video.id)]
        [log] = [entry for entry in edits.history(tx, video=videos.list_videos(tx, project.id)[0].id)]
    assert {(row.source, row.review) for row in rows} == {("imported", "unreviewed")}
    assert {row.state for row in rows} == {"present", "absent"}
    assert log.kind == "import" and log.author.startswith("run:")


def test_masks_are_the_renderers_to_the_pixel(
    database: Database, settings: Settings, project: Project, tmp_path: Path
) -> None:
    synthesize(tmp_path / "source", domain="demo", videos=1, frames=4, size=(64, 40), seed=5)
    bring(database, settings, project, tmp_path / "source" / "instances.json", tmp_path / "source")
    truth = render_video("demo", index=0, seed=5, frames=4, size=(64, 40))
    with database.read() as tx:
        [video] = videos.list_videos(tx, project.id)
        rows = [row for row in tracks.rows(tx, video.id) if row.hash is not None]
        blobs = masks.get_blobs(tx, {str(row.hash) for row in rows})
    stored = sorted((row.frame, rle.decode(blobs[str(row.hash)]).tobytes()) for row in rows)
    wanted = sorted(
        (frame, np.asarray(mask, bool).tobytes())
        for track in truth.tracks
        for frame, mask in enumerate(track.masks)
        if np.asarray(mask).any()
    )
    assert stored == wanted


def test_categories_of_the_project_are_used_again_by_name(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    file = foreign(tmp_path / "source")
    name = read_dataset(file).categories[0].name
    project, _ = project_with(database, name.upper(), name="has one")
    done = bring(database, settings, project, file, tmp_path / "source")
    with database.read() as tx:
        names = [category.name for category in projects.list_categories(tx, project.id)]
    assert names[0] == name.upper() and name not in names
    assert name not in done.new_categories


def test_a_video_whose_pictures_are_missing_is_told_and_the_others_come(
    database: Database, settings: Settings, project: Project, tmp_path: Path
) -> None:
    file = foreign(tmp_path / "source")
    lost = tmp_path / "source" / "JPEGImages" / read_dataset(file).videos[0].file_names[2]
    lost.unlink()
    done = bring(database, settings, project, file, tmp_path / "source")
    assert len(done.videos) == 1
    [sentence] = done.skipped
    assert lost.name in sentence


def test_pictures_of_another_size_are_refused(
    database: Database, settings: Settings, project: Project, tmp_path: Path
) -> None:
    synthesize(tmp_path / "source", domain="demo", videos=1, frames=2, size=(64, 40), seed=5)
    synthesize(tmp_path / "other", domain="demo", videos=1, frames=2, size=(48, 40), seed=5)
    with pytest.raises(BadInput, match="48 x 40"):
        bring(database, settings, project, tmp_path / "source" / "instances.json", tmp_path / "other")


@pytest.mark.parametrize("name", ["../outside.jpg", "/etc/passwd", "a/../../b.jpg"])
def test_names_that_lead_out_of_the_folder_are_refused(
    database: Database, settings: Settings, project: Project, tmp_path: Path, name: str
) -> None:
    file = tmp_path / "bad.json"
    video = {"id": 1, "width": 4, "height": 4, "length": 1, "file_names": [name]}
    file.write_text(json.dumps({"videos": [video], "categories": [], "annotations": []}))
    with pytest.raises(BadInput, match="outside"):
        bring(database, settings, project, file, tmp_path)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"images": [], "annotations": [], "categories": []}', "no json"]
)
def test_what_is_not_youtube_vis_is_refused_and_nothing_is_stored(
    database: Database, settings: Settings, project: Project, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "bad.json"
    file.write_text(text)
    with pytest.raises((YouTubeVisError, BadInput), match=r"bad\.json"):
        bring(database, settings, project, file, tmp_path)
    with database.read() as tx:
        assert videos.list_videos(tx, project.id) == () and videos.list_imports(tx, project.id) == ()


def test_a_file_or_folder_that_is_not_there_is_named(
    database: Database, settings: Settings, project: Project, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match=r"none\.json"):
        bring(database, settings, project, tmp_path / "none.json", tmp_path)
    file = foreign(tmp_path / "source")
    with pytest.raises(BadInput, match="nowhere"):
        bring(database, settings, project, file, tmp_path / "nowhere")


def test_a_cancelled_import_or_export_leaves_nothing(
    database: Database, settings: Settings, worked: tuple[Project, Video], project: Project, tmp_path: Path
) -> None:
    file = foreign(tmp_path / "source")
    with pytest.raises(Cancelled):
        bring(database, settings, project, file, tmp_path / "source", cancelled=lambda: True)
    with database.read() as tx:
        assert videos.list_videos(tx, project.id) == ()
    folder = tmp_path / "exports"
    with pytest.raises(Cancelled):
        export(database, settings, worked[0], folder / "out", cancelled=lambda: True)
    assert list(folder.iterdir()) == []


def test_only_reviewed_masks_leave_when_asked(
    database: Database, settings: Settings, project: Project, tmp_path: Path
) -> None:
    bring(database, settings, project, foreign(tmp_path / "source"), tmp_path / "source")
    with database.read() as tx:
        video = videos.list_videos(tx, project.id)[0]
        row = next(row for row in tracks.rows(tx, video.id) if row.state == "present")
    accepted = {"track": row.track_id, "frame": row.frame, "before_version": row.version}
    change(database, video, [{**accepted, "after": {"review": "accepted"}}])
    done = export(database, settings, project, tmp_path / "out", reviewed_only=True)
    assert (done.tracks, done.masks, done.videos) == (1, 1, 2)


def test_a_stride_keeps_every_so_many_frames(
    database: Database, settings: Settings, worked: tuple[Project, Video], tmp_path: Path
) -> None:
    export(database, settings, worked[0], tmp_path / "out", stride=5)
    found = read_dataset(tmp_path / "out" / "instances.json")
    assert found.videos[0].file_names == ("clip/00000.jpg", "clip/00005.jpg", "clip/00010.jpg")
    assert [mask is not None for mask in found.tracks[0].segmentations] == [True, False, False]


def test_an_export_never_writes_over_a_folder(
    database: Database, settings: Settings, worked: tuple[Project, Video], tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep")
    with pytest.raises(BadInput, match="already there"):
        export(database, settings, worked[0], tmp_path / "out")
    assert (tmp_path / "out" / "mine.txt").read_text() == "keep"
    for wrong in ({"version": "1999"}, {"stride": 0}):
        with pytest.raises(BadInput):
            export(database, settings, worked[0], tmp_path / "new", **wrong)


def test_an_export_without_the_source_of_a_video_is_refused_whole(
    database: Database, settings: Settings, worked: tuple[Project, Video], tmp_path: Path
) -> None:
    Path(worked[1].path).unlink()
    with pytest.raises(SourceMissing):
        export(database, settings, worked[0], tmp_path / "exports" / "out")
    assert list((tmp_path / "exports").iterdir()) == []


def test_an_empty_project_has_nothing_to_export(
    database: Database, settings: Settings, project: Project, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="no video"):
        export(database, settings, project, tmp_path / "out")


def test_a_real_data_set_makes_the_round_trip(
    database: Database, settings: Settings, project: Project, tmp_path: Path
) -> None:
    folder = material("data/annotated/pumavos_caps")
    file = folder / "instances_keyframes.json"
    done = bring(database, settings, project, file, folder / "JPEGImages")
    assert done.skipped == ()
    export(database, settings, project, tmp_path / "first")
    before, after = read_dataset(file), read_dataset(tmp_path / "first" / "instances.json")
    assert {t.id: t.segmentations for t in after.tracks} == {t.id: t.segmentations for t in before.tracks}
    again, _ = project_with(database, name="again")
    bring(database, settings, again, tmp_path / "first" / "instances.json", tmp_path / "first" / "JPEGImages")
    export(database, settings, again, tmp_path / "second")
    assert content(tmp_path / "first") == content(tmp_path / "second")
