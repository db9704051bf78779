import pytest

from model.likely_errors import LikelyError
from tests.benchmarks._planted_errors import KINDS, Planted, planted_video
from tests.benchmarks.queue import Searched, search, shares_found, shows, table

SWAP = Planted("swap", ("1", "2"), 9, 11)


def entry(track: str, frame: int, strength: float, *, reach: int = 0) -> LikelyError:
    return LikelyError("jump", (track,), frame - reach, frame + reach, frame, strength)


def test_an_entry_shows_an_error_of_its_track_near_its_frames() -> None:
    assert shows(entry("2", 13, 0.5), SWAP)
    assert not shows(entry("2", 14, 0.5), SWAP)
    assert not shows(entry("3", 10, 0.5), SWAP)


def test_a_long_entry_shows_only_the_frame_that_it_leads_to() -> None:
    assert not shows(entry("1", 20, 0.5, reach=9), SWAP)
    assert shows(entry("1", 20, 0.5, reach=9), SWAP, any_frame=True)


def test_shares_count_each_error_once_and_by_its_first_entry() -> None:
    errors = [entry("1", 10, 0.9), entry("2", 10, 0.8), entry("9", 3, 0.7), entry("5", 30, 0.6)]
    drift = Planted("drift", ("5",), 30, 36)
    video = Searched([SWAP, drift], errors, errors[::-1], [])
    shares, kinds = shares_found([video], "errors")
    assert shares == {1.0: 0.5, 1.5: 0.5, 2.0: 1.0, 3.0: 1.0}
    assert kinds["swap"] == (1, 1) and kinds["drift"] == (1, 1) and kinds["merge"] == (0, 0)
    assert shares_found([video], "by_track")[0][3.0] == 0


@pytest.mark.parametrize("index", range(5))
def test_planted_videos_hold_errors_in_their_tracks_and_frames(index: int) -> None:
    video = planted_video("long", seed=3, index=index, frames=24, size=(160, 96))
    names = {track.id for track in video.tracks}
    assert 1 <= len(video.planted) <= 3
    for error in video.planted:
        assert error.kind in KINDS and set(error.tracks) <= names
        assert 0 <= error.first <= error.last < 24
    again = planted_video("long", seed=3, index=index, frames=24, size=(160, 96))
    assert again.planted == video.planted and again.tracks == video.tracks


def test_the_table_has_a_row_for_each_order() -> None:
    made = table([search(0, seed=5)])
    assert len(made.rows) == 3 and "planted errors" in made.notes[0]
