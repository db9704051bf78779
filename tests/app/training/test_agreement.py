"""The golden set of a network whose own data nobody has: its confident tracks in videos that nobody corrected."""

from pathlib import Path

import pytest
from pycocotools import mask as coco

from app.settings import Settings
from app.training import agreement as agreeing
from app.training.adapting import replay_for
from app.training.agreement import AGREEMENT, Agreement, agreement, chosen
from app.training.project_clips import ProjectClips
from app.training.roles import by_hash
from model.adapting import confident_replay
from model.training.clips import ClipVideo
from storage.database import Database
from storage.video_roles import GOLDEN, give_roles, video_roles
from tests.app.made import project_with, video_in
from tests.app.training.corrected_project import drawn
from tests.model.adapting.made import small_checkpoint
from tests.model.small import box_track

NAMES = [f"video {number}" for number in range(40)]


def test_a_quarter_of_the_open_videos_is_golden_if_that_is_enough() -> None:
    assert chosen(NAMES[:19], {}) == []
    assert chosen(NAMES[:20], {}) == by_hash(NAMES[:20])[:5]
    assert len(chosen(NAMES, {})) == 10 and len(chosen([*NAMES, *map(str, range(40))], {})) == agreeing.MOST_VIDEOS


def test_what_is_golden_stays_golden_and_what_had_another_role_never_is() -> None:
    first = chosen(NAMES[:24], {})
    roles = dict.fromkeys(first, GOLDEN)
    assert chosen(NAMES, roles)[: len(first)] == first and len(chosen(NAMES, roles)) == 10
    few = [*first, "one more"]
    assert chosen(few, roles) == first, "fewer others do not take it away"
    assert chosen(first[:4], roles) == [], "the rest was corrected by now"
    taught = dict.fromkeys(NAMES[:30], "trained")
    assert chosen(NAMES, taught) == []


def sure(network: object, frames: object, video: ClipVideo, count: int) -> ClipVideo:
    """Finds one thing at the left edge of each video, but nothing in those whose name says so."""
    track = box_track(1, 1, (1,) * count, (0, 0, 4, 4), (video.height, video.width))
    tracks = () if video.name.startswith("empty") else (track,)
    return ClipVideo(video.name, count, video.height, video.width, tracks)


@pytest.mark.parametrize("empty", [0, 1])
def test_the_videos_are_neither_corrected_nor_replayed_and_shown_in_a_mirror(
    database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty: int
) -> None:
    monkeypatch.setattr(agreeing, "SHARE", 1)
    monkeypatch.setattr(confident_replay, "_confident", sure)
    made, categories = project_with(database, "fish")
    names = ["corrected", *(f"empty {k}" if k < empty else f"open {k}" for k in range(5))]
    clips = [video_in(database, settings, made, tmp_path, name) for name in names]
    drawn(database, clips[0], categories["fish"].id, frames=2)
    corrected = ProjectClips(database, project_id=made.id, video_ids=[clips[0].id])
    start = small_checkpoint()

    def found() -> Agreement | None:
        with database.read() as tx:
            roles = video_roles(tx, made.id)
        return agreement(database, start, corrected, roles, project_id=made.id, device="cpu")

    agreed = found()
    if empty:
        assert agreed is None, "in too few it is sure of anything"
        return
    assert agreed is not None and set(agreed.video_ids) == {clip.id for clip in clips[1:]}
    golden = agreed.golden
    assert (golden.kind, golden.against, golden.choosing, len(golden.videos)) == (AGREEMENT, "first", None, 5)
    width = golden.source.videos[0].width
    [track] = golden.source.videos[0].tracks
    assert track.segmentations[0] is not None and coco.toBbox(track.segmentations[0])[0] == width - 4
    with database.atomic() as tx:
        give_roles(tx, made.id, dict.fromkeys(agreed.contents, GOLDEN))
    assert replay_for(database, start, project_id=made.id, used=[clips[0].id], device="cpu") is None
    again = found()
    assert again is not None and again.video_ids == agreed.video_ids
