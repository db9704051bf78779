"""Checkpoints come in from files and releases, and leave in the official layout."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from app.checkpoints import register
from app.checkpoints.register import CheckpointFile, export_official
from app.errors import BadInput, Cancelled
from app.settings import Settings
from model.config import named
from model.network.tevit import build
from model.weights import checkpoint
from storage import checkpoints
from storage.database import Database
from storage.errors import NameTaken
from tests.app.command_line import CATEGORIES, tiny_checkpoint
from tests.app.made import project_with

NAMES = ("disc", "box", "star")


@pytest.fixture(scope="module")
def tiny() -> checkpoint.ModelCheckpoint:
    network = build(dataclasses.replace(named("tevit_tiny"), classes=len(NAMES)))
    return checkpoint.from_network(network, NAMES)


@pytest.fixture(scope="module")
def own_file(tiny: checkpoint.ModelCheckpoint, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("own") / "tiny.safetensors"
    checkpoint.save(path, tiny)
    return path


@pytest.fixture(scope="module")
def official_file(tiny: checkpoint.ModelCheckpoint, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("official") / "weights.pth"
    checkpoint.export_official(path, tiny)
    return path


def left_behind(settings: Settings) -> list[Path]:
    return sorted(settings.checkpoints.iterdir())


def registered(database: Database) -> list[str]:
    with database.read() as tx:
        return [found.name for found in checkpoints.list_checkpoints(tx)]


def test_an_own_file_is_stored_and_registered(database: Database, settings: Settings, own_file: Path) -> None:
    made = register.add_file(database, settings, CheckpointFile(own_file, "mine"), project_id=None)
    assert (made.name, made.config, tuple(made.categories)) == ("mine", "tevit_tiny", NAMES)
    stored = settings.data / made.path
    assert made.sha256 == checkpoint.file_hash(stored) and made.size_bytes == stored.stat().st_size
    assert own_file.is_file()


def test_an_official_file_needs_its_configuration_and_keeps_its_classes(
    database: Database, settings: Settings, official_file: Path
) -> None:
    with pytest.raises(BadInput, match="configuration"):
        register.add_file(database, settings, CheckpointFile(official_file, "a"), project_id=None)
    file = CheckpointFile(official_file, "a", config="tevit_tiny")
    made = register.add_file(database, settings, file, project_id=None)
    assert tuple(made.categories) == NAMES
    assert checkpoint.load(settings.data / made.path).provenance["origin"] == "file"


@pytest.mark.parametrize("config", ["tevit_r50", "no_such_configuration"])
def test_a_file_that_does_not_fit_leaves_nothing_behind(
    database: Database, settings: Settings, official_file: Path, config: str
) -> None:
    with pytest.raises(BadInput) as refused:
        register.add_file(database, settings, CheckpointFile(official_file, "a", config=config), project_id=None)
    assert config in str(refused.value) and "\n" not in str(refused.value)
    assert left_behind(settings) == [] and registered(database) == []


def test_a_file_that_is_no_checkpoint_is_refused(database: Database, settings: Settings, tmp_path: Path) -> None:
    for name in ("text.safetensors", "text.pth"):
        (tmp_path / name).write_text("not weights")
        with pytest.raises(BadInput, match=name):
            register.add_file(database, settings, CheckpointFile(tmp_path / name, "a"), project_id=None)
    with pytest.raises(BadInput, match="no checkpoint file"):
        register.add_file(database, settings, CheckpointFile(tmp_path / "none.pth", "a"), project_id=None)
    assert left_behind(settings) == []


def test_a_taken_name_is_refused_before_anything_is_written(
    database: Database, settings: Settings, own_file: Path
) -> None:
    register.add_file(database, settings, CheckpointFile(own_file, "mine"), project_id=None)
    before = left_behind(settings)
    with pytest.raises(NameTaken):
        register.add_file(database, settings, CheckpointFile(own_file, "mine"), project_id=None)
    assert left_behind(settings) == before


@pytest.mark.parametrize(("name", "plain"), [("round 3", "round 3"), ("../a/b", "_a_b"), (" x. ", "x")])
def test_names_become_names_of_files(name: str, plain: str) -> None:
    assert register.free_of_slashes(name) == plain


def test_a_name_of_nothing_is_refused() -> None:
    with pytest.raises(BadInput, match="name"):
        register.free_of_slashes(" .. ")


def test_an_export_has_the_official_layout(
    database: Database, settings: Settings, own_file: Path, tiny: checkpoint.ModelCheckpoint
) -> None:
    made = register.add_file(database, settings, CheckpointFile(own_file, "mine"), project_id=None)
    out, _ = register.export_official(settings, name=made.name, path=settings.data / made.path)
    assert out == settings.exports / "mine.pth"
    back = checkpoint.load(out, config=named("tevit_tiny"))
    assert back.categories == NAMES and back.state.keys() == tiny.state.keys()


def test_a_checkpoint_is_put_in_use_unless_it_was_removed(
    database: Database, settings: Settings, own_file: Path
) -> None:
    project, _ = project_with(database)
    made = register.add_file(database, settings, CheckpointFile(own_file, "mine"), project_id=None)
    register.activate(database, project_id=project.id, checkpoint_id=made.id)
    with database.atomic() as tx:
        active: Any = checkpoints.active_checkpoint(tx, project.id)
        assert active.id == made.id
        checkpoints.remove_checkpoint(tx, made.id)
    with pytest.raises(BadInput, match="removed"):
        register.activate(database, project_id=project.id, checkpoint_id=made.id)


def test_a_persons_file_among_the_checkpoints_is_never_replaced(
    database: Database, settings: Settings, own_file: Path
) -> None:
    theirs = settings.checkpoints / "mine.safetensors"
    theirs.write_bytes(own_file.read_bytes() + b"and more")
    before = theirs.read_bytes()
    with pytest.raises(BadInput):
        register.add_file(database, settings, CheckpointFile(theirs, "mine"), project_id=None)
    made = register.add_file(database, settings, CheckpointFile(own_file, "mine"), project_id=None)
    assert theirs.read_bytes() == before and settings.data / made.path != theirs


def test_a_name_that_two_bring_at_once_costs_the_first_nothing(
    database: Database, settings: Settings, own_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = register.add_file(database, settings, CheckpointFile(own_file, "mine"), project_id=None)
    monkeypatch.setattr(register, "_require_free", lambda *_: None)
    with pytest.raises(NameTaken):
        register.add_file(database, settings, CheckpointFile(own_file, "mine"), project_id=None)
    assert left_behind(settings) == [settings.data / made.path]


def test_an_exported_checkpoint_says_what_else_must_change_and_reads_back(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    tiny = tiny_checkpoint(tmp_path / "tiny.safetensors")
    out = tmp_path / "tevit_tiny.pth"

    path, note = export_official(settings, name="tiny", path=tiny, out=out)

    assert path == out
    assert "num_classes=5" in note
    assert checkpoint.load(out).categories == CATEGORIES
    with pytest.raises(BadInput, match=r"\.pth"):
        export_official(settings, name="tiny", path=tiny, out=tmp_path / "a.zip")


def test_weights_that_are_no_numbers_are_refused_and_nothing_stays(
    database: Database, settings: Settings, tiny: checkpoint.ModelCheckpoint, tmp_path: Path
) -> None:
    key = "roi_head.bbox_head.0.fc_cls.bias"
    broken = dataclasses.replace(tiny, state={**tiny.state, key: torch.full_like(tiny.state[key], torch.nan)})
    checkpoint.save(tmp_path / "a.safetensors", broken)
    with pytest.raises(BadInput, match=f"the weight {key} is not sound"):
        register.add_file(database, settings, CheckpointFile(tmp_path / "a.safetensors", "a"), project_id=None)
    assert left_behind(settings) == [] and registered(database) == []


def test_what_a_foreign_file_lacks_is_noted_until_its_stored_file_is_added(
    database: Database, settings: Settings, tiny: checkpoint.ModelCheckpoint, own_file: Path, tmp_path: Path
) -> None:
    save_file(tiny.state, tmp_path / "a.safetensors")
    file = CheckpointFile(tmp_path / "a.safetensors", "a", config="tevit_tiny")
    made = register.add_file(database, settings, file, project_id=None)
    assert register.notes_of(made) == ("a.safetensors names no classes; they are called class 1 to class 3.",)
    again = CheckpointFile(settings.data / made.path, "again")
    assert register.notes_of(register.add_file(database, settings, again, project_id=None)) == ()
    own = register.add_file(database, settings, CheckpointFile(own_file, "own"), project_id=None)
    assert register.notes_of(own) == ()


def test_forty_classes_without_names_are_those_of_2019_with_a_note(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    network = build(dataclasses.replace(named("tevit_tiny"), classes=40))
    save_file(dict(network.state_dict()), tmp_path / "a.safetensors")
    file = CheckpointFile(tmp_path / "a.safetensors", "a", config="tevit_tiny")
    made = register.add_file(database, settings, file, project_id=None)
    assert made.categories[5] == "sedan"
    assert "taken for those of YouTube-VIS 2019" in register.notes_of(made)[1]


@pytest.mark.parametrize("official", [True, False])
def test_a_cancelled_registration_leaves_nothing(
    database: Database, settings: Settings, own_file: Path, official_file: Path, official: bool
) -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked >= at

    file = CheckpointFile(official_file if official else own_file, "mine", "tevit_tiny" if official else None)
    for at in (1, 40, 200):
        asked = 0
        with pytest.raises(Cancelled):
            register.add_file(database, settings, file, project_id=None, cancelled=cancelled)
        assert (asked, left_behind(settings), registered(database)) == (at, [], [])
    assert file.path.is_file()


def test_a_registration_can_be_cancelled_while_the_own_file_is_written(
    database: Database, settings: Settings, own_file: Path
) -> None:
    """A large file takes long to write too: half of it lies in the folder of the checkpoints by then."""
    whole, sizes = own_file.stat().st_size, [0]

    def cancelled() -> bool:
        sizes.extend(path.stat().st_size for path in settings.checkpoints.rglob("*.partial") if path.is_file())
        return sizes[-1] > whole / 3

    with pytest.raises(Cancelled):
        register.add_file(database, settings, CheckpointFile(own_file, "mine"), project_id=None, cancelled=cancelled)
    assert whole / 3 < sizes[-1] < whole and (left_behind(settings), registered(database)) == ([], [])
