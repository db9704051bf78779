"""Vectors of looks are stored per track, for the mask that they were computed of."""

from storage import removal, track_likenesses
from storage.track_likenesses import Unseen
from tests.storage.scenes import Scene
from tests.storage.track_projects import refresh


def unseen(scene: Scene, method: str = "a", limit: int = 10) -> tuple[int, tuple[Unseen, ...]]:
    refresh(scene.database, scene.project.id)
    with scene.database.read() as tx:
        return track_likenesses.unseen(tx, scene.project.id, method=method, limit=limit)


def put(scene: Scene, vectors: dict[Unseen, bytes], method: str = "a") -> None:
    with scene.database.atomic() as tx:
        track_likenesses.put(tx, vectors, method=method)


def test_tracks_with_masks_wait_in_the_order_of_their_frames(scene: Scene) -> None:
    late, early, _ = (scene.new_track() for _ in range(3))
    scene.draw(late, 9, 1)
    scene.draw(early, 2, 1)
    number, found = unseen(scene)
    assert (number, [one.track_id for one in found]) == (2, [early, late])
    assert unseen(scene, limit=1) == (2, found[:1])


def test_a_stored_vector_is_read_back_until_the_mask_or_the_method_changes(scene: Scene) -> None:
    track = scene.new_track()
    scene.draw(track, 2, 1)
    _, (one,) = unseen(scene)
    put(scene, {one: b"abc"})
    assert unseen(scene) == (0, ()) and unseen(scene, "b")[0] == 1
    with scene.database.read() as tx:
        assert track_likenesses.vectors(tx, [track, "none"], method="a") == {track: b"abc"}
        assert track_likenesses.vectors(tx, [track], method="b") == {}
    scene.draw(track, 2, 7)
    number, (changed,) = unseen(scene)
    assert number == 1 and changed.blob_hash != one.blob_hash
    put(scene, {changed: b"def"})
    with scene.database.read() as tx:
        assert track_likenesses.vectors(tx, [track], method="a") == {track: b"def"}


def test_a_track_that_cannot_be_compared_is_not_asked_for_again(scene: Scene) -> None:
    track = scene.new_track()
    scene.draw(track, 2, 1)
    _, (one,) = unseen(scene)
    put(scene, {one: b""})
    assert unseen(scene) == (0, ())
    with scene.database.read() as tx:
        assert track_likenesses.vectors(tx, [track], method="a") == {}


def test_vectors_go_with_their_video_and_do_not_come_back(scene: Scene) -> None:
    track = scene.new_track()
    scene.draw(track, 2, 1)
    _, (one,) = unseen(scene)
    put(scene, {one: b"abc"})
    with scene.database.atomic() as tx:
        removal.delete_video(tx, scene.video.id)
    put(scene, {one: b"abc"})
    put(scene, {})
    with scene.database.read() as tx:
        assert track_likenesses.vectors(tx, [track], method="a") == {}
