import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.likely_errors import LikelyError, find_errors
from model.likely_errors.ordering import ordered, together

from .scenes import measured, moving, track


def error(kind: str, strength: float, *tracks: str, first: int = 5, last: int = 5) -> LikelyError:
    return LikelyError(kind, tracks or ("a",), first, last, first, strength)


def test_the_strongest_comes_first() -> None:
    found = ordered([error("jump", 0.4, "a"), error("area", 0.9, "b"), error("score", 0.6, "c")])
    assert [one.tracks for one in found] == [("b",), ("c",), ("a",)]


def test_findings_about_one_place_are_one_error_of_the_strongest_kind() -> None:
    (only,) = ordered([error("jump", 0.5), error("area", 0.7, first=6, last=7)])
    assert only.kind == "area" and only.frame == 6
    assert only.strength == pytest.approx(1 - 0.3 * 0.75)


def test_findings_far_apart_or_of_other_tracks_stay_apart() -> None:
    assert len(ordered([error("jump", 0.5), error("area", 0.7, first=30, last=31), error("jump", 0.6, "b")])) == 3


def test_an_error_of_two_tracks_takes_in_what_either_shows() -> None:
    (only,) = ordered([error("swap", 0.9, "a", "b"), error("jump", 0.8, "a"), error("jump", 0.8, "b")])
    assert only.tracks == ("a", "b")


@pytest.mark.parametrize("kind", ["class", "background", "duplicate"])
def test_what_is_about_a_whole_track_hides_no_error_in_some_frames(kind: str) -> None:
    found = ordered([error("jump", 0.5), error(kind, 0.9, first=0, last=30), error(kind, 0.8, first=0, last=30)])
    assert [one.kind for one in found] == [kind, "jump"]


@pytest.mark.parametrize("kind", ["flicker", "gap"])
def test_an_absence_is_an_entry_of_its_own_beside_stronger_findings_and_other_absences(kind: str) -> None:
    found = ordered([error("jump", 0.9), error(kind, 0.3, first=6, last=7), error(kind, 0.2, first=9, last=9)])
    expected = [("jump", 5, pytest.approx(0.9)), (kind, 6, pytest.approx(0.3)), (kind, 9, pytest.approx(0.2))]
    assert [(one.kind, one.first, one.strength) for one in found] == expected


def test_weak_findings_are_left_out() -> None:
    assert ordered([error("jump", 0.05)]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_further_findings_only_raise_a_strength(values: list[float]) -> None:
    values.sort(reverse=True)
    assert values[0] - 1e-9 <= together(values) <= 1


def test_errors_of_all_kinds_are_found_in_one_call() -> None:
    boxes = moving((10, 30, 24, 20), (3, 0), range(20))
    jumping = {t: box if t < 9 else (box[0], box[1] + 40, *box[2:]) for t, box in boxes.items()}
    found = find_errors(measured([track("a", jumping), track("b", boxes)], 20), 20)
    assert found and found[0].tracks[0] in {"a", "b"}
    assert [one.strength for one in found] == sorted((one.strength for one in found), reverse=True)
    assert len({(one.kind, one.tracks, one.first) for one in found}) == len(found)


def test_no_tracks_no_errors() -> None:
    assert find_errors([], 10) == []
