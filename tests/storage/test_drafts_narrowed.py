"""Drafts under any choice of run, track and frames: listing and discarding mean the same rows."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.database import DatabaseError
from storage.drafts import Draft, discard_drafts, list_drafts, put_drafts
from storage.masks import put_blob
from storage.runs import start_run
from tests.storage.scenes import Scene, make_video, new_id, square

FRAMES = st.none() | st.integers(-1, 7)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sets(st.tuples(st.integers(0, 1), st.sampled_from("ab"), st.integers(0, 6)), max_size=20),
    st.none() | st.integers(0, 1),
    st.none() | st.sampled_from("ab"),
    FRAMES,
    FRAMES,
)
def test_what_is_listed_is_what_is_discarded(
    scene: Scene,
    given_rows: set[tuple[int, str, int]],
    run: int | None,
    track: str | None,
    start: int | None,
    stop: int | None,
) -> None:
    with scene.database.atomic() as tx:
        video = make_video(tx, scene.project.id, name=new_id())
        runs = [start_run(tx, kind="spreading", project_id=scene.project.id, video_id=video.id).id for _ in range(2)]
        mask = put_blob(tx, square(1))
        drafts = [
            Draft.new(run_id=runs[r], video_id=video.id, track_id=t, frame=f, blob_hash=mask) for r, t, f in given_rows
        ]
        put_drafts(tx, drafts)
        chosen = {
            (runs[r], t, f)
            for r, t, f in given_rows
            if run in (None, r) and track in (None, t) and (start is None or f >= start) and (stop is None or f < stop)
        }
        run_id = None if run is None else runs[run]
        listed = list_drafts(tx, video.id, run_id=run_id, track_id=track, start=start, stop=stop)
        assert {(d.run_id, d.track_id, d.frame) for d in listed} == chosen
        assert [d.frame for d in listed] == sorted(d.frame for d in listed)
        gone = discard_drafts(tx, video.id, run_id=run_id, track_id=track, start=start, stop=stop)
        assert gone == len(chosen)
        left = list_drafts(tx, video.id)
        assert {d.id for d in left} == {d.id for d in drafts} - {d.id for d in listed}


def test_drafts_of_another_video_are_never_touched(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        other = make_video(tx, scene.project.id, name="other")
        run = start_run(tx, kind="spreading", project_id=scene.project.id)
        kept = Draft.new(run_id=run.id, video_id=other.id, track_id="a", frame=0, blob_hash=None)
        put_drafts(tx, [kept])
        assert discard_drafts(tx, scene.video.id, run_id=run.id) == 0
        assert list_drafts(tx, other.id) == (kept,)


def test_a_draft_of_a_mask_or_run_that_is_not_stored_is_refused(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        run = start_run(tx, kind="spreading", project_id=scene.project.id)
    for run_id, blob_hash in ((run.id, "0" * 64), ("nowhere", None)):
        draft = Draft.new(run_id=run_id, video_id=scene.video.id, track_id="a", frame=0, blob_hash=blob_hash)
        with pytest.raises(DatabaseError, match="FOREIGN KEY"), scene.database.atomic() as tx:
            put_drafts(tx, [draft])


def test_two_suggestions_for_one_place_in_one_batch_keep_the_later(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        run = start_run(tx, kind="spreading", project_id=scene.project.id)
        first, later = (
            Draft.new(run_id=run.id, video_id=scene.video.id, track_id="a", frame=0, blob_hash=None, confidence=c)
            for c in (0.25, 0.75)
        )
        put_drafts(tx, [first, later])
        assert list_drafts(tx, scene.video.id) == (later,)
