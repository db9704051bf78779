"""By what pictures are known again."""

import numpy as np

from model.prompts.picture_keys import PictureKeys


def test_the_same_pixels_have_the_same_key_and_others_another_one() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    keys = PictureKeys()

    assert keys.of(picture) == keys.of(picture.copy()) == PictureKeys().of(picture[:, :])
    assert keys.of(picture) != keys.of(picture.reshape(30, 20, 3)), "the shape counts"
    assert keys.of(picture) != keys.of(np.ascontiguousarray(picture[::-1]))


def test_a_picture_that_was_changed_has_another_key() -> None:
    picture = np.zeros((20, 30, 3), np.uint8)
    keys = PictureKeys()
    before = keys.of(picture)
    picture[3, 4] = 200

    assert keys.of(picture) != before


def test_a_picture_that_cannot_change_is_hashed_once() -> None:
    picture, other = np.zeros((20, 30, 3), np.uint8), np.ones((20, 30, 3), np.uint8)
    picture.flags.writeable = other.flags.writeable = False
    keys = PictureKeys()
    before = keys.of(picture)
    picture.setflags(write=True)
    picture[:] = 1
    picture.flags.writeable = False

    assert keys.of(picture) == before, "its key is kept"
    assert keys.of(other) != before
    assert keys.of(picture) == keys.of(other), "only the latest one is"
