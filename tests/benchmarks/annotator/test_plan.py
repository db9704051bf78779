"""The annotator's plan: what it accepts, mends and draws, and that nothing is left to do afterwards."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.annotator.costs import GOOD, SECONDS
from tests.benchmarks.annotator.plan import Action, Masks, ShownTrack, TrueTrack, iou, plan, seconds

COUNT = 6
HW = (40, 60)


def box(x: int, y: int = 5, side: int = 12) -> np.ndarray:
    mask = np.zeros(HW, bool)
    mask[max(y, 0) : y + side, max(x, 0) : x + side] = True
    return mask


def moving(start: int = 5, y: int = 5, frames: range = range(COUNT)) -> dict[int, np.ndarray]:
    return {t: box(start + 2 * t, y) for t in frames}


def kinds(actions: list[Action]) -> list[str]:
    return [action.kind for action in actions]


def done(shown: list[ShownTrack], actions: list[Action]) -> list[ShownTrack]:
    """The tracks after these actions, as the page would show them."""
    tracks = {track.id: track for track in shown}

    def put(name: str, masks: Masks, settled: set[int], absent: set[int], label: str | None) -> None:
        tracks[name] = ShownTrack(name, label, dict(masks), frozenset(settled), frozenset(absent))

    for action in actions:
        if action.kind == "complete":
            continue
        if action.kind == "reject":
            del tracks[action.track]
            continue
        one = tracks.get(action.track, ShownTrack(action.track, None, {}))
        masks, settled, absent = dict(one.masks), set(one.settled), set(one.absent)
        if action.kind == "swap":
            other = tracks[str(action.other)]
            theirs = dict(other.masks)
            for t in action.frames:
                mine, its = masks.pop(t, None), theirs.pop(t, None)
                if its is not None:
                    masks[t] = its
                if mine is not None:
                    theirs[t] = mine
            put(other.id, theirs, set(other.settled), set(other.absent), other.label)
        masks.update(action.masks)
        if action.kind == "absent":
            masks = {t: mask for t, mask in masks.items() if t not in action.frames}
            absent |= set(action.frames)
        if action.kind in {"accept", "absent", "brush", "draw"}:
            settled |= set(action.frames)
            absent -= set(action.masks)
        put(action.track, masks, settled, absent, action.label or one.label)
    return list(tracks.values())


def test_good_masks_are_accepted_at_once_and_the_video_is_complete() -> None:
    thing = TrueTrack("fish", moving())
    actions = plan([ShownTrack("a", "fish", moving())], [thing], COUNT)
    assert kinds(actions) == ["accept", "complete"] and actions[0].frames == tuple(range(COUNT))
    assert seconds(actions) == SECONDS["accept"] + SECONDS["complete"]


def test_a_bad_mask_between_good_ones_is_mended_after_one_verdict_on_all() -> None:
    shown = ShownTrack("a", "fish", {**moving(), 3: box(30, 20)})
    actions = plan([shown], [TrueTrack("fish", moving())], COUNT, complete=True)
    assert kinds(actions) == ["accept", "brush"]
    assert actions[0].frames == (0, 1, 2, 4, 5) and actions[1].frames == (3,)


def test_a_missing_thing_is_drawn_once_and_then_copied_onward_and_mended() -> None:
    actions = plan([], [TrueTrack("fish", moving())], COUNT, complete=True)
    assert kinds(actions) == ["track", "draw"] + ["brush"] * (COUNT - 1)


@pytest.mark.parametrize(("label", "kind"), [(None, "relabel"), ("crab", "relabel"), ("fish", "accept")])
def test_a_wrong_name_is_changed(label: str | None, kind: str) -> None:
    actions = plan([ShownTrack("a", label, moving())], [TrueTrack("fish", moving())], COUNT)
    assert actions[0].kind == kind


def test_a_track_on_nothing_and_a_second_one_on_the_same_thing_are_rejected() -> None:
    shown = [
        ShownTrack("a", "fish", moving()),
        ShownTrack("b", "fish", moving(6)),
        ShownTrack("c", "fish", moving(5, 25)),
    ]
    actions = plan(shown, [TrueTrack("fish", moving())], COUNT)
    assert [action.track for action in actions if action.kind == "reject"] == ["b", "c"]


def test_a_mask_where_nothing_is_and_a_machines_absence_become_absences() -> None:
    shown = ShownTrack("a", "fish", moving(), absent=frozenset())
    actions = plan([shown], [TrueTrack("fish", moving(frames=range(4)))], COUNT, complete=True)
    assert [(one.kind, one.frames) for one in actions] == [("accept", (0, 1, 2, 3)), ("absent", (4, 5))]
    gone = ShownTrack("a", "fish", moving(frames=range(4)), absent=frozenset({4, 5}))
    assert kinds(plan([gone], [TrueTrack("fish", moving(frames=range(4)))], COUNT, complete=True)) == [
        "accept",
        "absent",
    ]


def test_tracks_that_exchange_their_things_are_swapped_back() -> None:
    one, other = moving(5, 2), moving(5, 25)
    first = {**{t: one[t] for t in range(3)}, **{t: other[t] for t in range(3, COUNT)}}
    second = {**{t: other[t] for t in range(3)}, **{t: one[t] for t in range(3, COUNT)}}
    shown = [ShownTrack("a", "fish", first), ShownTrack("b", "fish", second)]
    actions = plan(shown, [TrueTrack("fish", one), TrueTrack("fish", other)], COUNT)
    assert actions[0] == Action("swap", "a", (3, 4, 5), other="b")
    assert kinds(actions) == ["swap", "accept", "accept", "complete"]


@st.composite
def videos(draw: st.DrawFn) -> tuple[list[ShownTrack], list[TrueTrack]]:
    def masks(empty: bool) -> dict[int, np.ndarray]:
        x, y = draw(st.integers(0, 40)), draw(st.integers(0, 25))
        frames = draw(st.sets(st.integers(0, COUNT - 1), min_size=0 if empty else 1))
        return {t: box(x + draw(st.integers(-3, 3)), y, draw(st.integers(6, 14))) for t in sorted(frames)}

    names = st.sampled_from(["fish", "crab"])
    truth = [TrueTrack(draw(names), masks(empty=False)) for _ in range(draw(st.integers(0, 3)))]
    shown = []
    for number in range(draw(st.integers(0, 4))):
        if truth and draw(st.booleans()):  # a proposal that follows a thing, more or less
            thing = draw(st.sampled_from(truth))
            own = {t: np.roll(mask, draw(st.integers(0, 5)), axis=1) for t, mask in thing.masks.items()}
        else:
            own = masks(empty=True)
        absent = frozenset(t for t in range(COUNT) if t not in own and draw(st.booleans()))
        shown.append(ShownTrack(str(number), draw(st.none() | names), own, absent=absent))
    return shown, truth


@given(videos())
def test_the_end_is_the_truth_within_tolerance_and_nothing_is_left_to_do(
    made: tuple[list[ShownTrack], list[TrueTrack]],
) -> None:
    shown, truth = made
    actions = plan(shown, truth, COUNT)
    after = done(shown, actions)
    assert plan(after, truth, COUNT, complete=True) == []
    assert len(after) == len(truth)
    left = list(after)
    for thing in truth:
        match = next(
            track
            for track in left
            if track.label == thing.label
            and track.masks.keys() == thing.masks.keys()
            and all(iou(track.masks[t], thing.masks[t]) >= GOOD for t in thing.masks)
        )
        left.remove(match)
    assert plan(shown, truth, COUNT) == actions


def test_every_action_has_a_cost() -> None:
    assert min(SECONDS.values()) > 0
    for kind in SECONDS:
        assert Action(kind).seconds == SECONDS[kind]
