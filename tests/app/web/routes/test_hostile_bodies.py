"""Bodies that no page of ours sends: whatever comes, the answer is a sentence, and what was stored can be read."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.settings import Settings
from app.web.server import create_app
from storage.database import Database
from storage.edits.rebuild import check_video
from storage.videos import Video
from tests.app.conftest import ADDRESS
from tests.app.made import edit, new_track, square

TEXT = st.text(max_size=6) | st.sampled_from(["t", "r", "run:1", "0" * 64])
NUMBERS = st.integers(-3, 14) | st.sampled_from([1 << 31, 1 << 63, -(1 << 63), 10**30]) | st.floats()
LEAVES = st.none() | st.booleans() | NUMBERS | TEXT
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3))
KEYS = [
    "state",
    "mask",
    "source",
    "review",
    "key",
    "score",
    "run",
    "parent",
    "other_parent",
    "look",
    "occluded",
    "iscrowd",
    "truncated",
    "attributes",
    "extra",
]
KEYS += ["rle", "category", "name", "number", "deleted", "rejected", "source_id", "start", "stop", "categories"]
RLES = st.fixed_dictionaries({"size": st.just([48, 64]) | JSON, "counts": TEXT | JSON})
AFTERS = st.none() | st.dictionaries(st.sampled_from(KEYS), LEAVES | RLES | JSON, max_size=3)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "track": st.sampled_from(["t", "new"]) | LEAVES,
        "frame": st.none() | st.integers(-2, 14) | NUMBERS,
        "before_version": st.sampled_from([0, 1, -1]) | NUMBERS,
        "after": AFTERS,
        "range_id": st.none() | st.just("r"),
    },
)


@pytest.fixture
def client(settings: Settings, started_workers: list[Settings]) -> Iterator[TestClient]:
    """As in a browser: a mistake of the server is an answer with 500, and no exception."""
    app = create_app(settings, pages=False)
    with TestClient(app, base_url=ADDRESS, raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def video(video: Video, client: TestClient) -> Video:
    """The video with a track "t" that has a mask in frame 0."""
    track = {"track": "t", "frame": None, "before_version": 0, "after": {}}
    mask = {"track": "t", "frame": 0, "before_version": 0, "after": {"rle": square(1, 1)}}
    assert post(client, video, {"author": "ann", "edits": [edit([track, mask])]}).status_code == 200
    return video


def post(client: TestClient, video: Video, body: Any, where: str = "edits") -> Any:
    headers = {"content-type": "application/json"}
    return client.post(f"/data/videos/{video.id}/{where}", content=json.dumps(body), headers=headers)


def assert_readable(client: TestClient, database: Database, video: Video) -> None:
    for where in ("tracks", "masks", "history"):
        answer = client.get(f"/data/videos/{video.id}/{where}")
        assert answer.status_code == 200, where
        json.loads(answer.text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    with database.read() as tx:
        assert check_video(tx, video.id) == []


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(CHANGES, min_size=1, max_size=3), author=st.sampled_from(["ann", "run:1"]) | TEXT)
def test_any_changes_are_answered_and_what_is_stored_can_be_read(
    client: TestClient, database: Database, video: Video, changes: list[Any], author: str
) -> None:
    answer = post(client, video, {"author": author, "edits": [edit(changes)]})
    assert answer.status_code in (200, 400, 422), answer.text
    if answer.status_code == 200:
        (result,) = answer.json()["results"]
        assert result["status"] in ("applied", "refused", "conflict")
        assert (result["status"] == "refused") <= bool(result.get("error"))
    else:
        assert answer.json()["error"]
    assert_readable(client, database, video)


@pytest.mark.parametrize("frame", [None, 1])
def test_a_score_that_is_no_finite_number_is_refused(
    client: TestClient, database: Database, video: Video, frame: int | None
) -> None:
    for value in (float("nan"), float("inf"), -float("inf"), 10**400, "high", []):
        after = {"score": value} if frame is None else {"rle": square(1, 1), "score": value}
        change = {"track": "t", "frame": frame, "before_version": 1 if frame is None else 0, "after": after}
        answer = post(client, video, {"author": "ann", "edits": [edit([change])]})
        assert answer.json()["results"][0]["status"] == "refused", value
    assert_readable(client, database, video)


NO_BODIES = (
    "",
    "{",
    "null",
    "[]",
    '"edits"',
    '{"author": "a", "edits": [null]}',
    '{"author": "a", "edits": [{"id": "", "kind": "k", "changes": []}]}',
    '{"author": "", "edits": []}',
    '{"author": "\\ud800", "edits": []}',
    '{"author": "a", "edits": [{"id": "\\udc00", "kind": "k", "changes": []}]}',
    '{"author": "a", "edits": [{"id": "i", "kind": "k", "changes": [{"before_version": 1.5}]}]}',
    '{"author": "a", "edits": ' + "[" * 100_000,
    '{"author": "' + "a" * 201 + '", "edits": []}',
    "\xff\xfe",
)


def test_a_body_that_is_none_is_answered_with_a_sentence(client: TestClient, video: Video) -> None:
    headers = {"content-type": "application/json"}
    for text in NO_BODIES:
        answer = client.post(f"/data/videos/{video.id}/edits", content=text.encode("latin-1"), headers=headers)
        assert answer.status_code in (400, 422), (text[:80], answer.text)
        assert answer.json()["error"], text[:80]


def test_a_step_that_lacks_its_author_or_id_is_not_understood(client: TestClient, video: Video) -> None:
    wrong = [{}, {"author": "ann"}, {"author": "ann", "id": ""}, {"author": "ann", "id": "x" * 65}, {"id": 1}]
    for where in ("undo", "redo"):
        for body in wrong:
            answer = post(client, video, body, where)
            assert answer.status_code == 422 and "not understood" in answer.json()["error"], (where, body)


def test_a_history_of_any_length_is_at_least_one_line_and_at_most_a_thousand(client: TestClient, video: Video) -> None:
    for limit in (0, -5, 1, 10**6, 10**30):
        answer = client.get(f"/data/videos/{video.id}/history?limit={limit}")
        assert answer.status_code == 200 and len(answer.json()["edits"]) == 1, limit


def test_names_in_a_path_are_only_names(client: TestClient) -> None:
    for path in ("/data/videos/{}/tracks", "/data/jobs/{}", "/data/projects/{}/checkpoints"):
        for name in ("..", "%2e%2e", "%00", "a%2fb", "%ff", "\u5b57", "x" * 5000, "' OR 1=1 --"):
            answer = client.get(path.format(name))
            assert answer.status_code in (404, 405) and answer.json()["error"], (path, name)


def test_an_edit_with_the_id_of_an_undo_counts_as_sent_before_and_the_queue_goes_on(
    client: TestClient, video: Video
) -> None:
    post(client, video, {"author": "ann", "id": "the undo"}, "undo")
    _, changes = new_track(None, {})
    taken = {**edit(changes), "id": "the undo"}
    free = {**edit(new_track(None, {})[1]), "id": str(uuid.uuid4())}
    results = post(client, video, {"author": "ann", "edits": [taken, free]}).json()["results"]
    assert [result["status"] for result in results] == ["repeated", "applied"]


def test_a_refused_batch_names_the_edit_that_is_not_understood(client: TestClient, video: Video) -> None:
    good = [
        edit([{"track": "t", "frame": frame, "before_version": 0, "after": {"rle": square(1, 1)}}]) for frame in (1, 2)
    ]
    bad = edit([{"track": "t", "frame": "three", "before_version": 0, "after": {}}])
    answer = post(client, video, {"author": "ann", "edits": [good[0], bad, good[1]]})
    assert (answer.status_code, answer.json()["edit"]) == (422, bad["id"])
    again = post(client, video, {"author": "ann", "edits": good})
    assert [result["status"] for result in again.json()["results"]] == ["applied", "applied"]


@pytest.mark.parametrize("body", [{}, {"author": "ann", "edits": 7}, {"author": "ann", "edits": [7]}, [], "x"])
def test_a_body_that_is_no_batch_names_no_edit(client: TestClient, video: Video, body: Any) -> None:
    answer = post(client, video, body)
    assert answer.status_code == 422
    assert "edit" not in answer.json()
