from pathlib import Path

import pytest
import torch

from app.settings import Settings
from app.training.adapting import SEED, replay_for, replay_of
from app.training.project_clips import ProjectClips
from model.adapting import confident_replay
from model.config import named
from model.network.tevit import build
from model.training.clips import ClipVideo
from model.weights.checkpoint import from_network
from storage.database import Database
from tests.app.made import project_with, video_in
from tests.app.training.corrected_project import CLASSES
from tests.model.adapting.made import small_checkpoint
from tests.model.small import box_track


def test_the_demo_replays_its_own_domain_and_other_networks_do_not() -> None:
    torch.manual_seed(0)
    demo = from_network(build(named("tevit_tiny")), CLASSES)
    replay = replay_of(demo)
    assert replay is not None and tuple(replay.categories) == CLASSES and SEED != 900001
    assert {(video.count, video.width, video.height) for video in replay.videos} == {(8, 160, 96)}
    assert replay_of(small_checkpoint()) is None
    renamed = from_network(build(named("tevit_tiny")), ("a", "b", "c", "d", "e"))
    assert replay_of(renamed) is None


def test_other_networks_replay_their_confident_tracks_in_videos_that_nobody_corrected(
    database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = project_with(database, "fish")
    start = small_checkpoint()

    def clips() -> ProjectClips:
        return ProjectClips(database, project_id=made.id, category_ids=())

    assert replay_for(start, clips, device="cpu") is None
    other = video_in(database, settings, made, tmp_path, "three")

    def sure(network: object, frames: object, video: ClipVideo, count: int) -> ClipVideo:
        track = box_track(1, 2, (1,) * count, (0, 0, 4, 4), (video.height, video.width))
        return ClipVideo(video.name, count, video.height, video.width, (track,))

    monkeypatch.setattr(confident_replay, "_confident", sure)
    replay = replay_for(start, clips, device="cpu")
    assert replay is not None and tuple(replay.categories) == start.categories
    assert [video.name for video in replay.videos] == [other.name] and replay.videos[0].tracks[0].label == 2
    assert replay.read_frames(0, [0]).shape[1:3] == (other.height, other.width)
