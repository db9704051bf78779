"""A click without a box."""

import numpy as np
import pytest

from model.prompts import SURE, PromptPoint
from model.prompts.clicks import _agreement, _cut_off, _Piece, connected, thing_under, wand
from model.prompts.salient import SalientThing
from tests.model.prompts.overlap import iou
from tests.model.prompts.scenes import RedNetwork, disc

PICTURE, TRUTH = disc()
INSIDE = PromptPoint(108.5, 80.5, True)


def test_what_stands_out_under_the_click_is_found() -> None:
    found = thing_under(PICTURE, INSIDE, SalientThing(RedNetwork()))

    assert found is not None and iou(found.mask, TRUTH) > 0.95
    assert found.sure


def test_where_nothing_stands_out_under_the_click_there_is_no_answer() -> None:
    assert thing_under(PICTURE, PromptPoint(5.5, 5.5, True), SalientThing(RedNetwork())) is None
    assert thing_under(PICTURE, INSIDE, SalientThing(RedNetwork(0.3))) is None


def test_a_thing_that_only_one_part_of_the_picture_shows_is_not_sure() -> None:
    class OnlySmall(RedNetwork):
        def saliency(self, picture: np.ndarray, side: int) -> np.ndarray:
            whole = super().saliency(picture, side)
            return whole if picture.shape[0] < 150 else whole * 0.1

    picture, truth = disc(600, 900)
    found = thing_under(picture, PromptPoint(405.5, 300.5, True), SalientThing(OnlySmall()))

    assert found is None or not found.sure
    assert truth[300, 405]


def test_a_thing_that_its_part_hardly_cuts_off_is_taken_before_two_that_stand_out_together() -> None:
    picture, _ = disc(400, 600)
    y, x = np.mgrid[:400, :600]
    near = (x - 250) ** 2 + (y - 200) ** 2 < 66**2
    beside = (x - 375) ** 2 + (y - 200) ** 2 < 66**2
    picture[:] = (50, 80, 150)
    picture[near | beside] = (220, 130, 40)

    found = thing_under(picture, PromptPoint(240.5, 200.5, True), SalientThing(RedNetwork()))

    assert found is not None and iou(found.mask, near) > iou(found.mask, near | beside)
    assert not found.sure, "the whole picture shows both as one"


def test_what_one_clear_part_shows_otherwise_is_not_sure() -> None:
    class Halved(RedNetwork):
        """Shows only the left half of what is red in middle parts, as clearly as the whole elsewhere."""

        def saliency(self, picture: np.ndarray, side: int) -> np.ndarray:
            seen = super().saliency(picture, side)
            if 200 < picture.shape[0] < 300:
                seen[:, 17 * side // 32 :] = 0
            return seen

    picture, truth = disc(320, 480)
    click = PromptPoint(200.5, 160.5, True)
    agreed = thing_under(picture, click, SalientThing(RedNetwork()))
    found = thing_under(picture, click, SalientThing(Halved()))

    assert agreed is not None and agreed.sure and iou(agreed.mask, truth) > 0.95
    assert found is not None and not found.sure


@pytest.mark.parametrize(("columns", "share"), [(range(30, 60), 0), (range(20, 60), 0.22), (range(20, 80), 0.34)])
def test_a_piece_is_cut_off_as_far_as_its_border_is_that_of_its_part(columns: range, share: float) -> None:
    piece = np.zeros((100, 100), dtype=bool)
    piece[30:60, columns.start : columns.stop] = True
    part = (20, 20, 80, 80)

    found = _cut_off(piece, part)

    assert found == pytest.approx(share, abs=0.01)
    assert _cut_off(piece, (0, 0, 100, 100)) == 0, "the border of the picture cuts nothing off"


def test_the_wand_takes_the_connected_pixels_of_like_colour() -> None:
    found = wand(PICTURE, INSIDE)

    assert iou(found.mask, TRUTH) > 0.9 and not found.sure
    assert found.source == "Magic wand"


def test_the_wand_does_not_take_the_whole_picture() -> None:
    grey = np.full((60, 80, 3), 100, np.uint8)

    assert wand(grey, PromptPoint(3.5, 3.5, True)).confidence == 0


def test_connected_pixels_differ_little_from_the_first() -> None:
    picture = np.zeros((6, 10, 3), np.uint8)
    picture[:, 4:] = 30
    picture[:, 7] = 200

    assert connected(picture, (1, 1), 29).sum() == 6 * 4
    assert connected(picture, (1, 1), 30).sum() == 6 * 7
    assert picture.max() == 200, "the picture is left as it was"


def test_a_mask_about_which_two_parts_differ_by_an_eighth_is_not_sure() -> None:
    mask = np.zeros((40, 40), dtype=bool)
    mask[8:32, 8:32] = True
    smaller = mask.copy()
    smaller[8:11] = False
    whole, nearer = (0, 0, 40, 40), (4, 4, 36, 36)
    alike = [_Piece(whole, mask, 0.95, 0.0), _Piece(nearer, mask, 0.95, 0.0)]
    differing = [_Piece(whole, smaller, 0.95, 0.0), alike[1]]

    assert _agreement(mask, alike) == 1
    assert _agreement(mask, differing) < SURE
