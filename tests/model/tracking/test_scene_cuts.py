"""Scene cuts: found where colours and layout change, not where things move, flashes and fades pass."""

import numpy as np
import pytest

from model.procedural import render_video
from model.tracking.appearance import colour_bins
from model.tracking.scene_cuts import LEAST, FrameSignature, SceneCuts, change, frame_signature

SIZE = (96, 64)


def scene(index: int, frames: int = 12, domain: str = "demo") -> np.ndarray:
    return render_video(domain, index=index, seed=3, frames=frames, size=SIZE).frames


def signature_of(frame: np.ndarray) -> FrameSignature:
    return frame_signature(frame, colour_bins(frame, (24, 36)))


def cuts_of(frames: np.ndarray) -> list[int]:
    cuts = SceneCuts()
    for frame in frames:
        cuts.add(signature_of(frame))
    cuts.end()
    return cuts.found


@pytest.mark.parametrize("domain", ["demo", "unseen", "long", "occlusion"])
def test_a_scene_in_which_things_move_has_no_cut(domain: str) -> None:
    for index in range(3):
        assert cuts_of(scene(index, 30, domain)) == []


def test_every_change_of_scene_is_a_cut() -> None:
    scenes = [scene(index, count) for index, count in ((0, 9), (1, 5), (2, 7), (3, 4))]
    assert cuts_of(np.concatenate(scenes)) == [9, 14, 21]


def test_a_cut_to_the_last_frame_counts() -> None:
    assert cuts_of(np.concatenate([scene(0, 6), scene(1, 1)])) == [6]


def test_a_flash_is_no_cut() -> None:
    frames = scene(0, 12).copy()
    frames[5] = 255
    assert cuts_of(frames) == []


def test_a_slow_fade_is_no_cut() -> None:
    fade = np.linspace(1.0, 0.2, 24)[:, None, None, None]
    assert cuts_of((scene(0, 24) * fade).astype(np.uint8)) == []


def test_a_restless_scene_takes_a_greater_change() -> None:
    calm, restless = SceneCuts(recent=[0.01] * 12), SceneCuts(recent=[0.15] * 12)
    base, other = signature_of(scene(0, 1)[0]), signature_of(scene(4, 1)[0])
    assert LEAST + 0.03 < change(base, other) < LEAST + 0.45  # three times the median of either
    for cuts in (calm, restless):
        for frame in (base, other, other):
            cuts.add(frame)
    assert calm.found == [1] and restless.found == []


def test_a_cut_is_sure_one_frame_later() -> None:
    cuts = SceneCuts()
    frames = np.concatenate([scene(0, 3), scene(1, 2)])
    found = []
    for frame in frames:
        cuts.add(signature_of(frame))
        found.append(list(cuts.found))
    assert found == [[], [], [], [], [3]]


def test_change_is_between_zero_and_one_and_nothing_for_the_same_frame() -> None:
    first, second = scene(0, 1)[0], scene(2, 1)[0]
    assert change(signature_of(first), signature_of(first)) == pytest.approx(0.0, abs=1e-5)
    assert 0.0 <= change(signature_of(first), signature_of(second)) <= 1.0
    assert change(signature_of(np.zeros_like(first)), signature_of(np.full_like(first, 255))) == pytest.approx(
        0.5
    )  # no layout


@pytest.mark.parametrize("colour", [0, 128, 255])
def test_flat_frames_are_no_error(colour: int) -> None:
    assert cuts_of(np.full((5, 64, 96, 3), colour, np.uint8)) == []
