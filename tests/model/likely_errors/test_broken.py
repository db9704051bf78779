"""A track that ends where another one goes on with the same thing."""

import pytest

from model.likely_errors import LikelyError, find_errors
from model.likely_errors.broken import broken

from .scenes import BLUE, RED, Box, measured, moving, picture, track

COUNT = 24
WALK = moving((6, 20, 24, 20), (4, 0), range(COUNT))
FAR = moving((60, 70, 20, 16), (0, 0), range(COUNT))


def cut(boxes: dict[int, Box], start: int, stop: int) -> dict[int, Box]:
    return {t: box for t, box in boxes.items() if start <= t < stop}


def found(
    *parts: dict[int, Box], colours: tuple[tuple[int, int, int], ...] = (RED, RED), **more: object
) -> list[LikelyError]:
    """Broken tracks "a", "b" and so on; ``more`` are values of the first one."""
    shown = {
        t: picture([(boxes[t], colour) for boxes, colour in zip(parts, colours, strict=True) if t in boxes])
        for t in range(COUNT)
    }
    tracks = [track("abc"[n], boxes, **(more if n == 0 else {})) for n, boxes in enumerate(parts)]
    return broken(measured(tracks, COUNT, shown))


@pytest.mark.parametrize("hole", [0, 1, 4])
def test_a_track_that_goes_on_under_another_name_is_found_where_it_ends(hole: int) -> None:
    (error,) = found(cut(WALK, 0, 10), cut(WALK, 10 + hole, COUNT))
    assert (error.kind, error.tracks, error.evidence) == ("broken", ("a", "b"), {"frames": hole})
    assert (error.first, error.last, error.frame) == (9, 10 + hole, 9) and error.strength > 0.8


def test_without_pictures_the_place_and_the_shape_are_enough() -> None:
    (error,) = broken(measured([track("a", cut(WALK, 0, 10)), track("b", cut(WALK, 12, COUNT))], COUNT))
    assert error.strength > 0.8


def test_another_colour_or_another_place_is_no_continuation() -> None:
    right = found(cut(WALK, 0, 10), cut(WALK, 11, COUNT))[0].strength
    for others in (
        found(cut(WALK, 0, 10), cut(WALK, 11, COUNT), colours=(RED, BLUE)),
        found(cut(WALK, 0, 10), cut(FAR, 11, COUNT)),
    ):
        assert all(error.strength < 0.4 * right for error in others)


def test_tracks_at_the_same_time_long_apart_or_too_short_are_not_compared() -> None:
    assert found(WALK, FAR) == []
    assert found(cut(WALK, 0, 10), cut(WALK, 9, COUNT)) == []
    assert found(cut(WALK, 0, 6), cut(WALK, 17, COUNT)) == []
    assert found(cut(WALK, 0, 10), cut(WALK, 11, 13)) == []


def test_an_end_goes_with_the_beginning_that_fits_best() -> None:
    beside = {t: (x, y + 14, w, h) for t, (x, y, w, h) in cut(WALK, 11, COUNT).items()}
    (error,) = found(cut(WALK, 0, 10), beside, cut(WALK, 11, COUNT), colours=(RED, RED, RED))
    assert error.tracks == ("a", "c")


def test_an_end_that_a_person_saw_and_a_part_of_a_longer_track_are_no_question() -> None:
    parts = cut(WALK, 0, 10), cut(WALK, 12, COUNT)
    assert found(*parts, absent=frozenset({10}), judged=frozenset({10})) == []
    assert len(found(*parts, absent=frozenset({10, 11}))) == 1
    assert found(*parts, ends=False) == []


def test_it_is_one_entry_among_the_others() -> None:
    errors = find_errors(measured([track("a", cut(WALK, 0, 10)), track("b", cut(WALK, 12, COUNT))], COUNT), COUNT)
    assert [error.kind for error in errors if error.tracks == ("a", "b")] == ["broken"]
