"""The benchmark of clicks: where the simulated person clicks, and what is summed up."""

import numpy as np
import pytest

from model.prompts import Prompt, PromptedMask
from tests.benchmarks._prompt_clicks import Thing, click_table, clicked, measure


def thing() -> Thing:
    truth = np.zeros((40, 60), bool)
    truth[10:30, 10:50] = True
    return Thing(np.zeros((40, 60, 3), np.uint8), truth)


class Halves:
    """Draws the left half at the first click, all of it after a click in what is missing."""

    def __init__(self, truth: np.ndarray, confidence: float) -> None:
        self.truth, self.confidence = truth, confidence
        self.prompts: list[Prompt] = []

    def mask(self, picture: np.ndarray, prompt: Prompt) -> PromptedMask:
        self.prompts.append(prompt)
        mask = self.truth.copy()
        if prompt.mask is None:
            mask[:, 30:] = False
        return PromptedMask(mask, self.confidence)


def test_the_next_click_is_in_the_middle_of_what_is_missing_and_right_masks_get_none() -> None:
    one = thing()
    prompter = Halves(one.truth, 0.9)
    masks = [found.mask for found in clicked(one, prompter, 4)]

    assert [int(mask.sum()) for mask in masks] == [400, 800, 800, 800]
    (first,), (second,) = (prompt.points for prompt in prompter.prompts)
    assert first.inside and one.truth[int(first.y), int(first.x)]
    assert second.inside and 38 <= second.x <= 42 and 18 <= second.y <= 22


@pytest.mark.parametrize(("confidence", "sure", "wrong"), [(0.9, 2, 0), (0.5, 0, 0)])
def test_the_figures_are_means_over_the_things_for_the_clicks_that_were_made(
    confidence: float, sure: int, wrong: int
) -> None:
    one = thing()
    found = measure("made up", iter([one, one]), Halves(one.truth, confidence), most=3)

    assert found.iou == (0.5, 1.0, 1.0)
    assert (found.things, found.sure, found.wrong) == (2, sure, wrong)
    made = click_table([found])
    assert made.rows == [("made up", "2", "0.500", "1.000", "1.000", str(sure), str(wrong))]
    assert len(made.columns) == len(made.rows[0])


def test_a_sure_mask_with_an_iou_below_one_half_is_wrong() -> None:
    one = thing()
    prompter = Halves(np.pad(one.truth[:, 20:], ((0, 0), (20, 0))) & one.truth, 0.9)
    found = measure("made up", iter([one]), prompter, most=1)

    assert found.iou == (0.25,) and (found.sure, found.wrong) == (1, 1)
