"""Values that no database holds are refused at the door of every route, each with one sentence."""

import pytest
from fastapi.testclient import TestClient

from app.web.plain_json import NotPlain, read_plain

BODIES = (
    b'{"name": NaN}',
    b'{"name": "a", "categories": [-Infinity]}',
    b'{"name": 1e999}',
    b'{"name": ' + b"9" * 400 + b"}",
    b'{"name": ' + b"9" * 5000 + b"}",
    b'{"name": 9223372036854775808}',
    b'{"name": "\\u0000"}',
    b'{"name": "\\ud800"}',
    b'{"\\udfff": 1}',
    b'{"name": ' + b"[" * 500 + b"]" * 500 + b"}",
    b"[" * 100_000,
    b"{",
    b"\xff",
    b'"\xed\xa0\x80"',
)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[:24].decode("latin-1"))
def test_a_body_that_no_database_holds_is_one_sentence(client: TestClient, body: bytes) -> None:
    for address in ("/data/projects", "/data/projects/p/categories", "/data/videos/v", "/data/videos/v/undo"):
        answer = client.post(address, content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 400, answer.text
        assert answer.json()["error"].startswith("The request ") and len(answer.json()["error"]) < 250
    assert client.request("DELETE", "/data/videos/v", content=body).status_code == 400
    with pytest.raises(NotPlain):
        read_plain(body)


def test_whole_numbers_of_64_bits_and_pairs_of_surrogates_pass() -> None:
    assert read_plain(b'[9223372036854775807, -9223372036854775808, "\\ud83d\\udf1a", 1e308]') == [
        2**63 - 1,
        -(2**63),
        "\U0001f71a",
        1e308,
    ]


def test_addresses_with_a_nul_lead_nowhere(client: TestClient) -> None:
    assert client.get("/data/projects/%00").status_code == 404
    assert client.get("/data/jobs?project=%00").status_code == 400
    assert client.get("/data/jobs?project=a").status_code == 200


def test_a_body_has_an_end(client: TestClient) -> None:
    answer = client.post("/data/projects", content=b" " * (4 << 20) + b"{}")
    assert answer.status_code == 413 and answer.json()["error"].endswith("MiB.")


@pytest.mark.parametrize("name", ["x" * 201, "字" * 3000])
def test_a_name_has_an_end(client: TestClient, name: str) -> None:
    for body in ({"name": name}, {"name": "zoo", "categories": [name]}):
        answer = client.post("/data/projects", json=body)
        assert answer.status_code in (400, 422) and answer.json()["error"]
    assert client.get("/data/projects").json()["projects"] == []


def test_the_name_of_an_upload_may_be_long_in_bytes(client: TestClient) -> None:
    project = client.post("/data/projects", json={"name": "zoo"}).json()["id"]
    for name in ("字" * 300 + ".mp4", "a." + "字" * 300, "x" * 1000):
        answer = client.put(f"/data/projects/{project}/videos", params={"name": name}, content=b"no video")
        assert answer.status_code == 400, answer.text
    assert client.put(f"/data/projects/{project}/videos", params={"name": "x" * 5000}).status_code == 422
