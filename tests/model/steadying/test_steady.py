"""Steady masks: what a network gets wrong in some frames is mended from those in which it is right."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from torch import Tensor

from model.propagation import SpreadFrame
from model.propagation.trunk import Lite0Trunk
from model.steadying import steady as module
from model.steadying.key_frames import key_frames
from model.steadying.steady import SURE, SteadyNetworks, layers, steadied
from model.tracking.whole_video import TrackProposal
from tests.model.steadying.made import SIZE, centre, decoded, disc, iou, picture, track, trunk

COUNT = 10


@pytest.fixture(scope="module")
def features() -> Lite0Trunk:
    return trunk()


def right(frame: int) -> np.ndarray:
    return disc(centre(frame))


def run(tracks: list[TrackProposal], features: Lite0Trunk, **more: object) -> tuple[TrackProposal, ...]:
    scene = range(len(tracks[0].segmentations))
    return steadied(picture, tracks, scene, size=SIZE, networks=SteadyNetworks(features), **more)  # type: ignore[arg-type]


def test_a_frame_that_was_wrong_and_one_that_was_missed_become_right(features: Lite0Trunk) -> None:
    wrong = right(4).copy()
    wrong[:, centre(4)[0] :] = False
    masks = [right(k) for k in range(COUNT)]
    masks[4], masks[7] = wrong, None  # type: ignore[call-overload]
    [made] = run([track(masks)], features)

    assert iou(wrong, right(4)) < 0.55
    assert iou(decoded(made.segmentations[4]), right(4)) > 0.85
    assert iou(decoded(made.segmentations[7]), right(7)) > 0.85
    assert all(iou(decoded(made.segmentations[k]), right(k)) > 0.85 for k in range(COUNT))


def test_where_both_have_a_mask_their_overlap_is_the_agreement(features: Lite0Trunk) -> None:
    masks = [right(k) for k in range(COUNT)]
    masks[4] = disc((20, 80), 10)
    masks[7] = None  # type: ignore[call-overload]
    given = track(masks)
    [made] = run([given], features)

    assert made.agreements[4] is not None and made.agreements[4] < 0.3
    assert made.agreements[7] is not None, "the network saw nothing there, so it counts how sure spreading is"
    assert all(value is None or value > 0.8 for k, value in enumerate(made.agreements) if k not in (4, 7))
    assert made.frame_scores == given.frame_scores and made.track == given.track


def test_a_lower_agreement_that_was_known_stays(features: Lite0Trunk) -> None:
    given = track([right(k) for k in range(COUNT)])
    known = TrackProposal(given.track, given.frame_scores, given.segmentations, (0.1,) * COUNT)
    [made] = run([known], features)

    assert made.agreements == (0.1,) * COUNT


def test_the_key_frame_keeps_its_mask_to_the_pixel(features: Lite0Trunk) -> None:
    masks = [right(k) for k in range(COUNT)]
    given = track(masks)
    scores = tuple(0.9 if k == 6 else 0.5 for k in range(COUNT))
    [made] = run([TrackProposal(0, scores, given.segmentations, given.agreements)], features)

    assert made.segmentations[6] == given.segmentations[6]


def test_where_spreading_loses_the_thing_its_own_mask_stays(features: Lite0Trunk) -> None:
    def jumping(frame: int) -> np.ndarray:
        """The disc is gone from frame 5 on: noise alone."""
        pixels = picture(frame)
        if frame >= 5:
            pixels[:] = np.random.default_rng(frame).integers(0, 255, pixels.shape, np.uint8)
        return pixels

    far = disc((100, 20), 8)
    masks = [right(k) if k < 5 else far for k in range(8)]
    [made] = steadied(jumping, [track(masks)], range(8), size=SIZE, networks=SteadyNetworks(features))

    assert all(made.segmentations[k] is not None for k in range(8))


def test_a_part_does_not_take_pixels_from_the_whole(features: Lite0Trunk) -> None:
    def part(frame: int) -> np.ndarray:
        return disc(centre(frame), 8)

    whole = track([right(k) for k in range(COUNT)], score=0.9)
    inside = track([part(k) for k in range(COUNT)], number=1, score=0.6)
    made, small = run([whole, inside], features)

    assert all(iou(decoded(made.segmentations[k]), right(k)) > 0.85 for k in range(COUNT))
    assert sum(iou(decoded(small.segmentations[k]), part(k)) for k in range(COUNT)) / COUNT > 0.6


def test_tracks_that_share_pixels_lie_in_layers_the_best_first() -> None:
    big, part, other = ([disc(at, radius)] * 3 for at, radius in (((40, 48), 20), ((40, 48), 8), ((100, 48), 15)))
    tracks = [track(part, number=0, score=0.5), track(big, number=1, score=0.9), track(other, number=2, score=0.3)]

    assert layers(tracks) == [[1, 2], [0]]
    assert layers([]) == []


def test_tracks_that_never_meet_in_a_frame_share_a_layer() -> None:
    here = disc((40, 48), 20)
    tracks = [track([here, here, None, None]), track([None, None, here, here], number=1)]

    assert layers(tracks) == [[0, 1]]


def test_nothing_is_changed_without_a_mask_in_a_single_frame_or_when_cancelled(features: Lite0Trunk) -> None:
    one = track([right(0)])
    assert run([one], features) == (one,)
    nothing = track([None] * 3)
    assert run([nothing], features) == (nothing,)
    assert steadied(picture, [], range(3), size=SIZE, networks=SteadyNetworks(features)) == ()
    masks = track([right(k) for k in range(4)])
    assert run([masks], features, cancelled=lambda: True)[0].segmentations == masks.segmentations


def test_the_features_of_a_frame_are_computed_once_for_all_layers(features: Lite0Trunk) -> None:
    asked = []

    class Counting:
        def spread_features(self, frames: np.ndarray) -> object:
            asked.append(frames.tobytes())
            return features.spread_features(frames)

    tracks = [track([right(k) for k in range(5)]), track([disc(centre(k), 9) for k in range(5)], number=1)]
    assert len(layers(tracks)) == 2
    steadied(picture, tracks, range(5), size=SIZE, networks=SteadyNetworks(Counting()))  # type: ignore[arg-type]

    assert len(asked) == len(set(asked))


def test_a_doubtful_mask_that_the_network_had_not_seen_is_asked_about(
    features: Lite0Trunk, monkeypatch: pytest.MonkeyPatch
) -> None:
    masks = [right(k) for k in range(COUNT)]
    masks[7] = None  # type: ignore[call-overload]
    real = module.spread

    def doubting(*given: object, **named: object) -> Iterator[SpreadFrame]:
        for step in real(*given, **named):  # type: ignore[arg-type]
            guesses = {track: replace(guess, needs_look=step.frame == 7) for track, guess in step.guesses.items()}
            yield replace(step, guesses=guesses)

    monkeypatch.setattr(module, "spread", doubting)
    [made] = run([track(masks)], features)

    assert made.segmentations[7] is not None and made.agreements[7] == 0.0
    assert all((value or 1.0) > 0.6 for k, value in enumerate(made.agreements) if k != 7)


def test_kept_features_have_a_limit(features: Lite0Trunk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    class Counting:
        def spread_features(self, frames: np.ndarray) -> dict[int, Tensor]:
            asked.append(frames.tobytes())
            return features.spread_features(frames)

    monkeypatch.setattr(module, "KEPT_BYTES", 0)
    tracks = [track([right(k) for k in range(4)]), track([disc(centre(k), 9) for k in range(4)], number=1)]
    steadied(picture, tracks, range(4), size=SIZE, networks=SteadyNetworks(Counting()))  # type: ignore[arg-type]

    assert len(asked) > len(set(asked)), "nothing was kept, so the second layer asked again"


def test_key_masks_that_are_drawn_anew_are_kept_and_spread(
    features: Lite0Trunk, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = [disc(centre(k), 14) for k in range(COUNT)]
    asked: list[int] = []

    def drawn(picture: np.ndarray, mask: np.ndarray, salient: object) -> np.ndarray:
        asked.append(next(k for k in range(COUNT) if (mask == small[k]).all()))
        return right(asked[-1])

    monkeypatch.setattr(module, "redrawn", drawn)
    networks = SteadyNetworks(features, object())  # type: ignore[arg-type]
    [made] = steadied(picture, [track(small)], range(COUNT), size=SIZE, networks=networks)

    assert len(asked) == 1
    assert all(iou(decoded(made.segmentations[k]), right(k)) > 0.85 for k in range(COUNT))
    assert (decoded(made.segmentations[asked[0]]) == right(asked[0])).all()
    assert all(value is not None and value < 0.8 for value in made.agreements), "how much they changed is told"


def test_a_mask_about_which_nobody_is_sure_stays(features: Lite0Trunk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "redrawn", lambda picture, mask, salient: None)
    masks = [right(k) for k in range(COUNT)]
    plain = run([track(masks)], features)
    kept = steadied(
        picture,
        [track(masks)],
        range(COUNT),
        size=SIZE,
        networks=SteadyNetworks(features, object()),  # type: ignore[arg-type]
    )
    assert kept == plain


def test_at_last_all_masks_get_the_edges_of_the_picture(features: Lite0Trunk) -> None:
    given, seen = [disc(centre(k), 14) for k in range(COUNT)], []

    class Whole:
        def refined(self, pixels: np.ndarray, masks: list[np.ndarray], most_doubt: float) -> list[np.ndarray]:
            assert most_doubt == SURE
            seen.append((next(k for k in range(COUNT) if (pixels == picture(k)).all()), masks))
            return [right(seen[-1][0]) for _ in masks]

    halves = [[mask & (np.arange(SIZE[1]) < centre(k)[0]) for k, mask in enumerate(given)]]
    halves.append([mask & ~half for mask, half in zip(given, halves[0], strict=True)])
    tracks = [track(masks, number=number) for number, masks in enumerate(halves)]
    networks = SteadyNetworks(features, refiner=Whole())  # type: ignore[arg-type]
    made = steadied(picture, tracks, range(COUNT), size=SIZE, networks=networks)

    assert sorted(frame for frame, _ in seen) == list(range(COUNT)), "a frame's masks go together"
    assert all(len(masks) == 2 for _, masks in seen)
    for one in made:
        assert all((decoded(one.segmentations[k]) == right(k)).all() for k in range(COUNT))
        assert all(value is not None and value < 0.7 for value in one.agreements), "how much they changed is told"


def test_where_hardly_any_key_mask_gets_edges_the_other_frames_are_not_looked_at(features: Lite0Trunk) -> None:
    asked: list[int] = []

    class Unsure:
        def __init__(self, sure: int) -> None:
            self.sure = sure

        def refined(self, pixels: np.ndarray, masks: list[np.ndarray], most_doubt: float) -> list[np.ndarray | None]:
            asked.append(len(masks))
            return [mask if number < self.sure else None for number, mask in enumerate(masks)]

    tracks = [track([disc((20 + 3 * k, 20 + 18 * n), 7) for k in range(COUNT)], number=n) for n in range(3)]
    keys = {at for one in tracks for at in key_frames(one.segmentations, one.frame_scores)}
    for sure, frames in ((0, len(keys)), (1, COUNT)):
        asked.clear()
        networks = SteadyNetworks(features, refiner=Unsure(sure))  # type: ignore[arg-type]
        steadied(picture, tracks, range(COUNT), size=SIZE, networks=networks)
        assert asked == [3] * frames and len(keys) < COUNT


def test_before_each_frame_with_edges_it_is_asked_whether_to_go_on(features: Lite0Trunk) -> None:
    asked: list[int] = []

    class Whole:
        def refined(self, pixels: np.ndarray, masks: list[np.ndarray], most_doubt: float) -> list[np.ndarray]:
            asked.append(len(masks))
            return masks

    networks = SteadyNetworks(features, refiner=Whole())  # type: ignore[arg-type]
    given = [track([right(k) for k in range(COUNT)])]
    steadied(picture, given, range(COUNT), size=SIZE, networks=networks, cancelled=lambda: len(asked) == 3)

    assert asked == [1, 1, 1]


def test_a_single_frame_gets_edges_and_a_cancelled_run_does_not(features: Lite0Trunk) -> None:
    class Whole:
        def refined(self, pixels: np.ndarray, masks: list[np.ndarray], most_doubt: float) -> list[np.ndarray | None]:
            return [right(0), None][: len(masks)]

    networks = SteadyNetworks(features, refiner=Whole())  # type: ignore[arg-type]
    small, other = track([disc(centre(0), 14)]), track([disc(centre(0), 9)], number=1)
    [made, unsure] = steadied(picture, [small, other], range(1), size=SIZE, networks=networks)
    [left] = steadied(picture, [small], range(1), size=SIZE, networks=networks, cancelled=lambda: True)

    assert (decoded(made.segmentations[0]) == right(0)).all()
    assert left.segmentations == small.segmentations
    assert unsure.segmentations == other.segmentations, "where nobody is sure"


def test_edges_take_no_pixel_of_another_track(features: Lite0Trunk, monkeypatch: pytest.MonkeyPatch) -> None:
    both = disc((40, 48), 30)
    left, right_one = both.copy(), both.copy()
    left[:, 48:], right_one[:, :48] = False, False
    monkeypatch.setattr(module, "redrawn", lambda picture, mask, salient: both.copy())
    networks = SteadyNetworks(features, object())  # type: ignore[arg-type]
    made = steadied(
        picture, [track([left] * 2), track([right_one] * 2, number=1)], range(2), size=SIZE, networks=networks
    )

    for one, own in zip(made, (left, right_one), strict=True):
        assert (decoded(one.segmentations[0]) == own).all() or (decoded(one.segmentations[1]) == own).all()
