"""Prompts over HTTP: a mask for a box, and one sentence for everything else."""

import asyncio
import json
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from starlette.types import Message

from app.checkpoints.factory import ensure_factory
from app.prompting.answering import PromptAnswer
from app.prompting.marks import Abandoned
from app.prompting.own_model import OwnModel
from app.prompting.pool import PromptingFailed
from app.web.context import Context
from app.web.routes import prompts
from storage import projects, rle
from storage.database import Database
from storage.videos import Video

BOX = [8.0, 8.0, 40.0, 40.0]


def ask(client: TestClient, video: str, body: dict[str, Any]) -> Any:
    return client.post(f"/data/videos/{video}/prompts", json=body)


def test_a_box_gives_a_mask_in_it_from_another_process(client: TestClient, video: Video, app_context: Context) -> None:
    answer = ask(client, video.id, {"frame": 3, "box": BOX})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["prompter"] == "cursor" and 0 <= found["confidence"] <= 1 and found["source"]
    if found["mask"] is not None:
        assert found["mask"]["size"] == [video.height, video.width]
        pixels = rle.decode(found["mask"])
        pixels[8:40, 8:40] = False
        assert not pixels.any()
    assert ask(client, video.id, {"frame": 3, "box": BOX}).json() == found, "the frame now comes from the cache"


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"frame": 99, "box": BOX}, 404, "there is no frame 99"),
        ({"frame": -1, "box": BOX}, 404, "there is no frame -1"),
        ({"frame": 0}, 400, "needs a box or points"),
        ({"frame": 0, "points": [{"x": 3, "y": 4}], "prompter": "grabcut"}, 400, "needs a box around"),
        ({"frame": 0, "points": [{"x": 3, "y": 4, "inside": False}]}, 400, "a point in the thing"),
        ({"frame": 0, "points": [{"x": 3, "y": 4}], "mask": {"size": [2, 2], "counts": "4"}}, 400, "the picture has"),
        ({"frame": 0, "points": [{"x": 3, "y": 4}] * 2049}, 422, "points"),
        ({"frame": 0, "box": [500, 500, 600, 600]}, 400, "does not lie in the picture"),
        ({"frame": 0, "box": BOX, "prompter": "oracle"}, 400, "no prompter oracle"),
        ({"frame": 0, "box": [1, 2, 3]}, 422, "box"),
        ({"frame": 0, "box": [1, 2, 3, 1e300]}, 422, "no place in a picture"),
        ({"box": BOX}, 422, "frame"),
    ],
)
def test_what_cannot_be_answered_gets_one_sentence(
    client: TestClient, video: Video, body: dict[str, Any], status: int, words: str
) -> None:
    answer = ask(client, video.id, body)
    assert answer.status_code == status
    assert words in answer.json()["error"] and answer.json()["error"].endswith(".")


def test_the_process_gets_ready_before_the_first_prompt(client: TestClient, video: Video, app_context: Context) -> None:
    answer = client.post(f"/data/videos/{video.id}/prompts/ready", json={"frame": 3})
    assert (answer.status_code, answer.json()) == (200, {"ready": True})
    assert app_context.prompts._executor is not None
    drawing = ask(client, video.id, {"frame": 3, "box": BOX, "draft": True})
    assert drawing.status_code == 200 and isinstance(drawing.json()["draft"], bool)
    assert client.post(f"/data/videos/{video.id}/prompts/ready", json={"frame": 99}).status_code == 404


def test_a_page_that_closes_the_connection_is_not_answered(
    client: TestClient, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def until_left(self: Context, left: "Future[None]", *of: object) -> PromptAnswer:
        while not left.done():
            await asyncio.sleep(0.01)
        raise Abandoned("It was left.")

    monkeypatch.setattr(Context, "prompt", until_left)
    arrives: list[Message] = [
        {"type": "http.request", "body": json.dumps({"frame": 3, "box": BOX}).encode(), "more_body": False},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return arrives.pop(0) if len(arrives) > 1 else arrives[0]

    async def send(message: Message) -> None:
        sent.append(message)

    path = f"/data/videos/{video.id}/prompts"
    headers = [(b"host", client.base_url.netloc), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
    with ThreadPoolExecutor(1) as pool:  # a browser test before may have left a loop in this thread
        pool.submit(asyncio.run, client.app(scope, receive, send)).result()
    assert sent[0]["status"] == Abandoned.status


def test_a_video_that_is_not_there_is_named(client: TestClient) -> None:
    assert ask(client, "none", {"frame": 0, "box": BOX}).status_code == 404


def test_points_correct_a_mask_that_comes_with_them(client: TestClient, video: Video) -> None:
    before = np.zeros((video.height, video.width), dtype=bool)
    before[8:24, 8:40] = True
    points = [{"x": 12.5, "y": 12.5, "inside": False}]
    found = ask(client, video.id, {"frame": 3, "points": points, "mask": rle.encode(before)}).json()
    assert found["source"] == "Corrected"
    after = np.zeros_like(before) if found["mask"] is None else rle.decode(found["mask"])
    assert not after[12, 12] and not (after & ~before).any()


def test_the_prompters_are_listed_with_the_reason_why_one_cannot_run(client: TestClient) -> None:
    found = client.get("/data/prompters").json()
    names = [line["name"] for line in found["prompters"]]
    assert found["default"] == names[0] == "cursor" and {"segmenter", "own"} < set(names)
    assert all(set(line) == {"name", "title", "about", "reason", "command"} for line in found["prompters"])


def test_the_checkpoint_of_the_project_answers_where_it_knows_a_category(
    client: TestClient, database: Database, video: Video, app_context: Context
) -> None:
    refused = ask(client, video.id, {"frame": 3, "box": BOX, "prompter": "own"})
    lines = client.get(f"/data/prompters?project={video.project_id}").json()["prompters"]
    reason = next(line["reason"] for line in lines if line["name"] == "own")
    assert (refused.status_code, refused.json()["error"]) == (400, reason)
    assert client.get("/data/prompters?project=none").status_code == 404

    ensure_factory(database, app_context.settings)
    with database.atomic() as tx:
        projects.add_category(tx, video.project_id, "star")
    answer = client.post(f"/data/videos/{video.id}/prompts/ready", json={"frame": 3})
    assert answer.status_code == 200
    found = ask(client, video.id, {"frame": 3, "box": BOX, "prompter": "own"}).json()
    assert found["prompter"] == "own" and found["source"].startswith("The model's proposal")
    both = ask(client, video.id, {"frame": 3, "box": BOX}).json()
    assert both["prompter"] in {"cursor", "own"}
    drawing = ask(client, video.id, {"frame": 3, "box": BOX, "draft": True}).json()
    assert drawing["prompter"] == "cursor" and drawing["draft"], "the best answer is that of both"


@pytest.mark.parametrize("how", ["fails", "is late"])
def test_a_checkpoint_that_does_not_answer_costs_no_mask(
    client: TestClient,
    database: Database,
    video: Video,
    app_context: Context,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
) -> None:
    ensure_factory(database, app_context.settings)
    with database.atomic() as tx:
        projects.add_category(tx, video.project_id, "star")

    async def ready(self: Context, jpeg: bytes, model: OwnModel, *, chosen: bool) -> bool:
        return not chosen

    async def silent(self: Context, *of: object) -> PromptAnswer:
        if how == "fails":
            raise PromptingFailed("It ended.")
        await asyncio.sleep(3600)
        raise AssertionError

    monkeypatch.setattr(Context, "get_own_ready", ready)
    monkeypatch.setattr(Context, "prompt_own", silent)
    monkeypatch.setattr(prompts, "OWN_SECONDS", 0.01)
    client.post(f"/data/videos/{video.id}/prompts/ready", json={"frame": 3})
    answer = ask(client, video.id, {"frame": 3, "box": BOX})
    assert (answer.status_code, answer.json()["prompter"]) == (200, "cursor")
