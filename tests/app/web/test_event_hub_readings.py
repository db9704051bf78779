"""One look of the hub at the database: everything of one state, and nothing is left out that could not be read."""

import asyncio
import uuid
from typing import Any

import pytest
from sqlalchemy import Connection

from app.web import event_hub
from app.web.event_hub import EventHub
from storage import comments, jobs
from storage.database import Database, DatabaseBusy
from storage.edits import Change, Edit, apply_edit
from storage.videos import Video
from tests.app.web.hubs import with_hub


@pytest.fixture
def hub(database: Database) -> EventHub:
    """A hub that reads often; see `with_hub`."""
    return EventHub(database, poll_seconds=0.01)


@with_hub
async def test_what_could_not_be_read_to_its_end_is_told_by_the_next_reading(
    hub: EventHub, database: Database, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, calls = event_hub._changed_jobs, [0]

    def fails(tx: Connection, told: Any, followed: set[str]) -> list[dict[str, Any]]:
        calls[0] += 1
        if 2 <= calls[0] <= 4:
            raise DatabaseBusy("Busy.")
        return read(tx, told, followed)

    monkeypatch.setattr(event_hub, "_changed_jobs", fails)
    listener = await hub.join(video=video.id, project=None, since=None)
    while not calls[0]:
        await asyncio.sleep(0.001)
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="index", project_id=video.project_id, video_id=video.id)
        comments.add_comment(tx, video_id=video.id, author="ann", text="Whose?", frame=0)
        jobs.request_cancel(tx, job.id)
    hub.follow(job.id)
    found = [(await listener.queue.get() or {})["type"] for _ in range(3)]
    assert found == ["hello", "comment", "job"] and calls[0] > 4


@with_hub
async def test_a_change_between_two_readings_of_a_look_is_told_as_one(
    hub: EventHub, database: Database, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edit and a comment of one transaction, which comes when edits have been read and comments have not."""
    read, written = event_hub._edits_after, []

    def late(*arguments: Any) -> list[dict[str, Any]]:
        found = read(*arguments)
        if not written:
            with database.atomic() as tx:
                comments.add_comment(tx, video_id=video.id, author="ann", text="Whose?", frame=0)
                change = Change(str(uuid.uuid4()), None, 0, {})
                written.append(apply_edit(tx, Edit(str(uuid.uuid4()), "new", "ann", video.id, (change,))))
        return found

    listener = await hub.join(video=video.id, project=None, since=None)
    monkeypatch.setattr(event_hub, "_edits_after", late)
    found = [(await listener.queue.get() or {})["type"] for _ in range(3)]
    assert found == ["hello", "edit", "comment"]


@with_hub
async def test_what_goes_with_edits_of_a_later_batch_waits_for_them(
    hub: EventHub, database: Database, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_hub, "BATCH", 2)
    listener = await hub.join(video=video.id, project=None, since=None)
    with database.atomic() as tx:
        for _ in range(5):
            apply_edit(tx, Edit(str(uuid.uuid4()), "new", "ann", video.id, (Change(str(uuid.uuid4()), None, 0, {}),)))
        comments.add_comment(tx, video_id=video.id, author="ann", text="Whose?", frame=0)
    found = [(await listener.queue.get() or {})["type"] for _ in range(7)]
    assert found == ["hello", *["edit"] * 5, "comment"]
