"""Results of another model on the import page: they come in with their videos, are reviewed, and are taken back."""

import json
from pathlib import Path

from playwright.sync_api import Page

from app.exchange.converting import convert
from tests.app.exchange.files import content, write, write_pictures
from tests.app.result_files.results_scene import result
from tests.browser import driving
from tests.browser.conftest import Watch
from tests.serving import RunningServer


def test_results_come_in_as_proposals_and_are_taken_back(
    page: Page, watched: Watch, server: RunningServer, tmp_path: Path
) -> None:
    write_pictures(tmp_path / "JPEGImages")
    named = write(tmp_path / "valid.json", content())
    results = tmp_path / "results.json"
    results.write_text(json.dumps([result(1, 2, 10, score=0.83), result(2, 1, 20, score=0.05)]))

    here, _ = driving.demo_project(page, server.address)
    page.goto(f"{server.address}exchange/?project={here}")
    driving.field(page, "v-import-path").fill(str(results))
    page.keyboard.press("Tab")
    found = "These are YouTube-VIS results: 2 tracks of 2 videos, scores from 0.05 to 0.83."
    page.get_by_role("status").filter(has_text=found).wait_for()
    # The kind follows from the file, and shows the fields that belong to it.
    driving.field(page, "v-import-annotations").fill(str(named))
    driving.field(page, "v-import-source").fill("DVIS")
    driving.field(page, "v-import-score").fill("0.1")
    driving.field(page, "v-import-frames").fill(str(tmp_path / "JPEGImages"))
    page.locator("#v-import-into").get_by_text("A new project").click()
    driving.field(page, "v-import-name").fill("results of DVIS")
    driving.press(page, "v-import-start")
    done = page.locator(
        "[data-job][data-status='done']", has_text="Proposals of DVIS in 1 video: 3 masks, 1 new track."
    )
    done.wait_for(timeout=driving.LONG_PATIENCE)

    (project,) = (one for one in driving.fetched(page, "projects")["projects"] if one["name"] == "results of DVIS")
    (video,) = driving.fetched(page, f"projects/{project['id']}")["videos"]
    driving.open_review(page, server.address, project=project["id"], video=video["id"], track=1)
    facts = page.locator(".v-facts")
    facts.get_by_text("DVIS").wait_for()
    assert "score 0.83" in facts.inner_text()

    page.goto(f"{server.address}exchange/?project={here}")  # the job stands where it was begun
    done.get_by_role("button", name="Take back").click()
    done.get_by_text("Taken back.").wait_for()
    tracks = driving.fetched(page, f"videos/{video['id']}/tracks")["tracks"]
    assert all(track["deleted"] for track in tracks)

    # A folder of PNG masks, dropped as it is, comes in the same way.
    convert(named, to="davis", out=tmp_path / "masks of SAM 2")
    page.goto(f"{server.address}exchange/?project={project['id']}")
    page.locator("#v-import-file input[type=file]").wait_for(state="attached")
    driving.drop(page, "#v-import-file", tmp_path / "masks of SAM 2")
    page.get_by_role("status").filter(has_text="This is PNG with a palette (DAVIS, YouTube-VOS): 2 videos").wait_for()
    page.locator("#v-import-kind").get_by_text("Proposals of a model").click()
    driving.field(page, "v-import-source").fill("SAM 2")
    driving.press(page, "v-import-start")
    masks = page.locator("[data-job][data-status='done']", has_text="Proposals of SAM 2 in 1 video: 6 masks")
    masks.wait_for(timeout=driving.LONG_PATIENCE)
    assert "2 new tracks" in masks.inner_text() and "vb" in masks.inner_text()  # the project has no video vb
