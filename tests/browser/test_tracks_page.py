"""The page of tracks: many tracks found, relabelled, judged and taken back, against what the database has."""

import uuid
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, expect

from storage import rle
from tests.browser import driving
from tests.browser.conftest import CLIP_SIZE, Watch
from tests.browser.seeding import change
from tests.serving import RunningServer

PROPOSED = {"source": "proposed", "review": "unreviewed"}


def added(page: Page, address: str, project: str, clip: Path, name: str) -> str:
    body = {"path": str(clip), "name": name, "copy_in": True, "again": True}
    answer = page.request.post(f"{address}data/projects/{project}/videos", data=body)
    assert answer.ok, answer.text()
    return str(answer.json()["video"]["id"])


def box(index: int) -> dict[str, Any]:
    """A box whose place and size follow from the number of its track."""
    width, height = CLIP_SIZE
    pixels = np.zeros((height, width), np.uint8)
    x, y = (17 * index) % (width - 60), (11 * index) % (height - 50)
    pixels[y : y + 20 + index % 20, x : x + 30 + index % 20] = 1
    return dict(rle.encode(pixels))


def seed(page: Page, address: str, video: str, category: str, count: int, *, human: int = 0) -> None:
    """Tracks of three masks each; the first ``human`` of them were drawn by somebody."""
    changes = []
    for index in range(count):
        track = str(uuid.uuid4())
        changes.append(change(track, None, {"category": category, "score": round(0.3 + index / 100, 2)}))
        own = {"source": "drawn", "review": "corrected"} if index < human else PROPOSED
        changes += [change(track, k, {"rle": box(index + k), **own}) for k in (2, 3, 4)]
    body = {"author": "seed", "edits": [{"id": str(uuid.uuid4()), "kind": "seed", "changes": changes}]}
    answer = page.request.post(f"{address}data/videos/{video}/edits", data=body)
    (result,) = answer.json()["results"]
    assert result["status"] == "applied", result


def categories(page: Page, videos: list[str]) -> list[str]:
    """The category of every track, as the database has it."""
    return [track["category"] for video in videos for track in driving.stored_tracks(page, video).values()]


def verdicts(page: Page, video: str) -> set[str]:
    return {row["review"] for track in driving.stored_tracks(page, video).values() for row in track["rows"].values()}


def test_tracks_are_found_relabelled_and_taken_back(
    page: Page, server: RunningServer, watched: Watch, clip: Path
) -> None:
    project = driving.new_project(page, server.address, name="forty wheels", categories="fish\nwheel")
    fish, wheel = (one["id"] for one in driving.fetched(page, f"projects/{project}")["categories"])
    videos = [added(page, server.address, project, clip, name) for name in ("north", "south")]
    seed(page, server.address, videos[0], fish, 25, human=3)
    seed(page, server.address, videos[1], fish, 18)
    page.goto(f"{server.address}tracks/?project={project}")
    expect(page.locator(".v-phead")).to_contain_text("43 tracks, 129 masks")
    page.locator("#v-filter-score").click()
    page.get_by_label("Score, to").fill("0.49")
    page.get_by_label("Score, to").press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator(".v-phead")).to_contain_text("38 of 43 tracks")
    assert driving.asked(page, "max_score") == "0.49"
    tiles = page.locator(".v-tc[data-track] .v-tcb")
    tiles.nth(0).click()
    tiles.nth(4).click(modifiers=["Shift"])
    expect(page.locator(".v-tactions")).to_contain_text("5 selected")
    page.get_by_role("button", name="Select all 38").click()
    page.locator("#v-bulk-relabel").click()
    page.get_by_role("menuitem", name="wheel").click()
    preview = page.get_by_role("dialog", name="Relabel to wheel")
    expect(preview).to_contain_text("35 tracks in 2 videos, 105 masks change.")
    expect(preview).to_contain_text("3 tracks that a person drew or judged stay as they are.")
    preview.get_by_role("button", name="Relabel to wheel").click()
    expect(page.locator(".v-tctoast")).to_contain_text("35 tracks in 2 videos relabelled to wheel.")
    found = categories(page, videos)
    assert (found.count(wheel), found.count(fish)) == (35, 8)
    page.locator("#v-bulk-undo").click()
    expect(page.locator(".v-tctoast")).to_contain_text("Undone.")
    assert set(categories(page, videos)) == {fish}
    page.locator("#v-bulk-accept").click()
    page.get_by_role("dialog", name="Accept").get_by_role("button", name="Accept").click()
    expect(page.locator(".v-tctoast")).to_contain_text("35 tracks in 2 videos accepted.")
    assert verdicts(page, videos[1]) == {"accepted"}
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.locator(".v-phead")).to_contain_text("43 tracks, 129 masks")
    track = driving.stored_tracks(page, videos[0])[1]
    crop = page.locator(f"[data-track='{track['id']}'] a")
    expect(crop.locator("img")).to_have_js_property("complete", True)
    assert crop.locator("img").evaluate("image => image.naturalWidth") > 0
    crop.click()
    driving.ready(page)
    assert driving.state(page, "selected") == track["id"]
    assert driving.state(page, "frame") == int(driving.asked(page, "frame"))
    assert watched.thrown == []


def test_tracks_are_found_by_attribute_and_comment(
    page: Page, server: RunningServer, watched: Watch, clip: Path
) -> None:
    project = driving.new_project(page, server.address, name="marked wheels", categories="wheel")
    (wheel,) = (one["id"] for one in driving.fetched(page, f"projects/{project}")["categories"])
    video = added(page, server.address, project, clip, "north")
    seed(page, server.address, video, wheel, 3)
    data, (first, second, _) = f"{server.address}data", driving.stored_tracks(page, video).values()
    light = {"name": "light", "choices": ["day", "night"]}
    attribute = page.request.post(f"{data}/projects/{project}/attributes", data=light).json()["id"]
    marks = {"category": wheel, "attributes": {attribute: "night"}}
    changes = [change(one["id"], None, marks, one["version"]) for one in (first, second)]
    body = {"author": "seed", "edits": [{"id": str(uuid.uuid4()), "kind": "attributes", "changes": changes}]}
    assert page.request.post(f"{data}/videos/{video}/edits", data=body).ok
    comment = {"author": "seed", "text": "Whose?", "frame": 2, "track": second["id"]}
    assert page.request.post(f"{data}/videos/{video}/comments", data=comment).ok
    page.goto(f"{server.address}tracks/?project={project}")
    expect(page.locator(".v-phead")).to_contain_text("3 tracks")
    page.locator("#v-filter-attribute").click()
    page.get_by_role("checkbox", name="light night").check()
    expect(page.locator(".v-phead")).to_contain_text("2 of 3 tracks")
    page.keyboard.press("Escape")
    page.locator("#v-filter-comment").click()
    page.get_by_role("checkbox", name="Open", exact=False).first.check()
    expect(page.locator(".v-phead")).to_contain_text("1 of 3 tracks")
    page.reload()
    expect(page.locator(".v-tc[data-track]")).to_have_attribute("data-track", second["id"])
    expect(page.locator("#v-filter-attribute")).to_have_text("Attributes: light night")
    expect(page.locator("#v-filter-comment")).to_have_text("Comments: Open")
    assert watched.thrown == []


def test_a_mistake_is_mended_everywhere_in_two_presses_and_taken_back(
    page: Page, server: RunningServer, watched: Watch, clip: Path
) -> None:
    project = driving.new_project(page, server.address, name="alike", categories="fish\nwheel")
    fish, wheel = (one["id"] for one in driving.fetched(page, f"projects/{project}")["categories"])
    videos = [added(page, server.address, project, clip, name) for name in ("east", "west")]
    for video in videos:
        changes = []
        for _ in range(2):
            track = str(uuid.uuid4())
            changes.append(change(track, None, {"category": fish, "score": 0.5, "run": "one run"}))
            changes += [change(track, k, {"rle": box(3), **PROPOSED}) for k in (2, 3, 4)]
        body = {"author": "seed", "edits": [{"id": str(uuid.uuid4()), "kind": "seed", "changes": changes}]}
        answer = page.request.post(f"{server.address}data/videos/{video}/edits", data=body)
        assert answer.json()["results"][0]["status"] == "applied", answer.text()
    driving.open_review(page, server.address, project=project, video=videos[0])
    page.evaluate(
        "id => { editor.commands.select(editor.app.document.byNumber(1).id); editor.commands.setCategory(id); }", wheel
    )
    driving.saved(page)
    with page.context.expect_page() as opening:
        page.get_by_role("button", name="Look for others").click()
    others = opening.value
    expect(others.locator(".v-tactions")).to_contain_text("3 tracks in 2 videos, 9 masks change.")
    others.locator("#v-mend").click()
    expect(others.locator(".v-tctoast")).to_contain_text("3 tracks in 2 videos relabelled to wheel.")
    assert set(categories(page, videos)) == {wheel}
    others.locator("#v-bulk-undo").click()
    expect(others.locator(".v-tctoast")).to_contain_text("Undone.")
    assert sorted(categories(page, videos)) == sorted([wheel, fish, fish, fish])
    others.close()
