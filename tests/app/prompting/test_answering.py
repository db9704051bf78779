"""One prompt from a JPEG to run lengths."""

from collections import OrderedDict
from unittest.mock import Mock

import cv2
import numpy as np
import pytest

from app.errors import BadInput, UnusableModel
from app.prompting import answering
from app.prompting.answering import (
    DEFAULT,
    KEPT_PICTURES,
    OWN,
    PROMPTERS,
    PromptAnswer,
    answer_prompt,
    better,
    get_ready,
)
from model.prompts import SURE, Prompt, PromptPoint
from storage import rle
from tests.model.pretrained.weights_here import installed
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


def test_getting_ready_loads_the_prompter_and_decodes_the_frame_once(
    disc: tuple[bytes, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "_made", {})
    monkeypatch.setattr(answering, "_pictures", OrderedDict())
    get_ready(disc[0])
    assert set(answering._made) == {"cursor"} and list(answering._pictures) == [disc[0]]
    decode = Mock(side_effect=AssertionError("the frame is decoded already"))
    monkeypatch.setattr(answering.cv2, "imdecode", decode)
    assert answer_prompt(disc[0], Prompt(box=(30, 20, 90, 80))).mask is not None


def test_only_the_latest_frames_stay_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "_pictures", OrderedDict())
    frames = [jpeg(np.full((40, 60, 3), 10 * k, np.uint8)) for k in range(KEPT_PICTURES + 2)]
    for frame in frames:
        get_ready(frame, "grabcut")
    assert list(answering._pictures) == frames[-KEPT_PICTURES:]


def test_getting_ready_for_what_cannot_run_leaves_the_reason_to_the_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEVIT_SEGMENTER", raising=False)
    for picture, prompter in ((b"no picture", "cursor"), (jpeg(np.zeros((9, 9, 3), np.uint8)), "segmenter")):
        get_ready(picture, prompter)
        with pytest.raises(BadInput):
            answer_prompt(picture, Prompt(box=(1, 1, 5, 5)), prompter)


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


def test_a_model_that_cannot_be_loaded_is_no_mistake_of_the_server(
    monkeypatch: pytest.MonkeyPatch, disc: tuple[bytes, np.ndarray]
) -> None:
    monkeypatch.delenv("TEVIT_SEGMENTER", raising=False)
    with pytest.raises(UnusableModel, match="TEVIT_SEGMENTER") as caught:
        answer_prompt(disc[0], Prompt(box=(1, 1, 9, 9)), "segmenter")
    assert caught.value.status == 422


@pytest.mark.parametrize("name", ["grabcut", "u2netp"])
def test_points_mend_the_mask_of_every_prompter(disc: tuple[bytes, np.ndarray], name: str) -> None:
    if name == "u2netp":
        installed("u2netp")
    picture, truth = disc
    half = truth.copy()
    half[:, 60:] = False
    found = answer_prompt(picture, Prompt(points=(PromptPoint(72.5, 50.5, True),)), name, mask=rle.encode(half))
    assert found.mask is not None and iou(rle.decode(found.mask), truth) > 0.9 and found.source == "Corrected"


def answer(confidence: float, columns: range | None, name: str = DEFAULT) -> PromptAnswer:
    drawn = np.zeros((10, 20), dtype=bool)
    if columns is not None:
        drawn[:, columns.start : columns.stop] = True
    mask = rle.encode(drawn) if columns is not None else None
    return PromptAnswer(mask, confidence, name, name, confidence >= SURE and mask is not None)


@pytest.mark.parametrize(
    ("first", "own", "taken", "sure"),
    [
        (answer(0.9, range(10)), answer(0.8, range(9), OWN), DEFAULT, True),  # both agree: the finer one
        (answer(0.9, range(10)), answer(0.8, range(12, 20), OWN), OWN, True),  # the checkpoint knows the thing
        (answer(0.4, range(10)), answer(0.8, range(9), OWN), OWN, True),
        (answer(0.4, range(10)), answer(0.5, range(9), OWN), OWN, False),
        (answer(0.4, range(10)), answer(0.3, range(9), OWN), DEFAULT, False),
        (answer(0.9, range(10)), answer(0.4, range(12, 20), OWN), DEFAULT, False),  # doubt
        (answer(0.9, range(10)), answer(0.1, range(12, 20), OWN), DEFAULT, True),
        (answer(0.9, range(10)), answer(0.0, None, OWN), DEFAULT, True),
        (answer(0.0, None), answer(0.0, None, OWN), DEFAULT, False),
    ],
)
def test_of_two_answers_the_surer_one_is_taken_and_doubt_is_kept(
    first: PromptAnswer, own: PromptAnswer, taken: str, sure: bool
) -> None:
    found = better(first, own)
    assert (found.prompter, found.sure) == (taken, sure)
    assert found.sure == (found.confidence >= SURE)
