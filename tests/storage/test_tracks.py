from storage import tracks
from storage.edits import Change
from tests.storage.scenes import Scene, square


def test_rows_come_by_range_and_track_and_leave_deleted_tracks_out(scene: Scene) -> None:
    first, second, gone = (scene.new_track() for _ in range(3))
    for track in (second, first, gone):
        for frame in (0, 5, 9):
            scene.draw(track, frame, frame)
    scene.applied(Change(gone, None, scene.track(gone).version, None), kind="delete track")
    video = scene.video.id
    with scene.database.read() as tx:
        everything = [(row.track_id, row.frame) for row in tracks.rows(tx, video)]
        assert everything == [(track, frame) for track in (first, second) for frame in (0, 5, 9)]
        assert [row.frame for row in tracks.rows(tx, video, start=1, stop=9)] == [5, 5]
        assert [row.track_id for row in tracks.rows(tx, video, stop=1, track_ids=[second])] == [second]
        assert len(tracks.rows(tx, video, track_ids=[gone])) == 3
        assert tracks.rows(tx, video, track_ids=[]) == ()
        assert tracks.rows(tx, "another video") == ()


def test_masks_come_by_range_each_once(scene: Scene) -> None:
    first, second, gone = (scene.new_track() for _ in range(3))
    scene.draw(first, 0, 1)
    scene.draw(second, 1, 1)
    scene.draw(second, 2, 7)
    scene.draw(gone, 0, 9)
    scene.applied(Change(first, 1, 0, {"state": "absent"}))
    scene.applied(Change(gone, None, scene.track(gone).version, None), kind="delete track")
    with scene.database.read() as tx:
        assert list(tracks.masks(tx, scene.video.id, start=0, stop=2).values()) == [square(1)]
        assert len(tracks.masks(tx, scene.video.id, start=0, stop=3)) == 2
        assert tracks.masks(tx, scene.video.id, start=3, stop=40) == {}


def test_a_row_carries_all_that_was_said_of_it(scene: Scene) -> None:
    track = scene.new_track(run="r", score=0.5, source_id="12", extra={"fate": "kept"}, iscrowd=True)
    said = {"score": 0.25, "run": "r", "occluded": True, "iscrowd": True, "extra": {"a": 1}, "parent": "edit"}
    scene.draw(track, 0, 1, source="propagated", review="unreviewed", **said)
    row, stored = scene.row(track, 0), scene.track(track)
    assert row is not None
    assert (row.score, row.run_id, row.occluded, row.iscrowd, row.extra) == (0.25, "r", True, True, {"a": 1})
    assert (row.parent_edit, row.human, row.key) == ("edit", False, False)
    assert (stored.run_id, stored.score, stored.source_id) == ("r", 0.5, "12")
    assert (stored.extra, stored.iscrowd) == ({"fate": "kept"}, True)
    scene.assert_log_explains_tables()
