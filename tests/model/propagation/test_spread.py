"""Spreading as callers see it: masks follow, given ones stand, absences stop, every frame comes once as final."""

import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pytest

from model.propagation import DOUBTED, SpreadError, SpreadFrame, SpreadSettings, spread
from tests.model.propagation.scenes import SIZE, ColourTrunk, Scene, iou, line, moving, texture

COUNT = 9
ONE = moving([line((10, 20), (4, 1), COUNT)])
TWO = moving([line((10, 20), (5, 0), COUNT), line((60, 44), (-3, 1), COUNT)])


def run(scene: Scene, *given: int, start: int = 0, stop: int = COUNT, **more: object) -> list[SpreadFrame]:
    return list(
        spread(scene.read, scene.given(*given), size=SIZE, start=start, stop=stop, **more)  # type: ignore[arg-type]
    )


def final(frames: Sequence[SpreadFrame]) -> dict[int, SpreadFrame]:
    return {one.frame: one for one in frames if one.final}


@pytest.mark.parametrize("trunk", [None, ColourTrunk()], ids=["flow alone", "with features"])
@pytest.mark.parametrize("given", [(0,), (COUNT - 1,), (4,), (0, COUNT - 1)])
def test_masks_follow_what_moves(trunk: ColourTrunk | None, given: tuple[int, ...]) -> None:
    for scene in (ONE, TWO):
        found = final(run(scene, *given, trunk=trunk))

        assert sorted(found) == list(range(COUNT))
        for k, frame in found.items():
            assert set(frame.guesses) == (set() if k in given else set(range(scene.masks.shape[1])))
            for track, guess in frame.guesses.items():
                assert iou(guess.mask, scene.masks[k, track]) > (0.7 if trunk else 0.65), (k, track)
                assert 0 <= guess.confidence <= 1


def test_without_any_evidence_every_guess_is_an_absence_that_needs_a_look() -> None:
    nothing = SpreadSettings(use_flow=False, use_key_flow=False, use_colour=False, use_palette=False)

    found = final(run(ONE, 0, settings=nothing))

    assert sorted(found) == list(range(COUNT))
    for k in range(1, COUNT):
        assert found[k].guesses[0].mask is None and found[k].guesses[0].needs_look


def test_no_pixel_belongs_to_two_tracks() -> None:
    crossing = moving([line((10, 30), (8, 0), COUNT), line((74, 34), (-8, 0), COUNT)])

    for frame in final(run(crossing, 0, trunk=ColourTrunk())).values():
        masks = [guess.mask for guess in frame.guesses.values() if guess.mask is not None]
        assert not masks or np.sum(masks, axis=0).max() <= 1


def test_frames_between_given_ones_come_twice_and_the_last_time_final() -> None:
    found = run(ONE, 0, 5)

    assert [(one.frame, one.final) for one in found] == [
        *((k, False) for k in range(5)),
        *((k, True) for k in range(4, -1, -1)),
        *((k, True) for k in range(5, COUNT)),
    ]


def test_without_first_looks_every_frame_comes_once_and_with_the_same_masks() -> None:
    both, once = (run(ONE, 0, COUNT - 1, first_looks=wanted) for wanted in (True, False))

    assert len(once) == COUNT < len(both) and all(one.final for one in once)
    assert final(both).keys() == final(once).keys()
    for k, one in final(once).items():
        for track, guess in one.guesses.items():
            assert np.array_equal(guess.mask, final(both)[k].guesses[track].mask)


def test_a_range_gives_the_same_as_the_whole() -> None:
    whole, part = final(run(ONE, 0, 8)), final(run(ONE, 0, 8, start=3, stop=6))

    assert sorted(part) == [3, 4, 5]
    for k, frame in part.items():
        assert np.array_equal(frame.guesses[0].mask, whole[k].guesses[0].mask)
        assert frame.guesses[0].confidence == whole[k].guesses[0].confidence


def test_what_lies_beyond_a_frame_given_for_all_tracks_has_no_influence() -> None:
    other = moving([line((70, 50), (-2, 0), COUNT)])
    given = ONE.given(0, 4)
    given[0][8] = other.masks[8, 0]

    with_more = final(list(spread(ONE.read, given, size=SIZE, start=0, stop=4)))

    for k, frame in final(run(ONE, 0, 4, stop=4)).items():
        if k:
            assert np.array_equal(frame.guesses[0].mask, with_more[k].guesses[0].mask)


def test_a_given_absence_is_a_hard_stop() -> None:
    given = {0: {0: ONE.masks[0, 0], 3: None}}

    found = final(list(spread(ONE.read, given, size=SIZE, start=0, stop=COUNT)))

    assert all(0 in found[k].guesses for k in (1, 2))
    assert all(not found[k].guesses for k in range(3, COUNT))


def test_tracks_may_be_given_in_different_frames() -> None:
    given = {0: {0: TWO.masks[0, 0]}, 1: {6: TWO.masks[6, 1]}}

    found = final(list(spread(TWO.read, given, size=SIZE, start=0, stop=COUNT, trunk=ColourTrunk())))

    assert sorted(found) == list(range(COUNT))
    assert sorted(found[3].guesses) == [0, 1] and sorted(found[0].guesses) == [1] and sorted(found[6].guesses) == [0]
    for k in (3, 7):
        for track in (0, 1):
            assert iou(found[k].guesses[track].mask, TWO.masks[k, track]) > 0.65


def test_nothing_goes_beyond_a_cut() -> None:
    other = moving([line((10, 20), (4, 1), COUNT)])
    frames = np.concatenate([ONE.frames[:5], 255 - np.rot90(other.frames[:4], 2, (1, 2))])
    scene = Scene(frames, ONE.masks)

    found = final(run(scene, 0))

    assert all(found[k].guesses for k in range(1, 5)) and not any(found[k].guesses for k in range(5, COUNT))


def test_cancelling_ends_after_the_frame_in_work_and_closing_ends_at_once() -> None:
    seen: list[int] = []
    for frame in spread(ONE.read, ONE.given(0), size=SIZE, start=0, stop=COUNT, cancelled=lambda: len(seen) >= 3):
        seen.append(frame.frame)
    assert seen == [0, 1, 2]
    frames = spread(ONE.read, ONE.given(0), size=SIZE, start=0, stop=COUNT)
    next(frames)
    frames.close()  # type: ignore[attr-defined]
    assert list(frames) == []


def test_a_frame_that_cannot_be_read_ends_the_spread_after_those_before_it_and_no_thread_is_left() -> None:
    def read(k: int) -> np.ndarray:
        if k == 4:
            raise OSError("frame 4 is gone")
        return ONE.read(k)

    seen: list[int] = []
    with pytest.raises(OSError, match="frame 4"):
        for frame in spread(read, ONE.given(0), size=SIZE, start=0, stop=COUNT, trunk=ColourTrunk()):
            seen.append(frame.frame)

    assert seen == [0, 1, 2, 3]
    assert not [one for one in threading.enumerate() if one.name.startswith("spreading")]


def test_large_frames_are_computed_small_and_masks_have_the_size_of_the_video() -> None:
    scene = Scene(ONE.frames.repeat(2, 1).repeat(2, 2), ONE.masks.repeat(2, 2).repeat(2, 3))
    size = (2 * SIZE[0], 2 * SIZE[1])
    settings = SpreadSettings(work_pixels=SIZE[0] * SIZE[1])

    found = final(list(spread(scene.read, scene.given(0), size=size, start=0, stop=5, settings=settings)))

    for k in range(1, 5):
        mask = found[k].guesses[0].mask
        assert mask is not None and mask.shape == size and iou(mask, scene.masks[k, 0]) > 0.8


def test_a_small_cache_changes_nothing() -> None:
    few = final(run(ONE, 0, 8, settings=SpreadSettings(cache_bytes=1)))

    for k, frame in final(run(ONE, 0, 8)).items():
        for track, guess in frame.guesses.items():
            assert np.array_equal(guess.mask, few[k].guesses[track].mask)


class Lent(Mapping[int, np.ndarray | None]):
    """Masks that are made anew whenever one is asked for; ``most`` is how many of all tracks were held at once."""

    held: list[weakref.ref[np.ndarray]]
    most: list[int]

    def __init__(self, masks: Mapping[int, np.ndarray | None], held: list, most: list[int]) -> None:
        self.masks, self.held, self.most = masks, held, most

    def __getitem__(self, frame: int) -> np.ndarray | None:
        mask = self.masks[frame]
        if mask is None:
            return None
        mask = mask.copy()
        self.held.append(weakref.ref(mask))
        self.most.append(sum(one() is not None for one in self.held))
        return mask

    def __iter__(self) -> Iterator[int]:
        return iter(self.masks)

    def __len__(self) -> int:
        return len(self.masks)


def test_however_many_masks_are_given_few_are_held_at_once() -> None:
    given = TWO.given(*range(COUNT - 1))
    given[1] = {k: mask for k, mask in given[1].items() if k % 3 != 1}
    held, most = [], []
    lent = {track: Lent(masks, held, most) for track, masks in given.items()}

    found = final(list(spread(TWO.read, lent, size=SIZE, start=0, stop=COUNT)))

    assert len(most) > 12 and max(most) <= 2
    for k, frame in final(list(spread(TWO.read, given, size=SIZE, start=0, stop=COUNT))).items():
        for track, guess in frame.guesses.items():
            assert np.array_equal(guess.mask, found[k].guesses[track].mask)


class Known(Lent):
    """The same masks, whose areas are known."""

    def measured(self, frame: int) -> tuple[tuple[int, int], int] | None:
        mask = self.masks[frame]
        return None if mask is None else (SIZE, int(mask.sum()))


def test_of_masks_whose_areas_are_known_only_those_that_are_needed_are_made() -> None:
    given = TWO.given(*range(COUNT))
    made: list[int] = []
    for kind in (Lent, Known):
        held: list = []
        next(spread(TWO.read, {k: kind(masks, held, []) for k, masks in given.items()}, size=SIZE, start=0, stop=1))
        made.append(len(held))
    assert made == [2 * COUNT + 2, 2]


@pytest.mark.parametrize(
    ("given", "start", "stop", "sentence"),
    [
        ({0: {0: ONE.masks[0, 0]}}, 3, 3, "The range of frames from 3 to 3 is empty."),
        ({0: {0: None}}, 0, 3, "There is no mask to spread"),
        ({}, 0, 3, "There is no mask to spread"),
        ({0: {0: np.ones((4, 5), bool)}}, 0, 3, "A mask has 5 x 4 pixels, but the video has 128 x 96."),
    ],
)
def test_what_cannot_be_spread_is_refused(given: dict, start: int, stop: int, sentence: str) -> None:
    with pytest.raises(SpreadError, match=sentence):
        next(spread(ONE.read, given, size=SIZE, start=start, stop=stop))


def turning(scene: Scene) -> Scene:
    """The same, but the first thing shows more and more of other colours."""
    changed = Scene(scene.frames.copy(), scene.masks)
    other = texture(33, level=130).astype(np.float32)
    for k in range(COUNT):
        share, thing = min(k / 5, 1.0), scene.masks[k, 0]
        mixed = (1 - share) * scene.frames[k] + share * other
        changed.frames[k][thing] = mixed[thing].astype(np.uint8)
    return changed


def test_a_thing_that_turns_into_another_one_needs_a_look() -> None:
    """What moves on steadily but shows other colours: the flow and the last frames agree, the given one does not."""
    changed = turning(ONE)

    steady, turned = (final(run(scene, 0, trunk=ColourTrunk())) for scene in (ONE, changed))

    assert not any(steady[k].guesses[0].needs_look for k in range(1, COUNT))
    assert all(turned[k].guesses[0].needs_look for k in range(4, COUNT))
    assert turned[4].guesses[0].confidence > DOUBTED


def test_it_is_compared_with_its_own_given_frame_wherever_other_tracks_are_given() -> None:
    for scene, looked in ((TWO, False), (turning(TWO), True)):
        given = {0: scene.given(0)[0], 1: scene.given(*range(0, COUNT, 2))[1]}

        found = final(list(spread(scene.read, given, size=SIZE, start=0, stop=COUNT, trunk=ColourTrunk())))

        assert [found[k].guesses[0].needs_look for k in range(4, COUNT)] == [looked] * (COUNT - 4)
