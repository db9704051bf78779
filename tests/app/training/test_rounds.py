"""Rounds of retraining are numbered within their project."""

from typing import Any

import pytest
from sqlalchemy import Connection

from app.training.rounds import free_name, next_round
from storage import checkpoints
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.projects import create_project


def made(tx: Connection, name: str, project_id: str | None, **provenance: Any) -> Checkpoint:
    facts: dict[str, Any] = {"path": name, "sha256": name, "config": "tevit_tiny", "categories": [], "size_bytes": 1}
    return checkpoints.add_checkpoint(tx, name=name, project_id=project_id, provenance=provenance, **facts)


def test_each_project_counts_its_own_rounds(database: Database) -> None:
    with database.atomic() as tx:
        street, sea = create_project(tx, name="street"), create_project(tx, name="sea")
        made(tx, "round 9", None)  # a file that a person added
        for expected in ("round 1", "round 2"):
            number = next_round(tx, street.id)
            assert free_name(tx, street.id, number) == expected
            made(tx, expected, street.id, round=number)
        assert next_round(tx, sea.id) == 1
        assert free_name(tx, sea.id, 1) == "sea round 1"
        made(tx, "sea round 1", sea.id, round=1)
        assert (next_round(tx, street.id), next_round(tx, sea.id)) == (3, 2)
        made(tx, "sea round 2", None)
        assert free_name(tx, sea.id, 2) == "sea round 2 (2)"


def test_numbers_of_removed_and_renamed_rounds_stay_taken(database: Database) -> None:
    with database.atomic() as tx:
        street = create_project(tx, name="street")
        checkpoints.remove_checkpoint(tx, made(tx, "round 1", street.id, round=1).id)
        made(tx, "the good one", street.id, round=2)
        assert next_round(tx, street.id) == 3


@pytest.mark.parametrize(
    ("name", "following"), [("round 7", 8), ("street round 7", 8), ("street round 7 (2)", 8), ("background 7", 1)]
)
def test_rounds_of_earlier_versions_are_numbered_by_their_names(database: Database, name: str, following: int) -> None:
    with database.atomic() as tx:
        street = create_project(tx, name="street")
        made(tx, name, street.id)
        assert next_round(tx, street.id) == following
