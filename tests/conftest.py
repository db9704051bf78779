"""What all tests share: an empty database to copy; and for those in a browser: a Chromium, and the real server."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.web.pages.lean_gradio import without_interfaces
from storage.database import Database
from tests.chromium import find_browser
from tests.serving import RunningServer, running_server

QUIET_BROWSER = (
    # Root in a container has no sandbox, a server no GPU; the rest keeps the browser itself off the network.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
)


# Where the longest tests are, the longest first; all other files follow in their own order.
LONGEST_FIRST = ("tests/browser/test_journey.py", "tests/browser/", "tests/crashing/", "tests/fuzzing/", "tests/app/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files in front: at the end of a run, workers without a file wait for the longest one begun."""
    items.sort(key=lambda item: next((k for k, start in enumerate(LONGEST_FIRST) if item.nodeid.startswith(start)), 99))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Some tests import Gradio, which is quicker as a server does it."""
    with without_interfaces():
        return (yield)


def no_browser(reason: str, *, in_ci: bool) -> None:
    """Where the suite must be whole a missing browser is a failure; elsewhere the test says why it is skipped."""
    if in_ci:
        pytest.fail(f"{reason} (CI is set, so this is no skip)", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables; copying it is quicker than making the tables for each test."""
    path = tmp_path_factory.mktemp("empty") / "annotations.sqlite3"
    Database.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Path of an installed Chromium or Chrome, else of Playwright's own."""
    found = find_browser()
    if not found:
        no_browser(
            "no Chromium or Chrome here: `python3 launch.py test` prepares one", in_ci=bool(os.environ.get("CI"))
        )
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], browser_path: str) -> dict[str, Any]:
    """How pytest-playwright starts the browser: the one found here, with its own traffic off."""
    given = browser_type_launch_args.get("args", [])
    return {**browser_type_launch_args, "executable_path": browser_path, "args": [*QUIET_BROWSER, *given]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A window of a laptop's size."""
    return {**browser_context_args, "viewport": {"width": 1440, "height": 900}}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The real server on a free port, with a data folder of its own (the demo project in it), on the CPU."""
    with running_server(tmp_path_factory.mktemp("served") / "data", "--device", "cpu") as running:
        yield running
