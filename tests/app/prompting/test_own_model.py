"""The checkpoint of a project at the cursor: which of its shapes is taken, and how sure it is."""

from pathlib import Path

import numpy as np
import pytest

from app.checkpoints.find import BUILT_IN_FILES
from app.prompting.own_model import KEPT, OwnModel, OwnPrompter
from model.procedural import render_video
from model.prompts import Prompt, PromptError, PromptPoint
from model.propagation.candidates import FrameCandidates
from tests.model.prompts.overlap import iou
from tests.model.prompts.scenes import box_around

PICTURE = np.zeros((60, 100, 3), np.uint8)


class Shapes:
    """A network that always finds the same rectangles; counts how often it was asked."""

    clip = 1

    def __init__(self, *found: tuple[tuple[int, int, int, int], float]) -> None:
        boxes = np.array([box for box, _ in found], np.float32).reshape(-1, 4)
        chances = np.full((len(found), 8, 8), 255, np.uint8)
        scores = np.array([score for _, score in found], np.float32)
        self.shapes = FrameCandidates(chances, boxes, scores, np.arange(len(found)))
        self.asked = 0

    def clip_candidates(self, frames: np.ndarray) -> list[FrameCandidates]:
        self.asked += 1
        return [self.shapes] * len(frames)


LEFT, RIGHT = (10, 10, 40, 50), (60, 10, 90, 50)
NAMES = ("dog", "cat")


def test_the_shape_that_fits_the_box_is_named_with_its_score() -> None:
    prompter = OwnPrompter(Shapes((LEFT, 0.82), (RIGHT, 0.9)), NAMES)

    found = prompter.mask(PICTURE, Prompt(box=(9, 9, 41, 51)))

    assert found.source == "The model's proposal of dog" and found.confidence == pytest.approx(0.82)
    assert found.sure and box_around(found.mask) == LEFT


def test_a_shape_that_fits_the_box_badly_is_not_sure_and_another_thing_is_no_answer() -> None:
    prompter = OwnPrompter(Shapes((LEFT, 0.9)), NAMES)

    half = prompter.mask(PICTURE, Prompt(box=(10, 10, 40, 34)))
    elsewhere = prompter.mask(PICTURE, Prompt(box=RIGHT))

    assert 0 < half.confidence < 0.4
    assert elsewhere.confidence == 0 and not elsewhere.mask.any()


def test_a_click_takes_the_best_shape_under_it_that_no_other_click_excludes() -> None:
    inner = (20, 20, 30, 40)
    prompter = OwnPrompter(Shapes((LEFT, 0.9), (inner, 0.6)), NAMES)
    click = PromptPoint(25.5, 25.5, True)

    both = prompter.mask(PICTURE, Prompt(points=(click,)))
    excluded = prompter.mask(PICTURE, Prompt(points=(click, PromptPoint(12.5, 45.5, False))))

    assert box_around(both.mask) == LEFT and not both.sure, "either of the two may be meant"
    assert box_around(excluded.mask) == inner and excluded.confidence == pytest.approx(0.6)
    assert prompter.mask(PICTURE, Prompt(points=(PromptPoint(95.5, 5.5, True),))).confidence == 0


def test_one_shape_under_a_click_is_as_sure_as_its_score() -> None:
    found = OwnPrompter(Shapes((LEFT, 0.8), (RIGHT, 0.9)), NAMES).mask(
        PICTURE, Prompt(points=(PromptPoint(25.5, 25.5, True),))
    )

    assert found.confidence == pytest.approx(0.8) and found.sure


def test_a_prompt_that_points_at_nothing_is_refused() -> None:
    for prompt in (Prompt(), Prompt(points=(PromptPoint(3, 3, False),))):
        with pytest.raises(PromptError):
            OwnPrompter(Shapes((LEFT, 0.8)), NAMES).mask(PICTURE, prompt)


def test_a_network_that_finds_nothing_gives_no_mask() -> None:
    found = OwnPrompter(Shapes(), NAMES).mask(PICTURE, Prompt(box=LEFT))

    assert not found.mask.any() and found.confidence == 0


def test_what_was_found_in_a_picture_is_kept_for_the_latest_ones() -> None:
    network = Shapes((LEFT, 0.8))
    prompter = OwnPrompter(network, NAMES)
    prompter.get_ready(PICTURE)
    prompter.mask(PICTURE, Prompt(box=LEFT))
    assert network.asked == 1
    for value in range(1, KEPT + 1):
        prompter.get_ready(np.full_like(PICTURE, value))
    prompter.get_ready(PICTURE)
    assert network.asked == KEPT + 2


def test_a_checkpoint_that_cannot_be_read_gives_one_sentence(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.safetensors", tmp_path / "text.safetensors"):
        if path.stem == "text":
            path.write_text("text")
        with pytest.raises(PromptError, match=r"^The checkpoint pets cannot be loaded \("):
            OwnModel("pets", path, "ab", NAMES, "cpu").load()


def test_the_checkpoint_of_the_demo_knows_its_shapes_in_a_new_video() -> None:
    classes = ("fish", "star", "jelly", "wheel", "leaf")
    prompter = OwnPrompter(OwnModel("demo", BUILT_IN_FILES["demo"], "ab", classes, "cpu").load(), classes)
    scores = []
    for index in (0, 1):
        video = render_video("demo", index=index, seed=991, frames=1, size=(320, 180))
        for track in video.tracks:
            truth = track.masks[0]
            if truth.sum() > 300:
                found = prompter.mask(video.frames[0], Prompt(box=box_around(truth, slack=2)))
                scores.append((iou(found.mask, truth), found.sure))
    assert len(scores) >= 2 and any(sure for _, sure in scores)
    assert all(score > 0.8 for score, sure in scores if sure), scores
