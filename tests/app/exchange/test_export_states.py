"""An export never turns unknown into absent; every mask is in the file or counted once as left out."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from app.exchange.export_choice import ExportChoice
from app.exchange.export_numbers import ExportNumbers, PlannedVideo, count_export
from app.exchange.export_states import State, TrackStates, VideoRows, known_frames, state_runs
from app.exchange.exporting import export_numbers
from storage.edits import CompleteRange
from storage.tracks import MaskRow, Track
from tests.app.exchange.scene import ExchangeScene
from tests.app.made import FRAMES, new_track, square

COUNT = 6


def row(frame: int, state: str, review: str = "unreviewed", source: str = "proposed", *, area: int = 9) -> MaskRow:
    mask = "h" if state == "present" else None
    facts: dict[str, Any] = dict.fromkeys(MaskRow._fields)
    facts |= {"track_id": "t", "frame": frame, "state": state, "hash": mask, "area": area if mask else 0}
    return MaskRow(**{**facts, "source": source, "review": review, "version": 1})


ROWS = st.one_of(
    st.none(),
    st.builds(
        lambda state, review, source, area: (state, review, source, area),
        st.sampled_from(["present", "absent"]),
        st.sampled_from(["unreviewed", "accepted", "corrected", "rejected"]),
        st.sampled_from(["proposed", "drawn", "imported"]),
        st.sampled_from([0, 9]),
    ),
)


@pytest.mark.parametrize(
    ("given_row", "everything", "reviewed", "in_complete"),
    [
        (None, State.UNKNOWN, State.UNKNOWN, State.ABSENT),
        (row(0, "present"), State.PRESENT, State.UNKNOWN, State.UNKNOWN),
        (row(0, "present", "accepted"), State.PRESENT, State.PRESENT, State.PRESENT),
        (row(0, "present", source="drawn"), State.PRESENT, State.PRESENT, State.PRESENT),
        (row(0, "present", "rejected"), State.REJECTED, State.REJECTED, State.REJECTED),
        (row(0, "absent"), State.ABSENT, State.UNKNOWN, State.ABSENT),
        (row(0, "absent", "accepted"), State.ABSENT, State.ABSENT, State.ABSENT),
        (row(0, "present", area=0), State.UNKNOWN, State.UNKNOWN, State.UNKNOWN),
    ],
)
def test_the_state_of_each_kind_of_row(
    given_row: MaskRow | None, everything: State, reviewed: State, in_complete: State
) -> None:
    rows = {} if given_row is None else {0: given_row}
    assert TrackStates(rows, frozenset(), False).state(0) is everything
    assert TrackStates(rows, frozenset(), True).state(0) is reviewed
    assert TrackStates(rows, frozenset({0}), True).state(0) is in_complete


def test_a_rejected_mask_leaves_its_frame_unknown_but_where_the_frame_is_complete() -> None:
    rows = {1: row(1, "present", "rejected"), 2: row(2, "present", "rejected"), 0: row(0, "absent")}
    states = TrackStates(rows, frozenset({2}), False)
    assert known_frames(range(4), [states]) == (0, 2)


def test_states_are_runs_with_their_origin() -> None:
    rows = {
        0: row(0, "present"),
        1: row(1, "present"),
        2: row(2, "absent", "accepted"),
        4: row(4, "present", "rejected"),
    }
    rows[5] = row(5, "absent", source="imported")
    states = TrackStates(rows, frozenset({3}), False)
    assert state_runs(states, 7) == [
        ["present", "model", 0, 2],
        ["absent", "person", 2, 3],
        ["absent", "complete", 3, 4],
        ["rejected", "person", 4, 5],
        ["absent", "import", 5, 6],
        ["unknown", None, 6, 7],
    ]


def track(number: int, category: str | None, *, rejected: bool = False) -> Track:
    facts: dict[str, Any] = dict.fromkeys(Track.__dataclass_fields__)
    return Track(**{**facts, "id": str(number), "number": number, "category_id": category, "rejected": rejected})


class OfSixFrames:
    """As much of a video as the plan reads."""

    id, name, count = "v", "clip", COUNT


@given(
    st.lists(
        st.tuples(st.sampled_from([None, "in", "out"]), st.booleans(), st.lists(ROWS, min_size=COUNT, max_size=COUNT)),
        max_size=4,
    ),
    st.booleans(),
    st.sampled_from([1, 2]),
    st.frozensets(st.integers(0, COUNT - 1)),
)
def test_every_mask_counts_once_and_no_null_is_unknown(
    drawn: list[tuple[str | None, bool, list[Any]]], reviewed: bool, stride: int, complete: frozenset[int]
) -> None:
    found = tuple(track(k, category, rejected=rejected) for k, (category, rejected, _) in enumerate(drawn))
    rows = {
        str(k): {frame: row(frame, *made[:3], area=made[3]) for frame, made in enumerate(listed) if made is not None}
        for k, (_, _, listed) in enumerate(drawn)
    }
    ranges = tuple(CompleteRange(str(k), "v", k, k + 1, (), 1) for k in complete)
    source = VideoRows(OfSixFrames(), found, rows, ranges)  # type: ignore[arg-type]
    exported = [one for one in found if one.category_id == "in" and not one.rejected]
    wanted = range(0, COUNT, stride)
    states = {one.id: source.states(one, reviewed_only=reviewed) for one in exported}
    frames = known_frames(wanted, states.values())
    numbers = count_export([PlannedVideo(source, wanted, frames, tuple(exported))], {"in"}, reviewed_only=reviewed)
    present = sum(made.state == "present" for listed in rows.values() for made in listed.values())
    assert numbers.masks + sum(numbers.masks_left_out.values()) == present
    assert numbers.masks + sum(numbers.absent.values()) == len(frames) * len(exported)
    for one in exported:
        for frame in frames:
            here = rows[one.id].get(frame)
            looked = frame in complete or (here is not None and here.review != "rejected")
            assert looked, "null, or a mask, of which nobody said anything"
            if reviewed and frame not in complete:
                assert here is not None and here.human


def numbers_of(scene: ExchangeScene, **choices: Any) -> ExportNumbers:
    return export_numbers(scene.database, project_id=scene.project.id, choice=ExportChoice(**choices))


def test_the_numbers_before_an_export_are_those_after_it(worked: ExchangeScene, tmp_path: Path) -> None:
    before = numbers_of(worked)
    done, file = worked.exported(tmp_path / "out")
    assert done.numbers == before.as_json()
    assert (before.videos, before.frames, before.tracks, before.masks) == (1, 3, 1, 2)
    assert before.absent == {"person": 1}
    assert before.masks_left_out == {"rejected": 2, "uncategorised": 1}
    assert before.tracks_left_out == {"rejected": 1, "uncategorised": 1}
    assert before.background == {"rejected": 1, "uncategorised": 1} and before.frames_left_out == FRAMES - 3
    nulls = sum(mask is None for one in file["annotations"] for mask in one["segmentations"])
    assert nulls == sum(before.absent.values())


def test_a_whole_video_is_left_out_by_choice(worked: ExchangeScene, tmp_path: Path) -> None:
    numbers = numbers_of(worked, unknown="videos")
    assert numbers.videos == 0 and numbers.videos_left_out == ("clip",)
    with pytest.raises(BadInput, match=r"Nothing is left to export\. 1 video \(clip\) is left out"):
        worked.export(tmp_path / "out", unknown="videos")


def test_unreviewed_tracks_keep_their_frames_out_of_a_reviewed_export(worked: ExchangeScene, tmp_path: Path) -> None:
    [video] = worked.videos()
    with worked.database.read() as tx:
        category = next(t.category_id for t in VideoRows.load(tx, video).tracks if t.category_id)
    _, changes = new_track(category, {k: square(40, 4) for k in range(FRAMES)})
    for change in changes[1:]:
        change["after"] |= {"source": "interpolated", "review": "unreviewed"}
    changes[2]["after"]["review"] = "accepted"
    worked.change(video, changes)
    assert numbers_of(worked).frames == 3
    reviewed = numbers_of(worked, reviewed_only=True)
    assert (reviewed.frames, reviewed.masks) == (1, 2)
    assert reviewed.masks_left_out["unreviewed"] == FRAMES - 1
    worked.export(tmp_path / "out", reviewed_only=True)
    states = json.loads((tmp_path / "out" / "states.json").read_text())
    assert states["videos"] == [{"id": 1, "frames": FRAMES, "exported": [1], "complete": []}]
    assert states["tracks"][1]["states"] == [
        ["unknown", "model", 0, 1],
        ["present", "person", 1, 2],
        ["unknown", "model", 2, FRAMES],
    ]


def test_a_chosen_name_that_is_not_there_is_refused_with_those_that_are(worked: ExchangeScene) -> None:
    with pytest.raises(BadInput, match="no video 'street'; it has clip"):
        numbers_of(worked, videos=("street",))
    with pytest.raises(BadInput, match="no category 'bee'; it has dog, cat"):
        numbers_of(worked, categories=("bee",))


def test_chosen_categories_make_the_others_background(worked: ExchangeScene) -> None:
    numbers = numbers_of(worked, categories=("cat",))
    assert (numbers.tracks, numbers.masks, numbers.without_tracks) == (0, 0, ("clip",))
    assert numbers.background["other_category"] == 2
    assert any("of categories that are not exported" in line for line in numbers.taken_for_background())
