"""Which videos judge and which are replayed: only those on which nobody worked, and no content is both."""

from pathlib import Path

import pytest

from app.settings import Settings
from app.training import open_videos as opening
from app.training.open_videos import OpenVideos, chosen, open_videos
from app.training.roles import by_hash
from storage.database import Database
from storage.teaching import teaching
from storage.video_roles import GOLDEN, HELD_OUT, TRAINED
from tests.app.made import new_track, project_with, send, square, video_in
from tests.app.training.corrected_project import drawn
from tests.storage.scattered import declare

NAMES = [f"video {number}" for number in range(40)]


def test_a_quarter_of_the_open_videos_is_golden_if_that_is_enough() -> None:
    assert chosen(NAMES[:19], {}) == []
    assert chosen(NAMES[:20], {}) == by_hash(NAMES[:20])[:5]
    assert len(chosen(NAMES, {})) == 10 and len(chosen([*NAMES, *map(str, range(40))], {})) == opening.MOST_VIDEOS


def test_what_is_golden_stays_golden_and_what_had_another_role_never_is() -> None:
    first = chosen(NAMES[:24], {})
    roles = dict.fromkeys(first, GOLDEN)
    assert chosen(NAMES, roles)[: len(first)] == first and len(chosen(NAMES, roles)) == 10
    few = [*first, "one more"]
    assert chosen(few, roles) == first, "fewer others do not take it away"
    assert chosen(first[:4], roles) == [], "the rest was corrected by now"
    taught = dict.fromkeys(NAMES[:30], TRAINED)
    assert chosen(NAMES, taught) == []


def test_no_copy_of_a_video_that_judges_or_was_worked_on_is_replayed(
    database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "SHARE", 2)
    monkeypatch.setattr(opening, "LEAST_VIDEOS", 1)
    made, categories = project_with(database, "fish")
    names = ["drawn", "complete", "uncategorised", "open 1", "open 2"]
    ids: dict[str, list[str]] = {name: [] for name in names}
    for folder in ("first", "copy"):
        (tmp_path / folder).mkdir()
        for name in names:
            clip = video_in(database, settings, made, tmp_path / folder, name)
            ids[name].append(clip.id)
            if folder == "copy":
                continue
            if name == "drawn":
                drawn(database, clip, categories["fish"].id, frames=2)
            elif name == "complete":
                with database.atomic() as tx:
                    declare(tx, clip, [], 0, 2)
            elif name == "uncategorised":
                assert send(database, clip, new_track(None, {0: square(2, 3)})[1])["status"] == "applied"
    with database.read() as tx:
        contents = {video.video_id: video.content for video in teaching(tx, made.id)}
        assert len(set(contents.values())) == len(names)

        def found(roles: dict[str, str], *, corrected: tuple[str, ...] = (), judging: bool = True) -> OpenVideos:
            return open_videos(tx, made.id, corrected=corrected, roles=roles, judging=judging)

        both = {ids["open 1"][0], ids["open 2"][0]}
        new = found({})
        assert (len(new.golden), len(new.replayed)) == (1, 1) and {*new.golden, *new.replayed} == both
        assert set(found({}, judging=False).replayed) == both
        one = contents[ids["open 1"][0]]
        assert found({one: HELD_OUT}, judging=False).replayed == (ids["open 2"][0],)
        assert found({one: GOLDEN}, judging=False).replayed == (ids["open 2"][0],)
        assert set(found({one: TRAINED}, judging=False).replayed) == both
        assert found({}, corrected=(one,), judging=False).replayed == (ids["open 2"][0],), "frozen as corrected"
