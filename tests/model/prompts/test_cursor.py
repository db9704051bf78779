"""The tool at the cursor: which way answers, and how sure it is."""

from pathlib import Path

import numpy as np
import pytest

from model.pretrained.u2netp import U2NetpError
from model.procedural import render_video
from model.prompts import Prompt, PromptError, PromptPoint
from model.prompts.cursor import CursorPrompter, SalientPrompter
from model.prompts.salient import SalientThing
from tests.model.pretrained.weights_here import installed
from tests.model.prompts.overlap import iou
from tests.model.prompts.scenes import RedNetwork, box_around, disc

PICTURE, TRUTH = disc()
BOX = box_around(TRUTH, slack=2)
INSIDE = PromptPoint(108.5, 80.5, True)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CursorPrompter:
    """Without weights, as where they are not installed."""
    monkeypatch.setenv("TEVIT_WEIGHTS", str(tmp_path))
    prompter = CursorPrompter()
    assert prompter.salient is None
    return prompter


def seeing(network: RedNetwork, bare: CursorPrompter) -> CursorPrompter:
    bare.salient = SalientThing(network)
    return bare


def test_the_network_answers_where_it_is_sure(bare: CursorPrompter) -> None:
    found = seeing(RedNetwork(), bare).mask(PICTURE, Prompt(box=BOX))

    assert found.source == "U2-Netp" and found.sure and iou(found.mask, TRUTH) > 0.97


def test_where_the_network_finds_nothing_colours_answer_and_nothing_is_called_sure(bare: CursorPrompter) -> None:
    found = seeing(RedNetwork(0.2), bare).mask(PICTURE, Prompt(box=BOX))

    assert found.source == "Colours" and not found.sure and iou(found.mask, TRUTH) > 0.9


def test_what_two_margins_show_alike_is_taken_before_colours_and_is_not_called_sure(bare: CursorPrompter) -> None:
    class Unclear(RedNetwork):
        """Half of what is red is unclear."""

        def saliency(self, picture: np.ndarray, side: int) -> np.ndarray:
            found = super().saliency(picture, side)
            columns = np.flatnonzero(found.any(0))
            found[:, columns[0] : (columns[0] + columns[-1]) // 2] *= 0.6
            return found

    found = seeing(Unclear(), bare).mask(PICTURE, Prompt(box=BOX))

    assert found.source == "U2-Netp" and not found.sure and found.confidence <= 0.5
    assert iou(found.mask, TRUTH) > 0.9


def test_a_draft_takes_no_time_for_colours_and_names_itself(bare: CursorPrompter) -> None:
    unsure = seeing(RedNetwork(0.2), bare).mask(PICTURE, Prompt(box=BOX, draft=True))
    sure = seeing(RedNetwork(), bare).mask(PICTURE, Prompt(box=BOX, draft=True))

    assert unsure.draft and unsure.source == "U2-Netp" and not unsure.sure
    assert not sure.draft and sure.sure, "a sure draft is the best answer"
    assert not bare.mask(PICTURE, Prompt(box=BOX)).draft


def test_u2netp_alone_names_its_unsure_drafts_too() -> None:
    unsure, sure = (SalientPrompter(SalientThing(RedNetwork(*of))) for of in ((0.2,), ()))
    assert unsure.mask(PICTURE, Prompt(box=BOX, draft=True)).draft
    assert not unsure.mask(PICTURE, Prompt(box=BOX)).draft
    assert not sure.mask(PICTURE, Prompt(box=BOX, draft=True)).draft


def test_a_click_on_a_picture_that_was_seen_before_needs_one_pass_less(bare: CursorPrompter) -> None:
    passes = []
    for ready in (False, True):
        network = RedNetwork()
        prompter = seeing(network, bare)
        if ready:
            prompter.get_ready(PICTURE)
        before = len(network.seen)
        prompter.mask(PICTURE, Prompt(points=(INSIDE,)))
        passes.append(len(network.seen) - before)

    assert passes[1] == passes[0] - 1


def test_without_weights_two_ways_that_agree_are_believed(bare: CursorPrompter) -> None:
    found = bare.mask(PICTURE, Prompt(box=BOX))

    assert found.source == "GrabCut" and found.sure and iou(found.mask, TRUTH) > 0.93


def test_without_weights_and_without_agreement_the_mask_is_not_sure(bare: CursorPrompter) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (120, 160, 3), dtype=np.uint8)

    assert not bare.mask(noise, Prompt(box=(40, 30, 110, 90))).sure


def test_points_correct_what_the_box_gave(bare: CursorPrompter) -> None:
    prompter = seeing(RedNetwork(), bare)
    wrong = PromptPoint(BOX[0] + 20, 80.5, False)

    found = prompter.mask(PICTURE, Prompt(box=BOX, points=(wrong,)))

    assert not found.mask[int(wrong.y), int(wrong.x)]
    assert found.source == "U2-Netp, corrected"


def test_points_correct_a_mask_that_is_given(bare: CursorPrompter) -> None:
    half = TRUTH.copy()
    half[:, 116:] = False

    found = bare.mask(PICTURE, Prompt(mask=half, points=(PromptPoint(132.5, 80.5, True),)))

    assert iou(found.mask, TRUTH) > 0.93 and found.source == "Corrected"


@pytest.mark.parametrize("weights", [True, False])
def test_a_click_alone_gives_the_thing_under_it(bare: CursorPrompter, weights: bool) -> None:
    prompter = seeing(RedNetwork(), bare) if weights else bare

    found = prompter.mask(PICTURE, Prompt(points=(INSIDE,)))

    assert iou(found.mask, TRUTH) > 0.9
    assert found.source == ("U2-Netp" if weights else "Magic wand")


@pytest.mark.parametrize(
    "prompt", [Prompt(), Prompt(points=(PromptPoint(3, 3, False),)), Prompt(points=(PromptPoint(-5, 3, True),))]
)
def test_a_prompt_that_points_at_nothing_is_refused(bare: CursorPrompter, prompt: Prompt) -> None:
    with pytest.raises(PromptError, match="a box, a mask, or a point"):
        bare.mask(PICTURE, prompt)


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    (tmp_path / "u2netp.onnx").write_text("no network")

    with pytest.raises(U2NetpError):
        CursorPrompter(tmp_path / "u2netp.onnx")


def test_the_installed_network_finds_things_of_procedural_videos() -> None:
    prompter = CursorPrompter(installed("u2netp"))
    video = render_video("demo", index=2, seed=7, frames=1, size=(320, 180))
    truths = [track.masks[0] for track in video.tracks if track.masks[0].sum() > 300]
    answers = [prompter.mask(video.frames[0], Prompt(box=box_around(truth, slack=2))) for truth in truths]
    scores = [iou(answer.mask, truth) for answer, truth in zip(answers, truths, strict=True)]

    assert len(scores) >= 2 and np.mean(scores) > 0.7, scores
    assert all(score > 0.5 for score, answer in zip(scores, answers, strict=True) if answer.sure)
