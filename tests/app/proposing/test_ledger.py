"""Matching of a run's tracks to those of the video: summed over windows as over the whole video, and stored."""

import json
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.proposing.ledger import ExistingTrack, TrackLedger, least_overlap, track_id_of
from app.proposing.matching import best_pairs, overlaps
from model.tracking.whole_video import TrackStanding
from tests.app.made import square

boxes = st.tuples(st.integers(0, 40), st.integers(0, 30), st.integers(1, 8))
by_frame = st.dictionaries(st.integers(0, 5), boxes, max_size=6)


def masks(places: dict[int, tuple[int, int, int]]) -> dict[int, Any]:
    return {frame: square(*box) for frame, box in places.items()}


def part(frames: dict[int, Any], start: int, stop: int) -> dict[int, Any]:
    return {frame: mask for frame, mask in frames.items() if start <= frame < stop}


@settings(max_examples=40, deadline=None)
@given(st.lists(by_frame, min_size=1, max_size=3), st.lists(by_frame, min_size=1, max_size=3), st.integers(1, 5))
def test_matches_of_windows_are_those_of_the_whole_video(old: list[Any], new: list[Any], border: int) -> None:
    olds = {f"t{k}": masks(places) for k, places in enumerate(old)}
    news = {k: masks(places) for k, places in enumerate(new)}
    ledger = TrackLedger(tuple(olds))
    for start, stop in ((0, border), (border, 6)):
        ledger.add_overlaps(
            {name: part(frames, start, stop) for name, frames in olds.items()},
            {number: part(frames, start, stop) for number, frames in news.items()},
        )
        ledger = TrackLedger.from_json(json.loads(json.dumps(ledger.as_json())))

    found = ledger.matches([ExistingTrack(name, "dog") for name in olds], dict.fromkeys(news, "dog"), least=0.3)

    table = overlaps(list(olds.values()), list(news.values()))
    whole = best_pairs(np.round(table, 9), np.ones(table.shape, bool), least=0.3)
    assert {(name, number) for name, number in found} == {(f"t{i}", j) for i, j in whole} or _ties(table)


def _ties(table: np.ndarray) -> bool:
    """Whether two pairs agree equally well, so that rounding decides."""
    values = np.round(table[table > 0], 6)
    return len(np.unique(values)) < len(values) or bool((np.abs(table - 0.3) < 1e-6).any())


def test_only_within_a_kind_and_only_those_that_are_asked_for() -> None:
    ledger = TrackLedger(("a", "b"))
    ledger.add_overlaps({"a": masks({0: (0, 0, 8)}), "b": masks({0: (20, 20, 8)})}, {7: masks({0: (0, 0, 8)}), 8: {}})
    assert ledger.matches([ExistingTrack("a", "cat")], {7: "dog"}, least=0.3) == []
    assert ledger.matches([ExistingTrack("a", "cat")], {7: None}, least=0.3) == [("a", 7)], "it is of no kind"
    assert ledger.matches([ExistingTrack("b", "dog")], {7: "dog", 8: "dog"}, least=0.3) == []
    assert ledger.matches([ExistingTrack("a", "dog"), ExistingTrack("b", "dog")], {7: "dog"}, least=0.3) == [("a", 7)]
    assert ledger.matches([], {7: "dog"}, least=0.3) == ledger.matches([ExistingTrack("a", "dog")], {}, least=0.3) == []


def test_part_of_a_video_needs_a_better_agreement_than_all_of_it() -> None:
    assert least_overlap(at_the_end=True) < least_overlap(at_the_end=False)


def test_free_tracks_are_those_that_nothing_took() -> None:
    ledger = TrackLedger(("a", "b", "c"), bound={0: "b", 1: "made"}, made={1})
    assert ledger.free == ("a", "c")


def test_a_copy_is_equal_and_of_its_own() -> None:
    ledger = TrackLedger(("a",), {3: "x"}, {3}, 1, 2, 3, 4, {"a": 5.0}, {3: 6.0}, {("a", 3): 7.0})
    ledger.track_standings = (TrackStanding(3, 1, 0.25, ((0, 0.5), (2, 0.125))),)

    copy = ledger.copy()
    assert copy == ledger and copy is not ledger
    copy.made.add(9)
    copy.bound[9] = "y"
    assert ledger.made == {3} and ledger.bound == {3: "x"}


def test_a_ledger_that_an_earlier_version_stored_is_read() -> None:
    stored = {
        "old": ["a"],
        "bound": [[3, "x"]],
        "made": [3],
        "counts": [1, 2, 3, 4],
        "old_pixels": {"a": 5.0},
        "new_pixels": [[3, 6.0]],
        "both_pixels": [["a", 3, 7.0]],
        "standings": [[3, 1, 0.25, [[0, 0.5]]]],
    }
    ledger = TrackLedger.from_json(stored)
    assert ledger.as_json() == stored
    assert (ledger.bound, ledger.both_pixels) == ({3: "x"}, {("a", 3): 7.0})
    assert ledger.track_standings == (TrackStanding(3, 1, 0.25, ((0, 0.5),)),)


def test_a_runs_track_has_the_same_id_whenever_it_goes_on() -> None:
    assert track_id_of("run", 3) == track_id_of("run", 3)
    assert len({track_id_of(run, number) for run in ("run", "other") for number in range(5)}) == 10
