"""Holes from what one pass met: which step is a pause, which packets have no picture, and how it is said."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.frames.gaps import counted_gaps, early_end, long_steps, size_note, timed_gaps, with_pauses
from storage.frames.pass_log import PassLog, sound_keyframes, timeline, wrong_frames


def log(*, packets: list[int], pictures: list[int | None], codec: str = "h264", **more: object) -> PassLog:
    return PassLog(packets=len(packets), packet_pts=packets, pts=pictures, codec=codec, size=(4, 3), **more)  # type: ignore[arg-type]


def test_packets_without_a_picture_are_one_hole_where_they_follow_each_other() -> None:
    found = timed_gaps(log(packets=[0, 1, 2, 3, 4, 5], pictures=[0, 1, 4, 5]), (0, 1, 4, 5), hiding=False)
    assert [(gap.after, gap.start_pts, gap.end_pts, gap.reason) for gap in found] == [
        (1, 2, 3, "2 pictures did not decode")
    ]


def test_codings_that_hide_pictures_have_holes_only_where_an_error_was_met() -> None:
    seen = log(packets=[0, 1, 2, 3, 4], pictures=[0, 2, 4], codec="vp9", errors=[(1, 3, "broken")])
    [gap] = timed_gaps(seen, (0, 2, 4), hiding=True)
    assert (gap.after, gap.start_pts, gap.reason) == (1, 3, "1 picture did not decode: broken")


def test_holes_in_front_and_a_broken_end_are_before_the_first_and_behind_the_last() -> None:
    seen = log(packets=[0, 1, 2], pictures=[1, 2], errors=[(1, None, "the file breaks off (end)")])
    found = timed_gaps(seen, (1, 2), hiding=False)
    assert [gap.after for gap in found] == [-1, 1]
    assert found[1].reason == "the file breaks off (end)"


def test_other_sizes_are_told_with_both_sizes_whether_times_are_of_use_or_not() -> None:
    seen = log(packets=[0, 1, 2], pictures=[0, 2], other_sizes=[(0, 1, "8 x 6 in a video of 4 x 3")])
    for found in (timed_gaps(seen, (0, 2), hiding=False), counted_gaps(seen)):
        assert [(gap.after, gap.reason) for gap in found] == [(0, "1 picture of 8 x 6 in a video of 4 x 3")]


def test_equal_errors_after_one_frame_are_one_gap_with_their_number() -> None:
    errors = [*((3, 40 + k, "Invalid data") for k in range(10)), (3, 90, "another"), (4, 95, "Invalid data")]
    found = counted_gaps(log(packets=[], pictures=[0, 1, 2, 3, 4], errors=errors))
    assert [(gap.after, gap.start_pts, gap.end_pts, gap.reason) for gap in found] == [
        (3, 40, 49, "did not decode, 10 times: Invalid data"),
        (3, 90, 90, "did not decode: another"),
        (4, 95, 95, "did not decode: Invalid data"),
    ]


def test_a_note_says_that_the_size_changes() -> None:
    sizes = [(0, 1, "8 x 6 in a video of 4 x 3"), (0, 2, "9 x 6 in a video of 4 x 3")]
    noted = size_note(log(packets=[0], pictures=[0], other_sizes=sizes))
    assert noted == "the picture size changes; no frame for 2 pictures of another size than 4 x 3"
    assert size_note(log(packets=[0], pictures=[0])) is None


def test_pictures_of_another_size_at_the_end_are_no_early_end() -> None:
    pts = tuple(range(0, 100, 10))
    assert early_end(pts, 200, tick=0.1, others=range(100, 200, 10)) is None
    assert early_end(pts, 300, tick=0.1, others=range(100, 200, 10)) is not None


@pytest.mark.parametrize(
    ("ordinals", "lossy"),
    [([4], [4]), ([5], []), ([7], []), ([8], [8]), ([2, 6], [2])],
)
def test_a_broken_packet_just_before_another_size_begins_is_no_loss(ordinals: list[int], lossy: list[int]) -> None:
    seen = log(packets=[], pictures=[], broken_packets=ordinals, broken_ordinals=ordinals)
    seen.size_starts, seen.key_ordinals = [700], {0: [0], 700: [7]}
    assert seen.lossy_packets == lossy
    seen.size_starts = []
    assert seen.lossy_packets == ordinals


@given(st.lists(st.integers(36, 44), min_size=3, max_size=60))
def test_an_even_pace_has_no_long_step(steps: list[int]) -> None:
    pts = tuple(sum(steps[:k]) for k in range(len(steps) + 1))
    assert long_steps(pts, times=1.5) == []
    assert with_pauses((), pts) == ((), None)


@given(st.integers(2, 57), st.integers(5, 1000))
def test_one_long_step_is_found_where_it_is(at: int, times: int) -> None:
    pts = tuple(40 * k + (40 * times if k > at else 0) for k in range(60))
    assert long_steps(pts, times=1.5) == [at]
    gaps, note = with_pauses((), pts)
    assert ([gap.after for gap in gaps], note) == ([at], None)


@pytest.mark.parametrize("pts", [(), (0,), (0, 5)])
def test_too_few_frames_have_no_pace(pts: tuple[int, ...]) -> None:
    assert long_steps(pts, times=1.5) == []
    assert with_pauses((), pts) == ((), None)


def test_doubt_comes_from_losses_sizes_and_words_and_hidden_pictures_are_no_loss() -> None:
    assert not log(packets=[0, 1], pictures=[0, 1]).is_doubtful
    assert log(packets=[0, 1, 2], pictures=[0, 1]).is_doubtful
    assert not log(packets=[0, 1, 2], pictures=[0, 1], codec="vp9").is_doubtful
    assert log(packets=[0], pictures=[0], broken_packets=[0], codec="vp9").is_doubtful
    assert log(packets=[0], pictures=[0], suspected=True).is_doubtful
    assert log(packets=[0], pictures=[0], other_sizes=[(0, 1, "x")]).is_doubtful


@given(st.lists(st.one_of(st.none(), st.integers(-50, 50)), max_size=40))
def test_filled_in_times_are_as_many_as_pictures_and_ordered_only_if_they_increase(times: list[int | None]) -> None:
    filled, ordered = timeline(times)
    assert len(filled) == len(times)
    assert all(given is None or given == made for given, made in zip(times, filled, strict=True))
    increasing = all(a < b for a, b in itertools.pairwise(filled))
    assert ordered == (None not in times and increasing)


def test_a_wrong_frame_is_the_one_at_the_error_or_the_one_before_it() -> None:
    seen = log(packets=[0, 1, 2, 3], pictures=[0, 1, 3], errors=[(-1, 2, "x"), (-1, 3, "x")], damaged=[0])
    assert sorted(wrong_frames(seen, (0, 1, 3))) == [0, 1, 2]
    assert wrong_frames(log(packets=[0], pictures=[0], errors=[(7, None, "x")]), (0,)) == [0]


def test_a_key_frame_is_one_by_packet_and_by_picture() -> None:
    seen = log(packets=[0, 1, 2], pictures=[0, 1, 2], keyframe_pts=[0, 2], keys=[0, 1, 2], sums={0: 7, 1: 8, 2: 9})
    assert sound_keyframes(seen, (0, 1, 2)) == {0: 7, 2: 9}


def test_an_end_long_before_the_announced_one_is_a_note() -> None:
    pts = tuple(range(0, 100, 10))
    assert early_end(pts, 150, tick=0.1) == "the file says that its pictures end at 15 s, the last that decodes at 10 s"
    for announced in (None, 0, 100, 120):
        assert early_end(pts, announced, tick=0.1) is None
    assert early_end((0,), 900, tick=0.1) is early_end((), 900, tick=0.1) is None, "no pace to measure by"


def test_times_before_the_first_known_one_precede_it() -> None:
    assert timeline([None, None, 0, 40, None]) == ((-2, -1, 0, 40, 41), False)
    assert timeline([None, None]) == ((0, 1), False)
