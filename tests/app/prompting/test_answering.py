"""One prompt from a JPEG to run lengths."""

import cv2
import numpy as np
import pytest

from app.errors import BadInput
from app.prompting.answering import PROMPTERS, answer_prompt, prompter_states
from model.prompts import SURE, Prompt, PromptPoint
from storage import rle
from tests.model.prompts.overlap import iou


def jpeg(pixels: np.ndarray) -> bytes:
    done, encoded = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    assert done
    return bytes(encoded)


@pytest.fixture
def disc() -> tuple[bytes, np.ndarray]:
    """A red disc on green, and its mask."""
    y, x = np.mgrid[0:96, 0:128]
    mask = (x - 60) ** 2 + (y - 50) ** 2 < 24**2
    return jpeg(np.where(mask[..., None], (210, 40, 40), (40, 140, 60)).astype(np.uint8)), mask


def test_a_box_gives_the_run_lengths_of_the_thing_in_it(disc: tuple[bytes, np.ndarray]) -> None:
    picture, truth = disc
    found = answer_prompt(picture, Prompt(box=(30, 20, 90, 80)))
    assert found.prompter == "cursor" and 0 < found.confidence <= 1
    assert found.source and found.sure == (found.confidence >= SURE)
    assert found.mask is not None and iou(rle.decode(found.mask), truth) > 0.9


def test_nothing_found_is_no_mask() -> None:
    found = answer_prompt(jpeg(np.full((40, 60, 3), 90, np.uint8)), Prompt(box=(20, 10, 21, 11)))
    assert found.mask is None or rle.area(found.mask) == 1
    assert 0 <= found.confidence <= 1


def test_points_correct_an_earlier_mask(disc: tuple[bytes, np.ndarray]) -> None:
    picture, truth = disc
    half = truth.copy()
    half[:, 60:] = False
    found = answer_prompt(picture, Prompt(points=(PromptPoint(72.5, 50.5, True),)), mask=rle.encode(half))
    assert found.mask is not None and iou(rle.decode(found.mask), truth) > 0.9


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        ({"size": [3, 4], "counts": "<"}, "has 4 x 3 pixels, and the picture has 128 x 96"),
        ({"size": [96, 128], "counts": "5"}, "cannot be read"),
    ],
)
def test_an_earlier_mask_that_does_not_fit_is_refused(
    disc: tuple[bytes, np.ndarray], mask: rle.Rle, words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        answer_prompt(disc[0], Prompt(points=(PromptPoint(5, 5, True),)), mask=mask)


def test_what_cannot_be_answered_gives_a_sentence(disc: tuple[bytes, np.ndarray]) -> None:
    for picture, prompt, prompter, sentence in (
        (disc[0], Prompt(), "grabcut", "GrabCut needs a box around the thing."),
        (
            disc[0],
            Prompt(box=(1, 1, 9, 9)),
            "oracle",
            f"There is no prompter oracle; there are {', '.join(PROMPTERS)}.",
        ),
        (b"no picture", Prompt(box=(1, 1, 9, 9)), "grabcut", "The picture of this frame cannot be read."),
    ):
        with pytest.raises(BadInput) as caught:
            answer_prompt(picture, prompt, prompter)
        assert str(caught.value) == sentence


def test_prompters_that_cannot_run_say_why(monkeypatch: pytest.MonkeyPatch, disc: tuple[bytes, np.ndarray]) -> None:
    monkeypatch.delenv("TEVIT_SEGMENTER", raising=False)
    states = {state.name: state for state in prompter_states()}
    assert set(states) == set(PROMPTERS)
    assert states["cursor"].reason == states["grabcut"].reason == ""
    assert "TEVIT_SEGMENTER" in states["segmenter"].reason
    with pytest.raises(BadInput, match="TEVIT_SEGMENTER"):
        answer_prompt(disc[0], Prompt(box=(1, 1, 9, 9)), "segmenter")
