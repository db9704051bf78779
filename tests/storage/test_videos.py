from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from storage.database import Database
from storage.edits import Change
from storage.errors import BadName, NotFound
from storage.imports import add_import, list_imports
from storage.projects import create_project
from storage.videos import (
    VideoSummary,
    count_removed,
    get_video,
    list_videos,
    move_source,
    remove_video,
    rename_video,
    restore_video,
    store_index,
    video_paths,
    video_summaries,
)
from tests.storage.scenes import Scene, make_video, new_id, square


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


def test_summaries_count_rows_by_verdict_and_leave_deleted_tracks_out(scene: Scene) -> None:
    first, second, gone = (scene.new_track() for _ in range(3))
    look = {"reason": "odd", "author": "run:a"}
    scene.applied(
        Change(first, 0, 0, {"rle": square(1), "review": "unreviewed", "source": "proposed", "look": look}),
        Change(first, 1, 0, {"rle": square(1), "review": "accepted", "source": "proposed"}),
        Change(second, 1, 0, {"rle": square(1)}),
        Change(second, 2, 0, {"rle": square(1), "review": "rejected", "source": "proposed"}),
        Change(second, 3, 0, {"state": "absent"}),
        Change(gone, 9, 0, {"rle": square(1)}),
    )
    scene.applied(Change(gone, None, scene.track(gone).version, None), kind="delete track")
    with scene.database.atomic() as tx:
        empty = make_video(tx, scene.project.id, name="empty")
        found = video_summaries(tx, scene.project.id)
    assert found[empty.id] == VideoSummary(empty.id)
    assert found[scene.video.id] == VideoSummary(
        scene.video.id,
        tracks=2,
        frames=4,
        unreviewed=1,
        accepted=1,
        corrected=2,
        rejected=1,
        look=1,
        bare=scene.video.count - 4,
    )


def test_a_rejected_track_is_done_and_a_models_own_absence_asks_nothing(scene: Scene) -> None:
    kept, rejected = scene.new_track(), scene.new_track()
    absent = {"state": "absent", "source": "proposed", "review": "unreviewed"}
    look = {"reason": "odd", "author": "run:a"}
    scene.applied(
        Change(kept, 0, 0, {"rle": square(1), "review": "accepted", "source": "proposed"}),
        Change(kept, 1, 0, absent),
        Change(kept, 2, 0, {"state": "absent"}),
        Change(rejected, 0, 0, {"rle": square(1), "review": "unreviewed", "source": "proposed", "look": look}),
        Change(rejected, 1, 0, absent),
    )
    scene.applied(Change(rejected, None, scene.track(rejected).version, {"rejected": True}), kind="reject")
    declare(scene, 0, scene.video.count)
    with scene.database.read() as tx:
        found = video_summaries(tx, scene.project.id)[scene.video.id]
    assert (found.accepted, found.corrected, found.rejected, found.unreviewed, found.look) == (1, 1, 2, 0, 0)
    assert found.state == "done"


def rows(track: str, *frames: int) -> list[Change]:
    return [Change(track, frame, 0, {"rle": square(1)}) for frame in frames]


def declare(scene: Scene, start: int, stop: int) -> None:
    after = {"start": start, "stop": stop, "categories": []}
    scene.applied(Change(None, None, 0, after, range_id=new_id()), kind="complete")


def test_frames_without_a_row_keep_a_video_open_until_they_are_declared_complete(scene: Scene) -> None:
    """Somebody drew in three frames: all that is there is reviewed, but nobody looked at the others."""
    track = scene.new_track()
    scene.applied(*rows(track, 0, 1, 5))

    def summary() -> VideoSummary:
        with scene.database.read() as tx:
            return video_summaries(tx, scene.project.id)[scene.video.id]

    count = scene.video.count
    assert (summary().bare, summary().state) == (count - 3, "review")
    declare(scene, 4, 8)
    assert (summary().bare, summary().state) == (count - 6, "review")
    declare(scene, 6, count)
    assert (summary().bare, summary().state) == (2, "review")
    declare(scene, 0, 4)
    assert (summary().bare, summary().state) == (0, "done")


def test_a_video_imported_at_a_stride_is_done_when_its_annotated_frames_are(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        strided = make_video(tx, scene.project.id, name="strided", stride=5, file_names=["0.jpg", "5.jpg"])
        plain = make_video(tx, scene.project.id, name="plain", file_names=["0.jpg"])
    with scene.database.read() as tx:
        empty = video_summaries(tx, scene.project.id)
    assert (empty[strided.id].bare, empty[plain.id].bare) == (0, 0)
    for video in (strided, plain):
        there, track = replace(scene, video=video), new_id()
        there.applied(Change(track, None, 0, {"category": scene.cat.id}), *rows(track, 0, 5))
    with scene.database.read() as tx:
        found = video_summaries(tx, scene.project.id)
    assert (found[strided.id].bare, found[strided.id].state) == (0, "done")
    assert (found[plain.id].bare, found[plain.id].state) == (plain.count - 2, "review")


def test_summaries_of_many_videos_take_few_queries(scene: Scene) -> None:
    statements: list[str] = []
    with scene.database.atomic() as tx:
        for number in range(20):
            make_video(tx, scene.project.id, name=str(number))
    with scene.database.read() as tx:
        event.listen(tx, "before_cursor_execute", lambda *call: statements.append(call[2]))
        assert len(video_summaries(tx, scene.project.id)) == 21
    assert len(statements) == 3


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        ({}, "new"),
        ({"tracks": 1}, "new"),
        ({"unreviewed": 3}, "proposed"),
        ({"unreviewed": 3, "accepted": 1}, "review"),
        ({"corrected": 3, "look": 1}, "review"),
        ({"corrected": 3, "bare": 1}, "review"),
        ({"unreviewed": 3, "bare": 1}, "proposed"),
        ({"rejected": 3}, "done"),
        ({"accepted": 2, "corrected": 1}, "done"),
    ],
)
def test_the_state_of_a_video_follows_from_the_counts(counts: dict[str, int], state: str) -> None:
    assert VideoSummary("v", **counts).state == state


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
