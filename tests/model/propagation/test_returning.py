"""Tracks that come back: found by what appears, at the cost of masks that have grown there, and whole after a while."""

import numpy as np
import pytest

from model.propagation.appearing import ClaimedPixels
from model.propagation.followed import FollowedTrack
from model.propagation.returning import YIELDED, _is_incomplete, _yielding
from model.propagation.search import FoundAgain, Searching
from tests.model.propagation.scenes import iou
from tests.model.propagation.test_hidden import BEHIND, COUNT, final


def test_what_has_turned_is_found_by_what_appears(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search by the arrangement of cells finds nothing."""
    monkeypatch.setattr(Searching, "search", lambda *_, **__: None)

    found = final(BEHIND)

    last = COUNT - 1
    assert iou(found[last].guesses[0].mask, BEHIND.masks[last, 0]) > 0.6
    hidden = [k for k in range(COUNT) if not BEHIND.masks[k, 0].any()]
    assert all(found[k].guesses[0].mask is None for k in hidden)


def test_another_track_yields_only_where_its_motion_does_not_lead() -> None:
    moved = np.zeros((4, 6), bool)
    moved[:, :2] = True
    claims = ClaimedPixels(np.full((4, 6), 2, np.int32), moved)
    again = FoundAgain((1, 0, 5, 4), np.full((4, 4), 0.8, np.float32), 0.45, [])

    box, chance, trust = _yielding(((0, 0, 6, 4), np.full((4, 6), 0.9, np.float32), 0.7), again, claims)

    assert (box, trust) == ((0, 0, 6, 4), 0.7)
    assert chance[0] == pytest.approx([0.9, 0.9, YIELDED, YIELDED, YIELDED, 0.9])


@pytest.mark.parametrize(
    ("again", "hidden", "areas", "incomplete"),
    [
        (True, 0, [1000, 200], True),
        (True, 0, [1000, 900], False),
        (False, 0, [1000, 200], False),
        (True, 2, [1000, 200], False),
    ],
)
def test_only_what_came_back_smaller_is_still_coming_out(
    again: bool, hidden: int, areas: list[float], *, incomplete: bool
) -> None:
    assert _is_incomplete(FollowedTrack(again=again, hidden=hidden, areas=areas)) == incomplete
