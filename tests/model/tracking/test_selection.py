import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.thresholds import Thresholds
from model.tracking.selection import presence, published, review, without_duplicates

DEFAULT = Thresholds()
LEAST = DEFAULT.whole


def logits_of(scores: torch.Tensor) -> torch.Tensor:
    return torch.logit(scores.double())


def test_published_takes_the_best_pairs_of_the_mean_over_frames() -> None:
    scores = torch.full((2, 3, 2), 0.05)
    scores[0, 1, 0], scores[1, 1, 0] = 0.9, 0.1  # mean 0.5
    scores[:, 2, 1] = 0.6
    chosen = published(logits_of(scores), max_tracks=2)
    assert [(c.query, c.label) for c in chosen] == [(2, 1), (1, 0)]
    assert [c.score for c in chosen] == pytest.approx([0.6, 0.5])
    assert chosen[1].frame_scores == pytest.approx((0.9, 0.1))
    assert all(all(c.present) for c in chosen)


def test_published_lets_one_query_appear_with_several_classes() -> None:
    scores = torch.full((1, 2, 3), 0.01)
    scores[0, 1] = torch.tensor([0.5, 0.6, 0.7])
    assert [(c.query, c.label) for c in published(logits_of(scores), max_tracks=3)] == [(1, 2), (1, 1), (1, 0)]


@given(seed=st.integers(0, 1000), tracks=st.integers(1, 20))
def test_published_equals_a_full_sort(seed: int, tracks: int) -> None:
    logits = torch.randn((3, 4, 3), generator=torch.Generator().manual_seed(seed))
    mean = logits.sigmoid().mean(dim=0)
    pairs = sorted(((float(mean[q, c]), q, c) for q in range(4) for c in range(3)), reverse=True)[:tracks]
    chosen = published(logits, max_tracks=tracks)
    assert [(c.query, c.label) for c in chosen] == [(q, c) for _, q, c in pairs]


def test_presence_needs_a_share_of_the_best_and_a_floor() -> None:
    assert presence(torch.tensor([0.9, 0.9, 0.2, 0.2, 0.9, 0.9]), DEFAULT).tolist() == [
        True,
        True,
        False,
        False,
        True,
        True,
    ]
    assert presence(torch.tensor([0.05, 0.04, 0.05]), DEFAULT).tolist() == [False] * 3


def test_presence_follows_the_thresholds_that_it_is_given() -> None:
    weak = torch.tensor([0.06, 0.06, 0.02, 0.02, 0.06, 0.06])
    assert presence(weak, DEFAULT).tolist() == [False] * 6
    assert presence(weak, Thresholds(floor=0.03)).tolist() == [True, True, False, False, True, True]
    assert presence(weak, Thresholds(floor=0.01, share=0.2)).tolist() == [True] * 6
    chosen = review(logits_of(weak[:, None, None]), max_tracks=1, minimum=0.01, thresholds=Thresholds(floor=0.03))
    assert chosen[0].present == (True, True, False, False, True, True)


def test_a_single_frame_between_two_opposite_ones_follows_them() -> None:
    assert presence(torch.tensor([0.9, 0.9, 0.1, 0.9, 0.9]), DEFAULT).tolist() == [True] * 5
    assert presence(torch.tensor([0.9, 0.9, 0.1, 0.1, 0.8, 0.1, 0.1]), DEFAULT)[4].item() is False


@pytest.mark.parametrize("frames", [1, 2])
def test_presence_works_for_one_and_two_frames(frames: int) -> None:
    assert presence(torch.full((frames,), 0.8), DEFAULT).tolist() == [True] * frames


def test_review_gives_one_class_per_query_with_runners_up() -> None:
    scores = torch.full((3, 2, 4), 0.02)
    scores[:, 0] = torch.tensor([0.3, 0.8, 0.5, 0.1])
    chosen = review(logits_of(scores), max_tracks=5, minimum=LEAST, thresholds=DEFAULT)
    assert [(c.query, c.label) for c in chosen] == [(0, 1)]
    assert [label for label, _ in chosen[0].runners_up] == [2, 0, 3]


def test_review_does_not_average_a_short_visit_away() -> None:
    scores = torch.full((9, 1, 1), 0.02)
    scores[3:6] = 0.9
    chosen = review(logits_of(scores), max_tracks=5, minimum=LEAST, thresholds=DEFAULT)
    assert chosen[0].score == pytest.approx(0.9)
    assert chosen[0].present == (False,) * 3 + (True,) * 3 + (False,) * 3


def test_review_leaves_out_what_is_hardly_believed_and_what_is_too_many() -> None:
    scores = torch.tensor([0.9, 0.5, 0.05])[None, :, None].expand(2, 3, 1)
    assert [c.query for c in review(logits_of(scores), max_tracks=9, minimum=LEAST, thresholds=DEFAULT)] == [0, 1]
    assert [c.query for c in review(logits_of(scores), max_tracks=1, minimum=LEAST, thresholds=DEFAULT)] == [0]
    assert review(logits_of(scores), max_tracks=9, minimum=0.95, thresholds=DEFAULT) == []


def test_of_two_overlapping_tracks_the_better_one_stays() -> None:
    chosen = review(
        logits_of(torch.tensor([0.9, 0.8, 0.7])[None, :, None]), max_tracks=9, minimum=LEAST, thresholds=DEFAULT
    )
    overlaps = torch.tensor([[1.0, 0.9, 0.1], [0.9, 1.0, 0.7], [0.1, 0.7, 1.0]])
    assert without_duplicates(chosen, overlaps) == [0, 2]  # the second hides nothing once it is gone
    assert without_duplicates(chosen, overlaps, limit=0.95) == [0, 1, 2]
    assert without_duplicates([], torch.zeros(0, 0)) == []
