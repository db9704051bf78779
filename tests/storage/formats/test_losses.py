"""What a format could not hold is counted, and said in one sentence for each kind."""

from typing import get_args

import pytest

from storage.formats.losses import Loss, Losses
from storage.youtube_vis import VisTrack


@pytest.mark.parametrize("kind", get_args(Loss))
@pytest.mark.parametrize(("number", "text"), [(1, "1"), (12345, "12,345")])
def test_each_kind_has_a_sentence_with_its_number(kind: Loss, number: int, text: str) -> None:
    losses = Losses()
    losses.count(kind, number)
    [sentence] = losses.sentences()
    assert text in sentence and sentence.endswith(".") and "{" not in sentence
    assert losses.of(kind) == number


def test_nothing_lost_is_nothing_said() -> None:
    losses = Losses()
    losses.count("overlap", 0)
    assert losses.sentences() == () and losses.of("overlap") == 0


def test_counts_of_a_kind_add_up_and_kinds_keep_their_order() -> None:
    losses = Losses()
    for kind in ("holes", "overlap", "holes"):
        losses.count(kind)  # type: ignore[arg-type]
    assert losses.of("holes") == 2
    assert [sentence.split()[0] for sentence in losses.sentences()] == ["2", "1"]


def test_attributes_flags_and_the_mark_as_crowd_of_a_track_are_counted() -> None:
    extra = {
        "attributes": {"pose": "sits", "occluded": True, "weight": 5},
        "frame_attributes": {"occluded": [True, False, None], "light": ["on", None, "off"], "short": ["on"]},
    }
    losses = Losses()
    losses.attributes_of(VisTrack(1, 1, 1, (None, None, None), iscrowd=1, extra=extra))
    assert (losses.of("attributes"), losses.of("crowd")) == (5, 1)
    losses.attributes_of(VisTrack(1, 1, 1, (None,)))
    assert (losses.of("attributes"), losses.of("crowd")) == (5, 1)
