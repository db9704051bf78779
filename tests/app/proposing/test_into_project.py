"""Proposing for a video: stored window by window, frames counted on the way, a real small network."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from sqlalchemy import update

from app.checkpoints.warm_model import WarmModel
from app.errors import BadInput, Cancelled
from app.machine import choose_device
from app.proposing import into_project
from app.settings import Settings
from app.worker.handlers import HANDLERS
from app.worker.job import JobContext
from model.thresholds import Thresholds
from model.tracking.settings import ProposeSettings
from storage import schema, tracks, videos
from storage.database import Database
from storage.frames import SourceMissing
from storage.videos import Video
from tests.app.made import FRAMES, add_checkpoint, project_with, video_in
from tests.app.proposing.fake_windows import FakeWindows
from tests.app.proposing.one_video import Desk, never, quiet, video_to_propose
from tests.storage.made_videos import decoded

# --- the whole way


def test_every_frame_is_read_once_and_in_order(desk: Desk, fake: FakeWindows) -> None:
    desk.propose()

    assert len(fake.frames_seen) == FRAMES
    assert all(np.array_equal(a, b) for a, b in zip(fake.frames_seen, decoded(Path(desk.video.path)), strict=True))
    assert (fake.arguments["settings"].rule, fake.arguments["state"]) == ("review", None)


def test_tracks_scores_and_absence_are_stored(desk: Desk) -> None:
    done = desk.propose()

    assert (done.added, dict(done.unmapped), done.resumed_at) == (2, {"star": 1}, 0)
    dog, star = desk.tracks()
    assert dog.score == star.score == pytest.approx(0.62)
    assert star.category_id is None and (star.extra or {})["class"] == "star"
    rows = desk.rows()
    assert len(rows) == 2 * FRAMES
    assert [rows[1, frame].state for frame in (0, 1, 8)] == ["present", "absent", "present"]
    assert {rows[2, frame].state for frame in range(4, FRAMES)} == {"absent"}
    run = desk.run()
    assert (run.state, dict(run.unmapped or {}), dict(run.settings or {})["rule"]) == ("done", {"star": 1}, "review")
    desk.assert_log_explains_tables()


def test_the_settings_reach_the_model(desk: Desk, fake: FakeWindows) -> None:
    desk.propose(
        propose_settings=ProposeSettings(rule="published", precision="fast", max_tracks=3, window=8, overlap=2)
    )

    assert fake.arguments["settings"] == ProposeSettings("published", "fast", 3, 8, 2, Thresholds(), steady=False)


def test_each_window_can_be_seen_while_the_next_one_runs(desk: Desk, fake: FakeWindows) -> None:
    seen: dict[int, set[int]] = {}
    fake.before = lambda start: seen.update({start: {frame for _, frame in desk.rows()}})

    desk.propose()

    assert seen == {0: set(), 4: set(range(4)), 8: set(range(8)), 12: set(range(12))}


def test_a_track_that_comes_late_is_absent_in_what_was_before(desk: Desk, fake: FakeWindows) -> None:
    fake.places, fake.labels = {5: {frame: (9, 9) for frame in (9, 10)}}, {5: 0}

    desk.propose()

    states = [desk.rows()[1, frame].state for frame in range(FRAMES)]
    assert states == ["absent"] * 9 + ["present"] * 2 + ["absent"]


def test_a_track_that_changes_its_class_changes_its_category(desk: Desk, fake: FakeWindows) -> None:
    fake.label = lambda number, stop: 1 if stop <= 4 else 0  # type: ignore[method-assign]
    categories = []
    fake.before = lambda start: categories.append([track.category_id is None for track in desk.tracks()])

    desk.propose()

    assert categories == [[], [True, True], [False, False], [False, False]]


def test_scene_cuts_are_kept_on_the_video(desk: Desk, fake: FakeWindows) -> None:
    fake.cuts = (3, 9)

    desk.propose()

    with desk.database.read() as tx:
        assert videos.get_video(tx, desk.video.id).cuts == [3, 9]


def test_progress_only_grows(desk: Desk) -> None:
    reported: list[float] = []
    desk.propose(report=lambda progress, message: reported.append(progress))

    assert reported == sorted(reported) and reported[-1] == 1.0


# --- frames that are not counted yet


def uncounted(desk: Desk, *, confirmed: int = 0) -> None:
    with desk.database.atomic() as tx:
        index = {**videos.get_video(tx, desk.video.id).index, "confirmed": False}
        videos.store_index(tx, desk.video.id, index_json=index, count=FRAMES, confirmed=confirmed)


def test_frames_are_confirmed_while_they_are_proposed(desk: Desk, fake: FakeWindows) -> None:
    uncounted(desk)
    known: list[int] = []

    def look(start: int) -> None:
        with desk.database.read() as tx:
            known.append(videos.get_video(tx, desk.video.id).confirmed)

    fake.before = look
    desk.propose()

    assert known[0] == 0 and known == sorted(known) and known[1] >= 4
    with desk.database.read() as tx:
        assert videos.get_video(tx, desk.video.id).confirmed == FRAMES
    assert len(fake.frames_seen) == FRAMES, "no pass of its own for counting"
    assert len(desk.rows()) == 2 * FRAMES


def test_a_run_over_frames_that_are_not_counted_goes_on_at_the_right_picture(desk: Desk, fake: FakeWindows) -> None:
    uncounted(desk)
    with pytest.raises(Cancelled):
        desk.propose(cancelled=lambda: len(fake.windows_done) == 1)
    fake.frames_seen.clear()

    assert desk.propose().resumed_at == 4

    assert np.array_equal(fake.frames_seen[0], decoded(Path(desk.video.path))[4])
    with desk.database.read() as tx:
        assert videos.get_video(tx, desk.video.id).confirmed == FRAMES


@pytest.fixture
def video(database: Database, settings: Settings, tmp_path: Path) -> Video:
    return video_to_propose(database, settings, tmp_path)


# --- what cannot be


def test_a_source_that_is_gone_is_refused_before_the_model_is_loaded(
    database: Database, settings: Settings, video: Video
) -> None:
    Path(video.path).unlink()
    with pytest.raises(SourceMissing):
        Desk(database, settings, video, None).propose()


def test_a_checkpoint_whose_file_is_gone_is_named(database: Database, settings: Settings, video: Video) -> None:
    with pytest.raises(BadInput, match=r"checkpoint c is gone"):
        Desk(database, settings, video, WarmModel(settings)).propose()


def test_without_a_checkpoint_the_ways_out_are_named(database: Database, settings: Settings, tmp_path: Path) -> None:
    project, _ = project_with(database, "dog")
    found = video_in(database, settings, project, tmp_path)
    with pytest.raises(BadInput, match="draw by hand"):
        Desk(database, settings, found, None).propose()


def test_a_device_that_is_not_there_is_refused() -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    assert choose_device(None) == "cpu"
    with pytest.raises(BadInput, match="CUDA"):
        choose_device("cuda:0")


def test_the_job_proposes_with_a_real_small_network(database: Database, settings: Settings, tmp_path: Path) -> None:
    import torch

    from model.config import named
    from model.network.tevit import build
    from model.weights.checkpoint import from_network, save

    torch.manual_seed(0)
    network = build(named("tevit_tiny"))
    classes = tuple(f"thing {k}" for k in range(network.config.classes))
    save(settings.checkpoints / "tiny.safetensors", from_network(network, classes))
    project, _ = project_with(database, "thing 0")
    video = video_in(database, settings, project, tmp_path)
    found = add_checkpoint(database, *classes, name="tiny")
    warm = WarmModel(settings)

    def report(progress: float, message: str) -> None:
        quiet(progress, message)

    report.cancelled = never  # type: ignore[attr-defined]
    asked = {"checkpoint": found.id, "rule": "published"}
    job = SimpleNamespace(id=None, project_id=project.id, video_id=video.id, parameters=asked)
    context = JobContext(settings, database, job, report, warm)  # type: ignore[arg-type]
    result = HANDLERS["propose"](context)
    assert result is not None and result["added"] >= 1
    assert warm.get(found) is warm.get(found)
    with database.read() as tx:
        rows = tracks.rows(tx, video.id)
    assert {row.frame for row in rows} == set(range(FRAMES))


# --- what a run was made to


def test_which_of_several_gpus_it_was_makes_no_other_run(desk: Desk) -> None:
    checkpoint = SimpleNamespace(id="c", provenance=None)
    one, other, processor = (
        into_project.run_key(desk.video, checkpoint, ProposeSettings(precision="fast"), device=device)  # type: ignore[arg-type]
        for device in ("cuda:0", "cuda:3", "cpu")
    )
    assert one == other and one.settings["device"] == "cuda"
    assert processor.settings["device"] == "cpu" and processor != one


def test_the_key_of_a_run_has_the_settings_as_they_were_given(desk: Desk) -> None:
    """Runs that an earlier version stored are found by these names and values."""
    settings = ProposeSettings("published", "fast", window=8)
    key = into_project.run_key(desk.video, SimpleNamespace(id="c", provenance=None), settings, device="cpu")  # type: ignore[arg-type]
    assert dict(key.settings) == {
        "rule": "published",
        "precision": "fast",
        "device": "cpu",
        "max_tracks": None,
        "window": 8,
        "overlap": None,
        "thresholds": {"begin": 0.4, "go_on": 0.25, "floor": 0.1, "share": 0.3},
        "steady": None,
    }


def test_the_thresholds_of_the_checkpoint_reach_the_model_and_the_key(desk: Desk, fake: FakeWindows) -> None:
    own = Thresholds(0.2, 0.1, 0.05)
    fake.thresholds = own
    desk.propose()
    assert fake.arguments["settings"].thresholds == own
    assert (desk.run().settings or {})["thresholds"] == own.as_json()
    described = SimpleNamespace(id="c", provenance={"thresholds": own.as_json()})
    key = into_project.run_key(desk.video, described, ProposeSettings(), device="cpu")  # type: ignore[arg-type]
    assert key.settings["thresholds"] == own.as_json()
    asked = ProposeSettings(thresholds=Thresholds(0.3))
    desk.propose(propose_settings=asked)
    assert fake.arguments["settings"].thresholds == Thresholds(0.3)
    assert into_project.run_key(desk.video, described, asked, device="cpu") != key  # type: ignore[arg-type]


def test_a_run_that_a_version_without_thresholds_stored_is_known_as_done(desk: Desk) -> None:
    desk.propose(propose_settings=ProposeSettings(precision="float32"))
    asked = {"video_id": desk.video.id, "checkpoint_id": None, "propose_settings": ProposeSettings(precision="float32")}
    run = desk.run()
    stored = {name: value for name, value in (run.settings or {}).items() if name != "thresholds"}
    with desk.database.atomic() as tx:
        tx.execute(update(schema.runs).where(schema.runs.c.id == run.id).values(settings=stored))
    assert into_project.is_proposed(desk.database, desk.settings, **asked)  # type: ignore[arg-type]
    other = {**asked, "propose_settings": ProposeSettings(precision="float32", thresholds=Thresholds(0.3))}
    assert not into_project.is_proposed(desk.database, desk.settings, **other)  # type: ignore[arg-type]


def test_a_run_of_another_gpu_is_gone_on_from_and_known_as_done(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    get = desk.warm.get
    on = lambda device: lambda *given, **named: replace(get(*given, **named), device=device)  # noqa: E731
    monkeypatch.setattr(into_project, "choose_device", lambda wanted: "cuda:1")
    monkeypatch.setattr(desk.warm, "get", on("cuda:0"))
    with pytest.raises(Cancelled):
        desk.propose(
            cancelled=lambda: len(desk.warm.windows_done) == 1, propose_settings=ProposeSettings(precision="float32")
        )
    asked = {"video_id": desk.video.id, "checkpoint_id": None, "propose_settings": ProposeSettings(precision="float32")}
    assert not into_project.is_proposed(desk.database, desk.settings, **asked)  # type: ignore[arg-type]
    monkeypatch.setattr(desk.warm, "get", on("cuda:1"))
    assert desk.propose(propose_settings=ProposeSettings(precision="float32")).resumed_at == 4
    assert into_project.is_proposed(desk.database, desk.settings, **asked)  # type: ignore[arg-type]
