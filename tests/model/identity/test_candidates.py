"""What is suggested for tracks whose identity is wrong, and what is not."""

import pytest

from model.identity import IdentityCandidate, find_candidates

from .scenes import BELOW, BLUE, DOWN, LEFT, RED, RIGHT, UP, part, pictures, seen

BOTH = pictures((LEFT, RED), (RIGHT, BLUE))
PASSING = pictures((LEFT, RED), (BELOW, BLUE))
CROSSING = pictures((DOWN, RED), (UP, BLUE))


def best(found: list[IdentityCandidate]) -> tuple[str, tuple[str, ...], int]:
    first = found[0]
    assert first.strength > 0.5
    return first.kind, first.tracks, first.frame


def strong(found: list[IdentityCandidate]) -> list[IdentityCandidate]:
    return [one for one in found if one.strength > 0.5]


def test_right_tracks_are_no_question() -> None:
    assert strong(find_candidates(seen({"a": LEFT, "b": RIGHT}, BOTH))) == []
    assert strong(find_candidates(seen({"a": DOWN, "b": UP}, CROSSING))) == []
    assert find_candidates([]) == []


@pytest.mark.parametrize("hole", [0, 3, 12])
def test_a_thing_in_two_tracks_is_merged_also_over_a_long_hole(hole: int) -> None:
    tracks = {"a": part(LEFT, 0, 14), "b": part(LEFT, 14 + hole), "c": RIGHT}
    found = find_candidates(seen(tracks, BOTH))
    assert best(found) == ("merge", ("a", "b"), 14 + hole)
    assert found[0].masks == (("a", 13), ("b", 14 + hole)) and found[0].evidence["frames"] == hole
    assert found[0].evidence["alike"] > 0.9


def test_a_track_that_fills_the_hole_of_another_one_is_merged_into_it() -> None:
    tracks = {"a": {**part(LEFT, 0, 12), **part(LEFT, 24)}, "b": part(LEFT, 12, 24)}
    assert best(find_candidates(seen(tracks, BOTH))) == ("merge", ("a", "b"), 12)


def test_a_person_who_said_that_it_is_gone_is_not_asked_to_merge() -> None:
    tracks = {"a": part(LEFT, 0, 14), "b": part(LEFT, 18)}
    gone = frozenset({15})
    assert strong(find_candidates(seen(tracks, BOTH, absent=gone))) != []
    assert strong(find_candidates(seen(tracks, BOTH, absent=gone, judged=gone))) == []


def test_another_thing_is_not_merged() -> None:
    tracks = {"a": part(LEFT, 0, 14), "b": part(RIGHT, 20)}
    assert strong(find_candidates(seen(tracks, BOTH))) == []


def test_another_category_makes_a_merge_less_likely() -> None:
    tracks = {"a": part(LEFT, 0, 14), "b": part(LEFT, 20)}
    same, other = (
        find_candidates(seen(tracks, BOTH, {"a": "cat", "b": category}))[0].strength for category in ("cat", "dog")
    )
    assert other < same


def test_a_track_that_goes_over_to_another_thing_is_split_where_it_does() -> None:
    found = find_candidates(seen({"a": {**part(LEFT, 0, 17), **part(RIGHT, 17)}}, BOTH))
    assert best(found) == ("split", ("a",), 17)
    assert found[0].masks == (("a", 16), ("a", 17))


def test_tracks_that_exchange_their_things_where_they_meet_are_swapped_there() -> None:
    tracks = {
        "a": {**part(DOWN, 0, 20), **part(UP, 20)},
        "b": {**part(UP, 0, 20), **part(DOWN, 20)},
    }
    found = find_candidates(seen(tracks, CROSSING))
    assert best(found) == ("swap", ("a", "b"), 20)
    assert found[0].masks == (("a", 19), ("a", 20), ("b", 19), ("b", 20))
    assert [one for one in strong(found) if one.kind == "split"] == []


def test_a_track_that_goes_over_to_a_thing_whose_track_ends_there_is_swapped_with_it() -> None:
    tracks = {"a": {**part(LEFT, 0, 20), **part(BELOW, 20)}, "b": part(BELOW, 0, 20)}
    found = find_candidates(seen(tracks, PASSING))
    assert best(found) == ("swap", ("a", "b"), 20)
    assert found[0].masks == (("a", 19), ("a", 20), ("b", 19))
    assert [one.kind for one in strong(found)] == ["swap"], "a split would mend only a half"


def test_so_is_a_track_that_leaves_a_thing_with_which_another_one_begins() -> None:
    tracks = {"a": {**part(LEFT, 0, 20), **part(BELOW, 20)}, "b": part(LEFT, 20)}
    found = find_candidates(seen(tracks, PASSING))
    assert best(found) == ("swap", ("a", "b"), 20)
    assert set(found[0].masks) == {("a", 19), ("a", 20), ("b", 20)}


def test_a_thing_that_goes_while_another_one_stays_is_no_swap() -> None:
    assert strong(find_candidates(seen({"a": LEFT, "b": part(BELOW, 0, 20)}, PASSING))) == []
    assert strong(find_candidates(seen({"a": DOWN, "b": part(UP, 0, 20)}, CROSSING))) == []


def test_what_a_person_judged_on_both_sides_is_asked_less_readily() -> None:
    tracks = {"a": {**part(LEFT, 0, 17), **part(RIGHT, 17)}}
    open_, half, judged = (
        find_candidates(seen(tracks, BOTH, judged=frames))[0].strength
        for frames in (frozenset[int](), frozenset({16}), frozenset({16, 17}))
    )
    assert open_ == half and judged == pytest.approx(open_ / 2)


def test_without_pictures_places_alone_still_suggest() -> None:
    found = find_candidates(seen({"a": part(LEFT, 0, 14), "b": part(LEFT, 15), "c": RIGHT}, None))
    assert (found[0].kind, found[0].tracks) == ("merge", ("a", "b"))


def test_candidates_of_all_kinds_come_in_the_order_of_their_strength() -> None:
    tracks = {"a": {**part(LEFT, 0, 17), **part(RIGHT, 17)}, "b": part(RIGHT, 0, 15)}
    found = find_candidates(seen(tracks, BOTH))
    assert [one.strength for one in found] == sorted((one.strength for one in found), reverse=True)
    assert all(0.0 <= one.strength <= 1.0 for one in found)
