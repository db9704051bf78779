"""The suite's share of the fuzzer; ``python3 launch.py benchmark fuzz`` runs more cases, and other ones."""

import random

import pytest
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient

from tests.fuzzing import run
from tests.fuzzing.requests import Schema
from tests.fuzzing.run import Tally, made_world, run_cases

CASES = 2000
SEED = 20
LONG = "x" * 5000


def test_no_request_and_no_file_is_a_mistake_of_the_program() -> None:
    tally = Tally()
    run_cases(tally, seed=SEED, first=0, count=CASES)

    assert tally.failures == []
    assert tally.cases == CASES
    # Requests must get past the checks too: a fuzzer that is only refused tries nothing.
    assert tally.answers["2xx"] > CASES / 5 and tally.answers["4xx"] > CASES / 5 and tally.answers["file"] == CASES / 8


def test_no_id_and_no_name_of_any_route_is_too_long() -> None:
    failures = []
    with made_world() as world:
        for operation in world.schema.operations:
            for made in world.schema.with_each(operation, LONG):
                answer = world.client.request(
                    made.method, made.address, content=made.content, headers={"content-type": "application/json"}
                )
                if answer.status_code >= 500:
                    failures.append(f"{made.method} {operation[1]}: {answer.text}")
    assert failures == []


def test_a_case_is_the_same_each_time() -> None:
    app = FastAPI()

    @app.post("/data/{name}")
    async def post(name: str, number: int, flag: bool = False) -> None:
        """Do nothing."""

    schema = Schema(app, {"name": ["a"]})
    made = [[schema.request(random.Random(f"1/{number}")) for number in range(50)] for _ in range(2)]
    assert made[0] == made[1] and len({one.address for one in made[0]}) > 10


class Broken:
    """As much of a world as a case needs, over an application with mistakes of every kind."""

    def __init__(self, app: FastAPI) -> None:
        self.client = TestClient(app, raise_server_exceptions=False)
        self.schema = Schema(app, {})
        self.unreadable_now: str | None = None

    def unreadable(self) -> str | None:
        return self.unreadable_now


@pytest.mark.parametrize("kind", ["raises", "hangs", "silent", "unreadable", "sound"])
def test_every_kind_of_mistake_is_a_failure(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    app = FastAPI()

    @app.get("/x")
    async def get() -> None:
        if kind == "raises":
            raise ZeroDivisionError("a bug")
        if kind == "hangs":
            await asyncio.sleep(30)
        if kind == "silent":
            raise HTTPException(400, "")

    if kind == "hangs":
        monkeypatch.setattr(run, "PATIENCE_SECONDS", 1)
    monkeypatch.setattr(run, "READ_EVERY", 1)
    world, tally = Broken(app), Tally()
    world.unreadable_now = "a row is broken" if kind == "unreadable" else None
    run._run_case(world, tally, random.Random(1), 1)  # type: ignore[arg-type]

    assert bool(tally.failures) is (kind != "sound"), tally
