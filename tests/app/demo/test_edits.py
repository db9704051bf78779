"""The edits of the demo: what is proposed, and how a careful person answers it."""

from typing import Any

import numpy as np
import pytest

from app.demo.edits import CORRECTED_SHARE, correct_edits, propose_edit
from storage import rle

NAMES = ("cat", "dog")
FRAMES = 10
STOP = round(FRAMES * CORRECTED_SHARE)
Json = dict[str, Any]


def box(x: int, width: int = 10) -> Json:
    mask = np.zeros((20, 60), bool)
    mask[5:15, x : x + width] = True
    return rle.encode(mask)


def proposal(x: int, *, label: int = 0, score: float = 0.9, gone: int = FRAMES) -> Json:
    """A box that stays where it is and is not seen from frame ``gone`` on."""
    masks = [box(x) if frame < gone else None for frame in range(FRAMES)]
    return {
        "label": label,
        "score": score,
        "runners_up": [[1 - label, 0.25]],
        "segmentations": masks,
        "scores": [score] * FRAMES,
    }


def true(x: int, *, label: int = 0, width: int = 10) -> Json:
    return {"label": label, "segmentations": [box(x, width)] * FRAMES}


def test_the_best_proposal_comes_first_and_has_a_row_on_every_frame() -> None:
    edit = propose_edit([proposal(0, score=0.5, gone=4), proposal(30, label=1)], NAMES)
    assert edit["kind"] == "propose"
    own = [change for change in edit["changes"] if change[1] is None]
    assert [change[0] for change in own] == [1, 0]
    assert own[0][2] == {"category": "dog", "score": 0.9, "extra": {"class": "dog", "runners_up": [["cat", 0.25]]}}
    rows = {frame: after for number, frame, after in edit["changes"] if number == 0 and frame is not None}
    assert rows[3] == {"rle": box(0), "score": 0.5} and rows[4] == {"state": "absent", "score": 0.5}
    assert len(rows) == FRAMES


def test_a_proposal_without_a_mask_is_neither_stored_nor_rejected() -> None:
    nothing = proposal(0, gone=0)
    assert propose_edit([nothing], NAMES)["changes"] == []
    assert correct_edits([nothing], [], NAMES) == []


def test_good_masks_are_accepted_and_others_redrawn_in_the_first_part_only() -> None:
    [edit] = correct_edits([proposal(0, gone=3)], [true(0)], NAMES)
    assert edit == {
        "kind": "correct",
        "changes": [[0, frame, {"review": "accepted"} if frame < 3 else {"rle": box(0)}] for frame in range(STOP)],
    }


@pytest.mark.parametrize(("width", "accepted"), [(9, True), (8, False)])
def test_a_mask_is_accepted_from_an_overlap_of_85_percent_on(width: int, accepted: bool) -> None:
    [edit] = correct_edits([proposal(0)], [true(0, width=width)], NAMES)
    assert [("review" in after) for *_, after in edit["changes"]] == [accepted] * STOP


def test_where_nothing_is_absent_is_accepted_or_drawn() -> None:
    truth = {"label": 0, "segmentations": [box(0)] * 2 + [None] * (FRAMES - 2)}
    [edit] = correct_edits([proposal(0, gone=4)], [truth], NAMES)
    afters = [after for *_, after in edit["changes"]]
    assert afters == [{"review": "accepted"}] * 2 + [{"state": "absent"}] * 2 + [{"review": "accepted"}] * (STOP - 4)


def test_a_wrong_class_is_corrected() -> None:
    [edit] = correct_edits([proposal(0, label=1)], [true(0)], NAMES)
    assert edit["changes"][0] == [0, None, {"category": "cat"}]


def test_what_was_missed_is_drawn_as_a_new_track_and_what_is_nothing_is_rejected() -> None:
    missed, rejected = correct_edits([proposal(45, score=0.3)], [true(0, label=1)], NAMES)
    assert missed["changes"] == [[1, None, {"category": "dog"}], *([1, k, {"rle": box(0)}] for k in range(STOP))]
    assert rejected == {"kind": "reject", "changes": [[0, None, {"rejected": True}]]}


def test_of_two_proposals_of_one_thing_the_better_one_is_kept() -> None:
    edits = correct_edits([proposal(3), proposal(1)], [true(0)], NAMES)
    assert [(edit["kind"], edit["changes"][0][0]) for edit in edits] == [("correct", 1), ("reject", 0)]
