"""Looks that are collected part by part are those of the whole video."""

import numpy as np
import pytest

from model.identity import LookCollector, TrackLook, track_looks
from model.likely_errors import TrackInput
from tests.model.likely_errors.scenes import measured, track

from .scenes import BLUE, COUNT, LEFT, RED, RIGHT, part, pictures, seen

SHOWN = pictures((LEFT, RED), (RIGHT, BLUE))


def shifted(boxes: dict, start: int, stop: int) -> dict:
    return {t - start: box for t, box in part(boxes, start, stop).items()}


def test_parts_that_share_frames_give_the_looks_of_the_whole() -> None:
    (whole,) = seen({"a": LEFT}, SHOWN)
    collector = LookCollector(1)
    for start, stop, first, end in ((0, 24, 0, 18), (12, COUNT, 18, COUNT)):
        inputs: list[TrackInput] = [track("a", shifted(LEFT, start, stop))]
        shown = {t - start: SHOWN[t] for t in range(start, stop)}
        collector.add(measured(inputs, stop - start, shown), start, first, end)
    (joined,) = collector.looks({"a": "cat"})
    assert joined.category == "cat" and joined.frames.tolist() == list(range(COUNT))
    for name in ("frames", "centre", "size", "side", "seen", "looks", "trust"):
        assert np.allclose(getattr(joined, name), getattr(whole, name)), name


def test_places_and_sizes_are_those_of_the_masks() -> None:
    (one,) = seen({"a": LEFT}, None)
    assert one.centre[5].tolist() == pytest.approx([10 + 10 + 11.5, 10 + 9.5])
    assert one.size[5].tolist() == [24, 20] and one.side[5] == pytest.approx(np.sqrt(480), rel=1e-5)
    assert len(one.looks) == 0
    assert one.around(7) == (("a", 6), ("a", 7))


def test_of_a_long_track_evenly_chosen_looks_stand_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(track_looks, "_MOST", 10)
    (one,) = seen({"a": LEFT}, SHOWN)
    assert 5 <= len(one.seen) <= 10
    assert len(set(np.diff(one.seen).tolist())) == 1 and one.seen[0] == 0
    assert len(one.frames) == COUNT


def test_a_mask_that_another_one_touches_is_trusted_less() -> None:
    beside = {t: (x + 24, y, w, h) for t, (x, y, w, h) in LEFT.items()}
    alone: TrackLook = seen({"a": LEFT}, SHOWN)[0]
    touched: TrackLook = seen({"a": LEFT, "b": beside}, SHOWN)[0]
    assert alone.trust.min() == 1.0 and touched.trust.max() < 0.8


def test_tracks_without_masks_are_left_out_and_frames_of_people_are_kept() -> None:
    looks = seen({"a": part(LEFT, 3, 9), "b": {}}, None, absent=frozenset({2, 9}), judged=frozenset({2, 5}))
    assert [one.id for one in looks] == ["a"]
    assert looks[0].absent == {2} and looks[0].judged == {5}
