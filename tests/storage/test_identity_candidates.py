"""Suggested changes of identities: stored, replaced, dismissed for good, and brought back."""

from dataclasses import replace

import pytest

from storage import identity_candidates, removal, videos
from storage.edits import Applied, Change
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


def test_open_ones_of_a_project_have_the_masks_that_the_search_read(scene: Scene) -> None:
    track = scene.new_track()
    scene.draw(track, 2, 1)
    scene.draw(track, 3, 5)
    hashes = [scene.row(track, frame).hash or "" for frame in (2, 3)]  # type: ignore[union-attr]
    split = StoredCandidate("split", (track,), 3, ((track, 2, hashes[0]), (track, 3, hashes[1])), 0.8, {})
    other = replace(split, frame=30, masks=((track, 2, hashes[0]), (track, 3, "another")))
    with scene.database.atomic() as tx:
        identity_candidates.replace(tx, scene.video.id, [split, other], edit=5)

    def open_now() -> dict[str, tuple[StoredCandidate, ...]]:
        with scene.database.read() as tx:
            return identity_candidates.open_in_project(tx, scene.project.id)

    assert open_now() == {scene.video.id: (split,)}
    dismiss(scene, split)
    assert open_now() == {}
    dismiss(scene, split, dismissed=False)
    scene.draw(track, 3, 9)
    assert open_now() == {}
    assert isinstance(scene.undo(), Applied)
    assert open_now() == {scene.video.id: (split,)}
    with scene.database.atomic() as tx:
        videos.remove_video(tx, scene.video.id)
    assert open_now() == {}


def test_a_rejected_track_is_no_question(scene: Scene) -> None:
    track = scene.new_track()
    scene.draw(track, 2, 1)
    row = scene.row(track, 2)
    assert row is not None and row.hash is not None
    one = StoredCandidate("split", (track,), 2, ((track, 2, row.hash),), 0.8, {})
    with scene.database.atomic() as tx:
        identity_candidates.replace(tx, scene.video.id, [one], edit=5)
        assert scene.video.id in identity_candidates.open_in_project(tx, scene.project.id)
    scene.applied(Change(track, None, scene.track(track).version, {"rejected": True}))
    with scene.database.read() as tx:
        assert identity_candidates.open_in_project(tx, scene.project.id) == {}


def test_they_go_with_their_video(searched: Scene) -> None:
    with searched.database.atomic() as tx:
        removal.delete_video(tx, searched.video.id)
        assert identity_candidates.latest(tx, searched.video.id) is None
