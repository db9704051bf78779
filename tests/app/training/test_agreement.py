"""The golden set of a network whose own data nobody has: its confident tracks in open videos."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pycocotools import mask as coco

from app.settings import Settings
from app.training.agreement import FRAMES, agreement
from app.training.project_clips import ProjectClips
from app.training.report import AGREEMENT
from model.adapting import confident_replay
from model.training.clips import ClipVideo
from model.weights.checkpoint import from_network
from storage.database import Database
from tests.app.made import project_with, video_in
from tests.model.adapting.made import small_checkpoint
from tests.model.small import CONFIG, NAMES, box_track, small_network


def sure(network: object, frames: object, video: ClipVideo, count: int) -> ClipVideo:
    """Finds one thing at the left edge of each video, but nothing in those whose name says so."""
    track = box_track(1, 1, (1,) * count, (0, 0, 4, 4), (video.height, video.width))
    tracks = () if video.name.startswith("empty") else (track,)
    return ClipVideo(video.name, count, video.height, video.width, tracks)


@pytest.mark.parametrize("empty", [0, 1])
def test_the_videos_are_shown_in_a_mirror(
    database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty: int
) -> None:
    monkeypatch.setattr(confident_replay, "_confident", sure)
    made, _ = project_with(database, "fish")
    for k in range(5):
        video_in(database, settings, made, tmp_path, f"empty {k}" if k < empty else f"open {k}")
    videos = ProjectClips(database, project_id=made.id, category_ids=())
    golden = agreement(small_checkpoint(), videos, device="cpu")
    if empty:
        assert golden is None, "in too few it is sure of anything"
        return
    assert golden is not None
    assert (golden.kind, golden.against, golden.choosing, len(golden.videos)) == (AGREEMENT, "first", None, 5)
    width = golden.source.videos[0].width
    [track] = golden.source.videos[0].tracks
    assert track.segmentations[0] is not None and coco.toBbox(track.segmentations[0])[0] == width - 4


class LongVideos:
    """Videos of forty frames."""

    categories: tuple[str, ...] = ()

    def __init__(self, count: int) -> None:
        self.videos: Sequence[ClipVideo] = [ClipVideo(f"long {k}", 40, 16, 16, ()) for k in range(count)]

    def read_frames(self, video: int, frames: Sequence[int]) -> np.ndarray:
        return np.zeros((len(frames), 16, 16, 3), np.uint8)


def test_a_network_with_long_windows_sees_every_video(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confident_replay, "_confident", sure)
    first = from_network(small_network(0, replace(CONFIG, window=36)), NAMES)
    golden = agreement(first, LongVideos(6), device="cpu")
    assert golden is not None
    assert [video.count for video in golden.source.videos] == [FRAMES] * 6
