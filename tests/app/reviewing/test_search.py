"""A search stores the likely errors of a video; what a person judged is no error."""

import shutil
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest

from app.errors import Cancelled
from app.reviewing.search import parts, search_video
from storage import identity_candidates, likely_errors
from storage.database import Database
from storage.errors import NotFound
from storage.likely_errors import Search, StoredError
from storage.videos import Video
from tests.app.made import FRAMES, new_track, send, square

WAY = {k: square(2 * k, 10) for k in range(FRAMES)}
JUMPING = {k: square(2 * k, 10 if k < 6 else 34) for k in range(FRAMES)}


def quiet(progress: float, message: str) -> None:
    assert 0.0 <= progress <= 1.0 and "likely errors" in message


def search(database: Database, video: Video) -> tuple[StoredError, ...]:
    done = search_video(database, video_id=video.id, report=quiet, cancelled=lambda: False)
    found = stored(database, video)
    assert found is not None and done == {"errors": len(found.errors)}
    return found.errors


def stored(database: Database, video: Video) -> Search | None:
    with database.read() as tx:
        return likely_errors.latest(tx, video.id)


def kinds(errors: Iterable[StoredError]) -> set[str]:
    return {error.kind for error in errors}


def proposed(database: Database, video: Video, masks: dict, **own: object) -> str:
    """A track with unreviewed rows of an import, as a machine's are."""
    track, changes = new_track(None, masks, **own)
    for change in changes[1:]:
        change["after"] |= {"source": "imported", "review": "unreviewed"}
    assert send(database, video, changes, "import")["status"] == "applied"
    return track


def test_a_jump_is_stored_with_its_frame_and_the_mask_that_was_read(database: Database, video: Video) -> None:
    track = proposed(database, video, JUMPING)
    best = search(database, video)[0]
    assert (best.tracks, best.frame) == ((track,), 6)
    assert best.masks[0] is not None and best.strength > 0.5
    found = stored(database, video)
    assert found is not None and found.edit > 0


def test_a_track_that_moves_evenly_has_no_jump(database: Database, video: Video) -> None:
    proposed(database, video, WAY)
    assert not {"jump", "area", "swap"} & kinds(search(database, video))


def test_what_a_person_drew_or_accepted_is_no_error(database: Database, video: Video) -> None:
    _, changes = new_track(None, JUMPING)
    send(database, video, changes)
    assert search(database, video) == ()


def test_rejected_tracks_are_not_searched(database: Database, video: Video) -> None:
    track = proposed(database, video, JUMPING)
    send(database, video, [{"track": track, "before_version": 1, "after": {"rejected": True}}], "reject")
    assert search(database, video) == ()


def test_a_second_search_replaces_the_first(database: Database, video: Video) -> None:
    track = proposed(database, video, JUMPING)
    assert search(database, video)
    send(database, video, [{"track": track, "before_version": 1, "after": None}], "delete")
    assert search(database, video) == ()


def test_a_close_second_class_is_an_error_of_the_whole_track(database: Database, video: Video) -> None:
    proposed(database, video, WAY, score=0.5, extra={"class": "dog", "runners_up": [["cat", 0.48]]})
    (found,) = [error for error in search(database, video) if error.kind == "class"]
    assert (found.first, found.last) == (0, FRAMES - 1)


def test_frames_on_which_the_windows_of_a_proposal_disagree_are_errors(database: Database, video: Video) -> None:
    track, changes = new_track(None, WAY)
    for change in changes[1:]:
        agreement = {"agreement": 0.1} if change["frame"] == 5 else None
        change["after"] |= {"source": "imported", "review": "unreviewed", "extra": agreement}
    send(database, video, changes, "import")
    (found,) = [error for error in search(database, video) if error.kind == "windows"]
    assert (found.tracks, found.frame) == ((track,), 5)


def test_a_video_whose_source_is_gone_is_searched_by_its_masks(database: Database, video: Video) -> None:
    proposed(database, video, JUMPING)
    shutil.move(video.path, f"{video.path}.away")
    assert search(database, video)[0].frame == 6


def test_a_search_that_is_cancelled_stores_nothing(database: Database, video: Video) -> None:
    proposed(database, video, JUMPING)
    with pytest.raises(Cancelled):
        search_video(database, video_id=video.id, report=quiet, cancelled=lambda: True)
    assert stored(database, video) is None


def test_a_video_that_is_not_there_is_named(database: Database, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        search_video(database, video_id="none", report=quiet, cancelled=lambda: False)


def test_a_video_without_tracks_has_no_errors(database: Database, video: Video) -> None:
    assert search(database, video) == ()


@pytest.mark.parametrize(("count", "masks"), [(0, 0), (1, 1), (300, 900), (5000, 250_000), (900, 10_000_000)])
def test_parts_cover_every_frame_and_share_some(count: int, masks: int) -> None:
    found = parts(count, masks)
    assert {frame for start, stop in found for frame in range(start, stop)} == set(range(count))
    for (_, stop), (start, _) in pairwise(found):
        assert 0 < stop - start <= 24


def test_each_error_of_a_long_video_is_stored_once_and_by_its_own_frame(
    database: Database, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    track = proposed(database, video, JUMPING)
    monkeypatch.setattr("app.reviewing.search._SHARED", 4)
    monkeypatch.setattr("app.reviewing.search.parts", lambda count, masks: [(0, 10), (6, count)])
    monkeypatch.setattr("app.reviewing.search._is_open", lambda error, by_track: error.kind == "jump")
    assert [(error.tracks, error.frame) for error in search(database, video)] == [((track,), 6)]


def test_a_track_that_goes_on_under_another_name_is_suggested_as_a_merge(database: Database, video: Video) -> None:
    half = FRAMES // 2
    first = proposed(database, video, {k: WAY[k] for k in range(half)})
    second = proposed(database, video, {k: WAY[k] for k in range(half, FRAMES)})
    # The pictures of this video show nothing that moves with the masks.
    shutil.move(video.path, f"{video.path}.away")
    search(database, video)
    with database.read() as tx:
        found = identity_candidates.latest(tx, video.id)
    assert found is not None and found.edit > 0
    best = found.candidates[0]
    assert (best.kind, best.tracks, best.frame) == ("merge", (first, second), half)
    assert [mask[:2] for mask in best.masks] == [(first, half - 1), (second, half)]
    assert all(len(mask[2]) > 8 for mask in best.masks)
