"""A retraining under way in the browser, a report that many later jobs do not push away, and the check before it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from app.jobs.processes import own_name
from app.opening import open_database
from storage import checkpoints, jobs
from storage.database import Database
from tests.browser import driving
from tests.browser.conftest import Watch
from tests.serving import RunningServer, running_server

LATER = 205  # retrainings after the one whose report is looked for; more than a list holds


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of its own: the runs and checkpoints of other tests would be in the way."""
    with running_server(tmp_path_factory.mktemp("own") / "data", "--device", "cpu") as running:
        yield running


@contextmanager
def opened(server: RunningServer) -> Iterator[Database]:
    with open_database(f"sqlite:///{server.data / 'annotations.sqlite3'}", server.data) as database:
        yield database


def test_a_running_retraining_shows_its_curves_and_stops(page: Page, server: RunningServer, watched: Watch) -> None:
    project, _ = driving.demo_project(page, server.address)
    with opened(server) as database, database.atomic() as tx:
        job = jobs.enqueue(tx, kind="retrain", project_id=project)
        # Named after a living process, so that nobody takes the job for a dead one.
        jobs.claim(tx, worker=own_name(), kinds=["retrain"])
        jobs.heartbeat(tx, job.id, progress=0.4, message="Training: step 40 of 100, loss 1.20", eta_seconds=75)
        jobs.add_points(tx, job.id, "loss", [(step, 3 / step) for step in range(1, 41)])
        jobs.add_points(tx, job.id, "validation", [(20, 0.31), (40, 0.36)])
    page.goto(f"{server.address}retrain/?project={project}")
    progress = page.locator("#v-progress")
    expect(progress).to_contain_text("40 %")
    expect(progress).to_contain_text("step 40 of 100, loss 1.20")
    expect(progress).to_contain_text("1:15 left")
    charts = page.locator("svg.v-chart")
    expect(charts).to_have_count(2)
    expect(charts.last).to_have_attribute("aria-label", "Validation by step")
    expect(charts.last.locator("text.end")).to_have_text("36.0")

    page.locator("#v-retrain-stop").click()
    expect(progress).to_contain_text("Stopping")
    with opened(server) as database, database.atomic() as tx:
        jobs.cancelled(tx, job.id)
    expect(page.locator("#v-run-problem")).to_contain_text("stopped; no checkpoint was made")
    assert watched.errors == []


def test_a_report_is_still_there_after_many_further_jobs(page: Page, server: RunningServer, watched: Watch) -> None:
    project, _ = driving.demo_project(page, server.address)
    with opened(server) as database, database.atomic() as tx:
        figures = {"before": {"AP": 0.41}, "after": {"AP": 0.486}, "set": "2 held-out videos", "evaluation": "held-out"}
        reasons = [{"code": "few", "good": False, "text": "2 videos are too few to prove anything."}]
        checkpoints.add_checkpoint(
            tx,
            name="round 1",
            path="checkpoints/round.safetensors",
            sha256="of round 1",
            config="tevit_tiny",
            categories=["fish"],
            size_bytes=1,
            project_id=project,
            metrics={**figures, "proven": False, "decision": {"outcome": "not proven", "reasons": reasons}},
        )
        for _ in range(LATER):
            later = jobs.enqueue(tx, kind="retrain", project_id=project)
            jobs.claim(tx, worker=own_name(), kinds=["retrain"])
            jobs.fail(tx, later.id, error="It was only made for a test.")
    page.goto(f"{server.address}models/?project={project}")
    page.locator("#v-lines [data-line='round 1']").get_by_role("link", name="Report").click()
    expect(page.locator("#v-verdict")).to_contain_text("2 videos are too few to prove anything.")
    assert watched.errors == []


def test_corrections_are_checked_before_a_retraining(page: Page, server: RunningServer, watched: Watch) -> None:
    project = driving.new_project(page, server.address, name="checked first", categories="fish")
    page.goto(f"{server.address}retrain/?project={project}")
    card = page.locator("#v-suspicions")
    expect(card).to_contain_text("follow no edge of the picture")
    page.locator("#v-check-corrections").click()
    expect(card).to_contain_text("None of 0 masks looks spoiled.", timeout=120_000)
    assert watched.errors == []
