"""Tracks that are hidden are believed absent, and found again by their features."""

import numpy as np
import pytest

from model.propagation import SpreadFrame, SpreadSettings, spread
from model.propagation.walk import _is_seen
from tests.model.propagation.scenes import SIZE, ColourTrunk, Scene, iou, line, moving

COUNT = 22
BEHIND = moving([line((4, 30), (5, 0), COUNT)], bar=(44, 84))
LEAVING = moving([line((60, 30), (6, 0), 14)])


def final(scene: Scene, *given: int, **more: bool) -> dict[int, SpreadFrame]:
    frames = spread(
        scene.read,
        scene.given(0, *given),
        size=SIZE,
        start=0,
        stop=len(scene.frames),
        trunk=ColourTrunk(),
        settings=SpreadSettings(**more),
    )
    return {one.frame: one for one in frames if one.final}


def test_a_track_behind_something_is_absent_and_right_again_afterwards() -> None:
    found = final(BEHIND)

    hidden = [k for k in range(COUNT) if not BEHIND.masks[k, 0].any()]
    assert hidden
    for k in hidden[1:]:
        mask = found[k].guesses[0].mask
        assert mask is None or mask.sum() < 60
    last = COUNT - 1
    assert iou(found[last].guesses[0].mask, BEHIND.masks[last, 0]) > 0.6


def test_an_absence_needs_a_look_and_is_not_lost_at_once() -> None:
    found = final(BEHIND)

    absent = [one.guesses[0] for one in found.values() if one.guesses and one.guesses[0].mask is None]
    assert absent and all(guess.needs_look and not guess.lost and 0 < guess.confidence < 1 for guess in absent)


def test_what_came_back_needs_a_look_up_to_the_next_given_frame() -> None:
    last = COUNT - 1

    def doubted(*given: int) -> list[bool]:
        found = final(BEHIND, *given)
        return [found[k].guesses[0].needs_look for k in (2, last - 1)]

    assert doubted() == [False, True], "another thing may have come out"
    assert doubted(last) == [False, False], "a person gave what came out"


@pytest.mark.parametrize(("area", "trust", "seen"), [(250, 0.39, False), (250, 0.41, True), (310, 0.2, True)])
def test_a_remainder_that_the_evidence_hardly_agrees_on_is_what_hides_the_track(
    area: float, trust: float, *, seen: bool
) -> None:
    assert _is_seen(area, 1000, trust) == seen


def test_a_track_that_leaves_the_frame_ends() -> None:
    found = final(LEAVING)

    assert found[13].guesses[0].mask is None
    assert iou(found[5].guesses[0].mask, LEAVING.masks[5, 0]) > 0.75


def test_beyond_a_cut_a_track_is_lost_until_it_is_found() -> None:
    other = 255 - np.rot90(BEHIND.frames[:2], 2, (1, 2))
    scene = Scene(np.concatenate([BEHIND.frames[:4], other, BEHIND.frames[4:6]]), BEHIND.masks)

    assert not any(found.guesses for k, found in final(scene).items() if k > 3)
    beyond = final(scene, beyond_cuts=True)

    assert all(beyond[k].guesses[0].mask is None and beyond[k].guesses[0].lost for k in (4, 5))
    assert iou(beyond[7].guesses[0].mask, BEHIND.masks[5, 0]) > 0.5 and not beyond[7].guesses[0].lost
