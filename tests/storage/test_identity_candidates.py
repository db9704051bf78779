"""Suggested changes of identities: stored, replaced, dismissed for good, and brought back."""

from dataclasses import replace

import pytest

from storage import identity_candidates, removal
from storage.errors import NotFound
from storage.identity_candidates import NEAR, StoredCandidate
from tests.storage.scenes import Scene

MERGE = StoredCandidate("merge", ("a", "b"), 12, (("a", 9, "x"), ("b", 12, "y")), 0.9, {"frames": 2.0})
SPLIT = StoredCandidate("split", ("c",), 30, (("c", 29, "x"), ("c", 30, "y")), 0.4, {})


def stored(scene: Scene) -> identity_candidates.IdentitySearch:
    with scene.database.read() as tx:
        found = identity_candidates.latest(tx, scene.video.id)
    assert found is not None
    return found


@pytest.fixture
def searched(scene: Scene) -> Scene:
    with scene.database.atomic() as tx:
        identity_candidates.replace(tx, scene.video.id, [MERGE, SPLIT], edit=5)
    return scene


def dismiss(scene: Scene, one: StoredCandidate, dismissed: bool = True) -> identity_candidates.IdentitySearch:
    with scene.database.atomic() as tx:
        return identity_candidates.dismiss(tx, scene.video.id, one, dismissed=dismissed)


def test_they_come_back_as_they_were_stored(searched: Scene) -> None:
    found = stored(searched)
    assert (found.edit, found.candidates, found.dismissed) == (5, (MERGE, SPLIT), ())


def test_what_was_dismissed_stays_so_after_another_search(searched: Scene) -> None:
    assert dismiss(searched, MERGE) == dismiss(searched, MERGE) == stored(searched)
    moved = replace(MERGE, tracks=("b", "a"), frame=MERGE.frame + NEAR, strength=0.7)
    with searched.database.atomic() as tx:
        identity_candidates.replace(tx, searched.video.id, [moved, SPLIT], edit=8)
    found = stored(searched)
    assert (found.edit, found.candidates) == (8, (moved, SPLIT))
    assert found.is_dismissed(moved) and not found.is_dismissed(SPLIT)
    assert dismiss(searched, moved, dismissed=False).dismissed == ()
    assert not stored(searched).is_dismissed(moved)


@pytest.mark.parametrize("other", [{"kind": "swap"}, {"tracks": ("a", "c")}, {"frame": MERGE.frame + NEAR + 1}])
def test_another_question_is_not_dismissed_with_it(searched: Scene, other: dict) -> None:
    dismiss(searched, MERGE)
    assert not stored(searched).is_dismissed(replace(MERGE, **other))


def test_what_nobody_suggested_cannot_be_dismissed(scene: Scene) -> None:
    with pytest.raises(NotFound):
        dismiss(scene, MERGE)
    with scene.database.atomic() as tx:
        identity_candidates.replace(tx, scene.video.id, [SPLIT], edit=1)
    with pytest.raises(NotFound):
        dismiss(scene, MERGE)


def test_they_go_with_their_video(searched: Scene) -> None:
    with searched.database.atomic() as tx:
        removal.delete_video(tx, searched.video.id)
        assert identity_candidates.latest(tx, searched.video.id) is None
