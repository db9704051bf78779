"""What newly appears is a hidden track only where its colours and features say so, and no other track has the place."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from model.propagation.appearing import AppearingPixels, ClaimedPixels, SoughtTrack, TrackColours
from model.propagation.matching import STRIDE, Reference
from model.propagation.palette import colour_bins

HEIGHT, WIDTH = 48, 96
GREY, RED, BLUE = (128, 128, 128), (200, 30, 30), (30, 40, 190)
FIRST, SECOND = (slice(16, 32), slice(8, 24)), (slice(16, 32), slice(64, 80))
Place = tuple[slice, slice]
NONE = ClaimedPixels(np.zeros((HEIGHT, WIDTH), np.int32), np.zeros((HEIGHT, WIDTH), bool))


def picture(*things: tuple[Place, tuple[int, int, int]]) -> np.ndarray:
    rgb = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    rgb[...] = GREY
    for place, colour in things:
        rgb[place] = colour
    return rgb


def features(rgb: np.ndarray) -> torch.Tensor:
    """The colour in the middle of each cell, of length 1."""
    cells = torch.from_numpy(rgb[4::STRIDE, 4::STRIDE].astype(np.float32) - 100).permute(2, 0, 1)
    return normalize(cells, dim=0)


def chance(place: Place) -> np.ndarray:
    chances = np.zeros((HEIGHT, WIDTH), np.float32)
    chances[place] = 1
    return chances


def sought(before: np.ndarray, chances: Sequence[np.ndarray]) -> SoughtTrack:
    """The first of the tracks with these chances in the picture ``before``."""
    labels = np.zeros((HEIGHT // STRIDE, WIDTH // STRIDE, 1 + len(chances)), np.float32)
    for label, one in enumerate(chances, start=1):
        labels[..., label] = one[4::STRIDE, 4::STRIDE]
    labels[..., 0] = 1 - labels.sum(2)
    every = np.ones(labels.shape[2], bool)
    known = Reference.begun({STRIDE: features(before)}, {STRIDE: labels}, given=every, known=every.astype(np.float32))
    return SoughtTrack(1, 256, 22.7, 1.0, [known])


def piece(
    before: np.ndarray, now: np.ndarray, *tracks: Place, claims: ClaimedPixels = NONE, hidden: Sequence[int] = (1,)
) -> np.ndarray | None:
    """Where the first of ``tracks``, which are given in the picture ``before``, appears ``now``."""
    chances = {label: chance(place) for label, place in enumerate(tracks, start=1)}
    colours = TrackColours.of(colour_bins(before), chances, list(chances))
    pixels = AppearingPixels(colour_bins(now), features(now), STRIDE, colours, hidden)
    return pixels.piece((0, 0, WIDTH, HEIGHT), sought(before, list(chances.values())), claims)


def overlap(found: np.ndarray | None, place: Place) -> float:
    assert found is not None
    true = chance(place) > 0
    return float((found & true).sum() / (found | true).sum())


def test_it_is_found_wherever_it_comes_out() -> None:
    there = (slice(24, 40), slice(56, 72))

    found = piece(picture((FIRST, RED)), picture((there, RED)), FIRST)

    assert overlap(found, there) > 0.7


@pytest.mark.parametrize("seed", range(6))
def test_cells_that_colours_rule_out_are_left_out_without_another_result(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pictures whose right part is speckled: some pixels there have colours of the track, wherever it is."""
    draw = np.random.default_rng(seed)
    before, now = picture((FIRST, RED), (SECOND, BLUE)), picture(((slice(16, 32), slice(40, 56)), RED), (SECOND, BLUE))
    for rgb in (before, now):
        spots = (draw.random((HEIGHT, WIDTH)) < 0.2) & (np.arange(WIDTH) > 40)
        rgb[spots] = draw.integers(0, 256, (int(spots.sum()), 3))
    label = np.where(chance(SECOND) > 0, 2, 0).astype(np.int32)
    claims = ClaimedPixels(label, label > 0)
    opened: list[float] = []
    own = AppearingPixels._open_cells

    def counted(*arguments: Any) -> np.ndarray:
        found = own(*arguments)
        opened.append(float(found.mean()))
        return found

    monkeypatch.setattr(AppearingPixels, "_open_cells", counted)
    found = piece(before, now, FIRST, SECOND, claims=claims)
    monkeypatch.setattr(AppearingPixels, "_open_cells", lambda *arguments: np.ones_like(own(*arguments)))
    whole = piece(before, now, FIRST, SECOND, claims=claims)

    assert found is not None and whole is not None and np.array_equal(found, whole)
    assert 0 < opened[0] < 1


def test_the_half_that_has_come_out_is_enough() -> None:
    there = (slice(16, 32), slice(56, 64))

    assert overlap(piece(picture((FIRST, RED)), picture((there, RED)), FIRST), there) > 0.5


@pytest.mark.parametrize("now", [picture(), picture((SECOND, BLUE))])
def test_background_and_other_things_are_not_taken_for_it(now: np.ndarray) -> None:
    assert piece(picture((FIRST, RED)), now, FIRST) is None


def test_what_looked_like_it_beside_it_is_not_taken_for_it() -> None:
    """The look-alike is no track, so it is background of the given frame."""
    assert piece(picture((FIRST, RED), (SECOND, RED)), picture((SECOND, RED)), FIRST) is None


def test_the_pixels_of_a_seen_track_are_not_taken_where_its_motion_leads() -> None:
    before, now = picture((FIRST, RED), (SECOND, RED)), picture((SECOND, RED))
    owned = np.where(chance(SECOND) > 0, 2, 0).astype(np.int32)

    assert piece(before, now, FIRST, SECOND, claims=ClaimedPixels(owned, owned > 0)) is None


def test_what_a_seen_track_has_grown_onto_may_be_it_if_it_is_unlike_that_track() -> None:
    grown, before = (slice(16, 32), slice(40, 56)), picture((FIRST, RED), (SECOND, BLUE))
    owned = np.where((chance(SECOND) > 0) | (chance(grown) > 0), 2, 0).astype(np.int32)
    claims = ClaimedPixels(owned, chance(SECOND) > 0)

    assert overlap(piece(before, picture((grown, RED), (SECOND, BLUE)), FIRST, SECOND, claims=claims), grown) > 0.7
    assert piece(before, picture((grown, BLUE), (SECOND, BLUE)), FIRST, SECOND, claims=claims) is None


def test_it_goes_to_the_hidden_track_that_it_is_more_like() -> None:
    before, now = picture((FIRST, RED), (SECOND, BLUE)), picture((SECOND, BLUE))

    assert piece(before, now, FIRST, SECOND, hidden=(1, 2)) is None
    assert overlap(piece(before, now, SECOND, FIRST, hidden=(1, 2)), SECOND) > 0.7


def test_claims_without_a_track_leave_those_of_the_others() -> None:
    label = np.where(chance(FIRST) > 0, 1, np.where(chance(SECOND) > 0, 2, 0)).astype(np.int32)

    left = ClaimedPixels(label, label > 0).without(1, 0)

    assert not left.label[FIRST].any() and not left.moved[FIRST].any()
    assert (left.label[SECOND] == 2).all() and left.moved[SECOND].all()
