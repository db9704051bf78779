"""GrabCut: the thing in the box, at every size, the same each time; and a sentence for what it cannot do."""

import numpy as np
import pytest

from model.procedural import render_video
from model.prompts import Prompt, PromptError, PromptPoint
from model.prompts.grabcut import GrabCut
from tests.model.prompts.overlap import iou

prompter = GrabCut()


def scene(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """A noisy orange ellipse on noisy blue (uint8 H x W x 3), and its mask."""
    noise = np.random.default_rng(5).integers(-18, 18, (height, width, 3))
    y, x = np.mgrid[0:height, 0:width]
    mask = ((x - 0.45 * width) / (0.22 * width)) ** 2 + ((y - 0.5 * height) / (0.28 * height)) ** 2 <= 1
    colours = np.where(mask[..., None], (220, 130, 40), (50, 80, 150))
    return np.clip(colours + noise, 0, 255).astype(np.uint8), mask


def box_around(mask: np.ndarray, slack: int = 0) -> tuple[float, float, float, float]:
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return (
        float(columns[0] - slack),
        float(rows[0] - slack),
        float(columns[-1] + 1 + slack),
        float(rows[-1] + 1 + slack),
    )


@pytest.mark.parametrize("size", [(90, 160), (360, 640), (1080, 1920)])
def test_the_thing_in_the_box_is_found_at_every_size(size: tuple[int, int]) -> None:
    picture, truth = scene(*size)
    found = prompter.mask(picture, Prompt(box=box_around(truth, slack=3)))
    assert found.mask.shape == size and found.mask.dtype == bool
    assert iou(found.mask, truth) > 0.95
    assert 0.9 < found.confidence <= 1


def test_nothing_outside_of_the_box_is_marked_and_the_answer_is_the_same_each_time() -> None:
    picture, truth = scene(120, 200)
    box = (60.0, 40.0, 90.0, 70.0)
    first, second = (prompter.mask(picture, Prompt(box=box)) for _ in range(2))
    outside = np.ones_like(truth)
    outside[40:70, 60:90] = False
    assert not first.mask[outside].any()
    assert np.array_equal(first.mask, second.mask) and first.confidence == second.confidence


def test_things_of_a_procedural_video_are_found_from_their_boxes() -> None:
    video = render_video("demo", index=2, seed=7, frames=2, size=(320, 180))
    scores = []
    for track in video.tracks:
        truth = track.masks[0]
        if truth.sum() > 300:
            scores.append(iou(prompter.mask(video.frames[0], Prompt(box=box_around(truth, slack=2))).mask, truth))
    assert len(scores) >= 2
    assert np.mean(scores) > 0.7, scores


def test_certain_points_decide_about_their_surroundings() -> None:
    picture, truth = scene(120, 200)
    box = box_around(truth, slack=4)
    inside = PromptPoint(box[0] + 3.0, box[1] + 3.0, inside=True)
    centre = PromptPoint(90.0, 60.0, inside=False)
    plain = prompter.mask(picture, Prompt(box=box)).mask
    told = prompter.mask(picture, Prompt(box=box, points=(inside, centre))).mask
    assert not plain[int(inside.y), int(inside.x)] and told[int(inside.y), int(inside.x)]
    assert plain[60, 90] and not told[60, 90]


def test_a_box_around_the_whole_picture_is_answered() -> None:
    picture, truth = scene(90, 160)
    assert prompter.mask(picture, Prompt(box=(0, 0, 160, 90))).mask.any()
    assert prompter.mask(picture, Prompt(box=(-50.0, -50.0, 900.0, 900.0))).mask.shape == truth.shape


def test_a_flat_picture_and_a_box_of_one_pixel_do_not_break_it() -> None:
    flat = np.full((40, 60, 3), 128, np.uint8)
    for box in ((10, 10, 30, 30), (10, 10, 11, 11), (59.2, 39.2, 60, 40)):
        found = prompter.mask(flat, Prompt(box=box))
        assert found.mask.shape == (40, 60) and 0 <= found.confidence <= 1
    assert prompter.mask(flat[:1, :1], Prompt(box=(0, 0, 1, 1))).mask.shape == (1, 1)


@pytest.mark.parametrize("box", [None, (70.0, 5.0, 80.0, 9.0), (5.0, 5.0, 5.0, 9.0), (9.0, 5.0, 5.0, 9.0)])
def test_a_prompt_that_cannot_be_answered_gives_a_sentence(box: tuple[float, float, float, float] | None) -> None:
    with pytest.raises(PromptError, match=r"box .*\.$"):
        prompter.mask(np.zeros((40, 60, 3), np.uint8), Prompt(box=box))
