"""Space-time overlap: exact counts, for many groups at once, and sparing pairs that cannot match."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.evaluation import overlap as evaluation_overlap
from model.evaluation.masks import read_tracks
from model.evaluation.overlap import overlaps
from tests.model.evaluation.test_evaluation import box, rle

SHAPE = (12, 16)


def sequence(*masks, shape=SHAPE):
    return read_tracks([([rle(mask) for mask in masks], shape, "track")])[0]


def counted(found, known):
    """Intersection and sum of areas of two lists of arrays or None, pixel by pixel."""
    inter = total = 0
    for a, b in zip(found, known, strict=False):
        if a is not None and b is not None and a.shape != b.shape:
            continue
        first, second = (0 if mask is None else int(mask.sum()) for mask in (a, b))
        total += first + second
        inter += int((a & b).sum()) if a is not None and b is not None else 0
    return inter, total


@st.composite
def tracks(draw):
    """Groups of tracks of random length, size and masks, some sparse; in some all tracks are alike, as in most data."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    alike, absent = draw(st.booleans()), draw(st.sampled_from([0.2, 0.9, 1.0]))
    most = draw(st.sampled_from([1, 5, 20]))
    groups = []
    for _ in range(draw(st.integers(1, 4))):
        frames = int(rng.integers(0, most + 1))

        def some(frames=frames):
            length = frames if alike else int(rng.integers(0, most + 1))
            shapes = [SHAPE if alike or rng.random() < 0.7 else (12, 9) for _ in range(length)]
            masks = [rng.random(shape) < rng.choice([0.0, 0.5, 1.0, rng.random()]) for shape in shapes]
            return [None if rng.random() < absent else mask for mask in masks]

        groups.append(([some() for _ in range(rng.integers(0, 4))], [some() for _ in range(rng.integers(0, 7))]))
    return groups


@pytest.fixture(params=[7, 1 << 20])
def block(request, monkeypatch):
    """Few pairs and frames at once, so that one comparison takes many turns, or the usual number."""
    monkeypatch.setattr(evaluation_overlap, "_BLOCK", request.param)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(groups=tracks())
def test_overlap_equals_counting_pixels(block, groups):
    read = [([sequence(*m) for m in found], [sequence(*m) for m in known]) for found, known in groups]
    for (found, known), whole, sparing in zip(
        groups, overlaps(read, least=0.0), overlaps(read, least=0.5), strict=True
    ):
        assert whole.inter.shape == (len(found), len(known))
        for d, a in enumerate(found):
            for g, b in enumerate(known):
                inter, total = counted(a, b)
                assert (whole.inter[d, g], whole.total[d, g]) == (inter, total)
                assert sparing.total[d, g] == total
                iou = inter / (total - inter) if total else 0.0
                assert whole.ious[d, g] == iou
                assert sparing.ious[d, g] == iou or max(sparing.ious[d, g], iou) < 0.5


def test_overlap_of_nothing_has_the_right_shape():
    (one,) = overlaps([([], [sequence(box(0, 0, 2, 2))])], least=0.5)
    assert one.inter.shape == one.total.shape == one.ious.shape == (0, 1)
    assert overlaps([], least=0.5) == []


def test_disjoint_masks_of_different_size_count_for_nothing():
    small = sequence(box(0, 0, 2, 2, shape=(5, 5)))
    (one,) = overlaps([([small], [sequence(box(10, 6, 12, 8))])], least=0.0)
    assert one.inter[0, 0] == one.total[0, 0] == 0


def test_masks_of_another_frame_are_never_compared():
    there, away = box(0, 0, 4, 4), box(8, 8, 12, 12)
    (one,) = overlaps([([sequence(there, away)], [sequence(away, there)])], least=0.0)
    assert one.inter[0, 0] == 0


def test_a_long_track_is_counted_whole():
    frames = [box(0, 0, 4, 4)] * 700
    (one,) = overlaps([([sequence(*frames)], [sequence(*frames)])], least=0.5)
    assert one.inter[0, 0] == 700 * 16 and one.ious[0, 0] == 1.0


@pytest.fixture
def compared(monkeypatch):
    """The number of pairs of masks of each comparison."""
    seen = []
    whole = evaluation_overlap.common_pixels

    def counting(ours, a, theirs, b):
        seen.append(len(a))
        return whole(ours, a, theirs, b)

    monkeypatch.setattr(evaluation_overlap, "common_pixels", counting)
    return seen


@pytest.mark.parametrize("least", [0.0, 0.5])
def test_pairs_that_cannot_match_are_not_compared(least, compared):
    small, large = sequence(box(0, 0, 2, 2)), sequence(box(0, 0, 16, 12))
    (one,) = overlaps([([small], [large])], least=least)
    assert bool(compared) == (least == 0.0)
    assert one.total[0, 0] == 4 + 16 * 12


def test_of_many_pairs_those_apart_in_some_of_the_frames_are_spared_the_rest(compared):
    left, right = [box(0, 0, 6, 12)] * 20, [box(9, 0, 15, 12)] * 20
    found, known = [sequence(*left)] * 5, [sequence(*right)] * 4 + [sequence(*left)]
    (one,) = overlaps([(found, known)], least=0.5)
    assert (one.ious[:, 4] == 1.0).all() and not one.ious[:, :4].any()
    assert 5 * 20 < sum(compared) < 5 * 5 * 20 * 0.6


def test_videos_of_very_different_length_are_not_padded_to_the_longest(monkeypatch):
    widths = []
    side = evaluation_overlap._side

    def watched(groups, odd, order, numbers):
        widths.append((len(order), sum(map(len, groups))))
        return side(groups, odd, order, numbers)

    monkeypatch.setattr(evaluation_overlap, "_side", watched)
    mask = box(0, 0, 4, 4)
    short, long = [([sequence(mask)], [sequence(mask)])] * 40, ([sequence(*[mask] * 600)], [sequence(*[mask] * 600)])
    found = overlaps([*short[:20], long, *short[20:]], least=0.5)
    assert [one.inter[0, 0] for one in found] == [16] * 20 + [16 * 600] + [16] * 20
    assert sum(frames * tracks for frames, tracks in widths) == 2 * (40 + 600)


def test_a_track_much_longer_than_the_others_counts_in_shared_frames_alone():
    mask = box(0, 0, 4, 4)
    (one,) = overlaps([([sequence(*[mask] * 500)], [sequence(mask, None), sequence(mask, mask)])], least=0.0)
    assert one.inter.tolist() == [[16, 32]] and one.total.tolist() == [[48, 64]]


def test_tracks_that_were_read_together_are_compared_as_those_read_one_by_one():
    frames = [[box(k, 0, k + 4, 4), None, box(0, k, 5, k + 2)] for k in range(4)]
    alone = [sequence(*masks) for masks in frames]
    together = read_tracks([([rle(mask) for mask in masks], SHAPE, "track") for masks in frames])
    for found, known in ((alone, together), (together, [together[2], *alone])):
        (one,) = overlaps([(found, known)], least=0.0)
        (other,) = overlaps([([alone[k] for k in range(4)], [alone[2], *alone][-len(known) :])], least=0.0)
        assert one.inter.tolist() == other.inter.tolist() and one.total.tolist() == other.total.tolist()
