"""Guesses get the edges of the picture where given masks show that they can be trusted."""

import numpy as np
import pytest

from model.propagation import Guess, SpreadFrame, spread
from model.propagation.fine_edges import TRUSTED, FineEdges
from tests.model.refining.made import SHAPE, disc

RIGHT, ROUGH = disc(50, 44, 20), disc(52, 46, 17)


class Drawing:
    """Draws the same mask for every one, in pictures that are bright; notes what it was asked."""

    def __init__(self, mask: np.ndarray | None = RIGHT) -> None:
        self.mask, self.asked = mask, list[tuple[int, int]]()

    def refined(self, picture: np.ndarray, masks: list[np.ndarray]) -> list[np.ndarray | None]:
        self.asked.append((int(picture[0, 0, 0]), len(masks)))
        return [self.mask for _ in masks]


def picture(k: int) -> np.ndarray:
    return np.full((*SHAPE, 3), k, np.uint8)


def step(frame: int, *tracks: int, mask: np.ndarray | None = ROUGH, final: bool = True) -> SpreadFrame:
    return SpreadFrame(frame, {track: Guess(mask, 0.7, True) for track in tracks}, final=final)


def edges(drawing: Drawing, given: dict[int, dict[int, np.ndarray | None]]) -> FineEdges:
    return FineEdges(drawing, picture, given)  # type: ignore[arg-type]


def test_a_guess_is_redrawn_where_the_given_mask_is_drawn_again() -> None:
    drawing = Drawing()
    own = edges(drawing, {1: {0: RIGHT}})
    made = own.of(step(3, 1)).guesses[1]

    assert made.mask is RIGHT and (made.confidence, made.needs_look) == (0.7, True)
    assert own.of(step(4, 1)).guesses[1].mask is RIGHT
    assert drawing.asked == [(0, 1), (3, 1), (4, 1)], "the given frame is looked at once"


def test_where_the_given_mask_comes_out_different_nothing_is_redrawn() -> None:
    for drawn in (ROUGH, None):
        drawing = Drawing(drawn)
        own = edges(drawing, {1: {0: RIGHT}})

        assert own.of(step(3, 1)).guesses[1].mask is ROUGH and own.of(step(4, 1)).guesses[1].mask is ROUGH
        assert drawing.asked == [(0, 1)]


@pytest.mark.parametrize(("others", "trusted"), [(1, False), (20, True)])
def test_the_given_masks_of_a_frame_are_judged_together(others: int, trusted: bool) -> None:
    """One thing that is half hidden is no reason against the others."""
    given: dict[int, dict[int, np.ndarray | None]] = {track: {0: RIGHT} for track in range(others)}
    given[99] = {0: disc(50, 44, 14)}
    assert (others + 14**2 / 20**2) / (others + 1) < TRUSTED or trusted

    assert (edges(Drawing(), given).of(step(1, 99)).guesses[99].mask is RIGHT) == trusted


def test_the_nearest_given_frame_of_a_track_decides() -> None:
    own = edges(Drawing(), {1: {0: RIGHT, 10: ROUGH}, 2: {0: None}})

    assert own.of(step(4, 1)).guesses[1].mask is RIGHT
    assert own.of(step(7, 1)).guesses[1].mask is ROUGH
    assert edges(Drawing(), {2: {0: None}}).of(step(1, 2)).guesses[2].mask is ROUGH, "an absence shows nothing"


def test_first_looks_and_absences_stay() -> None:
    own = edges(Drawing(), {1: {0: RIGHT}})
    first, gone = step(3, 1, final=False), step(3, 1, mask=None)

    assert own.of(first) is first and own.of(gone) is gone


def test_spreading_hands_its_final_guesses_through() -> None:
    drawing = Drawing()
    moving = {k: np.where(disc(40 + k, 44, 20)[..., None], 200, 30).astype(np.uint8).repeat(3, 2) for k in range(5)}
    given = {1: {0: disc(40, 44, 20)}}
    drawing.mask = given[1][0]
    plain = list(spread(moving.__getitem__, given, size=SHAPE, start=1, stop=5))
    fine = list(spread(moving.__getitem__, given, size=SHAPE, start=1, stop=5, refiner=drawing))  # type: ignore[arg-type]

    assert [one.frame for one in fine] == [one.frame for one in plain] == [1, 2, 3, 4]
    assert all((one.guesses[1].mask == given[1][0]).all() for one in fine)
    assert not all((one.guesses[1].mask == given[1][0]).all() for one in plain)
