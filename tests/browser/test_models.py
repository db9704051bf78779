"""Checkpoints on the models page: renamed and deleted through their menu, after a question."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page

from app.opening import open_database
from storage import checkpoints
from tests.browser import driving
from tests.browser.conftest import Watch
from tests.serving import RunningServer, running_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of its own: what other tests left in the shared one would be in the way."""
    with running_server(tmp_path_factory.mktemp("own") / "data", "--device", "cpu") as running:
        yield running


def seed_checkpoint(server: RunningServer, name: str, *, parent: str | None) -> None:
    """Register a copy of the demo's weights, trained from the checkpoint whose hash is ``parent``."""
    source = next((server.data / "checkpoints").glob("*.safetensors"))
    shutil.copy(source, server.data / "checkpoints" / f"{name}.safetensors")
    with (
        open_database(f"sqlite:///{server.data / 'annotations.sqlite3'}", server.data) as database,
        database.atomic() as tx,
    ):
        checkpoints.add_checkpoint(
            tx,
            name=name,
            path=f"checkpoints/{name}.safetensors",
            sha256=f"hash of {name}",
            config="tevit_tiny",
            categories=["fish"],
            size_bytes=14_700_000,
            parent_sha256=parent,
        )


def choose(page: Page, name: str, entry: str) -> None:
    page.get_by_role("button", name=f"Export, rename or delete {name}").click()
    page.locator(f".v-menu [data-do={entry}]").click()


def row(page: Page, name: str) -> Locator:
    return page.locator(f'[data-checkpoint="{name}"]')


def test_checkpoints_are_renamed_and_deleted_after_a_question(
    page: Page, watched: Watch, server: RunningServer
) -> None:
    project, _ = driving.demo_project(page, server.address)
    seed_checkpoint(server, "first try", parent=None)
    seed_checkpoint(server, "second try", parent="hash of first try")
    page.goto(f"{server.address}models/?project={project}")

    choose(page, "second try", "rename")
    page.get_by_label("Name of the checkpoint").fill("best so far")
    page.keyboard.press("Enter")
    row(page, "best so far").wait_for()

    row(page, "best so far").get_by_role("button", name="Use").click()
    row(page, "best so far").locator(".v-chip.ok").wait_for()
    choose(page, "first try", "delete")
    question = page.get_by_role("dialog", name="Delete first try for good?")
    assert "frees 14.7 MB" in question.inner_text()
    question.get_by_role("button", name="Delete for good").click()
    alert = question.get_by_role("alert")
    alert.wait_for()
    assert "was trained from it" in alert.inner_text()
    page.keyboard.press("Enter")  # Keep has the focus
    question.wait_for(state="detached")

    row(page, "demo").get_by_role("button", name="Use").click()
    row(page, "demo").locator(".v-chip.ok").wait_for()
    for name in ("best so far", "first try"):
        choose(page, name, "delete")
        page.get_by_role("dialog", name=f"Delete {name} for good?").get_by_role(
            "button", name="Delete for good"
        ).click()
        row(page, name).wait_for(state="detached")
    assert [path.stem for path in (server.data / "checkpoints").glob("*try*")] == []
    named = [line["name"] for line in driving.fetched(page, f"projects/{project}/checkpoints")["checkpoints"]]
    assert sorted(named) == ["demo", "lite"]
