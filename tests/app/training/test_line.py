"""The first checkpoint of a line, and what a checkpoint has learnt."""

import dataclasses
from typing import Any

import pytest

from app.training.line import first_of_line, learnt_contents
from storage import snapshots
from storage.checkpoints import Checkpoint
from storage.database import Database
from tests.app.made import project_with


def registered(name: str, parent: str | None = None) -> Checkpoint:
    facts: dict[str, Any] = dict.fromkeys(("project_id", "provenance", "metrics", "removed"))
    rest: dict[str, Any] = {"path": name, "config": "tevit_tiny", "categories": (), "size_bytes": 1, "created": 0.0}
    return Checkpoint(id=name, name=name, sha256=name, parent_sha256=parent, **rest, **facts)


@pytest.mark.parametrize(
    ("parents", "current", "first"),
    [
        ({"a": None}, "a", "a"),
        ({"a": None, "b": "a", "c": "b"}, "c", "a"),
        ({"a": None, "b": "a", "c": "b"}, "b", "a"),
        ({"b": "gone", "c": "b"}, "c", "b"),
        ({"c": "c"}, "c", "c"),
        ({"a": "c", "b": "a", "c": "b"}, "c", "a"),
        ({"a": None, "x": None, "y": "x"}, "y", "x"),
    ],
)
def test_every_round_starts_from_the_first_checkpoint_that_is_still_there(
    parents: dict[str, str | None], current: str, first: str
) -> None:
    every = {name: registered(name, parent) for name, parent in parents.items()}
    assert first_of_line(list(every.values()), every[current]).name == first


def test_a_checkpoint_names_the_videos_that_it_was_trained_on(database: Database) -> None:
    made, _ = project_with(database, "fish")
    with database.atomic() as tx:
        snapshot = snapshots.add_snapshot(
            tx, project_id=made.id, masks=[], videos=[["v", "a", [], ""], ["w", "b", [], ""]]
        )

        def learnt(project: str | None, **provenance: Any) -> frozenset[str]:
            facts = dataclasses.replace(registered("x"), project_id=project, provenance=provenance)
            return learnt_contents(tx, facts)

        assert learnt(made.id, trained_on=["a"], snapshot=snapshot.hash) == {"a"}
        assert learnt(made.id, snapshot=snapshot.hash) == {"a", "b"}, "an earlier version: all of its snapshot"
        assert learnt(made.id, snapshot="gone") == learnt(None, snapshot=snapshot.hash) == learnt(None) == frozenset()
