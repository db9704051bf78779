"""Finding a checkpoint by its registered name, a release's name or a path, and the sentences where there is none."""

import hashlib
from pathlib import Path

import pytest

from app.checkpoints.find import checkpoint_path, find_checkpoint, locate, read_checkpoint
from app.checkpoints.register import CheckpointFile, add_file
from app.errors import BadInput
from app.settings import Settings, make_settings
from storage.checkpoints import Checkpoint
from storage.database import Database
from tests.app.checkpoints.records import registered
from tests.app.command_line import CATEGORIES, tiny_checkpoint


def test_a_registered_name_a_file_and_nothing_else_are_found(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    tiny = tiny_checkpoint(tmp_path / "tiny.safetensors")
    made = add_file(database, settings, CheckpointFile(tiny, "mine"), project_id=None)

    assert locate(settings, "mine") == settings.data / made.path
    assert locate(settings, str(tiny)) == tiny
    with pytest.raises(BadInput, match="theirs"):
        locate(settings, "theirs")
    with pytest.raises(BadInput, match="models download tevit_msgshift"):
        locate(settings, "tevit_msgshift")


@pytest.mark.parametrize("name", ["Übung", "what?", "100%", "#1"])
def test_a_registered_name_is_found_in_a_data_folder_of_any_name(tmp_path: Path, name: str) -> None:
    settings = make_settings(data=tmp_path / name, environment={})
    settings.make_folders()
    tiny = tiny_checkpoint(tmp_path / "tiny.safetensors")
    with Database.open(settings.database_url) as database:
        made = add_file(database, settings, CheckpointFile(tiny, "mine"), project_id=None)

    assert locate(settings, "mine") == settings.data / made.path


def test_a_registered_checkpoint_whose_file_is_gone_is_told(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    tiny = tiny_checkpoint(tmp_path / "tiny.safetensors")
    made = add_file(database, settings, CheckpointFile(tiny, "mine"), project_id=None)
    (settings.data / made.path).unlink()

    with pytest.raises(BadInput, match="gone"):
        locate(settings, "mine")


def test_looking_for_a_name_makes_no_database(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", database_url=f"sqlite:///{tmp_path / 'data' / 'a.sqlite3'}")

    with pytest.raises(BadInput):
        locate(settings, "nobody")
    assert not (tmp_path / "data").exists()


def test_a_found_model_can_be_built(settings: Settings, tmp_path: Path) -> None:
    tiny = tiny_checkpoint(tmp_path / "tiny.safetensors")

    found = read_checkpoint(settings, str(tiny))

    assert (found.path, found.categories) == (tiny, CATEGORIES)
    assert found.sha256 == hashlib.sha256(tiny.read_bytes()).hexdigest()
    assert found.weights.build().config.name == "tevit_tiny"


def test_an_unknown_checkpoint_names_those_there_are(database: Database, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="none yet"):
        find_checkpoint(database, "mine")
    add_file(database, settings, CheckpointFile(tiny_checkpoint(tmp_path / "t.safetensors"), "a"), project_id=None)
    with pytest.raises(BadInput, match="there are a"):
        find_checkpoint(database, "mine")


def test_a_path_is_below_the_data_folder_unless_it_is_whole(settings: Settings) -> None:
    inside = registered(settings, "one")
    assert checkpoint_path(settings, inside) == settings.checkpoints / "one.safetensors"
    outside = Checkpoint(**{**inside.__dict__, "path": "/elsewhere/two.safetensors"})
    assert str(checkpoint_path(settings, outside)) == "/elsewhere/two.safetensors"
