"""The hub of events without a browser: who hears what, what was missed, and listeners that do not read."""

import asyncio
import uuid
from typing import Any

import pytest
from sqlalchemy import insert

from app.web import event_hub
from app.web.event_hub import EventHub, Listener
from storage import drafts, jobs, masks, runs, schema
from storage.database import Database, DatabaseBusy
from storage.edits import Applied, Change, Edit, apply_edit
from storage.videos import Video
from tests import own_loop
from tests.app.made import project_with
from tests.app.web.hubs import with_hub
from tests.storage.scenes import make_video, square
from tests.waiting import PATIENCE_SECONDS


@pytest.fixture
def video(database: Database) -> Video:
    project, _ = project_with(database, "dog")
    with database.atomic() as tx:
        return make_video(tx, project.id)


@pytest.fixture
def hub(database: Database) -> EventHub:
    """A hub that reads often; see `with_hub`."""
    return EventHub(database, poll_seconds=0.01)


def write(database: Database, video: Video, author: str = "ann", count: int = 1) -> list[int]:
    """Edits of a video; their numbers."""
    numbers = []
    with database.atomic() as tx:
        for _ in range(count):
            change = Change(str(uuid.uuid4()), None, 0, {})
            done = apply_edit(tx, Edit(str(uuid.uuid4()), "new", author, video.id, (change,)))
            assert isinstance(done, Applied)
            numbers.append(done.number)
    return numbers


def write_many(database: Database, video: Video, count: int) -> None:
    """Entries without rows, which are enough to count, in one statement."""
    entry = {"project_id": video.project_id, "video_id": video.id, "kind": "look", "author": "ann", "created": 0.0}
    with database.atomic() as tx:
        tx.execute(insert(schema.edits), [{"id": f"e{k}", "changes": [], **entry} for k in range(count)])


@pytest.fixture
def aside(database: Database) -> Video:
    """A video of a project of its own, which only pages that ask for everything follow."""
    project, _ = project_with(database, name="aside")
    with database.atomic() as tx:
        return make_video(tx, project.id)


async def caught_up(hub: EventHub, database: Database, aside: Video) -> int:
    """Wait until the hub has sent all that is stored by now; the number of one more edit, of ``aside``, sent last.

    One reading sends edits first and jobs after them, and nobody can join in the middle of it.
    """
    page = await hub.join(video=aside.id, project=None, since=None)
    [number] = await asyncio.to_thread(write, database, aside)
    assert await numbers_of(page, 1) == [number]
    hub.leave(await hub.join(video=aside.id, project=None, since=None))
    hub.leave(page)
    return number


def edits_left(page: Listener) -> list[int]:
    """Numbers of the edits that wait to be sent to a page."""
    messages = [page.queue.get_nowait() for _ in range(page.queue.qsize())]
    return [message["number"] for message in messages if message and message["type"] == "edit"]


async def next_of(listener: Listener, kind: str = "edit") -> dict[str, Any]:
    while True:
        message = await listener.queue.get()
        assert message is not None, "the page was cut off"
        if message["type"] == kind:
            return message


async def numbers_of(listener: Listener, count: int) -> list[int]:
    return [(await next_of(listener))["number"] for _ in range(count)]


@with_hub
async def test_the_hello_comes_first_and_names_the_end_of_the_log(
    hub: EventHub, database: Database, video: Video
) -> None:
    last = write(database, video, count=3)[-1]
    fresh = await hub.join(video=video.id, project=None, since=None)
    assert fresh.queue.get_nowait() == {"type": "hello", "last_edit": last}
    assert fresh.queue.empty(), "without a number nothing was missed"
    back = await hub.join(video=video.id, project=None, since=last - 2)
    assert back.queue.get_nowait() == {"type": "hello", "last_edit": last}
    assert await numbers_of(back, 2) == [last - 1, last]


@pytest.mark.parametrize(
    "missed", [event_hub.BATCH - 1, event_hub.BATCH, event_hub.BATCH + 1, event_hub.QUEUE_LIMIT + 300]
)
@with_hub
async def test_everything_that_was_missed_comes_once_and_in_order_however_much_it_is(
    hub: EventHub, database: Database, video: Video, missed: int
) -> None:
    write_many(database, video, missed)
    listener = await hub.join(video=video.id, project=None, since=0)
    (live,) = await asyncio.to_thread(write, database, video)
    assert await numbers_of(listener, missed + 1) == [*range(1, missed + 1), live]


@pytest.mark.parametrize("since", [-1, -(10**30), 10**6, 10**30])
@with_hub
async def test_a_number_of_another_database_hides_nothing_of_this_one(
    hub: EventHub, database: Database, video: Video, since: int
) -> None:
    write(database, video, count=2)
    listener = await hub.join(video=video.id, project=None, since=since)
    (live,) = await asyncio.to_thread(write, database, video)
    expected = [1, 2, live] if since < 0 else [live]
    assert await numbers_of(listener, len(expected)) == expected


@with_hub
async def test_missed_edits_are_those_of_the_video_and_project_that_were_asked_for(
    hub: EventHub, database: Database, video: Video, aside: Video
) -> None:
    other_project, _ = project_with(database, name="other")
    with database.atomic() as tx:
        sibling, stranger = make_video(tx, video.project_id, name="b"), make_video(tx, other_project.id, name="c")
    mine, siblings, theirs = (write(database, one, count=2) for one in (video, sibling, stranger))
    asked: list[tuple[str | None, str | None, list[int]]] = [
        (video.id, None, mine),
        (video.id, video.project_id, mine),
        (None, video.project_id, mine + siblings),
        (None, None, mine + siblings + theirs),
        (video.id, other_project.id, []),
    ]
    pages = [await hub.join(video=of_video, project=of_project, since=0) for of_video, of_project, _ in asked]
    live = [await asyncio.to_thread(write, database, one) for one in (video, sibling, stranger)]
    for page, (of_video, of_project, missed) in zip(pages, asked, strict=True):
        wanted = [
            number
            for one, (number,) in zip((video, sibling, stranger), live, strict=True)
            if of_video in (None, one.id) and of_project in (None, one.project_id)
        ]
        assert await numbers_of(page, len(missed) + len(wanted)) == missed + wanted
    last = await caught_up(hub, database, aside)
    assert [edits_left(page) for page in pages] == [[], [], [], [last], []], "one follows everything"


@with_hub
async def test_nothing_is_told_twice_where_joining_and_writing_meet(
    hub: EventHub, database: Database, video: Video
) -> None:
    first = await hub.join(video=video.id, project=None, since=0)
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.to_thread(lambda: [write(database, video) for _ in range(60)]))
        late = [await hub.join(video=video.id, project=None, since=0) for _ in range(5)]
    for listener in (first, *late):
        assert await numbers_of(listener, 60) == list(range(1, 61))


@with_hub
async def test_a_page_that_does_not_read_is_cut_off_and_the_others_hear_on(
    hub: EventHub, database: Database, video: Video
) -> None:
    deaf = await hub.join(video=video.id, project=None, since=None)
    deaf.limit = 5
    reading = await hub.join(video=video.id, project=None, since=None)
    numbers = await asyncio.to_thread(write, database, video, "ann", 9)
    assert await numbers_of(reading, 9) == numbers
    assert deaf.queue.get_nowait() is None, "the end comes first, nothing is sent in part"


def test_a_full_listener_loses_what_waited_and_is_sent_away() -> None:
    listener = Listener(video=None, project=None, last=0, limit=3)
    for number in range(3):
        listener.put({"number": number})
    assert listener.queue.qsize() == 3
    listener.put({"number": 3})
    assert listener.queue.get_nowait() is None and listener.queue.empty()


@with_hub
async def test_a_database_that_fails_for_a_moment_silences_nobody(
    hub: EventHub, database: Database, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, calls = event_hub._edits_after, [0]

    def fails_at_first(*arguments: Any) -> list[dict[str, Any]]:
        calls[0] += 1
        if calls[0] <= 3:
            raise DatabaseBusy("Busy.")
        return read(*arguments)

    monkeypatch.setattr(event_hub, "_edits_after", fails_at_first)
    listener = await hub.join(video=video.id, project=None, since=None)
    numbers = await asyncio.to_thread(write, database, video)
    assert await numbers_of(listener, 1) == numbers
    assert calls[0] > 3


@with_hub
async def test_reading_stops_with_the_last_page_and_starts_again_with_the_next(
    hub: EventHub, database: Database, video: Video
) -> None:
    one = await hub.join(video=video.id, project=None, since=None)
    two = await hub.join(video=video.id, project=None, since=None)
    hub.leave(one)
    assert hub._task is not None
    hub.leave(two)
    hub.leave(two)
    assert hub._task is None
    (missed,) = await asyncio.to_thread(write, database, video)
    back = await hub.join(video=video.id, project=None, since=one.last)
    (live,) = await asyncio.to_thread(write, database, video)
    assert await numbers_of(back, 2) == [missed, live]
    assert one.queue.qsize() <= 1, "who has left is told nothing more"


def test_the_end_of_the_server_sends_every_page_away(database: Database, video: Video) -> None:
    async def whole() -> None:
        hub = EventHub(database)
        pages = [await hub.join(video=None, project=None, since=None) for _ in range(3)]
        await hub.close()
        for page in pages:
            assert page.queue.get_nowait() is not None and page.queue.get_nowait() is None
        hub.wake()

    own_loop.run(whole())


def test_waking_makes_a_slow_reader_look_at_once_from_any_thread(database: Database, video: Video) -> None:
    class Hub(EventHub):
        looked = asyncio.Event()

        async def _tick(self) -> None:
            await super()._tick()
            self.looked.set()

    async def whole() -> None:
        hub = Hub(database, poll_seconds=3600)
        listener = await hub.join(video=video.id, project=None, since=None)
        await asyncio.wait_for(hub.looked.wait(), PATIENCE_SECONDS)
        numbers = await asyncio.to_thread(write, database, video)
        await asyncio.to_thread(hub.wake)
        assert await asyncio.wait_for(numbers_of(listener, 1), PATIENCE_SECONDS) == numbers
        await hub.close()

    own_loop.run(whole())


def test_a_hub_that_nobody_has_joined_can_be_woken_and_closed(database: Database) -> None:
    hub = EventHub(database)
    hub.wake()
    own_loop.run(hub.close())


@with_hub
async def test_a_job_that_ended_before_it_was_seen_is_told_once_when_it_is_followed(
    hub: EventHub, database: Database, video: Video, aside: Video
) -> None:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="index", project_id=video.project_id, video_id=video.id)
        jobs.claim(tx, worker="w", kinds=["index"])
        jobs.finish(tx, job.id)
    listener = await hub.join(video=None, project=video.project_id, since=None)
    hub.follow(job.id)
    assert (await next_of(listener, "job"))["job"]["status"] == "done"
    await caught_up(hub, database, aside)
    assert listener.queue.empty()


@with_hub
async def test_a_job_is_told_when_it_looks_different_and_not_otherwise(
    hub: EventHub, database: Database, video: Video, aside: Video
) -> None:
    listener = await hub.join(video=None, project=video.project_id, since=None)
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="index", project_id=video.project_id)
    assert (await next_of(listener, "job"))["job"]["status"] == "queued"
    with database.atomic() as tx:
        jobs.claim(tx, worker="w", kinds=["index"])
    assert (await next_of(listener, "job"))["job"]["status"] == "running"
    for progress in (0.25, 0.5):
        with database.atomic() as tx:
            jobs.heartbeat(tx, job.id, progress=progress, worker="w")
        assert (await next_of(listener, "job"))["job"]["progress"] == progress
    with database.atomic() as tx:
        jobs.heartbeat(tx, job.id, progress=0.5, worker="w")
    await caught_up(hub, database, aside)
    assert listener.queue.empty(), "a beat that says nothing new is not told"


@pytest.mark.parametrize(
    ("asks_video", "asks_project", "hears"),
    [
        (False, False, ["mine", "other video", "other project", "nobody"]),
        (False, True, ["mine", "other video"]),
        (True, True, ["mine", "other video"]),
        (True, False, ["mine"]),
    ],
)
@with_hub
async def test_jobs_are_told_by_project_or_by_video(
    hub: EventHub, database: Database, video: Video, asks_video: bool, asks_project: bool, hears: list[str]
) -> None:
    other_project, _ = project_with(database, name="other")
    with database.atomic() as tx:
        sibling = make_video(tx, video.project_id, name="b")
    listener = await hub.join(
        video=video.id if asks_video else None, project=video.project_id if asks_project else None, since=None
    )
    everyone = await hub.join(video=None, project=None, since=None)
    with database.atomic() as tx:
        jobs.enqueue(tx, kind="mine", project_id=video.project_id, video_id=video.id)
        jobs.enqueue(tx, kind="other video", project_id=video.project_id, video_id=sibling.id)
        jobs.enqueue(tx, kind="other project", project_id=other_project.id)
        jobs.enqueue(tx, kind="nobody", project_id=None)
    for _ in range(4):
        await next_of(everyone, "job")
    heard = [listener.queue.get_nowait() for _ in range(listener.queue.qsize())]
    assert sorted(m["job"]["kind"] for m in heard if m and m["type"] == "job") == sorted(hears)


@with_hub
async def test_drafts_come_while_they_are_made_with_their_masks_and_only_to_their_video(
    hub: EventHub, database: Database, video: Video, aside: Video
) -> None:
    run = await asyncio.to_thread(put, database, video, None, 1)
    page, other = [await hub.join(video=one.id, project=None, since=None) for one in (video, aside)]
    await asyncio.to_thread(put, database, video, run, 2, 3)
    message = await next_of(page, "drafts")
    assert message["video"] == video.id, "those from before are read by the page itself"
    assert [(one["frame"], one["run"], one["track"]) for one in message["drafts"]] == [(2, run, "t"), (3, run, "t")]
    assert message["blobs"] == {message["drafts"][0]["mask"]: square(1)["counts"]}
    await asyncio.to_thread(put, database, video, run, 3)
    assert [one["frame"] for one in (await next_of(page, "drafts"))["drafts"]] == [3]
    await caught_up(hub, database, aside)
    assert "drafts" not in types_left(other)


@with_hub
async def test_drafts_that_went_are_sent_before_those_that_came_after(
    hub: EventHub, database: Database, video: Video, aside: Video
) -> None:
    run = await asyncio.to_thread(put, database, video, None, 1, 2)
    page, other = [await hub.join(video=one.id, project=None, since=None) for one in (video, aside)]

    def discard_and_put() -> None:
        with database.atomic() as tx:
            drafts.discard_drafts(tx, video.id, run_id=run, start=1, stop=3)
        put(database, video, run, 2)

    await asyncio.to_thread(discard_and_put)
    part = {"run": run, "track": None, "start": 1, "stop": 3, "project": video.project_id}
    assert await next_of(page, "drafts_removed") == {"type": "drafts_removed", "video": video.id, **part}
    assert [one["frame"] for one in (await next_of(page, "drafts"))["drafts"]] == [2]
    await caught_up(hub, database, aside)
    assert not {"drafts", "drafts_removed"} & types_left(other)


def types_left(page: Listener) -> set[str]:
    return {message["type"] for message in [page.queue.get_nowait() for _ in range(page.queue.qsize())] if message}


def put(database: Database, video: Video, run: str | None, *frames: int) -> str:
    """Store drafts of a run, which is made if there is none; its id."""
    with database.atomic() as tx:
        name = run or runs.start_run(tx, kind="spreading", project_id=video.project_id, video_id=video.id).id
        mask = masks.put_blob(tx, square(1))
        facts = {"run_id": name, "video_id": video.id, "track_id": "t", "blob_hash": mask}
        drafts.put_drafts(tx, [drafts.Draft.new(frame=frame, **facts) for frame in frames])
    return name
