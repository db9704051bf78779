from model.likely_errors.two_tracks import overlaps, swaps

from .scenes import BLUE, RED, measured, moving, picture, track

COUNT = 20
LEFT = moving((10, 20, 24, 20), (3, 0), range(COUNT))
RIGHT = moving((90, 60, 24, 20), (-3, 0), range(COUNT))


def pictures(*things):
    return {t: picture([(boxes[t], colour) for boxes, colour in things if t in boxes]) for t in range(COUNT)}


def exchanged(first, second, at):
    a = {t: (first if t < at else second)[t] for t in range(COUNT)}
    b = {t: (second if t < at else first)[t] for t in range(COUNT)}
    return a, b


def test_two_tracks_apart_have_no_error() -> None:
    both = measured([track("a", LEFT), track("b", RIGHT)], COUNT, pictures((LEFT, RED), (RIGHT, BLUE)))
    assert overlaps(both, COUNT) == []
    assert [error for error in swaps(both) if error.strength > 0.3] == []


def test_a_swap_is_found_at_its_frame() -> None:
    a, b = exchanged(LEFT, RIGHT, 8)
    both = measured([track("a", a), track("b", b)], COUNT, pictures((LEFT, RED), (RIGHT, BLUE)))
    best = max(swaps(both), key=lambda error: error.strength)
    assert best.frame == 8 and set(best.tracks) == {"a", "b"} and best.strength > 0.9


def test_a_swap_is_found_without_pictures() -> None:
    a, b = exchanged(LEFT, RIGHT, 8)
    best = max(swaps(measured([track("a", a), track("b", b)], COUNT)), key=lambda error: error.strength)
    assert best.frame == 8 and best.strength > 0.7


def test_a_swap_where_two_things_meet_is_found_by_colour() -> None:
    first, second = moving((10, 30, 24, 20), (5, 0), range(COUNT)), moving((110, 34, 24, 20), (-5, 0), range(COUNT))
    a, b = exchanged(first, second, 10)
    shown = pictures((first, RED), (second, BLUE))
    wrong = measured([track("a", a), track("b", b)], COUNT, shown)
    right = measured([track("a", first), track("b", second)], COUNT, shown)
    strength = max(error.strength for error in swaps(wrong))
    assert strength > 0.8
    assert strength > 2 * max((error.strength for error in swaps(right)), default=0)


def test_one_track_that_jumps_away_is_no_swap() -> None:
    jumping = {t: box if t < 9 else (box[0], 70, *box[2:]) for t, box in LEFT.items()}
    still = moving((130, 5, 20, 16), (0, 0), range(COUNT))
    assert [
        error for error in swaps(measured([track("a", jumping), track("b", still)], COUNT)) if error.strength > 0.3
    ] == []


def test_an_overlap_names_the_larger_mask_first_and_its_frames() -> None:
    small = {t: (box[0] + 4, box[1] + 4, 12, 12) if 6 <= t <= 9 else (130, 70, 12, 12) for t, box in LEFT.items()}
    (found,) = overlaps(measured([track("small", small), track("large", LEFT)], COUNT), COUNT)
    assert found.kind == "overlap" and found.tracks == ("large", "small")
    assert (found.first, found.last) == (6, 9)


def test_two_tracks_on_one_thing_are_a_duplicate_of_the_weaker() -> None:
    shifted = {t: (box[0] + 2, box[1] + 1, *box[2:]) for t, box in LEFT.items()}
    weak = track("weak", shifted, scores={t: 0.4 for t in shifted})
    (found,) = overlaps(measured([track("strong", LEFT), weak], COUNT), COUNT)
    assert found.kind == "duplicate" and found.tracks == ("weak", "strong") and found.strength > 0.7


def test_tracks_that_only_touch_do_not_overlap() -> None:
    beside = {t: (box[0] + box[2], box[1], 20, 20) for t, box in LEFT.items()}
    assert overlaps(measured([track("a", LEFT), track("b", beside)], COUNT), COUNT) == []
