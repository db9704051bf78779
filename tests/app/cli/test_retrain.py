import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from app.cli import retrain as command_store
from app.cli import serve as command_run
from app.jobs import queue as background
from app.settings import Settings
from storage import jobs, projects
from storage.database import Database
from storage.rle import encode
from tests.app.command_line import CATEGORIES, Ran, Run, annotation_file, pictures, runner, tiny_checkpoint
from tests.app.made import project_with

SIZE = (64, 48)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], settings: Settings) -> Run:
    """Runs a command over the data folder of the test."""
    plain = runner(capsys)

    def over_data(*arguments: str | Path) -> Ran:
        return plain(*arguments, "--data", settings.data, "--device", "cpu")

    return over_data


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """``a.json`` with one track of two frames and null between them, beside ``frames``."""
    import numpy as np

    pictures(tmp_path / "set" / "frames" / "x")
    mask = np.zeros((48, 64), bool)
    mask[4:20, 6:30] = True
    annotation_file(
        tmp_path / "set" / "a.json",
        [[f"x/{k:05d}.png" for k in range(3)]],
        annotations=[
            {
                "id": 5,
                "video_id": 10,
                "category_id": 102,
                "iscrowd": 0,
                "segmentations": [dict(encode(mask)), None, dict(encode(mask[::-1]))],
            }
        ],
    )
    return tmp_path / "set"


def bring(run: Run, dataset: Path, *more: str) -> Ran:
    return run("import", dataset / "a.json", "--frames", dataset / "frames", *more)


# --- import and export


def test_a_file_comes_in_and_leaves_with_the_same_masks(run: Run, dataset: Path, tmp_path: Path) -> None:
    came = bring(run, dataset, "--project", "sea", "--json")
    left = run("export", "--out", tmp_path / "out", "--project", "sea", "--json")

    assert (came.code, left.code) == (0, 0)
    assert (came.result["project"], came.result["masks"], left.result["tracks"]) == ("sea", 2, 1)
    before = json.loads((dataset / "a.json").read_text())["annotations"][0]
    after = json.loads((tmp_path / "out" / "instances.json").read_text())["annotations"][0]
    assert [mask is None for mask in after["segmentations"]] == [False, True, False]
    assert (after["id"], after["video_id"], after["category_id"]) == (5, 10, 102)
    assert after["areas"] == [16 * 24, None, 16 * 24] and before["id"] == after["id"]


def test_the_imported_project_is_the_one_used_from_then_on(run: Run, dataset: Path, tmp_path: Path) -> None:
    bring(run, dataset, "--project", "sea")

    ran = run("export", "--out", tmp_path / "out")

    assert ran.code == 0
    assert "1 tracks" in ran.out


def test_a_failed_import_leaves_no_new_project(run: Run, dataset: Path, database: Database) -> None:
    shutil.rmtree(dataset / "frames" / "x")

    ran = bring(run, dataset, "--project", "sea")

    assert ran.code == 1
    with database.read() as tx:
        assert projects.find_project(tx, "sea") is None


def test_a_failed_import_leaves_a_project_that_was_there(run: Run, dataset: Path, database: Database) -> None:
    project_with(database, "fish", name="sea")
    (dataset / "a.json").write_text("no JSON")

    assert bring(run, dataset, "--project", "sea").code == 1

    with database.read() as tx:
        assert projects.find_project(tx, "sea") is not None


def test_an_import_without_a_project_to_go_to_says_how_to_name_one(run: Run, dataset: Path) -> None:
    ran = bring(run, dataset)

    assert ran.code == 1
    assert "--project" in ran.last


def test_videos_left_out_are_told_and_fail_the_command(run: Run, dataset: Path) -> None:
    names = [f"x/{k:05d}.png" for k in range(3)]
    annotation_file(dataset / "a.json", [names, ["gone/00000.png"]])

    ran = bring(run, dataset, "--project", "sea", "--json")

    assert ran.code == 1
    assert len(ran.result["videos"]) == 1 and len(ran.result["skipped"]) == 1
    assert "left out" in ran.last


def test_an_export_does_not_overwrite(run: Run, dataset: Path, tmp_path: Path) -> None:
    bring(run, dataset, "--project", "sea")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")

    assert run("export", "--out", tmp_path / "out").code == 1

    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_an_unknown_project_names_those_there_are(run: Run, database: Database, tmp_path: Path) -> None:
    project_with(database, "fish", name="sea")

    ran = run("export", "--out", tmp_path / "out", "--project", "moon")

    assert ran.code == 1
    assert "moon" in ran.last and "sea" in ran.last


def test_the_only_project_needs_no_name(database: Database, settings: Settings) -> None:
    project, _ = project_with(database, "fish", name="sea")

    assert command_store.find_project(database, settings).id == project.id


# --- check


def test_a_sound_database_is_told_so(run: Run, dataset: Path) -> None:
    bring(run, dataset, "--project", "sea")

    ran = run("check", "--database")

    assert ran.code == 0
    assert "sound" in ran.out
    assert run("check", "--database", "--json").result["problems"] == []


def test_rows_that_the_log_does_not_know_are_found(run: Run, dataset: Path, settings: Settings) -> None:
    bring(run, dataset, "--project", "sea")
    file = settings.database_url.removeprefix("sqlite:///")
    with sqlite3.connect(file) as raw:
        assert raw.execute("update masks set review = 'accepted'").rowcount == 3

    ran = run("check", "--database", "--json")

    assert ran.code == 1
    assert len(ran.result["problems"]) == 3
    assert "3 problems" in ran.last


def test_a_database_that_is_not_there_is_not_made_by_checking(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "none" / "a.sqlite3"

    ran = run("check", "--database", f"sqlite:///{file}")

    assert ran.code == 1
    assert str(file) in ran.last
    assert not file.parent.exists()


def test_a_file_that_is_no_database_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "odd.sqlite3").write_bytes(b"this is no database at all" * 100)

    ran = run("check", "--database", f"sqlite:///{tmp_path / 'odd.sqlite3'}")

    assert ran.code == 1
    assert "odd.sqlite3" in ran.last and "mistake of the program" not in ran.last


# --- models


def test_checkpoints_are_added_listed_and_activated(
    run: Run, database: Database, settings: Settings, tmp_path: Path
) -> None:
    project_with(database, *CATEGORIES, name="sea")
    tiny = tiny_checkpoint(tmp_path / "tiny.safetensors")

    added = run("models", "add", tiny, "--name", "mine", "--json")
    active = run("models", "activate", "mine", "--project", "sea")
    listed = run("models", "list", "--project", "sea", "--json").result

    assert (added.code, active.code) == (0, 0)
    assert (added.result["name"], added.result["config"], added.result["classes"]) == ("mine", "tevit_tiny", 5)
    assert [(row["name"], row["active"]) for row in listed["checkpoints"]] == [("mine", True)]
    assert "tevit_msgshift" in listed["downloads"]
    table = run("models", "list").out
    assert "mine" in table and "models download tevit_msgshift" in table


def test_a_checkpoint_that_does_not_fit_is_refused_and_nothing_stays(
    run: Run, settings: Settings, tmp_path: Path
) -> None:
    tiny = tiny_checkpoint(tmp_path / "tiny.safetensors")

    ran = run("models", "add", tiny, "--config", "tevit_r50")

    assert ran.code == 1
    assert "tevit_r50" in ran.last
    assert [path for path in settings.checkpoints.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("action", ["activate", "export", "download"])
def test_a_name_that_means_nothing_is_refused(run: Run, database: Database, action: str) -> None:
    project_with(database, "fish", name="sea")

    ran = run("models", action, "nobody")

    assert ran.code == 1
    assert "nobody" in ran.last


def test_an_export_for_the_official_code_says_what_to_change(run: Run, tmp_path: Path) -> None:
    tiny = tiny_checkpoint(tmp_path / "tiny.safetensors")

    ran = run("models", "export", tiny, "--out", tmp_path / "tevit_tiny.pth", "--json")

    assert ran.code == 0
    assert Path(ran.result["path"]).is_file()
    assert "num_classes=5" in ran.result["note"] and "num_classes=5" in ran.last


# --- retraining and the worker


def test_retraining_a_project_without_corrections_says_why_not(run: Run, database: Database) -> None:
    project_with(database, "fish", name="sea")

    ran = run("retrain", "--project", "sea")

    assert ran.code == 1
    assert "review" in ran.last.lower()


@pytest.mark.parametrize("ending", ["done", "failed"])
def test_a_job_is_followed_to_its_end(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="retrain", project_id=None)
        jobs.claim(tx, worker="here:1", kinds=["retrain"])

    def end(given: Database, at: Settings) -> None:
        with given.atomic() as tx:
            if ending == "done":
                jobs.finish(tx, job.id, result={"checkpoint": "new"})
            else:
                jobs.fail(tx, job.id, error="It went wrong.")

    monkeypatch.setattr(background, "care", end)
    if ending == "done":
        assert command_store._follow(database, settings, job.id) == {"checkpoint": "new"}
    else:
        with pytest.raises(command_run.ChecksFailed, match="went wrong"):
            command_store._follow(database, settings, job.id)


def test_interrupting_cancels_the_job_that_is_followed(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(given: Database, at: Settings) -> None:
        raise KeyboardInterrupt

    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="retrain", project_id=None)
    monkeypatch.setattr(background, "care", interrupt)

    with pytest.raises(KeyboardInterrupt):
        command_store._follow(database, settings, job.id)

    with database.read() as tx:
        assert jobs.get_job(tx, job.id).status == "cancelled"


def test_a_worker_without_work_ends_after_its_idle_time(run: Run) -> None:
    assert run("worker", "--idle", "1").code == 0


def test_a_second_worker_leaves_at_once(run: Run, settings: Settings) -> None:
    cpu = Settings(data=settings.data, database_url=settings.database_url, device="cpu")
    with background.worker_lock(cpu) as alone:
        assert alone
        ran = run("worker")

    assert ran.code == 0
    assert "Another worker" in ran.last
