"""The thing in a box by what stands out there."""

import numpy as np

from model.prompts.boxes import box_in, with_margin
from model.prompts.salient import KEPT, LEAST_SIDE, MARGIN, OTHER_MARGINS, SIDE, SalientThing, side_for
from tests.model.prompts.overlap import iou
from tests.model.prompts.scenes import RedNetwork, box_around, disc

PICTURE, TRUTH = disc()
BOX = box_in(PICTURE.shape, box_around(TRUTH))


def test_what_stands_out_and_fills_the_box_is_sure() -> None:
    network = RedNetwork()
    found = SalientThing(network).mask(PICTURE, BOX)

    assert iou(found.answer.mask, TRUTH) > 0.97
    assert found.answer.sure and found.answer.source == "U2-Netp"
    assert len(network.seen) == 1, "a sure answer needs no other margin"


def test_what_was_seen_for_a_box_is_not_computed_again_for_the_same_part_of_the_picture() -> None:
    asked: list[int] = []

    class Noting(RedNetwork):
        def saliency(self, picture: np.ndarray, side: int) -> np.ndarray:
            asked.append(side)
            return super().saliency(picture, side)

    thing = SalientThing(Noting())
    thing.mask(PICTURE, BOX)
    window = with_margin(PICTURE.shape, BOX, MARGIN)
    seen = thing.see(PICTURE, window)

    assert asked == [side_for(window, SIDE)]
    assert seen.shape == (window[3] - window[1], window[2] - window[0])


def test_a_part_of_a_picture_is_seen_about_as_large_as_it_is() -> None:
    assert side_for((0, 0, 40, 30), SIDE) == LEAST_SIDE
    assert side_for((10, 10, 211, 30), SIDE) == 224
    assert side_for((0, 0, 900, 30), SIDE) == SIDE
    assert side_for((0, 0, 900, 30), LEAST_SIDE) == LEAST_SIDE


def test_a_draft_in_a_small_square_is_one_even_where_it_is_sure_and_never_the_final_answer() -> None:
    picture, truth = disc(800, 1200)
    box = box_in(picture.shape, box_around(truth))
    network = RedNetwork()
    thing = SalientThing(network)

    draft = thing.mask(picture, box, draft=True, most=LEAST_SIDE).answer
    final = thing.mask(picture, box).answer
    again = thing.mask(picture, box, draft=True, most=LEAST_SIDE).answer

    assert draft.sure and draft.draft and not final.draft
    assert len(network.seen) == 2, "the draft's map is too coarse for the final answer"
    assert not again.draft and np.array_equal(again.mask, final.mask), "the fine map serves a draft too"


def test_the_network_sees_more_than_the_box() -> None:
    network = RedNetwork()
    SalientThing(network).mask(PICTURE, BOX)

    height, width, _ = network.seen[0]
    assert width > 1.5 * (BOX[2] - BOX[0]) and height > 1.3 * (BOX[3] - BOX[1])


def test_a_doubtful_thing_is_seen_with_other_margins_and_stays_doubtful() -> None:
    network = RedNetwork()
    picture, truth = disc(400, 700)
    x0, y0, x1, y1 = box_in(picture.shape, box_around(truth))
    found = SalientThing(network).mask(picture, (x0, y0, x1 - (x1 - x0) // 4, y1 + 20))

    assert len(network.seen) == 1 + len(OTHER_MARGINS)
    assert not found.answer.sure


def test_an_unclear_thing_that_is_the_same_with_another_margin_is_seconded() -> None:
    class Unclear(RedNetwork):
        """What is red stands out, but with ``unclear`` columns of it only by half; differs with other margins."""

        def __init__(self, *, moves: bool) -> None:
            super().__init__()
            self.moves = moves

        def saliency(self, picture: np.ndarray, side: int) -> np.ndarray:
            found = super().saliency(picture, side)
            columns = np.flatnonzero(found.any(0))
            middle = (columns[0] + columns[-1]) // 2
            found[:, columns[0] : middle] *= 0.6
            if self.moves and len(self.seen) > 1:
                found[:, : middle + 5 * len(self.seen)] = 0
            return found

    steady, moving = (SalientThing(Unclear(moves=moves)).mask(PICTURE, BOX) for moves in (False, True))

    assert steady.seconded and not steady.answer.sure and iou(steady.answer.mask, TRUTH) > 0.95
    assert not moving.seconded and not moving.answer.sure
    assert not SalientThing(RedNetwork(0.3)).mask(PICTURE, BOX).seconded


def test_where_nothing_stands_out_one_look_is_enough() -> None:
    network = RedNetwork(0.3)
    found = SalientThing(network).mask(PICTURE, BOX)

    assert len(network.seen) == 1
    assert found.answer.confidence == 0 and not found.answer.mask.any()


def test_a_thing_that_goes_on_beside_the_box_is_not_sure() -> None:
    part = (BOX[0], BOX[1], (BOX[0] + BOX[2]) // 2, BOX[3])

    assert not SalientThing(RedNetwork()).mask(PICTURE, part).answer.sure


def test_a_box_that_differs_little_needs_no_pass_of_the_network() -> None:
    picture, truth = disc(400, 600)
    network = RedNetwork()
    thing = SalientThing(network)
    x0, y0, x1, y1 = box_in(picture.shape, box_around(truth, slack=2))
    thing.mask(picture, (x0, y0, x1 - 18, y1 - 12))
    passes = len(network.seen)

    found = thing.mask(picture, (x0, y0, x1, y1))

    assert found.answer.sure and iou(found.answer.mask, truth) > 0.97
    assert len(network.seen) == passes
    other = np.ascontiguousarray(picture[:, ::-1])
    thing.mask(other, (600 - x1, y0, 600 - x0, y1))
    assert len(network.seen) == passes + 1, "another picture is seen anew"


def test_the_draft_of_a_box_that_then_grew_by_an_eighth_answers_for_it() -> None:
    picture, truth = disc(400, 600)
    network = RedNetwork()
    thing = SalientThing(network)
    x0, y0, x1, y1 = box_in(picture.shape, box_around(truth, slack=2))
    thing.mask(picture, (x0, y0, x1 - (x1 - x0) // 8, y1 - (y1 - y0) // 8), draft=True)

    found = thing.mask(picture, (x0, y0, x1, y1))

    assert found.answer.sure and iou(found.answer.mask, truth) > 0.97
    assert len(network.seen) == 1


def test_what_was_seen_around_a_much_smaller_box_does_not_answer() -> None:
    picture, truth = disc(400, 600)
    network = RedNetwork()
    thing = SalientThing(network)
    x0, y0, x1, y1 = box_in(picture.shape, box_around(truth))
    thing.mask(picture, (x0, y0, (x0 + x1) // 2, (y0 + y1) // 2))
    passes = len(network.seen)

    thing.mask(picture, (x0, y0, x1, y1))

    assert len(network.seen) > passes


def test_a_draft_is_content_with_one_margin() -> None:
    network = RedNetwork()
    picture, truth = disc(400, 700)
    x0, y0, x1, y1 = box_in(picture.shape, box_around(truth))
    SalientThing(network).mask(picture, (x0, y0, x1 - (x1 - x0) // 4, y1 + 20), draft=True)

    assert len(network.seen) == 1


def test_the_same_part_is_seen_once_and_the_oldest_is_forgotten() -> None:
    network = RedNetwork()
    thing = SalientThing(network)
    for _ in range(3):
        thing.mask(PICTURE, BOX)
    assert len(network.seen) == 1

    thing.mask(np.ascontiguousarray(PICTURE[::-1]), BOX)
    assert len(network.seen) == 2
    for row in range(KEPT):
        thing.see(PICTURE, (0, row, 40, row + 40))
    thing.mask(PICTURE, BOX)
    assert len(network.seen) == 2 + KEPT + 1
