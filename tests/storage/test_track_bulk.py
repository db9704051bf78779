"""What a verb changes on many tracks, against plain loops over the rows."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import projects, track_bulk, tracks, videos
from storage.authors import is_persons_work
from storage.track_bulk import VERBS, BulkCounts, BulkRow, BulkVerb
from storage.tracks import MaskRow, Track
from tests.storage.scenes import Scene, new_id
from tests.storage.track_projects import Made, build, made_tracks, refresh


def row_changes(row: MaskRow, wanted: BulkVerb) -> str | None:
    """The new verdict of a row, None where it stays."""
    flagged = row.look_reason is not None
    if wanted.verb == "reject":
        return "rejected" if row.hash is not None and (row.review != "rejected" or flagged) else None
    if row.hash is None and not is_persons_work(source=row.source, review=row.review):
        return None
    if row.review == "rejected" and not wanted.judged:
        return None
    if row.review in ("accepted", "corrected") and not flagged:
        return None
    return "corrected" if row.review == "corrected" else "accepted"


def best_mask(rows: Sequence[MaskRow]) -> MaskRow | None:
    """The mask that *look* flags."""
    shown = [row for row in rows if row.hash is not None]
    return min(shown, key=lambda row: (row.review == "rejected", -row.area, row.frame), default=None)


def outcome(track: Track, rows: Sequence[MaskRow], wanted: BulkVerb) -> tuple[str, list[BulkRow], int]:
    """'changes', 'locked' or 'unchanged', the rows that change, and the masks that the preview counts."""
    own = {
        "relabel": track.category_id != wanted.category,
        "reject": not track.rejected,
        "accept": track.rejected,
        "look": False,
    }[wanted.verb]
    changed = [BulkRow(track.id, None, track.version)] if own else []
    masks = [(row, row_changes(row, wanted)) for row in rows] if wanted.verb in ("accept", "reject") else []
    of_masks = [BulkRow(track.id, row.frame, row.version, review) for row, review in masks if review is not None]
    best = best_mask(rows) if wanted.verb == "look" else None
    if best is not None and best.look_reason is None:
        of_masks = [BulkRow(track.id, best.frame, best.version)]
    number = len(of_masks) if wanted.verb != "relabel" else sum(row.hash is not None for row in rows)
    found = changed + of_masks
    human = any(is_persons_work(source=row.source, review=row.review) for row in rows)
    refused = any(row.hash is not None and row.review == "rejected" for row in rows)
    if wanted.verb == "accept" and not wanted.judged:
        if track.rejected or (not found and refused):
            return "locked", [], 0
    elif found and not wanted.judged and (human or track.rejected):
        return "locked", [], 0
    return ("changes", found, number) if found else ("unchanged", [], 0)


@given(
    made=st.lists(made_tracks(), max_size=7),
    verb=st.sampled_from(VERBS),
    category=st.sampled_from([None, "cat", "dog"]),
    judged=st.booleans(),
    left_out=st.integers(0, 7),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None)
def test_a_verb_changes_what_loops_say(
    scene: Scene, made: list[Made], verb: Any, category: str | None, judged: bool, left_out: int
) -> None:
    with scene.database.atomic() as tx:
        project = projects.create_project(tx, name=new_id(), categories=("cat", "dog"))
        cat, dog = projects.list_categories(tx, project.id)
    own = Scene(scene.database, project, cat, dog, scene.video)
    both = build(own, made)
    refresh(scene.database, project.id)
    wanted = BulkVerb(verb, {None: None, "cat": cat.id, "dog": dog.id}[category], judged)
    with scene.database.read() as tx:
        found = [track for video in both for track in tracks.list_tracks(tx, video.id)]
        asked = [track for index, track in enumerate(found) if index != left_out]
        ids = [track.id for track in asked]
        rows = {row.track_id: [] for row in tracks.rows(tx, both[0].id)}
        for row in (*tracks.rows(tx, both[0].id), *tracks.rows(tx, both[1].id)):
            rows.setdefault(row.track_id, []).append(row)
        outcomes = {track: outcome(track, rows.get(track.id, []), wanted) for track in asked}
        counted = track_bulk.counts(tx, project.id, ids, wanted)
        changed = {video.id: list(track_bulk.rows(tx, video.id, ids, wanted)) for video in both}
    by_name = {
        name: [track for track, (word, _, _) in outcomes.items() if word == name]
        for name in ("changes", "locked", "unchanged")
    }
    assert counted == BulkCounts(
        tracks=len(by_name["changes"]),
        masks=sum(outcomes[track][2] for track in by_name["changes"]),
        videos=tuple(sorted({track.video_id for track in by_name["changes"]})),
        locked=len(by_name["locked"]),
        unchanged=len(by_name["unchanged"]),
    )
    for video in both:
        expected = [row for track in by_name["changes"] if track.video_id == video.id for row in outcomes[track][1]]
        assert sorted(changed[video.id], key=repr) == sorted(expected, key=repr)


def test_tracks_of_another_project_a_removed_video_or_deleted_ones_are_left_out(scene: Scene) -> None:
    track = scene.new_track()
    refresh(scene.database, scene.project.id)
    wanted = BulkVerb("relabel", scene.dog.id, judged=True)
    nothing = BulkCounts(0, 0, (), 0, 0)
    with scene.database.atomic() as tx:
        other = projects.create_project(tx, name="other")
        assert track_bulk.counts(tx, other.id, [track], wanted) == nothing
        assert track_bulk.counts(tx, scene.project.id, [track], wanted).tracks == 1
        videos.remove_video(tx, scene.video.id)
        assert track_bulk.counts(tx, scene.project.id, [track], wanted) == nothing
        assert list(track_bulk.rows(tx, scene.video.id, [track], wanted)) == []


@pytest.mark.parametrize("verb", VERBS)
def test_ids_that_are_none_change_nothing(scene: Scene, verb: Any) -> None:
    with scene.database.read() as tx:
        assert track_bulk.counts(tx, scene.project.id, [new_id()] * 1500, BulkVerb(verb)).tracks == 0
