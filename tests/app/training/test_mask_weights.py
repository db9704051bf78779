"""The more of a mask a person made, the more it weighs."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.training.mask_weights import ACCEPTED, DRAWN, IMPORTED, UNREVIEWED, balanced, mask_weight
from model.training.clips import ClipVideo, usable
from model.training.targets import ABSENT, PRESENT, UNKNOWN
from storage import schema
from storage.tracks import MaskRow
from tests.model.small import box_track

HW = (48, 64)


def row(source: Any, review: Any) -> MaskRow:
    facts: dict[str, Any] = {name: None for name in MaskRow._fields}
    return MaskRow(**{**facts, "state": "present", "source": source, "review": review})


def test_drawn_weighs_more_than_accepted_and_that_more_than_unreviewed() -> None:
    assert 1 == DRAWN > IMPORTED > ACCEPTED > UNREVIEWED > 0


@pytest.mark.parametrize("source", schema.SOURCES)
@pytest.mark.parametrize("review", [review for review in schema.REVIEWS if review != "rejected"])
def test_a_stroke_or_a_correction_weighs_fully_and_a_verdict_by_what_was_judged(source: str, review: str) -> None:
    if source == "drawn" or review == "corrected":
        assert mask_weight(row(source, review)) == DRAWN
    elif review == "unreviewed":
        assert mask_weight(row(source, review)) == UNREVIEWED
    else:
        assert mask_weight(row(source, review)) == (IMPORTED if source == "imported" else ACCEPTED)


def made(weights: list[float], states: list[int]) -> ClipVideo:
    track = box_track(1, 0, states, (4, 4, 9, 9), HW, weights=tuple(weights))
    return ClipVideo("v", len(states), *HW, tracks=(track, box_track(2, 1, states, (4, 4, 9, 9), HW)))


graded = st.lists(
    st.tuples(st.sampled_from([DRAWN, IMPORTED, ACCEPTED]), st.sampled_from([PRESENT, ABSENT, UNKNOWN])),
    min_size=1,
    max_size=6,
)


@given(st.lists(graded, min_size=1, max_size=3))
def test_balanced_weights_have_a_mean_of_one_and_keep_their_proportions(tables: list[list[tuple[float, int]]]) -> None:
    videos = [made([weight for weight, _ in table], [state for _, state in table]) for table in tables]
    found = balanced(videos)
    used = [
        (before.tracks[0].weights[frame], after.tracks[0].weights[frame])  # type: ignore[index]
        for before, after in zip(videos, found, strict=True)
        for frame in range(before.count)
        if usable(before.tracks[0], frame)
    ]
    if not used:
        assert found == tuple(videos)
        return
    assert sum(after for _, after in used) == pytest.approx(len(used))
    assert len({round(after / before, 9) for before, after in used}) == 1
    assert all(video.tracks[1].weights is None for video in found)


def test_a_project_of_one_grade_has_weights_of_exactly_one() -> None:
    (video,) = balanced([made([ACCEPTED] * 3, [PRESENT] * 3)])
    assert video.tracks[0].weights == (1.0, 1.0, 1.0)
    plain = replace(video, tracks=video.tracks[1:])
    assert balanced([plain]) == (plain,)
