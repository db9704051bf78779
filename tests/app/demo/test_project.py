"""The demo project: made once from the shipped files, two videos corrected in part, the others waiting."""

import json
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from app.demo import project
from app.demo.edits import CORRECTED_SHARE
from app.demo.make import FRAMES, SCENES, SIZE, encode_video, render, truth_of
from app.demo.project import FOLDER, ensure_demo
from app.settings import Settings
from model.procedural import ProceduralTrack, ProceduralVideo
from model.weights import checkpoint
from storage import checkpoints, edits, projects, rle, runs, tracks, videos
from storage.database import Database
from storage.edits.rebuild import check_video
from storage.video_progress import video_summaries

CATEGORIES = ["fish", "star", "jelly", "wheel", "leaf"]


@pytest.fixture
def demo(database: Database, settings: Settings) -> str:
    return ensure_demo(database, settings).id


def test_six_videos_with_masks_without_any_job(database: Database, settings: Settings, demo: str) -> None:
    with database.read() as tx:
        found = videos.list_videos(tx, demo)
        summaries = video_summaries(tx, demo)
        names = [category.name for category in projects.list_categories(tx, demo)]
        last = projects.last_project(tx)
    assert [video.name for video in found] == [scene.name for scene in SCENES] and len(found) == 6
    assert all((video.width, video.height, video.count) == (*SIZE, FRAMES) for video in found)
    assert all(video.confirmed == FRAMES for video in found)
    assert sorted(names) == sorted(CATEGORIES) and last is not None and last.id == demo
    for scene, video in zip(SCENES, found, strict=True):
        judged = summaries[video.id].accepted + summaries[video.id].corrected
        assert summaries[video.id].unreviewed > 0
        assert (judged > 0) == scene.corrected


def test_the_corrected_part_says_what_is_true(database: Database, settings: Settings, demo: str) -> None:
    stop = round(FRAMES * CORRECTED_SHARE)
    with database.read() as tx:
        for video, scene in zip(videos.list_videos(tx, demo), SCENES, strict=True):
            if not scene.corrected:
                continue
            truth = truth_of(render(scene))
            rows = [row for row in tracks.rows(tx, video.id) if row.human]
            known = {track.id for track in tracks.list_tracks(tx, video.id) if not track.rejected}
            assert {row.frame for row in rows} == set(range(stop))
            assert len({row.track_id for row in rows} & known) == len(truth)
            blobs = tracks.masks(tx, video.id, start=0, stop=stop)
            for frame in (0, stop - 1):
                shown = [dict(blobs[r.hash]) for r in rows if r.frame == frame and r.hash and r.track_id in known]
                true = [t["segmentations"][frame] for t in truth if t["segmentations"][frame]]
                assert len(shown) == len(true)
                for mask in true:
                    assert max(rle.iou(mask, other) for other in shown) >= 0.85
            assert check_video(tx, video.id) == []


KINDS = [("proposed", "accepted"), ("drawn", "corrected"), ("proposed", "unreviewed")]
# Per video: tracks, those that are rejected, rows of each of these kinds, edits.
WORK = {
    "tide pool": (3, 0, 60, 6, 42, 4),
    "lagoon": (6, 1, 82, 28, 106, 7),
    "jelly bay": (10, 0, 0, 0, 360, 1),
    "harbour": (4, 0, 0, 0, 144, 1),
    "reef walk": (7, 0, 0, 0, 252, 1),
    "crossing": (6, 0, 0, 0, 216, 1),
}


def test_the_work_in_each_video_is_as_it_was_made(database: Database, settings: Settings, demo: str) -> None:
    shown = {}
    with database.read() as tx:
        for video in videos.list_videos(tx, demo):
            found = tracks.list_tracks(tx, video.id)
            rows = [(row.source, row.review) for row in tracks.rows(tx, video.id)]
            counts = [rows.count(kind) for kind in KINDS]
            assert sum(counts) == len(rows)
            log = edits.edits_since(tx, 0, video=video.id)
            shown[video.name] = (len(found), sum(track.rejected for track in found), *counts, len(log))
            assert log[0].kind == "propose" and log[0].author.startswith("run:")
            assert {edit.author for edit in log[1:]} <= {"demo"}
            run = runs.latest_run(tx, video.id)
            assert run is not None and (run.state, run.author) == ("done", log[0].author)
    assert shown == WORK


def test_it_is_made_only_once(database: Database, settings: Settings, demo: str) -> None:
    assert ensure_demo(database, settings).id == demo
    with database.atomic() as tx:
        projects.rename_project(tx, demo, "mine now")
    assert ensure_demo(database, settings).name == "mine now"
    with database.read() as tx:
        assert len(projects.list_projects(tx)) == 1


class Interrupted(Exception):
    """Stands for a power cut."""


@pytest.mark.parametrize(("step", "at"), [("add_video", 1), ("_fill", 1), ("_apply", 3)])
def test_a_start_that_was_interrupted_is_finished_by_the_next_one(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, step: str, at: int
) -> None:
    done = getattr(project, step)
    calls = [0]

    def breaks(*arguments: Any, **named: Any) -> Any:
        calls[0] += 1
        if calls[0] > at:
            raise Interrupted
        return done(*arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(project, step, breaks)
        for _ in range(2):
            with pytest.raises(Interrupted):
                ensure_demo(database, settings)
            calls[0] = at
    made = ensure_demo(database, settings).id
    with database.read() as tx:
        found = videos.list_videos(tx, made)
        summaries = video_summaries(tx, made)
        assert len(projects.list_projects(tx)) == 1 and len(checkpoints.list_checkpoints(tx)) == 1
        for video in found:
            assert check_video(tx, video.id) == []
    assert sorted(video.name for video in found) == sorted(scene.name for scene in SCENES)
    for scene in SCENES:
        (summary,) = [summaries[video.id] for video in found if video.name == scene.name]
        assert summary.state == ("review" if scene.corrected else "proposed")


def test_a_project_of_ones_own_named_demo_is_left_alone(database: Database, settings: Settings) -> None:
    with database.atomic() as tx:
        own = projects.create_project(tx, name="demo")
    made = ensure_demo(database, settings)
    assert (made.id != own.id, made.name) == (True, "demo 2")
    with database.read() as tx:
        assert videos.list_videos(tx, own.id) == () and len(videos.list_videos(tx, made.id)) == 6
    assert ensure_demo(database, settings).id == made.id


def test_the_checkpoint_is_registered_small_and_good_enough(database: Database, settings: Settings, demo: str) -> None:
    with database.read() as tx:
        active = checkpoints.active_checkpoint(tx, demo)
    assert active is not None and active.name == "demo" and list(active.categories) == CATEGORIES
    stored = settings.data / active.path
    assert stored.stat().st_size <= 16 * 2**20
    assert checkpoint.file_hash(stored) == active.sha256
    assert checkpoint.load(stored).config.name == "tevit_tiny"
    described = json.loads((FOLDER / "checkpoint.json").read_text())
    assert described["metrics"]["AP50"] >= 0.6


def test_the_shipped_videos_decode_to_what_was_rendered() -> None:
    content = json.loads((FOLDER / "demo.json").read_text())
    for entry in content["videos"]:
        with av.open(str(FOLDER / entry["file"])) as container:
            assert sum(1 for _ in container.decode(video=0)) == FRAMES


def test_encoded_frames_stay_close_to_the_rendered_ones(tmp_path: Path) -> None:
    frames = np.zeros((5, 64, 96, 3), np.uint8)
    for k in range(5):
        frames[k, 10:40, 10 + 8 * k : 40 + 8 * k] = (200, 120, 40)
    encode_video(tmp_path / "v.mp4", frames)
    with av.open(str(tmp_path / "v.mp4")) as container:
        seen = np.stack([f.to_ndarray(format="rgb24") for f in container.decode(video=0)])
    assert seen.shape == frames.shape
    assert np.abs(seen.astype(int) - frames).mean() < 6


def test_truth_has_null_where_nothing_is_seen() -> None:
    masks = np.zeros((2, 8, 8), bool)
    masks[0, 2:5, 2:5] = True
    video = ProceduralVideo(np.zeros((2, 8, 8, 3), np.uint8), (ProceduralTrack(3, masks),))
    (track,) = truth_of(video)
    assert track["label"] == 3 and track["segmentations"][1] is None
    assert rle.area(track["segmentations"][0]) == 9
