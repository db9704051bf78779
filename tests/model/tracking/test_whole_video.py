"""Windows assembled to a video: every frame once, latest standings, best tracks; a missing window is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.tracking.whole_video import MissingWindow, TrackProposal, TrackStanding, WindowResult, gather

MASK = {"size": [2, 2], "counts": "04"}


def proposal(track: int, count: int, score: float = 0.5, *, seen: bool = True) -> TrackProposal:
    return TrackProposal(track, (score,) * count, (MASK if seen else None,) * count)


def standing(track: int, score: float, label: int = 0) -> TrackStanding:
    return TrackStanding(track, label, score, ((label + 1, score / 2),))


def window(
    start: int, stop: int, *tracks: TrackProposal, track_standings: tuple[TrackStanding, ...] = ()
) -> WindowResult:
    return WindowResult(start, stop, tracks, track_standings, cuts=(start,) if start else ())


def test_a_track_is_absent_where_no_window_lists_it() -> None:
    whole = gather(
        [
            window(0, 2, track_standings=()),
            window(2, 4, proposal(0, 2), track_standings=(standing(0, 0.7),)),
            window(4, 5, track_standings=(standing(0, 0.7),)),
        ]
    )
    (track,) = whole.tracks
    assert track.segmentations == (None, None, MASK, MASK, None)
    assert track.frame_scores == (0.0, 0.0, 0.5, 0.5, 0.0)
    assert whole.count == 5 and whole.cuts == (2, 4)


def test_the_latest_standing_decides() -> None:
    whole = gather(
        [
            window(0, 1, proposal(0, 1), track_standings=(standing(0, 0.3, label=1),)),
            window(1, 2, proposal(0, 1), track_standings=(standing(0, 0.8, label=2),)),
        ]
    )
    assert (whole.tracks[0].label, whole.tracks[0].score) == (2, 0.8)
    assert whole.tracks[0].runners_up == ((3, 0.4),)


def test_tracks_come_best_first_and_only_as_many_as_asked() -> None:
    standings = (standing(0, 0.2), standing(1, 0.9), standing(2, 0.9), standing(3, 0.5))
    results = [window(0, 1, *(proposal(number, 1) for number in range(4)), track_standings=standings)]
    assert [track.track for track in gather(results).tracks] == [1, 2, 3, 0]
    assert [track.track for track in gather(results, max_tracks=2).tracks] == [1, 2]


def test_a_track_that_is_nowhere_seen_is_left_out() -> None:
    results = [window(0, 2, proposal(0, 2, seen=False), track_standings=(standing(0, 0.9),))]
    assert gather(results).tracks == ()


@pytest.mark.parametrize("start", [1, 3])
def test_a_missing_or_repeated_window_is_refused(start: int) -> None:
    with pytest.raises(MissingWindow, match=f"begins at frame {start}.*ended at 2"):
        gather([window(0, 2), window(start, 4)])


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), st.sets(st.integers(0, 3))), max_size=6))
def test_every_track_has_every_frame(parts: list[tuple[int, set[int]]]) -> None:
    results, at = [], 0
    known: set[int] = set()
    for length, listed in parts:
        known |= listed
        tracks = tuple(proposal(number, length) for number in sorted(listed))
        results.append(window(at, at + length, *tracks, track_standings=tuple(standing(n, 0.5) for n in sorted(known))))
        at += length
    whole = gather(results)
    assert whole.count == at and {track.track for track in whole.tracks} == known
    for track in whole.tracks:
        expected = [MASK if track.track in listed else None for length, listed in parts for _ in range(length)]
        assert list(track.segmentations) == expected and len(track.frame_scores) == at
