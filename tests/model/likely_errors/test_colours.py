import numpy as np

from model.likely_errors.colours import background, colour_changes

from .scenes import RED, measured, moving, picture, track

COUNT = 20
BOXES = moving((20, 30, 24, 20), (3, 0), range(COUNT))
PICTURES = {t: picture([(box, RED)]) for t, box in BOXES.items()}


def test_a_mask_on_its_thing_is_no_error() -> None:
    (one,) = measured([track("a", BOXES)], COUNT, PICTURES)
    assert colour_changes(one) == []
    assert all(error.strength < 0.1 for error in background(one))


def test_a_mask_that_drifts_off_its_thing_is_found() -> None:
    drifting = {t: box if t < 8 else (box[0], box[1] + 4 * min(t - 7, 8), *box[2:]) for t, box in BOXES.items()}
    (one,) = measured([track("a", drifting)], COUNT, PICTURES)
    (found,) = colour_changes(one)
    assert found.strength > 0.8
    assert 8 <= found.first <= 12 and found.last == 19 and found.frame >= 8


def test_a_mask_that_stays_where_its_thing_was_is_found() -> None:
    gone = {t: picture([(box, RED)] if t < 12 else []) for t, box in BOXES.items()}
    stuck = {t: box if t < 12 else BOXES[11] for t, box in BOXES.items()}
    (one,) = measured([track("a", stuck)], COUNT, gone)
    (found,) = colour_changes(one)
    assert (found.first, found.last) == (12, 19) and found.strength > 0.9


def test_a_track_on_plain_ground_is_background() -> None:
    empty = {t: picture([]) for t in range(COUNT)}
    (one,) = measured([track("a", BOXES)], COUNT, empty)
    (found,) = background(one)
    assert found.strength > 0.85 and found.evidence["alike"] > 0.95
    assert (found.first, found.last) == (0, 19)


def test_light_that_changes_slowly_is_no_error() -> None:
    dimmed = {t: (picture.astype(np.float32) * (1 - 0.02 * t)).astype(np.uint8) for t, picture in PICTURES.items()}
    (one,) = measured([track("a", BOXES)], COUNT, dimmed)
    assert all(error.strength < 0.5 for error in colour_changes(one))


def test_without_pictures_nothing_is_said() -> None:
    (one,) = measured([track("a", BOXES)], COUNT)
    assert colour_changes(one) == [] and background(one) == []


def test_a_long_track_is_compared_by_a_choice_of_its_masks() -> None:
    count = 900
    boxes = {t: (20, 30, 24, 20) for t in range(count)}
    shown, bare = picture([((20, 30, 24, 20), RED)]), picture([])
    (one,) = measured([track("a", boxes)], count, {t: bare if 500 <= t < 540 else shown for t in range(count)})
    (found,) = colour_changes(one)
    assert (found.first, found.last) == (500, 539)
