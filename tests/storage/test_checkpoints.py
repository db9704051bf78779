from typing import Any

import pytest
from sqlalchemy import Connection

from storage import checkpoints, runs
from storage.checkpoints import Checkpoint
from storage.database import Database, DatabaseError
from storage.errors import NameTaken, NotFound
from storage.projects import create_project
from tests.storage.scenes import Scene


def registered(tx: Connection, name: str, **more: Any) -> Checkpoint:
    values = {"path": f"checkpoints/{name}.safetensors", "sha256": name * 4, "config": "tevit_tiny", "size_bytes": 10}
    return checkpoints.add_checkpoint(tx, name=name, categories=["disc", "star"], **{**values, **more})


def test_a_checkpoint_comes_back_as_it_was_registered(database: Database) -> None:
    with database.atomic() as tx:
        made = registered(tx, "demo", parent_sha256="ab", provenance={"steps": 9}, metrics={"ap50": 61.5})
        assert checkpoints.get_checkpoint(tx, made.id) == checkpoints.find_checkpoint(tx, "demo") == made
        assert made.categories == ["disc", "star"]
        assert made.metrics == {"ap50": 61.5}
        assert checkpoints.find_checkpoint(tx, "other") is None
        with pytest.raises(NameTaken, match="'demo'"):
            registered(tx, "demo")
        with pytest.raises(NotFound):
            checkpoints.get_checkpoint(tx, "nothing")


def test_projects_see_their_own_checkpoints_and_the_shared_ones(database: Database) -> None:
    with database.atomic() as tx:
        mine, theirs = create_project(tx, name="mine"), create_project(tx, name="theirs")
        registered(tx, "shared")
        registered(tx, "own", project_id=mine.id)
        registered(tx, "foreign", project_id=theirs.id)
        assert [found.name for found in checkpoints.list_checkpoints(tx, mine.id)] == ["shared", "own"]
        assert [found.name for found in checkpoints.list_checkpoints(tx)] == ["shared", "own", "foreign"]


def test_one_checkpoint_is_active_until_another_is_or_it_is_removed(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        assert checkpoints.active_checkpoint(tx, scene.project.id) is None
        first, second = registered(tx, "first"), registered(tx, "second")
        checkpoints.activate(tx, scene.project.id, first.id)
        checkpoints.activate(tx, scene.project.id, second.id)
        assert checkpoints.active_checkpoint(tx, scene.project.id) == second
        checkpoints.remove_checkpoint(tx, second.id)
        assert checkpoints.active_checkpoint(tx, scene.project.id) is None
        assert [found.name for found in checkpoints.list_checkpoints(tx)] == ["first"]
        assert checkpoints.find_checkpoint(tx, "second") is None
        registered(tx, "second")
        with pytest.raises(NotFound):
            checkpoints.activate(tx, scene.project.id, second.id)


def test_a_class_map_is_replaced_whole(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        checkpoint = registered(tx, "demo")
        assert checkpoints.class_map(tx, checkpoint.id, scene.project.id) == {}
        checkpoints.set_class_map(tx, checkpoint.id, scene.project.id, {"disc": scene.cat.id, "star": scene.dog.id})
        checkpoints.set_class_map(tx, checkpoint.id, scene.project.id, {"disc": scene.cat.id, "ring": None})
        assert checkpoints.class_map(tx, checkpoint.id, scene.project.id) == {"disc": scene.cat.id, "ring": None}
        checkpoints.set_class_map(tx, checkpoint.id, scene.project.id, {})
        assert checkpoints.class_map(tx, checkpoint.id, scene.project.id) == {}
    with pytest.raises(DatabaseError, match="FOREIGN KEY"), scene.database.atomic() as tx:
        checkpoints.set_class_map(tx, checkpoint.id, scene.project.id, {"disc": "no category"})


def test_a_removed_checkpoint_frees_its_name_and_stays_readable_by_its_id(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        first = registered(tx, "demo")
        run = runs.start_run(tx, kind="proposal", project_id=scene.project.id, checkpoint_id=first.id)
        checkpoints.remove_checkpoint(tx, first.id)
        gone = checkpoints.get_checkpoint(tx, first.id)
        assert gone.removed is not None and registered(tx, "demo").removed is None
        assert runs.get_run(tx, run.id).checkpoint_id == first.id
        assert gone not in checkpoints.list_checkpoints(tx)


@pytest.mark.parametrize(
    "change",
    [
        lambda tx, project: checkpoints.activate(tx, project, "nothing"),
        lambda tx, project: runs.get_run(tx, "nothing"),
    ],
)
def test_what_does_not_exist_is_named_and_nothing_changes(scene: Scene, change: Any) -> None:
    with scene.database.atomic() as tx:
        kept = registered(tx, "kept")
        checkpoints.activate(tx, scene.project.id, kept.id)
        with pytest.raises(NotFound, match="'nothing'"):
            change(tx, scene.project.id)
        assert checkpoints.active_checkpoint(tx, scene.project.id) == kept


def test_class_maps_of_two_projects_and_two_checkpoints_do_not_meet(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        other = create_project(tx, name="other")
        first, second = registered(tx, "first"), registered(tx, "second")
        checkpoints.set_class_map(tx, first.id, scene.project.id, {"disc": scene.cat.id})
        checkpoints.set_class_map(tx, second.id, scene.project.id, {"disc": scene.dog.id})
        checkpoints.set_class_map(tx, first.id, other.id, {"disc": None})
        checkpoints.set_class_map(tx, first.id, scene.project.id, {})
        assert checkpoints.class_map(tx, first.id, scene.project.id) == {}
        assert checkpoints.class_map(tx, second.id, scene.project.id) == {"disc": scene.dog.id}
        assert checkpoints.class_map(tx, first.id, other.id) == {"disc": None}
