"""The picture of a video on its card."""

import uuid
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.pictures.thumbnails import FILL, PALETTE, PaintedMask, Scene, choose_frame, paint, scene, thumbnail
from storage import rle
from storage.database import Database
from storage.edits import Applied, Change, Edit, apply_edit
from storage.videos import Video
from tests.app.made import project_with
from tests.storage.scenes import make_video, square


def half(height: int = 40, width: int = 60) -> PaintedMask:
    mask = np.zeros((height, width), bool)
    mask[:, : width // 2] = True
    return PaintedMask(1, "a", rle.encode(mask))


def grey(height: int = 40, width: int = 60) -> np.ndarray:
    return np.full((height, width, 3), 100, np.uint8)


def test_the_frame_with_most_masks_is_shown_the_larger_ones_on_a_tie() -> None:
    assert choose_frame({3: [10, 10], 7: [99], 9: [10, 11]}, count=20) == 9
    assert choose_frame({3: [10], 7: [10]}, count=20) == 3
    assert choose_frame({}, count=30) == 10
    assert choose_frame({}, count=1) == 0


@given(st.dictionaries(st.integers(0, 50), st.lists(st.integers(1, 99), min_size=1), min_size=1))
def test_the_chosen_frame_has_masks(areas: dict[int, list[int]]) -> None:
    assert choose_frame(areas, count=51) in areas


def test_inside_is_blended_and_outside_is_untouched() -> None:
    picture = grey()
    painted = paint(picture, [half()])
    colour = np.array([int(PALETTE[0][i : i + 2], 16) for i in (1, 3, 5)])
    assert np.abs(painted[20, 10] - ((1 - FILL) * 100 + FILL * colour)).max() <= 1
    assert (painted[20, 50] == 100).all()
    assert (picture == 100).all()


def test_the_edge_is_drawn_in_the_track_s_colour() -> None:
    painted = paint(grey(), [half()])
    colour = np.array([int(PALETTE[0][i : i + 2], 16) for i in (1, 3, 5)])
    assert np.abs(painted[20, 29].astype(int) - colour).max() <= 2


def test_a_mask_of_another_size_than_the_picture_covers_the_same_part() -> None:
    painted = paint(grey(20, 30), [half(40, 60)])
    assert (painted[10, 5] != 100).any() and (painted[10, 25] == 100).all()


def test_the_twenty_first_track_has_the_first_colour() -> None:
    first, later = half(), PaintedMask(21, "a", half().rle)
    assert (paint(grey(), [first]) == paint(grey(), [later])).all()


def test_without_masks_the_picture_is_passed_on() -> None:
    assert thumbnail(b"bytes", []) == b"bytes"


def test_a_thumbnail_is_a_jpeg_with_the_masks_in_it() -> None:
    _, jpeg = cv2.imencode(".jpg", grey())
    made = cv2.imdecode(np.frombuffer(thumbnail(jpeg.tobytes(), [half()]), np.uint8), cv2.IMREAD_COLOR)
    assert made.shape == (40, 60, 3)
    assert np.abs(made[20, 10].astype(int) - 100).max() > 15 and np.abs(made[20, 55].astype(int) - 100).max() < 15


def test_the_key_follows_what_is_shown() -> None:
    keys = {
        Scene(1, (half(),)).key,
        Scene(2, (half(),)).key,
        Scene(1, ()).key,
        Scene(1, (PaintedMask(2, "a", half().rle),)).key,
        Scene(1, (PaintedMask(1, "b", half().rle),)).key,
    }
    assert len(keys) == 5 and Scene(1, (half(),)).key in keys


@pytest.fixture
def video(database: Database) -> Video:
    project, _ = project_with(database)
    with database.atomic() as tx:
        return make_video(tx, project.id)


def apply(database: Database, video: Video, *changes: Change) -> int:
    with database.atomic() as tx:
        done = apply_edit(tx, Edit(str(uuid.uuid4()), "draw", "ann", video.id, changes))
    assert isinstance(done, Applied), done
    return done.number


def drawn(track: str, frame: int, x: int, **more: Any) -> Change:
    return Change(track, frame, 0, {"rle": square(x), **more})


def test_a_video_without_masks_shows_a_frame_a_third_into_it(database: Database, video: Video) -> None:
    assert scene(database, video) == Scene(13, ())
    apply(database, video, Change("a", None, 0, {}), Change("a", 3, 0, {"state": "absent"}))
    assert scene(database, video) == Scene(13, ()), "an absence is nothing to show"


def test_the_frame_with_most_tracks_is_shown_with_their_numbers_large_ones_first(
    database: Database, video: Video
) -> None:
    tracks = [Change(name, None, 0, {}) for name in "ab"]
    large = Change("b", 7, 0, {"rle": square(2, side=6)})
    apply(database, video, *tracks, drawn("a", 3, 1), drawn("a", 7, 9), large)
    found = scene(database, video)
    assert found.frame == 7 and [mask.number for mask in found.masks] == [2, 1]
    assert [rle.area(mask.rle) for mask in found.masks] == [36, 9]


@pytest.mark.parametrize("gone", ["deleted", "rejected", "row rejected"])
def test_what_was_rejected_or_deleted_is_not_painted(database: Database, video: Video, gone: str) -> None:
    tracks = [Change(name, None, 0, {}) for name in "ab"]
    version = apply(database, video, *tracks, drawn("a", 7, 1), drawn("b", 7, 9), drawn("a", 3, 1))
    if gone == "row rejected":
        apply(database, video, Change("b", 7, version, {"review": "rejected"}))
    else:
        apply(database, video, Change("b", None, version, {gone: True}))
    found = scene(database, video)
    assert [(found.frame, mask.number) for mask in found.masks] == [(3, 1)]


def test_the_key_changes_with_the_work_on_the_shown_frame_only(database: Database, video: Video) -> None:
    version = apply(database, video, Change("a", None, 0, {}), drawn("a", 3, 1), drawn("a", 5, 1))
    before = scene(database, video)
    assert before.frame == 3, "the earlier one of two alike"
    apply(database, video, Change("a", 5, version, {"key": True}))
    assert scene(database, video).key == before.key
    apply(database, video, Change("a", 3, version, {"rle": square(2)}))
    assert scene(database, video).key != before.key


def test_a_picture_that_is_none_is_said_so() -> None:
    with pytest.raises(ValueError, match="no JPEG"):
        thumbnail(b"nothing of the kind", [half()])


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 40), st.integers(1, 40))
def test_any_mask_is_painted_on_a_picture_of_any_size(height: int, width: int, rows: int, columns: int) -> None:
    whole = PaintedMask(3, "a", rle.encode(np.ones((rows, columns), bool)))
    nothing = PaintedMask(4, "b", rle.empty(rows, columns))
    picture = np.full((height, width, 3), 100, np.uint8)
    painted = paint(picture, [whole, nothing])
    assert painted.shape == picture.shape and (painted != picture).any(axis=2).all()
    assert (paint(picture, [nothing]) == picture).all()
