"""Which frames a spread fills, by plain arithmetic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from app.spreading.stretches import WAYS, SpreadRequest, Way, givers, pieces, stretch

COUNT = 20


@pytest.mark.parametrize(
    ("human", "frame", "way", "filled"),
    [
        ({4}, 4, "both", range(20)),
        ({4}, 4, "forward", range(5, 20)),
        ({4}, 4, "backward", range(4)),
        ({4, 10}, 4, "forward", range(5, 10)),
        ({1, 4, 10}, 4, "both", range(2, 10)),
        ({4, 10}, 7, "both", range(5, 10)),
        ({4, 10}, 7, "forward", range(7, 10)),
        ({4, 10}, 7, "backward", range(5, 8)),
        ({4, 5, 6}, 5, "both", range(0)),
        ({19}, 19, "forward", range(0)),
        (set(), 3, "both", range(20)),
    ],
)
def test_a_spread_goes_to_the_next_frame_that_a_person_judged(
    human: set[int], frame: int, way: Way, filled: range
) -> None:
    assert list(stretch(human, SpreadRequest(("a",), frame, way), COUNT)) == list(filled)


def test_a_chosen_range_is_filled_whole_whatever_lies_in_it() -> None:
    request = SpreadRequest(("a",), 3, "both", 2, 9)
    assert stretch({4, 5}, request, COUNT) == range(2, 9)
    assert givers({0, 1, 4, 5, 12, 15}, range(2, 9)) == (1, 4, 5, 12)


@pytest.mark.parametrize(
    ("frame", "way", "filled"),
    [
        (5, "forward", range(5, 9)),
        (5, "backward", range(2, 6)),
        (0, "forward", range(2, 9)),
        (12, "backward", range(2, 9)),
    ],
)
def test_of_a_chosen_range_a_direction_takes_what_lies_that_way(frame: int, way: Way, filled: range) -> None:
    request = SpreadRequest(("a",), frame, way, 2, 9).checked(COUNT)
    assert stretch({4, 5}, request, COUNT) == filled


@given(st.sets(st.integers(0, COUNT - 1)), st.integers(0, COUNT - 1), st.sampled_from(WAYS))
def test_a_stretch_holds_no_judged_frame_but_its_own_and_ends_at_one(human: set[int], frame: int, way: Way) -> None:
    filled = stretch(human, SpreadRequest(("a",), frame, way), COUNT)
    assert human & set(filled) <= {frame}
    if filled:
        assert filled.start <= frame + 1 and filled.stop >= frame
        if way != "backward":
            assert filled.stop in human | {COUNT} or filled.stop == frame
        if way != "forward":
            assert filled.start - 1 in human | {-1} or filled.start == frame + 1


@given(
    st.lists(st.sets(st.integers(0, COUNT - 1), min_size=1), min_size=1, max_size=3),
    st.integers(0, COUNT - 1),
    st.integers(0, COUNT - 1),
    st.integers(1, COUNT),
)
def test_pieces_cover_each_frame_once_and_end_where_given_frames_end(
    known: list[set[int]], frame: int, start: int, length: int
) -> None:
    filled = range(start, min(COUNT, start + length))
    parts = pieces(filled, known, frame)
    assert sorted(k for part in parts for k in part) == list(filled)
    everything = set().union(*known)
    for part in parts:
        assert not part.start < min(everything) < part.stop and not part.start < max(everything) < part.stop
    if all(frame in one for one in known):
        assert [part.start for part in parts if part.start >= frame] == [part.start for part in parts][
            : sum(part.start >= frame for part in parts)
        ], "what follows the shown frame comes first"


def test_without_anything_given_there_is_no_piece() -> None:
    assert pieces(range(5), [], 2) == [] and pieces(range(5), [set()], 2) == []


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (SpreadRequest((), 0), "Choose a track"),
        (SpreadRequest(("a",), 20), "Frames 0 to 19 can carry masks"),
        (SpreadRequest(("a",), 0, "both", 3), "a first and a last"),
        (SpreadRequest(("a",), 0, "both", 3, 3), "lies within the frames 0 to 19"),
        (SpreadRequest(("a",), 9, "forward", 2, 9), "no frame forward of frame 9"),
        (SpreadRequest(("a",), 1, "backward", 2, 9), "no frame backward of frame 1"),
        (SpreadRequest(("a",), 0, "both", 3, 21), "lies within the frames 0 to 19"),
    ],
)
def test_what_fits_no_video_is_refused(request_: SpreadRequest, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        request_.checked(COUNT)


@given(st.lists(st.text()), st.integers(), st.sampled_from(WAYS), st.none() | st.integers(), st.none() | st.integers())
def test_a_request_survives_the_job(
    tracks: list[str], frame: int, way: Way, start: int | None, stop: int | None
) -> None:
    request = SpreadRequest(tuple(tracks), frame, way, start, stop)
    assert SpreadRequest.of(request.as_json()) == request
