"""Rows that are added to a staged video are the rows that an edit makes, in the tables and in the log."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import edits
from storage.database import Database
from storage.edits import Applied, Change, Edit, EditError, NewMask, NewTrack
from storage.edits.rebuild import check_video
from storage.edits.row_store import load_video
from storage.masks import prepare_blobs
from storage.projects import add_category, create_project
from storage.videos import Video
from tests.storage.scenes import Scene, make_video, new_id, square

AUTHOR = "run:import"
MARKS = st.fixed_dictionaries({}, optional={name: st.just(True) for name in ("occluded", "iscrowd", "truncated")})
ROWS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 39), st.none() | st.integers(0, 12), MARKS),
    unique_by=lambda row: row[:2],
    max_size=12,
)


def staged(scene: Scene) -> Video:
    """A staged video like that of the scene."""
    with scene.database.atomic() as tx:
        return make_video(tx, scene.project.id, staged=True)


def add(
    database: Database,
    video: Video,
    tracks: Sequence[NewTrack],
    masks: Sequence[tuple[str, int, Mapping[str, Any] | None, Mapping[str, Any]]],
) -> int:
    """Add tracks, and masks given as (track, frame, run-length mask or None, marks)."""
    blobs = prepare_blobs([rle for _, _, rle, _ in masks if rle is not None])
    hashes = iter(blobs.hashes)
    addition = edits.prepare_addition(
        video,
        author=AUTHOR,
        kind="import",
        source="imported",
        review="unreviewed",
        tracks=tracks,
        masks=[
            NewMask(track, frame, None if rle is None else next(hashes), marks) for track, frame, rle, marks in masks
        ],
        blobs=blobs,
    )
    with database.atomic() as tx:
        return edits.add_rows(tx, addition)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS)
def test_added_rows_are_those_of_an_edit(
    scene: Scene, rows: list[tuple[int, int, int | None, dict[str, bool]]]
) -> None:
    fast, slow = staged(scene), staged(scene)
    own = {"category": scene.cat.id, "source_id": "7", "extra": {"source": {"a": [1, None]}}}
    names = [new_id(), new_id()], [new_id(), new_id()]
    masks = [
        (track, frame, None if x is None else square(x), {} if x is None else marks) for track, frame, x, marks in rows
    ]
    add(
        scene.database,
        fast,
        [NewTrack(name, own) for name in names[0]],
        [(names[0][track], frame, rle, marks) for track, frame, rle, marks in masks],
    )
    changes = [Change(name, None, 0, own) for name in names[1]]
    for track, frame, rle, marks in masks:
        state = {"state": "absent", "mask": None} if rle is None else {"state": "present", "rle": rle}
        after = {**state, **marks, "source": "imported", "review": "unreviewed"}
        changes.append(Change(names[1][track], frame, 0, after))
    with scene.database.atomic() as tx:
        assert isinstance(edits.apply_edit(tx, Edit(new_id(), "import", AUTHOR, slow.id, changes)), Applied)
    with scene.database.read() as tx:
        assert check_video(tx, fast.id) == []
        found = [
            {(name.index(key.owner), key.frame): row.value for key, row in load_video(tx, video.id).items()}
            for video, name in zip((fast, slow), names, strict=True)
        ]
        logged = [edits.edits_since(tx, 0, video=video.id)[-1].changes for video in (fast, slow)]
    assert found[0] == found[1]
    assert [
        {(name.index(one.key.owner), one.key.frame): (one.before_version, one.before, one.after) for one in changes}
        for changes, name in zip(logged, names, strict=True)
    ] == [found_with(found[0])] * 2


def found_with(rows: Mapping[tuple[int, int], Any]) -> dict[tuple[int, int], Any]:
    """What the log has about new rows."""
    return {key: (0, None, value) for key, value in rows.items()}


def test_tracks_of_later_parts_are_numbered_on_and_masks_reach_earlier_tracks(scene: Scene) -> None:
    video, first, second = staged(scene), new_id(), new_id()
    add(scene.database, video, [NewTrack(first, {})], [(first, 0, square(1), {})])
    number = add(scene.database, video, [NewTrack(second, {})], [(first, 1, square(2), {}), (second, 1, None, {})])
    with scene.database.read() as tx:
        rows = load_video(tx, video.id)
        assert check_video(tx, video.id) == []
    assert {key.owner: row.value["number"] for key, row in rows.items() if key.frame < 0 and row.value} == {
        first: 1,
        second: 2,
    }
    assert {key.frame: row.version == number for key, row in rows.items() if key.owner == first} == {
        -1: False,
        0: False,
        1: True,
    }


def test_rows_are_not_added_to_a_video_that_others_edit(scene: Scene) -> None:
    with pytest.raises(EditError, match="is not staged"):
        add(scene.database, scene.video, [NewTrack(new_id(), {})], [])


def test_masks_need_a_track_of_the_same_video(scene: Scene) -> None:
    elsewhere = scene.new_track()
    with pytest.raises(EditError, match=f"has no track {elsewhere}"):
        add(scene.database, staged(scene), [], [(elsewhere, 0, square(1), {})])


def test_what_belongs_to_another_project_is_refused_and_nothing_is_stored(scene: Scene) -> None:
    video, track = staged(scene), new_id()
    with scene.database.atomic() as tx:
        other = add_category(tx, create_project(tx, name="other").id, "cow")
    with pytest.raises(EditError, match="has no category"):
        add(scene.database, video, [NewTrack(track, {"category": other.id})], [(track, 0, square(1), {})])
    with pytest.raises(EditError, match="has no attribute"):
        add(scene.database, video, [NewTrack(track, {})], [(track, 0, square(1), {"attributes": {new_id(): "sits"}})])
    with scene.database.read() as tx:
        assert load_video(tx, video.id) == {}


@pytest.mark.parametrize(
    ("frames", "size", "said"),
    [((0, 40), None, "has frames 0 to 39"), ((3, 3), None, "only once"), ((0, 1), [12, 17], "does not fit the frames")],
)
def test_rows_are_checked_before_the_transaction(
    scene: Scene, frames: tuple[int, int], size: list[int] | None, said: str
) -> None:
    video, track = staged(scene), new_id()
    mask = {"size": size, "counts": "[61"} if size else square(1)
    with pytest.raises(EditError, match=said):
        add(scene.database, video, [NewTrack(track, {})], [(track, frame, mask, {}) for frame in frames])


def test_a_mask_must_be_among_the_prepared_ones(scene: Scene) -> None:
    track = new_id()
    with pytest.raises(EditError, match="not among those to store"):
        edits.prepare_addition(
            staged(scene),
            author=AUTHOR,
            kind="import",
            source="imported",
            review="unreviewed",
            tracks=[NewTrack(track, {})],
            masks=[NewMask(track, 0, "0" * 64, {})],
            blobs=prepare_blobs([]),
        )
