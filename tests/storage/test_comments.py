"""Comments on a video: pinned, resolved, deleted and restored, and found by what is new."""

from typing import Any

import pytest

from storage.comments import (
    LONGEST_COMMENT,
    Comment,
    add_comment,
    change_comment,
    comments_since,
    get_comment,
    last_change,
    list_comments,
)
from storage.errors import NotFound, StorageError
from storage.removal import delete_video
from tests.storage.scenes import Scene, make_video


def add(scene: Scene, text: str = "Whose tail is this?", frame: int = 3, **more: Any) -> Comment:
    with scene.database.atomic() as tx:
        return add_comment(tx, scene.video.id, **{"author": "ann", "text": text, "frame": frame, **more})


def test_a_comment_is_pinned_to_a_frame_a_track_or_a_point(scene: Scene) -> None:
    track = scene.new_track()
    plain, on_track = add(scene, " two  lines\n"), add(scene, frame=1, track_id=track)
    on_point = add(scene, frame=2, point=(0.0, 11.5))
    assert (plain.text, plain.frame, plain.track_id, plain.point) == ("two  lines", 3, None, None)
    assert (plain.author, plain.resolved, plain.deleted) == ("ann", False, False)
    assert (on_track.track_id, on_point.point) == (track, (0.0, 11.5))
    with scene.database.read() as tx:
        assert list_comments(tx, scene.video.id) == (on_track, on_point, plain), "by frame"
        assert get_comment(tx, plain.id) == plain


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"frame": 40}, "frames 0 to 39"),
        ({"frame": -1}, "frames 0 to 39"),
        ({"point": (16.5, 1)}, "outside the picture"),
        ({"text": " \n"}, "needs a text"),
        ({"text": "x" * (LONGEST_COMMENT + 1)}, "at most"),
        ({"text": "a\0"}, "character"),
        ({"track_id": "other"}, "no track"),
    ],
)
def test_what_cannot_be_is_refused(scene: Scene, wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(StorageError, match=words):
        add(scene, **wrong)
    with scene.database.read() as tx:
        assert list_comments(tx, scene.video.id) == () and last_change(tx) == 0


def test_a_comment_is_resolved_opened_again_deleted_and_restored(scene: Scene) -> None:
    one = add(scene)
    with scene.database.atomic() as tx:
        resolved = change_comment(tx, one.id, author="bob", resolved=True)
        assert (resolved.resolved, resolved.resolved_by, resolved.author) == (True, "bob", "ann")
        opened = change_comment(tx, one.id, author="ann", resolved=False, text="It is the cat's.")
        assert (opened.resolved, opened.resolved_by, opened.text) == (False, None, "It is the cat's.")
        change_comment(tx, one.id, author="ann", deleted=True)
        assert list_comments(tx, scene.video.id) == ()
        assert change_comment(tx, one.id, author="ann", deleted=False).text == "It is the cat's."
        assert change_comment(tx, one.id, author="ann").change == last_change(tx), "nothing to write is no change"
        with pytest.raises(NotFound):
            change_comment(tx, "none", author="ann", resolved=True)


def test_readers_find_every_write_once_and_in_order(scene: Scene) -> None:
    first, second = add(scene), add(scene, frame=0)
    with scene.database.atomic() as tx:
        assert [found.id for found, _ in comments_since(tx, 0, limit=9)] == [first.id, second.id]
        assert comments_since(tx, 0, limit=1)[0] == (first, scene.video.project_id)
        change_comment(tx, first.id, author="ann", deleted=True)
        ((found, _),) = comments_since(tx, second.change, limit=9)
        assert found.id == first.id and found.deleted and found.change == last_change(tx)
        assert comments_since(tx, last_change(tx), limit=9) == ()


def test_comments_go_with_their_video_and_numbers_are_never_used_again(scene: Scene) -> None:
    track = scene.new_track()
    add(scene, track_id=track)
    with scene.database.atomic() as tx:
        other = make_video(tx, scene.video.project_id, name="other")
        kept = add_comment(tx, other.id, author="ann", text="stays", frame=0)
        last = add_comment(tx, scene.video.id, author="ann", text="goes", frame=0)
        delete_video(tx, scene.video.id)
        assert [found for found, _ in comments_since(tx, 0, limit=9)] == [kept]
        assert add_comment(tx, other.id, author="ann", text="new", frame=0).change == last.change + 1
