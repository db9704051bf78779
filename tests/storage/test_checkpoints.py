from typing import Any

import pytest
from sqlalchemy import Connection

from storage import checkpoints as models
from storage.checkpoints import Checkpoint
from storage.database import Database, DatabaseError
from storage.errors import NameTaken, NotFound
from storage.projects import create_project
from tests.storage.scenes import Scene


def registered(tx: Connection, name: str, **more: Any) -> Checkpoint:
    values = {"path": f"checkpoints/{name}.safetensors", "sha256": name * 4, "config": "tevit_tiny", "size_bytes": 10}
    return models.add_checkpoint(tx, name=name, categories=["disc", "star"], **{**values, **more})


def test_a_checkpoint_comes_back_as_it_was_registered(database: Database) -> None:
    with database.atomic() as tx:
        made = registered(tx, "demo", parent_sha256="ab", provenance={"steps": 9}, metrics={"ap50": 61.5})
        assert models.get_checkpoint(tx, made.id) == models.find_checkpoint(tx, "demo") == made
        assert made.categories == ["disc", "star"]
        assert models.set_metrics(tx, made.id, {"ap50": 70.0}).metrics == {"ap50": 70.0}
        assert models.find_checkpoint(tx, "other") is None
        with pytest.raises(NameTaken, match="'demo'"):
            registered(tx, "demo")
        with pytest.raises(NotFound):
            models.get_checkpoint(tx, "nothing")


def test_projects_see_their_own_checkpoints_and_the_shared_ones(database: Database) -> None:
    with database.atomic() as tx:
        mine, theirs = create_project(tx, name="mine"), create_project(tx, name="theirs")
        registered(tx, "shared")
        registered(tx, "own", project_id=mine.id)
        registered(tx, "foreign", project_id=theirs.id)
        assert [found.name for found in models.list_checkpoints(tx, mine.id)] == ["shared", "own"]
        assert [found.name for found in models.list_checkpoints(tx)] == ["shared", "own", "foreign"]


def test_one_checkpoint_is_active_until_another_is_or_it_is_removed(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        assert models.active_checkpoint(tx, scene.project.id) is None
        first, second = registered(tx, "first"), registered(tx, "second")
        models.activate(tx, scene.project.id, first.id)
        models.activate(tx, scene.project.id, second.id)
        assert models.active_checkpoint(tx, scene.project.id) == second
        models.remove_checkpoint(tx, second.id)
        assert models.active_checkpoint(tx, scene.project.id) is None
        assert [found.name for found in models.list_checkpoints(tx)] == ["first"]
        assert models.find_checkpoint(tx, "second") is None
        registered(tx, "second")
        with pytest.raises(NotFound):
            models.activate(tx, scene.project.id, second.id)


def test_checkpoints_are_renamed(database: Database) -> None:
    with database.atomic() as tx:
        first, _ = registered(tx, "first"), registered(tx, "second")
        assert models.rename_checkpoint(tx, first.id, "best").name == "best"
        with pytest.raises(NameTaken):
            models.rename_checkpoint(tx, first.id, "second")


def test_a_class_map_is_replaced_whole(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        checkpoint = registered(tx, "demo")
        assert models.class_map(tx, checkpoint.id, scene.project.id) == {}
        models.set_class_map(tx, checkpoint.id, scene.project.id, {"disc": scene.cat.id, "star": scene.dog.id})
        models.set_class_map(tx, checkpoint.id, scene.project.id, {"disc": scene.cat.id, "ring": None})
        assert models.class_map(tx, checkpoint.id, scene.project.id) == {"disc": scene.cat.id, "ring": None}
        models.set_class_map(tx, checkpoint.id, scene.project.id, {})
        assert models.class_map(tx, checkpoint.id, scene.project.id) == {}
    with pytest.raises(DatabaseError, match="FOREIGN KEY"), scene.database.atomic() as tx:
        models.set_class_map(tx, checkpoint.id, scene.project.id, {"disc": "no category"})


def test_a_run_records_what_it_was_made_with_and_what_it_could_not_place(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        checkpoint = registered(tx, "demo")
        run = models.start_run(
            tx,
            kind="proposal",
            project_id=scene.project.id,
            video_id=scene.video.id,
            checkpoint_id=checkpoint.id,
            settings={"window": 36},
        )
        assert (run.state, run.finished, run.author) == ("running", None, f"run:{run.id}")
        done = models.finish_run(tx, run.id, unmapped={"zebra": 3})
        assert (done.state, done.unmapped, done.settings) == ("done", {"zebra": 3}, {"window": 36})
        assert models.get_run(tx, run.id) == done
        other = models.start_run(tx, kind="training", project_id=scene.project.id)
        assert [found.id for found in models.list_runs(tx, scene.project.id)] == [other.id, run.id]
        assert models.list_runs(tx, scene.project.id, video_id=scene.video.id) == (done,)
        with pytest.raises(NotFound):
            models.finish_run(tx, "nothing")


def test_the_same_masks_are_the_same_snapshot(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        masks, videos = [["track", 0, "hash", 1.0]], [{"id": scene.video.id, "complete": [[0, 4]]}]
        first = models.add_snapshot(tx, project_id=scene.project.id, masks=masks, videos=videos)
        assert models.add_snapshot(tx, project_id=scene.project.id, masks=tuple(masks), videos=videos) == first
        assert models.get_snapshot(tx, first.id) == first
        other = models.add_snapshot(tx, project_id=scene.project.id, masks=[], videos=videos)
        assert other.hash != first.hash
        with pytest.raises(NotFound):
            models.get_snapshot(tx, "nothing")


def test_a_removed_checkpoint_frees_its_name_and_stays_readable_by_its_id(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        first = registered(tx, "demo")
        run = models.start_run(tx, kind="proposal", project_id=scene.project.id, checkpoint_id=first.id)
        gone = models.remove_checkpoint(tx, first.id)
        assert gone.removed is not None and "demo" in gone.name and gone.name != "demo"
        assert models.remove_checkpoint(tx, first.id) == gone, "removing twice changes nothing"
        again = registered(tx, "demo")
        models.remove_checkpoint(tx, again.id)
        assert registered(tx, "demo").removed is None, "a name can come and go any number of times"
        assert models.get_run(tx, run.id).checkpoint_id == first.id
        assert models.get_checkpoint(tx, first.id) == gone


def test_removing_a_checkpoint_leaves_the_active_ones_of_other_projects(database: Database) -> None:
    with database.atomic() as tx:
        one, other = create_project(tx, name="one"), create_project(tx, name="other")
        first, second = registered(tx, "first"), registered(tx, "second")
        models.activate(tx, one.id, first.id)
        models.activate(tx, other.id, second.id)
        models.remove_checkpoint(tx, first.id)
        assert models.active_checkpoint(tx, one.id) is None
        assert models.active_checkpoint(tx, other.id) == second


@pytest.mark.parametrize(
    "change",
    [
        lambda tx, project: models.rename_checkpoint(tx, "nothing", "x"),
        lambda tx, project: models.set_metrics(tx, "nothing", {}),
        lambda tx, project: models.remove_checkpoint(tx, "nothing"),
        lambda tx, project: models.activate(tx, project, "nothing"),
        lambda tx, project: models.get_run(tx, "nothing"),
    ],
)
def test_what_does_not_exist_is_named_and_nothing_changes(scene: Scene, change: Any) -> None:
    with scene.database.atomic() as tx:
        kept = registered(tx, "kept")
        models.activate(tx, scene.project.id, kept.id)
        with pytest.raises(NotFound, match="'nothing'"):
            change(tx, scene.project.id)
        assert models.active_checkpoint(tx, scene.project.id) == kept


def test_a_checkpoint_may_keep_its_own_name_and_takes_none_that_is_used(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        first, _ = registered(tx, "first"), registered(tx, "second", project_id=scene.project.id)
        assert models.rename_checkpoint(tx, first.id, "first") == first
        with pytest.raises(NameTaken, match="'second'"):
            models.rename_checkpoint(tx, first.id, "second")
        assert models.get_checkpoint(tx, first.id) == first


def test_class_maps_of_two_projects_and_two_checkpoints_do_not_meet(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        other = create_project(tx, name="other")
        first, second = registered(tx, "first"), registered(tx, "second")
        models.set_class_map(tx, first.id, scene.project.id, {"disc": scene.cat.id})
        models.set_class_map(tx, second.id, scene.project.id, {"disc": scene.dog.id})
        models.set_class_map(tx, first.id, other.id, {"disc": None})
        models.set_class_map(tx, first.id, scene.project.id, {})
        assert models.class_map(tx, first.id, scene.project.id) == {}
        assert models.class_map(tx, second.id, scene.project.id) == {"disc": scene.dog.id}
        assert models.class_map(tx, first.id, other.id) == {"disc": None}


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_a_run_ends_in_the_state_that_was_said(scene: Scene, state: str) -> None:
    with scene.database.atomic() as tx:
        run = models.start_run(tx, kind="proposal", project_id=scene.project.id)
        ended = models.finish_run(tx, run.id, state=state)
        assert (ended.state, ended.unmapped) == (state, None)
        assert ended.finished is not None and ended.finished >= ended.created
