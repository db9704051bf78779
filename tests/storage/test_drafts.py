from typing import Any

from storage.drafts import (
    KEPT_REMOVALS,
    Draft,
    Removal,
    discard_drafts,
    drafts_since,
    last_change,
    list_drafts,
    page_of_drafts,
    put_drafts,
    removals_since,
)
from storage.masks import put_blob
from storage.runs import start_run
from tests.storage.scenes import Scene, square


def test_drafts_are_kept_narrowed_and_discarded(scene: Scene) -> None:
    video = scene.video.id
    with scene.database.atomic() as tx:
        run = start_run(tx, kind="spreading", project_id=scene.project.id, video_id=video)
        mask = put_blob(tx, square(1))

        def draft(track: str, frame: int, blob_hash: str | None = mask, **more: Any) -> Draft:
            return Draft.new(run_id=run.id, video_id=video, track_id=track, frame=frame, blob_hash=blob_hash, **more)

        drafts = [draft("a", 1, confidence=0.5, doubt="small"), draft("a", 2, None), draft("b", 2)]
        put_drafts(tx, drafts)
        put_drafts(tx, [])
        assert list_drafts(tx, video) == tuple(drafts)
        assert [found.state for found in list_drafts(tx, video, track_id="a")] == ["present", "absent"]
        assert list_drafts(tx, video, run_id="another") == ()
        assert [found.track_id for found in list_drafts(tx, video, start=2, stop=3)] == ["a", "b"]
        better = draft("a", 1, confidence=0.75)
        put_drafts(tx, [better])
        assert list_drafts(tx, video, stop=2) == (better,)
        assert discard_drafts(tx, video, run_id=run.id, start=2) == 2
        assert list_drafts(tx, video) == (better,)
        assert discard_drafts(tx, video) == 1


def test_drafts_are_read_by_what_is_new_and_a_write_is_never_cut(scene: Scene) -> None:
    video = scene.video.id
    with scene.database.atomic() as tx:
        run = start_run(tx, kind="spreading", project_id=scene.project.id, video_id=video)

        def draft(frame: int) -> Draft:
            return Draft.new(run_id=run.id, video_id=video, track_id="a", frame=frame, blob_hash=None)

        def new(since: int, limit: int = 100) -> list[int]:
            found = drafts_since(tx, since, limit=limit)
            assert all(project == scene.project.id for _, project in found)
            return [one.frame for one, _ in found]

        assert last_change(tx) == 0 and new(0) == []
        put_drafts(tx, map(draft, (3, 4, 5)))
        put_drafts(tx, map(draft, (6, 7)))
        put_drafts(tx, [])
        assert last_change(tx) == 2 and new(2) == []
        assert new(0) == [3, 4, 5, 6, 7] and new(1) == [6, 7]
        assert new(0, limit=1) == [3, 4, 5]
        put_drafts(tx, [draft(4)])
        assert new(2) == [4] and new(0) == [3, 5, 6, 7, 4]
        discard_drafts(tx, video)
        put_drafts(tx, [draft(1)])
        assert new(3) == [1], "a number is never used again"


def test_removals_are_known_by_what_they_removed_and_old_ones_are_forgotten(scene: Scene) -> None:
    video = scene.video.id
    with scene.database.atomic() as tx:
        run = start_run(tx, kind="spreading", project_id=scene.project.id, video_id=video).id

        def put(frame: int) -> None:
            put_drafts(tx, [Draft.new(run_id=run, video_id=video, track_id="a", frame=frame, blob_hash=None)])

        put(1)
        assert discard_drafts(tx, video, track_id="b") == 0 and removals_since(tx, 0) == ()
        assert discard_drafts(tx, video, track_id="a", start=1, stop=3) == 1
        put(2)
        assert discard_drafts(tx, video, run_id=run) == 1
        assert removals_since(tx, 0) == (
            (Removal(2, video, None, "a", 1, 3), scene.project.id),
            (Removal(4, video, run, None, None, None), scene.project.id),
        )
        assert [one.change for one, _ in removals_since(tx, 2)] == [4]
        for frame in range(KEPT_REMOVALS // 2):
            put(frame)
            discard_drafts(tx, video)
        assert removals_since(tx, 0)[0][0].change == 6


def test_drafts_are_read_in_pages_of_whole_frames_and_of_one_kind_of_run(scene: Scene) -> None:
    video = scene.video.id
    with scene.database.atomic() as tx:
        run, other = (
            start_run(tx, kind=kind, project_id=scene.project.id, video_id=video).id for kind in ("spreading", "x")
        )
        put_drafts(
            tx,
            [
                Draft.new(run_id=name, video_id=video, track_id=track, frame=frame, blob_hash=None)
                for name in (run, other)
                for track in "abc"
                for frame in (2, 3, 5)
            ],
        )
        start: int | None = 0
        pages = []
        while start is not None:
            found, start = page_of_drafts(tx, video, kind="spreading", start=start, limit=4)
            assert {one.run_id for one in found} == {run}
            pages.append([(one.frame, one.track_id) for one in found])
        assert pages == [[(k, track) for k in (2, 3) for track in "abc"], [(5, track) for track in "abc"]]
        assert page_of_drafts(tx, video, kind="spreading", start=6, limit=4) == ((), None)
        assert page_of_drafts(tx, video, kind="spreading", start=5, limit=3)[1] is None
