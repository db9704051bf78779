"""Records of imports, and videos that an import is still writing."""

import pytest

from storage import imports, removal, videos
from storage.edits import Change
from storage.errors import NotFound
from storage.masks import prepare_blobs, put_blobs, put_prepared
from storage.video_progress import video_summaries
from tests.storage.scenes import Scene, make_video, square


def begun(scene: Scene, **more: object) -> str:
    with scene.database.atomic() as tx:
        return imports.add_import(tx, project_id=scene.project.id, path="a.json", **more)  # type: ignore[arg-type]


def found(scene: Scene, import_id: str) -> imports.Import:
    with scene.database.read() as tx:
        return imports.get_import(tx, import_id)


def test_an_import_is_open_until_it_is_finished(scene: Scene) -> None:
    first, second = begun(scene, settings={"stride": 5}), begun(scene)
    assert found(scene, first).settings == {"stride": 5} and found(scene, first).finished is None
    with scene.database.atomic() as tx:
        assert [one.id for one in imports.open_imports(tx)] == [first, second]
        imports.finish_import(tx, first)
        assert [one.id for one in imports.open_imports(tx)] == [second]
    over = found(scene, first).finished
    with scene.database.atomic() as tx:
        imports.finish_import(tx, first)
    assert over is not None and found(scene, first).finished == over, "it does not end twice"


def test_only_its_owner_keeps_an_import_alive(scene: Scene) -> None:
    one = begun(scene)
    with scene.database.atomic() as tx:
        assert not imports.beat(tx, one, owner="a:1")
        imports.set_owner(tx, one, "a:1")
        assert imports.beat(tx, one, owner="a:1") and not imports.beat(tx, one, owner="b:1")
    assert found(scene, one).heartbeat is not None
    with scene.database.atomic() as tx:
        imports.finish_import(tx, one)
        assert not imports.beat(tx, one, owner="a:1")
    assert found(scene, one).owner is None


def test_what_it_made_is_added_to(scene: Scene) -> None:
    one = begun(scene)
    with scene.database.atomic() as tx:
        imports.record_made(tx, one, categories=["c"], project=True)
        imports.record_made(tx, one, categories=["c", "d"])
    assert found(scene, one).made == {"categories": ["c", "d"], "project": True}
    with scene.database.atomic() as tx:
        imports.delete_import(tx, one)
    with pytest.raises(NotFound):
        found(scene, one)


def test_a_staged_video_is_shown_by_publishing_it(scene: Scene) -> None:
    one = begun(scene)
    with scene.database.atomic() as tx:
        video = make_video(tx, scene.project.id, name="two", import_id=one, staged=True)
        assert videos.staged_videos(tx, one) == (video.id,)
        for removed in (False, True):
            assert [each.id for each in videos.list_videos(tx, scene.project.id, removed=removed)] == [scene.video.id]
        assert videos.count_removed(tx, scene.project.id) == 0
        assert video.id not in video_summaries(tx, scene.project.id)
        shown = videos.publish_video(tx, video.id, name="three")
        assert (shown.name, shown.staged, shown.removed) == ("three", False, None)
        assert len(videos.list_videos(tx, scene.project.id)) == 2 and videos.staged_videos(tx, one) == ()


def test_a_staged_video_goes_with_all_its_rows_edit_by_edit(scene: Scene) -> None:
    one = begun(scene)
    with scene.database.atomic() as tx:
        video = make_video(tx, scene.project.id, name="two", import_id=one, staged=True)
    hidden = Scene(scene.database, scene.project, scene.cat, scene.dog, video)
    track = scene.new_track()
    scene.applied(Change(track, 0, 0, {"state": "present", "rle": square(1)}))
    other = hidden.new_track()
    for frame in range(3):
        hidden.applied(Change(other, frame, 0, {"state": "present", "rle": square(frame)}))
    began = []

    def atomic():  # type: ignore[no-untyped-def]
        began.append(1)
        return scene.database.atomic()

    removal.delete_staged(atomic, video.id)
    assert len(began) == 5, "one transaction for each edit and one for the video"
    with scene.database.read() as tx:
        with pytest.raises(NotFound):
            videos.get_video(tx, video.id)
        for table in ("tracks", "masks", "edits", "edit_rows"):
            left = tx.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
            assert left == (2 if table in {"edits", "edit_rows"} else 1), table
    assert scene.database.check() == []


def test_a_video_in_the_library_is_not_deleted_as_a_staged_one(scene: Scene) -> None:
    scene.applied(Change(scene.new_track(), 0, 0, {"state": "present", "rle": square(1)}))
    removal.delete_staged(scene.database.atomic, scene.video.id)
    with scene.database.read() as tx:
        assert videos.get_video(tx, scene.video.id).id == scene.video.id
        assert tx.exec_driver_sql("SELECT count(*) FROM masks").scalar_one() == 1


def test_prepared_masks_are_stored_as_masks_are(scene: Scene) -> None:
    rles = [square(1), square(2), square(1)]
    prepared = prepare_blobs(rles)
    assert len(prepared.hashes) == 3 and len(prepared.rows) == 2
    with scene.database.atomic() as tx:
        put_prepared(tx, prepared)
        put_prepared(tx, prepared)
        assert put_blobs(tx, rles) == list(prepared.hashes)
        assert tx.exec_driver_sql("SELECT count(*) FROM blobs").scalar_one() == 2
