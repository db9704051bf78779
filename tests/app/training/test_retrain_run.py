"""The parts of a retraining that need no network: what is held back, the line of checkpoints, the figures."""

import hashlib
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.training.folds import K_FOLD, LAST_THIRD, Fold, default_steps, evaluation_kind, folds
from app.training.retrain_run import (
    Part,
    _first_of_line,
    _mean,
    _per_category,
    _result,
    boundary,
    frames_after_boundary,
    recipe,
)
from model.config import named
from model.scoring import Score
from model.training.clips import ClipTrack, ClipVideo, labelled_frames
from model.training.targets import ABSENT, PRESENT, UNKNOWN
from storage.checkpoints import Checkpoint

MASK: Any = {"size": [10, 10], "counts": "0T3"}
LETTERS = {"P": PRESENT, "A": ABSENT, "u": UNKNOWN}


def track(states: str, label: int = 0) -> ClipTrack:
    """A track by its letters, one a frame: P present, A absent, u unknown."""
    read = tuple(LETTERS[letter] for letter in states)
    masks = tuple(MASK if state == PRESENT else None for state in read)
    boxes = tuple((0.0, 0.0, 9.0, 9.0) if state == PRESENT else None for state in read)
    return ClipTrack(1, label, read, masks, boxes)


def video(*tracks: str, **more: Any) -> ClipVideo:
    return ClipVideo("v", len(tracks[0]), 10, 10, tuple(track(states) for states in tracks), **more)


class Source:
    """A clip source of these videos, whose pictures say which video and frame they are."""

    categories = ("fish", "star")

    def __init__(self, *videos: ClipVideo) -> None:
        self.videos = videos

    def read_frames(self, index: int, frames: Any) -> np.ndarray:
        return np.array([[index, frame] for frame in frames])


def first_part(found: ClipVideo, share: float = 2 / 3) -> ClipVideo:
    (cut,) = Part(cast(Any, Source(found)), [0], first_part=share).videos
    return cut


@pytest.mark.parametrize(
    ("states", "stop"),
    [("PPPPPPuuu", 4), ("uuuPPPuuu", 5), ("PuuPuuPuu", 6), ("PP", 1), ("uuP", 2), ("uuu", 3), ("AAAA", 4)],
)
def test_the_boundary_lies_before_the_last_third_of_what_was_judged(states: str, stop: int) -> None:
    found = video(states)
    assert boundary(found, 2 / 3) == stop
    assert frames_after_boundary(found) == [f for f in range(stop, len(states)) if states[f] == "P"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("PAu", min_size=12, max_size=12), min_size=1, max_size=3))
def test_what_teaches_and_what_is_measured_never_meet_on_a_frame(states: list[str]) -> None:
    found = video(*states)
    taught, measured = labelled_frames(first_part(found)), frames_after_boundary(found)
    assert not set(taught) & set(measured)
    assert sorted({*taught, *measured}) == labelled_frames(found)
    assert not taught or not measured or max(taught) < min(measured)


@settings(max_examples=40, deadline=None)
@given(st.text("PAu", min_size=6, max_size=6), st.booleans())
def test_behind_the_boundary_nothing_is_left_to_learn_from(states: str, all_complete: bool) -> None:
    complete = None if all_complete else (frozenset({0}),) * 6
    rejected = tuple((frame, 1, MASK) for frame in range(6))
    found = video(states, complete=complete, rejected=rejected)
    stop, cut = boundary(found, 2 / 3), first_part(found)
    assert cut.complete is not None
    for frame in range(6):
        before = frame < stop
        assert cut.tracks[0].states[frame] == (found.tracks[0].states[frame] if before else UNKNOWN)
        known = frozenset({0, 1}) if all_complete else frozenset({0})
        assert cut.complete[frame] == (known if before else frozenset()), "an unknown thing is no background"
    assert [mask[0] for mask in cut.rejected] == list(range(stop))
    assert (cut.tracks[0].segmentations, cut.count) == (found.tracks[0].segmentations, 6)


def test_a_part_numbers_its_videos_anew_and_reads_the_right_ones() -> None:
    source = Source(*(replace(video("PPP"), name=str(k)) for k in range(4)))
    part = Part(cast(Any, source), [3, 1])
    assert [found.name for found in part.videos] == ["3", "1"] and part.categories == ("fish", "star")
    assert part.read_frames(0, [2]).tolist() == [[3, 2]] and part.read_frames(1, [0, 1]).tolist() == [[1, 0], [1, 1]]
    assert part.videos[0] is source.videos[3], "without a first part a video is left as it is"


def registered(name: str, parent: str | None = None) -> Checkpoint:
    facts: dict[str, Any] = dict.fromkeys(("project_id", "provenance", "metrics", "removed"))
    rest: dict[str, Any] = {"path": name, "config": "tevit_tiny", "categories": (), "size_bytes": 1, "created": 0.0}
    return Checkpoint(id=name, name=name, sha256=name, parent_sha256=parent, **rest, **facts)


@pytest.mark.parametrize(
    ("parents", "current", "first"),
    [
        ({"a": None}, "a", "a"),
        ({"a": None, "b": "a", "c": "b"}, "c", "a"),
        ({"a": None, "b": "a", "c": "b"}, "b", "a"),
        ({"b": "gone", "c": "b"}, "c", "b"),
        ({"c": "c"}, "c", "c"),
        ({"a": "c", "b": "a", "c": "b"}, "c", "a"),
        ({"a": None, "x": None, "y": "x"}, "y", "x"),
    ],
)
def test_every_round_starts_from_the_first_checkpoint_that_is_still_there(
    parents: dict[str, str | None], current: str, first: str
) -> None:
    every = {name: registered(name, parent) for name, parent in parents.items()}
    assert _first_of_line(list(every.values()), every[current]).name == first


@pytest.mark.parametrize("steps", [1, 9, 200, 499, 500, 1500])
@pytest.mark.parametrize("config", ["tevit_tiny", "tevit_msgshift"])
def test_a_recipe_fits_any_number_of_steps_and_never_warms_up_longer_than_it_trains(steps: int, config: str) -> None:
    made = recipe(named(config), steps)
    assert made.steps == steps and 1 <= made.warmup_steps <= max(steps // 2, 1)
    assert made.learning_rate == pytest.approx(named(config).training.learning_rate / 10)
    assert made.ema is not None and made.ema < 1.0 and made.decay_steps == ()
    assert (made.ema == 0.99) is (steps < 500)


def score_of(ap: float, videos: int = 1, *categories: tuple[str, int, float | None]) -> Score:
    per_video = tuple((f"v{k}", ap) for k in range(videos))
    return Score({"AP": ap, "AP50": ap}, categories or (("fish", 2, ap),), per_video)


def test_means_weigh_each_video_the_same() -> None:
    assert _mean([score_of(0.2), score_of(0.6)], [1, 3])["AP"] == pytest.approx(0.5)
    assert _mean([score_of(0.4)], [0])["AP"] == 0.0


def test_a_category_weighs_by_its_tracks_over_all_folds() -> None:
    one = score_of(0.5, 1, ("fish", 1, 1.0), ("star", 0, None))
    other = score_of(0.5, 1, ("fish", 3, 0.0), ("leaf", 2, 0.5))
    assert _per_category([one, other]) == {"fish": (4, 0.25), "star": (0, None), "leaf": (2, 0.5)}
    assert _per_category([]) == {}


@pytest.mark.parametrize(
    ("kind", "before", "after", "proven"),
    [
        ("held-out", 0.4, 0.5, True),
        ("held-out", 0.5, 0.5, False),
        ("held-out", 0.5, 0.4, False),
        (K_FOLD, 0.4, 0.9, False),
        (LAST_THIRD, 0.4, 0.9, False),
    ],
)
def test_only_better_figures_on_held_out_videos_prove_anything(
    kind: str, before: float, after: float, proven: bool
) -> None:
    result = _result(
        registered("round 1"), "base", [score_of(before, 2)], [score_of(after, 2)], kind=kind, steps=9, snapshot="s"
    )
    assert result["proven"] is proven
    assert (result["before"]["AP"], result["after"]["AP"]) == (before, after)
    assert (result["name"], result["before_name"], result["steps"], result["snapshot"]) == ("round 1", "base", 9, "s")
    assert result["per_video"] == [{"name": f"v{k}", "before": before, "after": after} for k in range(2)]
    assert result["per_category"] == [{"name": "fish", "tracks": 2, "before": before, "after": after}]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 30))
def test_every_corrected_video_is_held_out_where_that_is_possible_and_none_teaches_its_own_measure(count: int) -> None:
    contents = [f"content {k}" for k in range(count)]
    found = folds([f"v{k}" for k in range(count)], contents)
    kind = evaluation_kind(count)
    if kind == LAST_THIRD:
        assert found == (Fold((0,), (0,)),), "one video teaches its first part and is measured on its last"
        return
    for fold in found:
        assert fold.taught and fold.held_out
        assert sorted((*fold.taught, *fold.held_out)) == list(range(count))
    if kind == K_FOLD:
        assert sorted(index for fold in found for index in fold.held_out) == list(range(count))
    else:
        assert len(found) == 1 and len(found[0].held_out) == count // 5


@settings(max_examples=40, deadline=None)
@given(st.integers(5, 20), st.randoms(use_true_random=False))
def test_a_video_that_was_held_out_is_so_again_in_any_order(count: int, random: Any) -> None:
    contents = [f"content {k}" for k in range(count)]
    shuffled = random.sample(contents, count)
    one, other = (folds(["v"] * count, some)[0] for some in (contents, shuffled))
    assert {contents[k] for k in one.held_out} == {shuffled[k] for k in other.held_out}


@pytest.mark.parametrize(
    ("contents", "taught"),
    [
        ("aab", [{2}, {2}, {0, 1}]),
        ("aa", [{1}, {0}]),
        ("abcd", [{1, 2, 3}, {0, 2, 3}, {0, 1, 3}, {0, 1, 2}]),
    ],
)
def test_a_copy_of_a_held_out_video_does_not_teach_unless_there_is_nothing_else(
    contents: str, taught: list[set[int]]
) -> None:
    assert [set(fold.taught) for fold in folds(list(contents), list(contents))] == taught


def test_copies_of_a_held_out_video_among_many_do_not_teach() -> None:
    ranked = sorted((f"content {k}" for k in range(9)), key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    (fold,) = folds(["v"] * 12, ranked[:1] * 4 + ranked[1:])
    assert set(fold.held_out) == {0, 1} and set(fold.taught) == set(range(4, 12)), "2 and 3 are copies of 0 and 1"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_steps_stay_within_their_limits_and_never_fall(clips: int) -> None:
    assert 200 <= default_steps(clips) <= default_steps(clips + 1) <= 1500
