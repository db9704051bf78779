"""The pages of retraining: the plan in words, a finished run's report, promoting and going back, the lineage."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Connection

from app.opening import open_database
from app.training.report import (
    CategoryLine,
    Decision,
    Figures,
    GoldenFigures,
    Interval,
    Lineage,
    Reason,
    Report,
    ShownMask,
    TruthShare,
    VideoLine,
    WorstFrame,
)
from storage import checkpoints, jobs, projects, tracks, videos
from storage.database import Database
from tests.browser import driving
from tests.browser.conftest import Watch
from tests.serving import RunningServer, running_server

BEFORE = Figures(0.41, 0.6, 0.4, 0.3, 0.45, 0.5, 0.6, proposed=9, true=10, identity_switches=4, effort=3.4)
AFTER = Figures(0.486, 0.69, 0.5, 0.34, 0.55, 0.61, 0.66, proposed=10, true=10, identity_switches=1, effort=1.9)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of its own: the runs and checkpoints of other tests would be in the way."""
    with running_server(tmp_path_factory.mktemp("own") / "data", "--device", "cpu") as running:
        yield running


def report_on(database: Database, project: str, video: str, made: str) -> dict[str, Any]:
    """A report as a retraining returns it, whose worst frame shows masks of the video."""
    with database.read() as tx:
        parent = next(one for one in checkpoints.list_checkpoints(tx) if one.name == "demo")
        rows = [row for row in tracks.rows(tx, video) if row.hash is not None]
    frame = rows[0].frame
    shown = tuple(ShownMask("fish", str(row.hash)) for row in rows if row.frame == frame)
    found = Report(
        evaluation="held-out",
        set="2 held-out videos",
        before=BEFORE,
        after=AFTER,
        factory=None,
        per_category=(CategoryLine("fish", 6, BEFORE, AFTER), CategoryLine("star", 4, AFTER, BEFORE)),
        per_video=(VideoLine(video, "reef walk", 5, 0.4, BEFORE, AFTER),),
        worst_frames=(WorstFrame(video, "reef walk", frame, 0.7, 0.6, shown, shown[:1], ()),),
        intervals={"AP": Interval(0.07, 0.01, 0.13)},
        golden=GoldenFigures("procedural", "12 demo videos", "AP", 0.62, 0.615),
        truth=TruthShare(drawn=30, imported=0, accepted=70),
        decision=Decision("not proven", (Reason("videos", False, "2 videos are too few to prove anything."),)),
        lineage=Lineage(parent.id, "demo", parent.id, "demo", "ab" * 32, 1, "tevit_tiny", 1, 200),
        rules={},
    )
    return {**found.as_json(), "checkpoint": made, "name": "round 1", "verdict": "round 1: not proven.", "seconds": 95}


@pytest.fixture(scope="module")
def retrained(server: RunningServer) -> tuple[str, str]:
    """A checkpoint of a finished retraining of the demo project, whose job is there too: ids of both."""
    source = next((server.data / "checkpoints").glob("*.safetensors"))
    shutil.copy(source, server.data / "checkpoints" / "round.safetensors")
    url = f"sqlite:///{server.data / 'annotations.sqlite3'}"
    with open_database(url, server.data) as database:
        with database.atomic() as tx:
            project = demo_of(tx)
            demo = next(one for one in checkpoints.list_checkpoints(tx) if one.name == "demo")
            made = checkpoints.add_checkpoint(
                tx,
                name="round 1",
                path="checkpoints/round.safetensors",
                sha256="of round 1",
                config="tevit_tiny",
                categories=list(demo.categories),
                size_bytes=14_700_000,
                project_id=project,
                parent_sha256=demo.sha256,
                provenance={"steps": 200, "seed": 1, "snapshot": "ab" * 32},
            )
        with database.read() as tx:
            video = video_with_rows(tx, project)
        result = report_on(database, project, video, made.id)
        with database.atomic() as tx:
            job = jobs.enqueue(tx, kind="retrain", project_id=project)
            jobs.claim(tx, worker="test", kinds=["retrain"])
            jobs.finish(tx, job.id, result=result)
    return job.id, made.id


def demo_of(tx: Connection) -> str:
    return next(project.id for project in projects.list_projects(tx) if project.name == "demo")


def video_with_rows(tx: Connection, project: str) -> str:
    return next(video for video, _ in videos.video_names(tx, project) if tracks.rows(tx, video))


def test_the_plan_is_in_words_before_the_first_run(page: Page, server: RunningServer, watched: Watch) -> None:
    project, _ = driving.demo_project(page, server.address)
    page.goto(f"{server.address}retrain/?project={project}")
    plan = page.locator("#v-plan")
    expect(plan).to_contain_text("drawn or corrected")
    expect(plan).to_contain_text("Teaches what is background")
    expect(plan.locator("dd").last).to_contain_text("about ")  # minutes, guessed from the counted work
    expect(page.locator("#v-cautions")).to_contain_text("correct 3 more videos")
    assert watched.errors == []


def test_a_report_is_read_promoted_and_taken_back(
    page: Page, server: RunningServer, watched: Watch, retrained: tuple[str, str]
) -> None:
    project, _ = driving.demo_project(page, server.address)
    page.goto(f"{server.address}retrain/?project={project}&checkpoint={retrained[1]}")
    verdict = page.locator("#v-verdict")
    expect(verdict).to_contain_text("not proven")
    expect(verdict).to_contain_text("2 videos are too few to prove anything.")
    expect(verdict).to_contain_text("A person drew or corrected 30 of the 100 true masks (30 %)")
    expect(page.locator("[data-figure=identity_switches] td").nth(3)).to_have_text("\N{MINUS SIGN}3")
    expect(page.locator("#v-golden")).to_contain_text("12 demo videos")
    pictures = page.locator("#v-worst img")
    expect(pictures).to_have_count(3)
    pictures.first.scroll_into_view_if_needed()
    # Of the third one no mask was found, so that the bare frame is shown.
    page.wait_for_function(
        "() => [...document.querySelectorAll('#v-worst img')].every((image) => image.naturalWidth > 0)"
    )

    page.locator("#v-promote").click()
    expect(verdict).to_contain_text("In use")
    expect(page.locator("#v-next")).to_contain_text("still to be proposed again with round 1")
    expect(page.locator("#v-in-order")).to_be_visible()
    page.locator("#v-stop-again").click()
    expect(page.locator("#v-propose-again")).to_be_visible()
    page.locator("#v-back").click()
    expect(page.locator("#v-promote")).to_be_visible()
    assert watched.errors == []


def test_the_lineage_leads_to_the_report(
    page: Page, server: RunningServer, watched: Watch, retrained: tuple[str, str]
) -> None:
    project, _ = driving.demo_project(page, server.address)
    page.goto(f"{server.address}models/?project={project}")
    line = page.locator("#v-lines [data-line='round 1']")
    expect(line).to_contain_text("On 2 held-out videos: AP 41.0 with demo, 48.6 with this one.")
    expect(line).to_contain_text("not proven")
    line.get_by_role("link", name="Report").click()
    expect(page.locator("h1")).to_have_text("round 1")
    assert watched.errors == []
