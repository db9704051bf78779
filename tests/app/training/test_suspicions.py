"""Corrections that look spoiled are named by video, track and frame."""

import shutil
from pathlib import Path
from typing import Any

import cv2
import pytest

from app.errors import Cancelled
from app.library.videos import add_video
from app.settings import Settings
from app.training import suspicions
from app.training.project_clips import ProjectClips
from app.training.suspicions import CorrectionCheck, NamedMask, check_corrections, check_project, sentences
from model.suspicious import SuspiciousMask
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import new_track, project_with, send
from tests.model.likely_errors.scenes import BLUE, RED, picture, rle

FRAMES = 12


@pytest.fixture
def spoiled(database: Database, settings: Settings, tmp_path: Path) -> tuple[Project, Video]:
    """Two tracks of human masks of two things; in frame 6 the first one has the mask of the second."""
    near = {frame: (10 + 3 * frame, 10, 24, 24) for frame in range(FRAMES)}
    far = {frame: (120 - 3 * frame, 60, 24, 24) for frame in range(FRAMES)}
    folder = tmp_path / "things"
    folder.mkdir()
    for frame in range(FRAMES):
        shown = picture([(near[frame], RED), (far[frame], BLUE)])
        cv2.imwrite(str(folder / f"{frame:03d}.png"), shown[..., ::-1])
    project, categories = project_with(database, "fish")
    video = add_video(database, settings, project_id=project.id, path=folder)
    first = {frame: rle(near[frame]) for frame in range(FRAMES)} | {6: rle(far[6])}
    for masks in (first, {frame: rle(far[frame]) for frame in range(FRAMES)}):
        assert send(database, video, new_track(categories["fish"].id, masks)[1])["status"] == "applied"
    return project, video


def check(database: Database, project: Project, video: Video, **more: Any) -> CorrectionCheck:
    source = ProjectClips(database, project_id=project.id, video_ids=[video.id])
    return check_corrections(source, source.video_ids, **more)


def test_a_mask_in_the_place_of_another_track_is_named(database: Database, spoiled: tuple[Project, Video]) -> None:
    project, video = spoiled
    found = check_project(database, project.id)
    assert (found.masks, found.suspicious) == (2 * FRAMES, 1)
    assert found.share == pytest.approx(1 / (2 * FRAMES))
    [one] = found.named
    assert (one.video_id, one.video, one.track, one.frame) == (video.id, video.name, 1, 6)
    assert "continues track 2 better" in one.reason and one.reason.endswith(".")


def test_a_source_that_is_gone_ends_no_check(database: Database, spoiled: tuple[Project, Video]) -> None:
    project, video = spoiled
    shutil.rmtree(str(video.path))
    assert check(database, project, video).masks == 2 * FRAMES


def test_masks_of_a_machine_are_not_checked(database: Database, spoiled: tuple[Project, Video]) -> None:
    project, video = spoiled
    whole = ProjectClips(database, project_id=project.id, video_ids=[video.id], human_only=False)
    assert check_corrections(whole, [video.id]).masks == 2 * FRAMES


def test_a_cancelled_check_ends_at_once(database: Database, spoiled: tuple[Project, Video]) -> None:
    with pytest.raises(Cancelled):
        check_project(database, spoiled[0].id, cancelled=lambda: True)


def test_a_video_of_many_masks_is_checked_part_by_part(
    database: Database, spoiled: tuple[Project, Video], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suspicions, "_MASKS", 16)
    found = check(database, *spoiled)
    assert found.masks == 2 * FRAMES and [(one.track, one.frame) for one in found.named] == [(1, 6)]


def test_all_suspicious_masks_are_named_the_most_suspicious_of_all_videos_first(
    database: Database, spoiled: tuple[Project, Video], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many masks of the first video look spoiled, worse ones of the second come before them."""
    project, video = spoiled
    of_video = {0: [SuspiciousMask("1", frame, 0.6, ("edge",)) for frame in range(700)]}
    of_video[1] = [SuspiciousMask("2", 3, 0.9, ("size",))]
    monkeypatch.setattr(suspicions, "_search", lambda source, index, *_: of_video[index])
    source = ProjectClips(database, project_id=project.id, video_ids=[video.id, video.id])
    found = check_corrections(source, source.video_ids)
    assert (found.suspicious, len(found.named), found.named[0].track) == (701, 701, 2)
    stored = CorrectionCheck.of_json(found.as_json(most=2))
    assert (stored.suspicious, [one.track for one in stored.named]) == (701, [2, 1])


def test_a_check_is_stored_as_it_was(database: Database, spoiled: tuple[Project, Video]) -> None:
    found = check_project(database, spoiled[0].id)
    assert CorrectionCheck.of_json(found.as_json()) == found
    assert found.as_json()["share"] == round(found.share, 4)


def named(frame: int) -> NamedMask:
    return NamedMask("v", "clip", 3, frame, 0.9, ("edge",), None, "Its outline follows no edge of the picture.")


def test_the_sentences_name_the_first_masks_and_count_the_rest() -> None:
    lines = sentences(CorrectionCheck(1200, 12, tuple(named(frame) for frame in range(12))))
    assert lines[0] == "12 of 1,200 masks look spoiled; they are trained on unless you correct them:"
    assert lines[1] == "clip, track 3, frame 0: Its outline follows no edge of the picture."
    assert (len(lines), lines[-1]) == (12, "… and 2 more.")
    assert sentences(CorrectionCheck(5, 1, (named(0),)), left_out=True) == (
        "1 of 5 masks looks spoiled; left out of this training:",
        "clip, track 3, frame 0: Its outline follows no edge of the picture.",
    )
    assert sentences(CorrectionCheck(5, 0)) == () and CorrectionCheck(0, 0).share == 0.0


@pytest.mark.parametrize(
    ("masks", "suspicious", "left_out", "share"), [(70, 0, 30, 0.3), (90, 9, 10, 0.19), (10, 1, 0, 0.1), (0, 0, 0, 0.0)]
)
def test_what_was_left_out_counts_as_suspicious(masks: int, suspicious: int, left_out: int, share: float) -> None:
    assert CorrectionCheck(masks, suspicious).share_with(left_out) == pytest.approx(share)
