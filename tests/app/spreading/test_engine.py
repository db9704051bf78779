"""A spread with the real engine, without weights of a network: a drawn mask follows what moves."""

import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from app import machine
from app.checkpoints import networks
from app.checkpoints.warm_model import WarmModel
from app.demo.make import encode_video
from app.jobs.reporter import JobReporter
from app.library.videos import add_video
from app.settings import Settings
from app.spreading import engine
from app.spreading.requesting import checkpoint_in_use, request_spread
from app.spreading.stretches import SpreadRequest
from app.worker.handlers import AT_ONCE
from app.worker.job import JobContext
from model.propagation import spread
from storage import jobs, projects
from storage.database import Database
from tests.app.made import add_checkpoint, project_with
from tests.app.spreading.fake_spreader import Spreading

COUNT, SIZE, SIDE = 8, (128, 96), 32


def texture(seed: int, size: tuple[int, int], level: int) -> np.ndarray:
    """Colourful noise around a grey level, without sharp edges, uint8 H x W x 3."""
    noise = np.random.default_rng(seed).normal(size=(size[1], size[0], 3)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2.0)
    return np.clip(level + 45 * smooth / smooth.std(), 0, 255).astype(np.uint8)


def corner(frame: int) -> tuple[int, int]:
    return 12 + 3 * frame, 20 + frame


def truth(frame: int) -> np.ndarray:
    mask = np.zeros(SIZE[::-1], bool)
    x, y = corner(frame)
    mask[y : y + SIDE, x : x + SIDE] = True
    return mask


def moving_square() -> np.ndarray:
    """A textured square that moves over another texture."""
    thing, frames = texture(1, (SIDE, SIDE), 180), np.repeat(texture(0, SIZE, 80)[None], COUNT, axis=0)
    for k in range(COUNT):
        x, y = corner(k)
        frames[k, y : y + SIDE, x : x + SIDE] = thing
    return frames


class FilmedSquare(Spreading):
    """The same scene with a video of its own."""

    def __init__(self, database: Database, settings: Settings, folder: Path) -> None:
        self.database = database
        project, categories = project_with(database, "dog")
        self.dog = categories["dog"].id
        path = folder / "square.mp4"
        encode_video(path, moving_square())
        self.take(add_video(database, settings, project_id=project.id, path=path))


def test_the_job_follows_a_moving_thing_and_says_how_sure_it_is(
    database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "find", lambda name: None)
    scene = FilmedSquare(database, settings, tmp_path)
    track = scene.drawn({0: truth(0), COUNT - 1: truth(COUNT - 1)})
    with database.atomic() as tx:
        request = SpreadRequest((track,), 0, "forward")
        job = jobs.enqueue(tx, kind="spread", project_id=None, video_id=scene.video.id, parameters=request.as_json())
    with JobReporter(database, job.id, worker="w") as report:
        report.cancelled = lambda: False  # type: ignore[method-assign]
        result = AT_ONCE["spread"](JobContext(settings, database, job, report, WarmModel(settings)))
    found = scene.drafts()
    assert result == {"run": scene.run().id, "frames": COUNT - 2} and sorted(found) == list(range(1, COUNT - 1))
    for frame, draft in found.items():
        mask = scene.mask(draft.blob_hash)
        assert (mask & truth(frame)).sum() / (mask | truth(frame)).sum() > 0.75, frame
        assert draft.confidence is not None and 0 <= draft.confidence <= 1


def in_use(database: Database, settings: Settings, scene: FilmedSquare, file: Path | None) -> str:
    """Choose a checkpoint with this file in the scene's project; returns its id."""
    made = add_checkpoint(database, "dog", name="of ours", chosen_in=scene.video.project_id)
    if file is not None:
        place = settings.data / made.path
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, place)
    return made.id


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ("nothing", "with of ours"),
        ("gone", "without of ours, whose file is gone"),
        ("damaged", "without of ours, whose file is damaged"),
        ("large", "without of ours, which is too slow without a GPU"),
    ],
)
def test_the_checkpoint_in_use_takes_part_or_the_job_says_why_not(
    spoil: str,
    words: str,
    database: Database,
    settings: Settings,
    tmp_path: Path,
    checkpoint: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "find", lambda name: None)
    settings = replace(settings, device="cpu")
    scene = FilmedSquare(database, settings, tmp_path)
    if spoil == "damaged":
        checkpoint = tmp_path / "damaged.safetensors"
        checkpoint.write_bytes(b"nothing of a checkpoint")
    if spoil == "large":
        monkeypatch.setattr(machine, "MOST_ON_CPU", 10)
    named = in_use(database, settings, scene, None if spoil == "gone" else checkpoint)
    asked: list[object] = []
    monkeypatch.setattr(engine, "spread", lambda *of, model, **more: asked.append(model) or spread(*of, **more))
    track = scene.drawn({0: truth(0)})
    with database.atomic() as tx:
        jobs.request_cancel(tx, scene.job)
    request = SpreadRequest((track,), 0, "both", 1, 3)
    job = request_spread(database, settings, video_id=scene.video.id, request=request)

    assert job.parameters["checkpoint"] == named
    said: list[str] = []
    with JobReporter(database, job.id, worker="w") as report:
        report.cancelled = lambda: False  # type: ignore[method-assign]
        monkeypatch.setattr(JobReporter, "__call__", lambda self, share, message: said.append(message))
        AT_ONCE["spread"](JobContext(settings, database, job, report, WarmModel(settings)))

    assert [model is not None for model in asked] == [spoil == "nothing"]
    assert said[-1] == f"Spreading: 2 of 2 frames, {words}" and sorted(scene.drafts()) == [1, 2]


def test_the_factory_checkpoint_serves_in_the_demos_project_alone(database: Database) -> None:
    project, _ = project_with(database, "dog")
    demo, own = add_checkpoint(database, "disc"), add_checkpoint(database, "dog", name="own")
    with database.atomic() as tx:
        assert checkpoint_in_use(tx, project_id=project.id, checkpoint_id=None) is None
        assert checkpoint_in_use(tx, project_id=project.id, checkpoint_id=demo.id) == demo
        assert checkpoint_in_use(tx, project_id=project.id, checkpoint_id=own.id) == own
        projects.set_setting(tx, "demo_project", project.id)
        assert checkpoint_in_use(tx, project_id=project.id, checkpoint_id=None) == demo


def test_weights_that_come_while_the_worker_lives_are_used_and_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[str] = []
    monkeypatch.setattr(networks, "load_trunk", lambda device: (loads.append(device) or "trunk", ""))
    monkeypatch.setattr(engine, "find", lambda name: None)
    networks.kept_trunk.cache_clear()
    assert engine.make_spreader("cpu").keywords["trunk"] is None  # type: ignore[attr-defined]
    monkeypatch.setattr(engine, "find", lambda name: Path("weights"))
    used = [engine.make_spreader("cpu").keywords["trunk"] for _ in range(2)]  # type: ignore[attr-defined]
    networks.kept_trunk.cache_clear()
    assert used == ["trunk"] * 2 and loads == ["cpu"]
