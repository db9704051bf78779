"""Writers wait for their turn without holding a thread: readers go on, and what waits is bounded."""

import asyncio
import inspect
import pkgutil
import re
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from app.errors import Overloaded
from app.settings import DATABASE_NAME, Settings
from app.web import routes, write_queue
from app.web.context import LONG_THREADS, Context
from app.web.write_queue import WriteQueue
from storage import projects
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests import own_loop
from tests.app.made import PERSON, edit, new_track, square
from tests.app.web.requests import get
from tests.waiting import PATIENCE_SECONDS, wait_for

READS = ("projects", "projects/{project}", "videos/{video}", "videos/{video}/tracks", "videos/{video}/frames/0.jpg?w=8")
Requests = list[tuple[str, dict[str, Any]]]


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Another connection holds the write lock, as another process does."""
    other = sqlite3.connect(settings.data / DATABASE_NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def post_all(pool: ThreadPoolExecutor, client: TestClient, requests: Requests) -> "list[Future[httpx.Response]]":
    return [pool.submit(client.post, f"/data/{path}", json=body) for path, body in requests]


def strokes(video: Video, number: int) -> Requests:
    """So many requests of one edit each, each with a track of its own."""
    edits = (edit(new_track(None, {k % 12: square(k, k)})[1]) for k in range(number))
    return [(f"videos/{video.id}/edits", {"author": PERSON, "edits": [one]}) for one in edits]


def read_all(client: TestClient, project: Project, video: Video) -> None:
    for path in READS:
        assert client.get(f"/data/{path.format(project=project.id, video=video.id)}").status_code == 200


def test_readers_go_on_while_edits_wait_for_the_lock_and_then_all_are_applied(
    client: TestClient, app_context: Context, settings: Settings, project: Project, video: Video
) -> None:
    read_all(client, project, video)
    with ThreadPoolExecutor(12) as pool:
        with locked(settings):
            answers = post_all(pool, client, strokes(video, 12))
            wait_for(lambda: app_context.writing.present == 12)
            for _ in range(3):
                read_all(client, project, video)
            assert not any(answer.done() for answer in answers), "what was read did not wait for them"
        results = [answer.result().json()["results"][0]["status"] for answer in answers]
    assert results == ["applied"] * 12
    assert len(get(client, f"videos/{video.id}/tracks")["tracks"]) == 12


def test_long_writes_hold_up_neither_readers_nor_edits(
    client: TestClient, app_context: Context, project: Project, video: Video
) -> None:
    release = threading.Event()

    async def keep_busy() -> None:
        await asyncio.gather(
            *(app_context.write_long(lambda _: release.wait(PATIENCE_SECONDS)) for _ in range(LONG_THREADS + 3))
        )

    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(client.portal.call, keep_busy)  # type: ignore[union-attr]
        wait_for(lambda: app_context.writing_long.present == LONG_THREADS + 3)
        read_all(client, project, video)
        [(path, body)] = strokes(video, 1)
        assert client.post(f"/data/{path}", json=body).json()["results"][0]["status"] == "applied"
        assert not busy.done()
        release.set()
        busy.result()


def test_a_lock_that_stays_is_told_before_the_page_gives_up(
    client: TestClient, settings: Settings, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_queue, "PATIENCE_SECONDS", 1.0)
    with locked(settings):
        answer = client.post("/data/projects", json={"name": "late"})
    assert answer.status_code == 503
    assert "has been writing to" in answer.json()["error"] and "try again" in answer.json()["error"]
    assert client.post("/data/projects", json={"name": "late"}).status_code == 200, "nothing of it was kept before"


@pytest.fixture
def queue(database: Database) -> Iterator[WriteQueue]:
    made = WriteQueue(database, name="test", threads=1, most=3, turn_seconds=0.2)
    yield made
    made.close()


def test_more_than_the_queue_takes_is_refused_at_once_and_a_turn_is_waited_for_only_so_long(queue: WriteQueue) -> None:
    release = threading.Event()

    async def whole() -> list[Any]:
        first = asyncio.create_task(queue.run(lambda _: release.wait(PATIENCE_SECONDS)))
        waiting = [asyncio.create_task(queue.run(lambda _: pytest.fail("no turn came"))) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded, match="3 changes wait"):
            await queue.run(lambda _: None)
        refused = await asyncio.gather(*waiting, return_exceptions=True)
        release.set()
        assert await first is True
        assert await queue.run(lambda _: "again") == "again"
        return refused

    refused = own_loop.run(whole())
    assert [type(error) for error in refused] == [Overloaded] * 2
    assert "nothing of this one was kept" in str(refused[0]) and queue.present == 0


def test_work_is_done_in_the_order_it_came_and_a_failure_frees_the_way(database: Database) -> None:
    queue = WriteQueue(database, name="test", threads=1, most=9)
    done: list[int] = []

    def work(_: Database, number: int, fails: bool) -> None:
        done.append(number)
        if fails:
            raise ZeroDivisionError

    async def whole() -> list[Any]:
        jobs = (queue.run(work, number, number == 2) for number in range(6))
        return list(await asyncio.gather(*jobs, return_exceptions=True))

    found = own_loop.run(whole())
    queue.close()
    assert done == [0, 1, 2, 3, 4, 5]
    assert [type(each) for each in found] == [type(None)] * 2 + [ZeroDivisionError] + [type(None)] * 3


def test_what_a_person_is_told_is_saved_is_on_the_disk(database: Database, queue: WriteQueue) -> None:
    def synchronous(given: Database) -> int:
        with given.atomic() as tx:
            projects.create_project(tx, name="kept")
            return int(tx.exec_driver_sql("PRAGMA synchronous").scalar_one())

    assert own_loop.run(_run(queue, synchronous)) == 2, "FULL"


async def _run(queue: WriteQueue, work: Any) -> Any:
    return await queue.run(work)


def test_the_database_of_readers_refuses_to_write(app_context: Context) -> None:
    with pytest.raises(RuntimeError, match="may only read"), app_context.database.atomic():
        pytest.fail("a write began")


def test_every_route_that_changes_something_waits_for_its_turn(app_context: Context) -> None:
    names = [found.name for found in pkgutil.iter_modules(routes.__path__, f"{routes.__name__}.")]
    found = [route for name in names for route in import_module(name).router(app_context).routes]
    changing = [route for route in found if isinstance(route, APIRoute) and route.methods - {"GET", "HEAD"}]
    assert len(changing) > 15
    for route in changing:
        if "/prompts" in route.path or route.path.endswith(("/preview", "/export-plan")):
            continue  # requests with a body that store nothing
        code = inspect.getsource(route.endpoint)
        assert re.search(r"@context\.writes(_long)?\n|context\.write(_long)?\(", code), route.path
