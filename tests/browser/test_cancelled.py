"""A cancelled proposal: the editor says how much is kept and that Propose goes on there, with the server's numbers."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from app.demo.make import encode_video
from model.procedural import render_video
from tests.browser import driving
from tests.browser.conftest import Watch
from tests.serving import RunningServer

FRAMES = 120
PATIENCE_MS = 400_000  # of a worker that leaves the processor to others
# Masks are stored in groups of 25 frames, once they are steady.
BEGUN = """() => window.editor.state.jobs.some(
    (job) => job.kind === "propose" && Number(/frame (\\d+) of/.exec(job.message ?? "")?.[1]) > 26)"""


def test_a_cancelled_proposal_tells_what_it_kept(
    page: Page, server: RunningServer, watched: Watch, tmp_path: Path
) -> None:
    path = tmp_path / "long tide.mp4"
    encode_video(path, render_video("demo", index=5, seed=8, frames=FRAMES, size=(160, 96)).frames)
    project = driving.new_project(page, server.address, name="tides", categories="star")
    answer = page.request.post(f"{server.address}data/projects/{project}/videos", data={"path": str(path)})
    video = answer.json()["video"]["id"]
    driving.open_review(page, server.address, project=project, video=video)
    driving.propose(page)
    page.wait_for_function(BEGUN, timeout=PATIENCE_MS)
    page.locator(".v-jobtext").click()
    page.get_by_role("button", name="Cancel", exact=True).click()
    job = driving.ended_job(page, "propose")
    assert job["status"] == "cancelled", job["error"]
    told = re.fullmatch(rf"(\d+) of {FRAMES} frames are kept; Propose goes on there\.", job["message"])
    assert told
    expect(page.locator(".v-toast", has_text="Propose is cancelled")).to_contain_text(job["message"])
    expect(page.locator(".v-jobcard", has_text="cancelled")).to_contain_text(job["message"])
    kept = int(told[1])
    rows = [frame for track in driving.stored_tracks(page, video).values() for frame in track["rows"]]
    assert 0 < kept < FRAMES and max(rows, default=0) < kept
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Propose", exact=True).click()
    expect(page.locator(".v-kept")).to_have_text(
        f"{kept} of {FRAMES} frames are kept from the last run; Propose goes on there."
    )
