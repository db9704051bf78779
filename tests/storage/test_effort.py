"""The time of an edit is that since its author's edit before, in any project, and only the project's edits are read."""

import random
from typing import Any

from sqlalchemy import Connection, event, insert

from storage import schema
from storage.database import Database
from storage.effort import person_edits
from tests.storage.scenes import Scene, make_video, new_id


def other_project(tx: Connection) -> tuple[str, str]:
    """The ids of another project and of a video in it."""
    name = new_id()
    tx.execute(insert(schema.projects).values(id=name, name="other", created=0.0))
    return name, make_video(tx, name).id


def add_edits(tx: Connection, places: list[tuple[str, str]], edits: list[tuple[int, str, float]]) -> None:
    """Edits of (place, author, time)."""
    for place, author, created in edits:
        project_id, video_id = places[place]
        values: dict[str, Any] = {"id": new_id(), "kind": "brush", "author": author, "created": created, "changes": []}
        tx.execute(insert(schema.edits).values(project_id=project_id, video_id=video_id, **values))


def test_times_are_those_of_a_loop_over_all_edits(scene: Scene) -> None:
    chance = random.Random(3)
    edits = [
        (chance.randrange(2), chance.choice(("ann", "bob", "run:1")), float(chance.randrange(40))) for _ in range(120)
    ]
    with scene.database.atomic() as tx:
        places = [(scene.project.id, scene.video.id), other_project(tx)]
        add_edits(tx, places, edits)
        found = [person_edits(tx, project_id) for project_id, _ in places]
    last: dict[str, float] = {}
    wanted: list[list[tuple[int, float | None]]] = [[], []]
    for number, (place, author, created) in sorted(enumerate(edits, start=1), key=lambda one: (one[1][2], one[0])):
        if author != "run:1":
            wanted[place].append((number, created - last[author] if author in last else None))
            last[author] = created
    assert [[(one.number, one.seconds) for one in own] for own in found] == wanted


def test_no_edit_of_another_project_is_scanned(database: Database, scene: Scene) -> None:
    said: list[tuple[str, Any]] = []
    with database.atomic() as tx:
        listen = event.listens_for(tx, "before_cursor_execute")
        listen(lambda connection, cursor, statement, parameters, *_: said.append((statement, parameters)))
        person_edits(tx, scene.project.id)
        [statement] = [one for one in said if "seconds" in one[0]]
        plan = [str(row[-1]) for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement[0]}", statement[1])]
    assert [line for line in plan if line.startswith("SCAN")] == [], plan
    assert any("ix_edits_project_id" in line for line in plan), plan
    assert any("ix_edits_author_created_number (author=? AND created<?)" in line for line in plan), plan
