"""Shapes that a network finds by itself: which one is taken, for which tracks, and how the clips are cut."""

import threading

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.network.tevit import build
from model.propagation import Guess, SpreadSettings, TeViTCandidates, spread
from model.propagation.boxes import bounds
from model.propagation.candidates import FITS, FULLY, FittingShape, FrameCandidates, clip_around
from model.thresholds import Thresholds
from model.tracking.clip_inference import read_clip
from tests.model.propagation.scenes import SIZE, Scene, iou, line, moving
from tests.model.small import CONFIG, randomise

COUNT = 8
SCENE = moving([line((10, 20), (7, 1), COUNT), line((84, 40), (-7, 0), COUNT)])
WITHOUT_FLOW = SpreadSettings(use_flow=False)


def rectangle(x0: int, y0: int, x1: int, y1: int) -> np.ndarray:
    mask = np.zeros(SIZE, bool)
    mask[y0:y1, x0:x1] = True
    return mask


def full(*boxes: tuple[int, int, int, int]) -> FrameCandidates:
    """Shapes that fill their boxes."""
    return FrameCandidates(np.full((len(boxes), 32, 32), 255, np.uint8), np.array(boxes, np.float32).reshape(-1, 4))


class Shapes:
    """Shapes that follow given masks, or lie elsewhere; notes the clips that it was asked for."""

    clip = 3

    def __init__(self, scene: Scene, shift: int = 0) -> None:
        self._scene, self._shift = scene, shift
        self.asked: list[list[int]] = []

    def clip_candidates(self, frames: np.ndarray) -> list[FrameCandidates]:
        numbers = [next(k for k, one in enumerate(self._scene.frames) if np.array_equal(one, f)) for f in frames]
        self.asked.append(numbers)
        boxes = [[bounds(mask) or (0, 0, 1, 1) for mask in self._scene.masks[k]] for k in numbers]
        return [full(*[tuple(side + self._shift for side in box) for box in of]) for of in boxes]  # type: ignore[misc]


def guesses(model: Shapes | None, settings: SpreadSettings | None = None) -> dict[tuple[int, int], Guess]:
    steps = spread(
        SCENE.read, SCENE.given(0), size=SIZE, start=0, stop=COUNT, model=model, settings=settings or SpreadSettings()
    )
    return {(step.frame, track): guess for step in steps if step.final for track, guess in step.guesses.items()}


def agreement(found: dict[tuple[int, int], Guess]) -> float:
    return float(np.mean([iou(guess.mask, SCENE.masks[k, track]) for (k, track), guess in found.items()]))


def test_the_shape_that_agrees_best_is_taken() -> None:
    shapes = full((0, 0, 30, 30), (40, 20, 70, 50), (42, 20, 72, 50), (40, 20, 128, 96))

    best = shapes.best(rectangle(41, 20, 73, 50))

    assert best is not None and best.iou == pytest.approx(30 / 32)
    assert np.array_equal(best.chance >= 0.5, rectangle(42, 20, 72, 50))


@pytest.mark.parametrize("mask", [rectangle(0, 0, 0, 0), rectangle(5, 5, 20, 20), rectangle(40, 20, 70, 30)])
def test_no_shape_is_taken_that_does_not_fit(mask: np.ndarray) -> None:
    assert full((40, 20, 70, 50)).best(mask) is None
    assert full().best(mask) is None


@given(st.integers(0, 40), st.integers(0, 20))
def test_a_part_of_the_frame_gives_the_same_as_the_whole(x: int, y: int) -> None:
    shapes, mask = full((40, 20, 70, 50), (44, 24, 72, 52)), rectangle(43, 23, 71, 51)

    whole, part = shapes.best(mask), shapes.best(mask[y:, x:], (x, y))

    assert whole is not None and part is not None and part.iou == whole.iou
    assert np.allclose(part.chance, whole.chance[y:, x:], atol=1e-4)


def test_trust_grows_from_the_least_fit_to_a_full_one() -> None:
    trusts = [FittingShape(np.zeros((1, 1), np.float32), at).trust for at in (FITS, (FITS + FULLY) / 2, FULLY, 1.0)]

    assert trusts == pytest.approx([0, 0.5, 1, 1])


@given(st.integers(0, 50), st.integers(1, 60), st.integers(1, 40), st.data())
def test_a_clip_holds_its_frame_and_is_as_long_as_it_can_be(
    start: int, count: int, length: int, data: st.DataObject
) -> None:
    k = data.draw(st.integers(start, start + count - 1))

    clip = clip_around(k, range(start, start + count), length)

    assert k in clip and len(clip) == min(length, count)
    assert start <= clip.start and clip.stop <= start + count
    assert clip_around(clip.start, range(start, start + count), length).start <= clip.start


def test_shapes_of_a_network_that_knows_the_thing_help() -> None:
    for settings in (SpreadSettings(), WITHOUT_FLOW):
        without, helped = guesses(None, settings), guesses(Shapes(SCENE), settings)

        assert agreement(helped) > agreement(without) + 0.002


def test_a_network_that_does_not_know_the_thing_changes_nothing() -> None:
    model = Shapes(SCENE, shift=14)

    without, beside = guesses(None), guesses(model)

    assert model.asked == [[0, 1, 2]]
    assert without.keys() == beside.keys()
    for at, guess in without.items():
        assert guess.confidence == beside[at].confidence
        assert guess.mask is None or np.array_equal(guess.mask, beside[at].mask)


def test_the_network_finds_shapes_on_the_thread_that_spreads() -> None:
    class LastTrack(Shapes):
        """Knows only the track that the second thread begins with."""

        def clip_candidates(self, frames: np.ndarray) -> list[FrameCandidates]:
            threads.append(threading.get_ident())
            return [FrameCandidates(one.chances[1:], one.boxes[1:]) for one in super().clip_candidates(frames)]

    threads = list[int]()
    guesses(LastTrack(SCENE))

    assert len(threads) == 3 and set(threads) == {threading.get_ident()}


def test_every_query_of_a_clip_is_drawn_where_inference_draws_it() -> None:
    network = randomise(build(CONFIG)).eval()
    frames = SCENE.frames[:3]

    shapes = TeViTCandidates(network).clip_candidates(frames)  # type: ignore[arg-type]

    assert [(one.chances.shape[0], one.boxes.shape) for one in shapes] == [(CONFIG.queries, (CONFIG.queries, 4))] * 3
    found = read_clip(
        network,  # type: ignore[arg-type]
        list(frames),
        frame_hw=SIZE,
        config=CONFIG,
        rule="published",
        precision="float32",
        max_tracks=100,
        minimum=0.0,
        thresholds=Thresholds(),
    )
    best = {}
    for one in found:
        best.setdefault(one.selected.query, one)
    assert sorted(best) == list(range(CONFIG.queries))
    for query, one in best.items():
        for t in range(3):
            assert np.allclose(shapes[t].boxes[query], one.boxes[t], atol=0.05)
            assert np.allclose(shapes[t].chances[query] / 255, one.probabilities[t], atol=0.02)


def test_the_clip_of_a_network_is_its_window() -> None:
    torch.manual_seed(0)
    assert TeViTCandidates(build(CONFIG)).clip == CONFIG.window
