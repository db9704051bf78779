"""Proposing a video: frames counted first, windows stored as they come, cancelled half-way, a real small network."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from app.errors import BadInput, Cancelled
from app.job_kinds import HANDLERS
from app.propose import propose_video
from app.settings import Settings
from app.warm import Loaded, WarmModel, choose_device
from app.work import Work
from storage import models, tracks, videos
from storage.database import Database
from storage.frames import SourceMissing
from storage.models import Checkpoint
from storage.runs import list_runs
from storage.videos import Video
from tests.app.made import FRAMES, project_with, square, video_in

CLASSES = ("dog", "star")


def never() -> bool:
    return False


def quiet(progress: float, message: str) -> None:
    assert 0.0 <= progress <= 1.0 and message


class Fake:
    """In place of the network and its windows: two windows; a dog throughout, a star in the first."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import model.windows

        self.seen: list[np.ndarray] = []
        self.arguments: dict[str, Any] = {}
        monkeypatch.setattr(model.windows, "propose", self.propose)

    def get(self, checkpoint: Checkpoint, *, precision: str | None = None) -> Loaded:
        return Loaded(network="net", config="config", categories=CLASSES, device="cpu", precision="float32")

    def propose(
        self,
        network: Any,
        frames: Iterator[np.ndarray],
        *,
        count: int,
        on_window: Callable[[int, int], None],
        cancelled: Callable[[], bool],
        **arguments: Any,
    ) -> Iterator[Any]:
        self.arguments = arguments
        for start, stop in ((0, 8), (8, count)):
            if cancelled():
                return
            self.seen += [next(frames) for _ in range(start, stop)]
            found = [self.track(0, 0, start, stop)] + ([self.track(1, 1, start, stop)] if start == 0 else [])
            yield SimpleNamespace(start=start, stop=stop, tracks=tuple(found))
            on_window(stop, count)

    def track(self, number: int, label: int, start: int, stop: int) -> Any:
        length = stop - start
        return SimpleNamespace(
            track=number,
            label=label,
            score=0.8,
            runners_up=((1 - label, 0.1),),
            frame_scores=(0.7,) * length,
            segmentations=(square(5 + 20 * number, 5), None, *[square(5 + 20 * number, 6)] * (length - 2)),
        )


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    return Fake(monkeypatch)


@pytest.fixture
def video(database: Database, settings: Settings, tmp_path: Path) -> Video:
    project, _ = project_with(database, "dog")
    with database.atomic() as tx:
        models.add_checkpoint(
            tx, name="c", path="c.safetensors", sha256="c", config="t", categories=CLASSES, size_bytes=1
        )
    return video_in(database, settings, project, tmp_path)


def propose(database: Database, settings: Settings, video: Video, warm: Any, **more: Any) -> Any:
    given = {"report": quiet, "cancelled": never, "checkpoint_id": None, **more}
    return propose_video(database, settings, video_id=video.id, warm=warm, **given)


def test_every_frame_is_read_once_and_in_order(
    database: Database, settings: Settings, video: Video, fake: Fake
) -> None:
    propose(database, settings, video, fake)
    from tests.storage.made_videos import decoded

    assert len(fake.seen) == FRAMES
    assert all(np.array_equal(a, b) for a, b in zip(fake.seen, decoded(Path(video.path)), strict=True))
    assert fake.arguments["rule"] == "review"


def test_tracks_scores_and_absence_are_stored(database: Database, settings: Settings, video: Video, fake: Fake) -> None:
    done = propose(database, settings, video, fake)
    assert (done.added, dict(done.unmapped)) == (2, {"star": 1})
    with database.read() as tx:
        dog, star = tracks.list_tracks(tx, video.id)
        rows = {(row.track_id, row.frame): row for row in tracks.rows(tx, video.id)}
        [run] = list_runs(tx, video.project_id)
    assert dog.score == pytest.approx(0.8) and star.category_id is None
    assert star.score == pytest.approx(0.8 * 8 / FRAMES)
    assert len(rows) == 2 * FRAMES
    assert rows[dog.id, 1].state == "absent" and rows[dog.id, 8].state == "present"
    assert {rows[star.id, frame].state for frame in range(8, FRAMES)} == {"absent"}
    assert (run.state, dict(run.unmapped or {})) == ("done", {"star": 1})
    assert dict(run.settings or {})["rule"] == "review"


def test_a_cancelled_run_keeps_the_windows_that_were_done(
    database: Database, settings: Settings, video: Video, fake: Fake
) -> None:
    with pytest.raises(Cancelled):
        propose(database, settings, video, fake, cancelled=lambda: len(fake.seen) > 0)
    with database.read() as tx:
        frames = {row.frame for row in tracks.rows(tx, video.id)}
        [run] = list_runs(tx, video.project_id)
    assert frames == set(range(8))
    assert run.state == "cancelled"


def test_frames_that_are_not_counted_yet_are_counted_first(
    database: Database, settings: Settings, video: Video, fake: Fake
) -> None:
    with database.atomic() as tx:
        videos.confirm_video(tx, video.id, index_json=dict(video.index), count=video.count, confirmed=0)
    said: list[str] = []
    propose(database, settings, video, fake, report=lambda progress, message: said.append(message))
    with database.read() as tx:
        assert videos.get_video(tx, video.id).confirmed == FRAMES
        assert len(tracks.list_tracks(tx, video.id)) == 2
    assert said[0].startswith("Counting")


def test_a_source_that_is_gone_is_refused_before_the_model_is_loaded(
    database: Database, settings: Settings, video: Video
) -> None:
    Path(video.path).unlink()
    with pytest.raises(SourceMissing):
        propose(database, settings, video, None)


def test_a_checkpoint_whose_file_is_gone_is_named(database: Database, settings: Settings, video: Video) -> None:
    with pytest.raises(BadInput, match=r"checkpoint c is gone"):
        propose(database, settings, video, WarmModel(settings))


def test_without_a_checkpoint_the_ways_out_are_named(database: Database, settings: Settings, tmp_path: Path) -> None:
    project, _ = project_with(database, "dog")
    found = video_in(database, settings, project, tmp_path)
    with pytest.raises(BadInput, match="draw by hand"):
        propose(database, settings, found, None)


def test_a_failure_in_the_model_ends_the_run_and_stores_no_track(
    database: Database, settings: Settings, video: Video, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Iterator[Any]:
        raise MemoryError("out of memory")

    import model.windows

    monkeypatch.setattr(model.windows, "propose", broken)
    with pytest.raises(MemoryError):
        propose(database, settings, video, fake)
    with database.read() as tx:
        assert [run.state for run in list_runs(tx, video.project_id)] == ["failed"]
        assert tracks.list_tracks(tx, video.id) == ()


def test_a_device_that_is_not_there_is_refused() -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    assert choose_device(None) == "cpu"
    with pytest.raises(BadInput, match="CUDA"):
        choose_device("cuda:0")


def test_the_job_proposes_with_a_real_small_network(database: Database, settings: Settings, tmp_path: Path) -> None:
    import torch

    from model import checkpoint as files
    from model.config import named
    from model.tevit import build

    torch.manual_seed(0)
    network = build(named("tevit_tiny"))
    classes = tuple(f"thing {k}" for k in range(network.config.classes))
    files.save(settings.checkpoints / "tiny.safetensors", files.from_network(network, classes))
    project, _ = project_with(database, "thing 0")
    video = video_in(database, settings, project, tmp_path)
    with database.atomic() as tx:
        found = models.add_checkpoint(
            tx,
            name="tiny",
            path="checkpoints/tiny.safetensors",
            sha256="tiny",
            config="tevit_tiny",
            categories=classes,
            size_bytes=1,
        )
    warm = WarmModel(settings)

    def report(progress: float, message: str) -> None:
        quiet(progress, message)

    report.cancelled = never  # type: ignore[attr-defined]
    job = SimpleNamespace(id=None, video_id=video.id, parameters={"checkpoint": found.id, "rule": "published"})
    work = Work(settings, database, job, report, warm)  # type: ignore[arg-type]
    result = HANDLERS["propose"](work)
    assert result is not None and result["added"] >= 1
    assert warm.get(found) is warm.get(found)
    with database.read() as tx:
        rows = tracks.rows(tx, video.id)
    assert {row.frame for row in rows} == set(range(FRAMES))
