import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.suspicious.evidence import (
    NAMES,
    MaskMeasures,
    MaskPlaces,
    better_half,
    evidence,
    overlap_with_tracks,
    weighted_median,
)
from model.suspicious.motion import Continuation
from tests.model.likely_errors.scenes import BLUE, RED, measured, moving, picture, track

FLOATS = st.lists(st.floats(0, 1), min_size=1, max_size=9)


def values_of(found: MaskMeasures, name: str) -> np.ndarray:
    return evidence(found, np.ones(len(found.edges)))[0][:, NAMES.index(name)]


def scene(a: dict, b: dict, count: int = 8) -> MaskMeasures:
    """Two tracks of boxes, a red thing at the first one's boxes and a blue one at the second's, both moving right."""
    true_a, true_b = moving((10, 10, 20, 20), (3, 0), range(count)), moving((100, 60, 24, 24), (-3, 0), range(count))
    shown = {t: picture([(true_a[t], RED), (true_b[t], BLUE)]) for t in range(count)}
    found = measured([track("a", {**true_a, **a}), track("b", {**true_b, **b})], count, shown)
    places = MaskPlaces.of(found)
    unknown = np.full(len(places.track), np.nan)
    return MaskMeasures(places, found, [], unknown)


def test_colours_of_a_mask_that_lies_on_another_thing_are_those_of_the_other_track() -> None:
    found = scene({3: (91, 60, 24, 24)}, {})
    assert values_of(found, "colour").argmax() == 3 and values_of(found, "colour")[3] > 0.5
    assert values_of(found, "other").argmax() == 3
    assert values_of(found, "colour_unusual")[3] == 1.0


def test_a_mask_on_the_ground_has_the_colours_around_it() -> None:
    found = scene({}, {5: (20, 70, 20, 20)})
    at = 8 + 5
    assert values_of(found, "ground").argmax() == values_of(found, "ground_unusual").argmax() == at


def test_a_size_is_compared_with_those_around_it() -> None:
    found = scene({2: (10, 5, 40, 40)}, {})
    assert values_of(found, "size").argmax() == 2
    assert values_of(found, "size")[2] == pytest.approx(np.log(4), abs=0.01)


def test_edges_count_only_against_the_usual_of_the_track() -> None:
    found = scene({}, {})
    poor = np.full(16, 0.1)
    low = np.r_[np.full(8, 0.5), np.full(3, 0.5), -0.2, np.full(4, 0.5)]
    assert not values_of(MaskMeasures(found.places, found.tracks, [], poor), "edge").any()
    against = MaskMeasures(found.places, found.tracks, [], low)
    assert np.flatnonzero(values_of(against, "edge")).tolist() == [11]
    assert values_of(against, "edge")[11] == pytest.approx(0.7)


def test_two_masks_of_a_track_have_no_usual_value() -> None:
    found = measured([track("a", {0: (10, 10, 20, 20), 1: (12, 10, 20, 20)})], 2)
    places = MaskPlaces.of(found)
    one = MaskMeasures(places, found, [], np.array([0.9, -0.9]))
    assert not values_of(one, "edge").any()


def test_no_mask_at_all() -> None:
    values, rivals = evidence(MaskMeasures(MaskPlaces.of([]), [], [], np.zeros(0)), np.zeros(0))
    assert values.shape == (0, len(NAMES)) and rivals.shape == (0,)


def test_a_neighbour_that_is_not_trusted_hardly_counts() -> None:
    places = MaskPlaces(np.zeros(3, int), np.arange(3), (0, 3))

    def pair(earlier: int, later: int, value: float) -> Continuation:
        return Continuation(earlier, later, (0,), (0,), np.array([[value]], np.float32))

    found = [pair(0, 1, 0.2), pair(1, 2, 0.9)]
    trusting = overlap_with_tracks(places, found, np.ones(3), 1)
    doubting = overlap_with_tracks(places, found, np.array([1.0, 1.0, 0.0]), 1)
    assert trusting[1, 0] == pytest.approx(0.9) and doubting[1, 0] == pytest.approx(0.2, abs=0.01)
    assert np.isnan(overlap_with_tracks(places, [], np.ones(3), 1)).all()


def test_another_track_that_a_mask_continues_better_is_its_rival() -> None:
    found = scene({}, {})
    overlap = np.array([[0.1, 0.8], [0.0, 0.9]], np.float32)
    swapped = MaskMeasures(found.places, found.tracks, [Continuation(3, 4, (0, 1), (0, 1), overlap)], found.edges)
    values, rivals = evidence(swapped, np.ones(16))
    assert rivals[3] == 1 and values[3, NAMES.index("rival")] == pytest.approx(0.7)
    assert rivals[8 + 4] == -1 and values[8 + 4, NAMES.index("rival")] == 0


@given(FLOATS)
def test_the_better_half_lies_between_mean_and_greatest(values: list[float]) -> None:
    found = better_half(np.array(values), np.ones(len(values)))
    assert np.mean(values) - 1e-9 <= found <= max(values) + 1e-9


@given(FLOATS, st.randoms())
def test_the_weighted_median_with_equal_weights_is_a_median(values: list[float], random: object) -> None:
    del random
    found = weighted_median(np.array(values), np.ones(len(values)))
    assert sum(v <= found for v in values) * 2 >= len(values) and sum(v >= found for v in values) * 2 >= len(values)
