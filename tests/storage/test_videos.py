from typing import Any

import pytest

from storage.database import Database
from storage.errors import BadName, NotFound
from storage.imports import add_import, list_imports
from storage.projects import create_project
from storage.video_progress import video_summaries
from storage.videos import (
    count_removed,
    get_video,
    list_videos,
    move_source,
    remove_video,
    rename_video,
    restore_video,
    store_index,
    video_paths,
)
from tests.storage.scenes import Scene, make_video


def test_a_video_comes_back_as_it_was_added(database: Database) -> None:
    with database.atomic() as tx:
        project = create_project(tx, name="zoo")
        more: dict[str, Any] = {"kind": "images", "file_names": ("a.png", "b.png"), "stride": 5, "source_id": "7"}
        index = {"pts": [0, 512], "gaps": []}
        video = make_video(tx, project.id, count=2, index_json=index, extra={"fps": None}, **more)
        assert get_video(tx, video.id) == video
        assert list_videos(tx, project.id) == (video,)
        assert (video.index, video.file_names, video.stride, video.extra) == (
            index,
            ["a.png", "b.png"],
            5,
            {"fps": None},
        )
        assert (video.count, video.width, video.height, video.removed) == (2, 16, 12, None)


@pytest.mark.parametrize(("confirmed", "frames"), [(True, 40), (False, 0), (12, 12), (99, 40)])
def test_confirmed_is_a_number_of_frames(scene: Scene, confirmed: bool | int, frames: int) -> None:
    with scene.database.atomic() as tx:
        assert make_video(tx, scene.project.id, confirmed=confirmed).confirmed == frames


def test_decoding_confirms_the_frames(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        video = make_video(tx, scene.project.id, confirmed=False)
        part = store_index(tx, video.id, index_json={"n": 1}, count=38, confirmed=20)
        assert (part.count, part.confirmed, part.index) == (38, 20, {"n": 1})
        assert store_index(tx, video.id, index_json={"n": 2}, count=38).confirmed == 38


def test_videos_are_renamed_moved_removed_and_restored(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        assert rename_video(tx, scene.video.id, " run ").name == "run"
        with pytest.raises(BadName):
            rename_video(tx, scene.video.id, " ")
        with pytest.raises(BadName):
            make_video(tx, scene.project.id, name="")
        moved = move_source(tx, scene.video.id, path="/elsewhere.mp4", copied=True)
        assert (moved.path, moved.copied) == ("/elsewhere.mp4", True)
        assert remove_video(tx, scene.video.id).removed is not None
        assert list_videos(tx, scene.project.id) == ()
        assert len(list_videos(tx, scene.project.id, removed=True)) == 1
        assert video_summaries(tx, scene.project.id) == {}
        restore_video(tx, scene.video.id)
        assert len(list_videos(tx, scene.project.id)) == 1
        with pytest.raises(NotFound):
            remove_video(tx, "nothing")


def test_an_imported_file_keeps_what_only_it_says(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        import_id = add_import(tx, project_id=scene.project.id, path="a.json", info={"year": 2019}, extra={"z": 1})
        video = make_video(tx, scene.project.id, import_id=import_id)
        (kept,) = list_imports(tx, scene.project.id)
        assert (kept.id, kept.path, kept.info, kept.extra) == (video.import_id, "a.json", {"year": 2019}, {"z": 1})


def test_paths_and_the_number_removed_come_without_the_videos(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        other = create_project(tx, name="other")
        made = [make_video(tx, scene.project.id, name=str(k), path=f"/videos/{k}.mp4") for k in range(3)]
        make_video(tx, other.id, path="/elsewhere.mp4")
        remove_video(tx, made[1].id)
    with scene.database.read() as tx:
        listed = tuple((video.id, video.path) for video in list_videos(tx, scene.project.id))
        assert video_paths(tx, scene.project.id) == listed
        assert [path for _, path in listed] == [scene.video.path, "/videos/0.mp4", "/videos/2.mp4"]
        assert (count_removed(tx, scene.project.id), count_removed(tx, other.id)) == (1, 0)
