from typing import Any

from storage.drafts import Draft, discard_drafts, drafts_since, last_change, list_drafts, put_drafts
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
