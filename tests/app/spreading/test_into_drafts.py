"""A spread into drafts: what it fills, where it stops, and what an interruption leaves."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from app.errors import BadInput, Cancelled
from app.spreading import given
from app.spreading.applying import DraftPart, discard_part
from app.spreading.given import plan_spread
from app.spreading.into_drafts import NOT_SEEN, UNSURE
from app.spreading.run import ONE_SIDE
from app.spreading.stretches import SpreadRequest
from model.propagation import SpreadError
from storage import jobs
from tests.app.made import FRAMES, square
from tests.app.spreading.fake_spreader import Copies, Spreading

LAST = FRAMES - 1


def test_a_mask_is_spread_to_both_ends_as_drafts_and_nothing_else_changes(scene: Spreading) -> None:
    track = scene.track(4)
    before = scene.rows(track)
    done = scene.spread(track, frame=4)
    found = scene.drafts(done.run_id)
    assert sorted(found) == [k for k in range(FRAMES) if k != 4] and done.frames == FRAMES - 1
    for draft in found.values():
        assert (draft.state, draft.doubt, draft.confidence) == ("present", None, 0.9)
        assert np.array_equal(scene.mask(draft.blob_hash), scene.mask(before[4].hash))
    assert scene.rows(track) == before and scene.run().state == "done"


def test_what_lies_ahead_of_the_shown_frame_comes_first(scene: Spreading) -> None:
    spreader = Copies()
    scene.spread(scene.track(4), frame=4, spreader=spreader)
    assert spreader.calls == [(5, FRAMES), (0, 4)]


def test_between_two_masks_a_first_look_is_replaced_by_what_both_sides_say(scene: Spreading) -> None:
    track = scene.track(2, 8)
    stops = []

    def look(frame: object) -> None:
        stops.append({k: draft.doubt for k, draft in scene.drafts().items()})

    spreader = Copies()
    spreader.each = look
    scene.spread(track, frame=2, way="forward", spreader=spreader)
    assert any(ONE_SIDE in seen.values() for seen in stops), "shown while the rest is computed"
    assert {draft.doubt for draft in scene.drafts().values()} == {None}
    assert sorted(scene.drafts()) == [3, 4, 5, 6, 7]


@pytest.fixture(autouse=True)
def stored_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.spreading.into_drafts.STORE_SECONDS", 0.0)


def test_a_persons_absence_and_a_rejected_mask_are_hard_stops(scene: Spreading) -> None:
    track = scene.track(4)
    scene.says(track, 8, state="absent", mask=None)
    scene.says(track, 1, rle=square(3, 3), review="rejected")
    done = scene.spread(track, frame=4)
    assert sorted(scene.drafts(done.run_id)) == [2, 3, 5, 6, 7]
    spreader = Copies()
    scene.spread(track, frame=4, start=0, stop=FRAMES, spreader=spreader, job_id=scene.new_job())
    assert {k: mask is None for k, mask in spreader.given[0].items()} == {1: True, 4: False, 8: True}
    assert not {1, 4, 8} & set(scene.drafts())


def test_doubt_is_named(scene: Spreading) -> None:
    done = scene.spread(scene.track(0), spreader=Copies(unsure={3}, gone={5, 6}))
    found = scene.drafts(done.run_id)
    assert {k: draft.doubt for k, draft in found.items() if draft.doubt} == {3: UNSURE, 5: NOT_SEEN, 6: NOT_SEEN}
    assert (found[5].state, found[5].blob_hash) == ("absent", None)


def test_a_spread_ends_where_everything_is_lost(scene: Spreading) -> None:
    seen: list[int] = []
    spreader = Copies(lost={5})
    spreader.each = lambda frame: seen.append(frame.frame)
    done = scene.spread(scene.track(2), frame=2, spreader=spreader)
    assert sorted(scene.drafts(done.run_id)) == [0, 1, 3, 4]
    assert max(seen) == 5 and 0 in seen, "the other direction still comes"


def test_several_tracks_have_stretches_of_their_own_and_others_compete(scene: Spreading) -> None:
    first, second, rival = scene.track(0, 6), scene.track(0, x=20), scene.track(0, x=40)
    spreader = Copies()
    done = scene.spread(first, second, spreader=spreader, way="forward")
    with scene.database.read() as tx:
        found = DraftPart(done.run_id).drafts(tx, scene.video.id)
    assert {one.frame for one in found if one.track_id == first} == set(range(1, 6))
    assert {one.frame for one in found if one.track_id == second} == set(range(1, FRAMES))
    assert rival not in {one.track_id for one in found} and len(spreader.given) == 3
    request = SpreadRequest((first, second), 0, "forward")
    with scene.database.read() as tx:
        asked, computed = (plan_spread(tx, scene.video, request, rivals=which) for which in (False, True))
    assert set(computed.rivals) == {rival} and asked == replace(computed, rivals={})


def test_a_later_spread_replaces_the_older_draft_of_its_track(scene: Spreading) -> None:
    track, other = scene.track(0), scene.track(0, x=20)
    first, beside = scene.spread(track), scene.spread(other, job_id=scene.new_job())
    second = scene.spread(track, start=2, stop=5, job_id=scene.new_job())
    assert sorted(scene.drafts(first.run_id)) == [1, *range(5, FRAMES)]
    assert sorted(scene.drafts(second.run_id)) == [2, 3, 4]
    assert len(scene.drafts(beside.run_id)) == LAST


def test_cancelling_keeps_what_is_done_and_says_so(scene: Spreading) -> None:
    seen: list[int] = []
    spreader = Copies()
    spreader.each = lambda frame: seen.append(frame.frame)
    with pytest.raises(Cancelled, match=r"^3 frames of the spread are kept as a draft\.$"):
        scene.spread(scene.track(0), spreader=spreader, cancelled=lambda: len(seen) >= 3)
    assert sorted(scene.drafts()) == [1, 2, 3] and scene.run().state == "cancelled"


def test_an_interrupted_job_goes_on_with_the_frames_that_are_missing(scene: Spreading) -> None:
    track = scene.track(0)
    spreader = Copies()

    def fail(frame: object) -> None:
        if len(scene.drafts()) == 4:
            raise OSError("the disk is gone")

    spreader.each = fail
    with pytest.raises(OSError):
        scene.spread(track, spreader=spreader)
    run = scene.run()
    assert (run.state, sorted(scene.drafts())) == ("failed", [1, 2, 3, 4])
    again = Copies()
    done = scene.spread(track, spreader=again)
    assert done.run_id == run.id and again.calls == [(5, FRAMES)]
    assert sorted(scene.drafts(run.id)) == list(range(1, FRAMES))


def test_a_first_look_that_an_interruption_left_is_looked_at_again(scene: Spreading) -> None:
    track = scene.track(0, 6)
    seen: list[int] = []
    spreader = Copies()
    spreader.each = lambda frame: seen.append(frame.frame)
    with pytest.raises(Cancelled):
        scene.spread(track, way="forward", spreader=spreader, cancelled=lambda: len(seen) >= 3)
    assert {draft.doubt for draft in scene.drafts().values()} == {ONE_SIDE}
    scene.spread(track, way="forward")
    assert {k: draft.doubt for k, draft in scene.drafts().items()} == dict.fromkeys(range(1, 6))


def test_a_first_look_goes_where_the_other_side_sees_nothing(scene: Spreading) -> None:
    track = scene.track(0, 6)
    spreader = Copies()

    def lose(frame: object) -> None:
        spreader.lost = {3} if scene.drafts().keys() >= {5} else set()

    spreader.each = lose
    scene.spread(track, way="forward", spreader=spreader)
    assert sorted(scene.drafts()) == [1, 2, 4, 5]


def test_a_job_whose_given_masks_changed_begins_anew(scene: Spreading) -> None:
    track = scene.track(0)
    first = scene.spread(track)
    scene.says(track, 0, rle=square(30, 30))
    second = scene.spread(track)
    assert second.run_id != first.run_id and scene.drafts(first.run_id) == {}


def test_nothing_is_stored_once_a_person_has_discarded_the_draft(scene: Spreading) -> None:
    spreader = Copies()

    def discard(frame: object) -> None:
        if len(scene.drafts()) == 3:
            with scene.database.atomic() as tx:
                assert discard_part(tx, scene.video.id, DraftPart(scene.run().id)) == 3

    spreader.each = discard
    with pytest.raises(Cancelled):
        scene.spread(scene.track(0), spreader=spreader)
    assert scene.drafts() == {} and scene.run().state == "discarded"


def test_progress_counts_as_such_for_a_job_that_is_killed_again_and_again(scene: Spreading) -> None:
    with scene.database.atomic() as tx:
        jobs.claim(tx, worker="w", kinds=["spread"], only=scene.job)
        assert jobs.get_job(tx, scene.job).attempts == 1
    scene.spread(scene.track(0))
    with scene.database.read() as tx:
        assert jobs.get_job(tx, scene.job).attempts == 0


def test_what_cannot_be_spread_is_refused_in_one_sentence(scene: Spreading) -> None:
    track = scene.track(3, 4)
    scene.says(track, 8, state="absent", mask=None)
    for more, sentence in (
        ({"frame": 10}, "Track 1 has no mask of a person next to frame 10; draw or accept one first."),
        ({"frame": 3, "start": 3, "stop": 5}, "Track 1 has no frame to fill there: people judged all of them."),
        ({"frame": 99}, f"Frames 0 to {LAST} can carry masks now"),
    ):
        with pytest.raises(BadInput, match=sentence):
            scene.spread(track, **more)
    scene.person({"track": track, "frame": None, "before_version": scene.version(track), "after": None})
    with pytest.raises(BadInput, match="not in this video any more"):
        scene.spread(track, frame=3)


def test_a_refusal_of_the_engine_is_the_jobs(scene: Spreading) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise SpreadError("There is no mask to spread.")

    with pytest.raises(BadInput, match="There is no mask to spread"):
        scene.spread(scene.track(0), spreader=refuses)  # type: ignore[arg-type]
    assert scene.run().state == "failed"


def test_of_a_track_that_only_competes_few_masks_are_taken() -> None:
    rows: dict[int, str | None] = {frame: f"mask {frame}" for frame in range(500)}
    rows |= {frame: None for frame in (3, 77)}
    kept = given._thinned(rows, {0, 250})
    assert {0, 3, 77, 250} <= set(kept) and all(kept[frame] == rows[frame] for frame in kept)
    between = sorted(frame for frame in kept if frame not in {0, 3, 77, 250})
    assert 12 < len(between) <= given.MOST_BETWEEN
    assert max(later - earlier for earlier, later in pairwise(between)) < 30
    assert given._thinned({1: "a", 2: "b"}, {1}) == {1: "a", 2: "b"}
