"""The commands models list, add, download, export and activate."""

from pathlib import Path

import pytest
import torch

from app.settings import Settings
from model.weights.checkpoint import load
from storage.database import Database
from tests.app.command_line import CATEGORIES, Run, tiny_checkpoint
from tests.app.made import project_with


def test_checkpoints_are_added_listed_and_activated(
    data_run: Run, database: Database, settings: Settings, tmp_path: Path
) -> None:
    project_with(database, *CATEGORIES, name="sea")
    tiny = tiny_checkpoint(tmp_path / "tiny.safetensors")

    added = data_run("models", "add", tiny, "--name", "mine", "--json")
    active = data_run("models", "activate", "mine", "--project", "sea")
    listed = data_run("models", "list", "--project", "sea", "--json").result

    assert (added.code, active.code) == (0, 0)
    assert (added.result["name"], added.result["config"], added.result["classes"]) == ("mine", "tevit_tiny", 5)
    assert [(row["name"], row["active"]) for row in listed["checkpoints"]] == [("mine", True)]
    assert "tevit_msgshift" in listed["downloads"]
    table = data_run("models", "list").out
    assert "mine" in table and "models download tevit_msgshift" in table


def test_one_that_is_added_to_be_used_proposes_at_once(data_run: Run, database: Database, tmp_path: Path) -> None:
    project_with(database, *CATEGORIES, name="sea")
    tiny = tiny_checkpoint(tmp_path / "tiny.safetensors")

    assert data_run("models", "add", tiny, "--name", "first", "--project", "sea").code == 0
    assert data_run("models", "add", tiny, "--name", "second", "--project", "sea", "--use").code == 0

    listed = data_run("models", "list", "--project", "sea", "--json").result["checkpoints"]
    assert [(row["name"], row["active"]) for row in listed] == [("first", False), ("second", True)]


def test_a_checkpoint_that_does_not_fit_is_refused_and_nothing_stays(
    data_run: Run, settings: Settings, tmp_path: Path
) -> None:
    tiny = tiny_checkpoint(tmp_path / "tiny.safetensors")

    ran = data_run("models", "add", tiny, "--config", "tevit_r50")

    assert ran.code == 1
    assert "tevit_r50" in ran.last
    assert [path for path in settings.checkpoints.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("action", ["activate", "export", "download"])
def test_a_name_that_means_nothing_is_refused(data_run: Run, database: Database, action: str) -> None:
    project_with(database, "fish", name="sea")

    ran = data_run("models", action, "nobody")

    assert ran.code == 1
    assert "nobody" in ran.last


def test_an_export_for_the_official_code_says_what_to_change(data_run: Run, tmp_path: Path) -> None:
    tiny = tiny_checkpoint(tmp_path / "tiny.safetensors")

    ran = data_run("models", "export", tiny, "--out", tmp_path / "tevit_tiny.pth", "--json")

    assert ran.code == 0
    assert Path(ran.result["path"]).is_file()
    assert "num_classes=5" in ran.result["note"] and "num_classes=5" in ran.last


def test_notes_about_an_added_file_are_lines_on_stderr_and_part_of_the_json(data_run: Run, tmp_path: Path) -> None:
    tiny = load(tiny_checkpoint(tmp_path / "tiny.safetensors"))
    averages = {f"ema_{key.replace('.', '_')}": value for key, value in tiny.state.items()}
    torch.save({"state_dict": {**tiny.state, **averages}, "meta": {"CLASSES": CATEGORIES}}, tmp_path / "a.pth")

    ran = data_run("models", "add", tmp_path / "a.pth", "--config", "tevit_tiny", "--json")

    assert ran.code == 0
    [note] = ran.result["notes"]
    assert "weights of a running mean (ema_" in note and ran.errors == [note]


def test_a_page_saved_in_place_of_a_checkpoint_is_called_one(data_run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.pth").write_text("<!DOCTYPE html><html></html>")

    ran = data_run("models", "add", tmp_path / "a.pth", "--config", "tevit_tiny")

    assert ran.code == 1 and "a web page (HTML)" in ran.last


def test_checkpoints_are_renamed_and_deleted_unless_a_project_proposes_with_them(
    data_run: Run, database: Database, settings: Settings, tmp_path: Path
) -> None:
    project_with(database, *CATEGORIES, name="sea")
    for name in ("first", "second"):
        assert data_run("models", "add", tiny_checkpoint(tmp_path / f"{name}.safetensors"), "--name", name).code == 0
    assert data_run("models", "rename", "first", "--to", "better").code == 0
    assert data_run("models", "delete", "better").code == 0
    assert data_run("models", "activate", "second", "--project", "sea").code == 0
    refused = data_run("models", "delete", "second")
    assert refused.code == 1 and "the project sea proposes with it" in refused.last
    assert [path.name[:6] for path in settings.checkpoints.iterdir()] == ["second"]
