"""The main job in a browser, once from the first page to a retrained model, on a procedural video."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from app.checkpoints.releases import RELEASES
from storage import rle, youtube_vis
from tests.browser import driving
from tests.browser.conftest import CLIP_FRAMES, CLIP_SIZE, Watch
from tests.browser.driving import LONG_PATIENCE
from tests.serving import RunningServer, running_server
from tests.small_sets import MEASURED

CATEGORIES = "fish, star\njelly, wheel, leaf"
# Where no thing of the clip is: brushed, then erased in part.
CORNER = (18.0, 20.0)
STEPS = 3


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that nobody has used yet: its first page is a newcomer's. Its retrainings measure few made videos."""
    data = tmp_path_factory.mktemp("fresh") / "data"
    with running_server(data, "--device", "cpu", program="tests.small_sets") as running:
        yield running


@dataclass(frozen=True)
class Walk:
    """One way through the pages: the page, the server, a folder for exports, the project and video of the walk."""

    page: Page
    server: RunningServer
    folder: Path
    project: str
    video: str

    def tracks(self) -> dict[int, dict[str, Any]]:
        """What the server has of the video's tracks, by number."""
        return driving.stored_tracks(self.page, self.video)

    def puts_in_use(self, name: str) -> None:
        """Choose the checkpoint that proposes in the project."""
        place = f"projects/{self.project}/checkpoints"
        found = {one["name"]: one["id"] for one in driving.fetched(self.page, place)["checkpoints"]}
        answer = self.page.request.post(f"{driving.origin(self.page)}/data/{place}/{found[name]}/activate")
        assert answer.ok, answer.text()


def test_from_the_first_page_to_a_retrained_model(
    page: Page, server: RunningServer, watched: Watch, clip: Path, tmp_path: Path
) -> None:
    the_first_page_shows_masks_without_a_job(page, server.address)
    walk = a_project_with_a_video(page, server, clip, tmp_path)
    proposing_says_what_the_model_knows_and_brings_tracks(walk)
    frames_step_scrub_and_tracks_are_selected(walk)
    verdicts_and_a_label_are_stored(walk)
    strokes_are_stored_as_they_are_drawn(walk)
    a_new_track_is_undone_and_redone(walk)
    the_picture_zooms_and_pans(walk)
    a_reload_lands_where_it_was_with_everything_there(walk)
    an_export_comes_back_and_leaves_again_as_the_same_bytes(walk)
    retraining_makes_a_checkpoint_that_proposes_next(walk)
    assert watched.errors == []


def the_first_page_shows_masks_without_a_job(page: Page, address: str) -> None:
    page.goto(address)
    pictures = "[...document.querySelectorAll('a.v-vc img')]"
    page.wait_for_function(f"{pictures}.length === 6 && {pictures}.every((i) => i.complete && i.naturalWidth > 0)")
    project = driving.fetched(page, f"projects/{driving.asked(page, 'project')}")
    assert project["name"] == "demo" and len(project["videos"]) == 6
    assert driving.fetched(page, f"jobs?project={project['id']}")["jobs"] == []
    states = [video["state"] for video in project["videos"]]
    assert states.count("review") == 2 and states.count("proposed") == 4
    video = project["videos"][-1]
    shown = picture(page, f"videos/{video['id']}/thumb.jpg")
    width = shown.shape[1]
    plain = [picture(page, f"videos/{video['id']}/frames/{k}.jpg?w={width}") for k in range(0, video["count"])]
    changed = min(int((np.abs(frame - shown).max(axis=2) > 40).sum()) for frame in plain)
    assert changed > 400, "the thumbnail is a bare frame"


def picture(page: Page, path: str) -> np.ndarray:
    """A picture that the server sends, as int16 (H, W, 3)."""
    answer = page.request.get(f"{driving.origin(page)}/data/{path}")
    assert answer.ok, answer.text()
    found = cv2.imdecode(np.frombuffer(answer.body(), np.uint8), cv2.IMREAD_COLOR)
    assert found is not None
    return found.astype(np.int16)


def a_project_with_a_video(page: Page, server: RunningServer, clip: Path, folder: Path) -> Walk:
    project = driving.new_project(page, server.address, name="rock pools", categories=CATEGORIES)
    names = [category["name"] for category in driving.fetched(page, f"projects/{project}")["categories"]]
    assert names == ["fish", "star", "jelly", "wheel", "leaf"]
    driving.upload(page, clip)
    card = page.locator("a.v-vc[data-video]")
    card.wait_for()
    expect(card).to_contain_text("rock pool")
    expect(card).to_contain_text(f"{CLIP_FRAMES} frames")
    card.click()
    driving.ready(page)
    video = driving.asked(page, "video")
    assert driving.asked(page, "project") == project and video
    facts = driving.fetched(page, f"videos/{video}")
    assert (facts["count"], facts["confirmed"], (facts["width"], facts["height"])) == (12, 12, CLIP_SIZE)
    shown = page.locator("canvas.v-picture")
    expect(shown).to_be_visible()
    scale = page.evaluate("window.editor.app.viewport.scale")
    box = shown.bounding_box()
    assert box is not None and abs(box["width"] - CLIP_SIZE[0] * scale) < 2
    return Walk(page, server, folder, project, video)


def proposing_says_what_the_model_knows_and_brings_tracks(walk: Walk) -> None:
    page = walk.page
    page.get_by_role("button", name="Propose", exact=True).click()
    asking = page.get_by_role("dialog", name="Propose")
    expect(asking.get_by_role("heading")).to_have_text("lite")
    expect(asking.locator(".v-warning")).to_contain_text("finds things without naming them")
    walk.puts_in_use("demo")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Propose", exact=True).click()
    expect(asking.get_by_role("heading")).to_have_text("demo")
    expect(asking.locator(".v-warning")).to_contain_text(
        "knows only the demo's shapes (fish, star, jelly, wheel, leaf)"
    )
    downloads = asking.locator("a.v-item", has_text="Download tevit_")
    expect(downloads).to_have_count(len(RELEASES))
    for release, offer in zip(RELEASES, downloads.all(), strict=True):
        size = rf"[\d.]+ (MB|GB), {release.classes} classes"
        expect(offer).to_have_text(re.compile(rf"^Download {release.name}\s*{size}\s*$"))
    expect(asking.get_by_role("link", name="Choose a checkpoint file")).to_be_visible()
    expect(asking.get_by_role("button", name="Draw by hand")).to_be_visible()
    asking.locator("[data-role=start-propose]").click()
    job = driving.ended_job(page, "propose")
    assert job["status"] == "done", job["error"]
    page.wait_for_function("window.editor.state.tracks.length > 0")
    tracks = walk.tracks()
    assert len(tracks) >= 2, "the demo's model found next to nothing in a video of the demo's kind"
    rows = page.locator(".v-trackrow[data-track]")
    assert rows.count() == len(tracks)
    names = {
        category["id"]: category["name"] for category in driving.fetched(page, f"videos/{walk.video}")["categories"]
    }
    for number, track in tracks.items():
        row = page.locator(f".v-trackrow[data-track='{number}']")
        expect(row).to_contain_text(names[track["category"]])
        expect(row.locator(".v-score")).to_have_text(f"{track['score']:.2f}")
        assert all(entry["review"] == "unreviewed" for entry in track["rows"].values())


def frames_step_scrub_and_tracks_are_selected(walk: Walk) -> None:
    page = walk.page
    for key, frame in (("f", 1), ("ArrowRight", 2), ("d", 1), ("End", CLIP_FRAMES - 1), ("Home", 0)):
        page.keyboard.press(key)
        driving.ready(page)
        assert driving.state(page, "frame") == frame
    lanes = page.locator(".v-lanes > canvas").bounding_box()
    assert lanes is not None
    page.mouse.move(lanes["x"] + lanes["width"] * 0.4, lanes["y"] + 10)
    page.mouse.down()
    page.mouse.move(lanes["x"] + lanes["width"] - 20, lanes["y"] + 10, steps=5)
    page.mouse.up()
    assert driving.state(page, "frame") == CLIP_FRAMES - 1
    page.keyboard.press("Home")
    driving.ready(page)
    number, track = largest_track(walk)
    mask = driving.stored_mask(page, walk.video, track=number, frame=0)
    depth = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    page.mouse.click(*driving.on_screen(page, float(column) + 0.5, float(row) + 0.5))
    chosen = driving.state(page, "selected")
    assert chosen in {found["id"] for found in walk.tracks().values()}
    page.locator(f".v-trackrow[data-track='{number}']").click()
    assert driving.state(page, "selected") == track["id"]
    page.wait_for_function("number => location.search.includes(`track=${number}`)", arg=number)


def largest_track(walk: Walk) -> tuple[int, dict[str, Any]]:
    """Number and facts of the track with the largest mask on frame 0."""
    there = [(number, track) for number, track in walk.tracks().items() if track["rows"].get(0, {}).get("area")]
    return max(there, key=lambda found: found[1]["rows"][0]["area"])


def verdicts_and_a_label_are_stored(walk: Walk) -> None:
    page = walk.page
    number, _ = largest_track(walk)
    other = next(found for found in walk.tracks() if found != number)
    page.keyboard.press("Shift+W")
    page.keyboard.press("a")
    driving.saved(page)
    rows = walk.tracks()[number]["rows"].values()
    assert {row["review"] for row in rows} == {"accepted"}
    page.locator(f".v-trackrow[data-track='{other}']").click()
    page.get_by_role("button", name="Reject").click()
    driving.saved(page)
    assert walk.tracks()[other]["rejected"] is True
    expect(page.locator(f".v-trackrow[data-track='{other}']")).to_have_class(re.compile("v-struck"))
    page.keyboard.press("Shift+F")
    page.locator(f".v-trackrow[data-track='{number}']").click()
    page.locator(".v-category").click()
    page.get_by_role("dialog", name="Category").get_by_role("menuitem", name="leaf").click()
    driving.saved(page)
    names = {found["id"]: found["name"] for found in driving.fetched(page, f"videos/{walk.video}")["categories"]}
    assert names[walk.tracks()[number]["category"]] == "leaf"


def strokes_are_stored_as_they_are_drawn(walk: Walk) -> None:
    page = walk.page
    number, track = largest_track(walk)
    before = driving.stored_mask(page, walk.video, track=number, frame=0)
    x, y = CORNER
    page.keyboard.press("b")
    driving.brush_size(page, 16)
    driving.stroke(page, (x, y), (x + 60, y))
    drawn = driving.stored_mask(page, walk.video, track=number, frame=0)
    assert int(drawn.sum()) == driving.mask_area(page, number, 0) == walk.tracks()[number]["rows"][0]["area"]
    assert int(drawn.sum()) > int(before.sum())
    assert drawn[int(y) - 6 : int(y) + 6, int(x) : int(x) + 60].all(), "the stroke is not where the mouse was"
    assert (drawn >= before).all()
    page.keyboard.press("Shift+E")
    driving.stroke(page, (x + 30, y - 12), (x + 30, y + 12))
    erased = driving.stored_mask(page, walk.video, track=number, frame=0)
    assert int(erased.sum()) == driving.mask_area(page, number, 0) < int(drawn.sum())
    assert not erased[int(y), int(x) + 30] and erased[int(y), int(x) + 10]
    row = walk.tracks()[number]["rows"][0]
    assert (row["source"], row["review"]) == ("drawn", "corrected")
    assert track["rows"][0]["hash"] != row["hash"]


def a_new_track_is_undone_and_redone(walk: Walk) -> None:
    page = walk.page
    page.keyboard.press("f")
    driving.ready(page)
    frame = driving.state(page, "frame")
    before = walk.tracks()
    page.keyboard.press("n")
    page.get_by_role("dialog", name="Category of the new track").get_by_role("menuitem", name="jelly").click()
    driving.stroke(page, (250.0, 20.0), (280.0, 34.0))
    (number,) = set(walk.tracks()) - set(before)
    area = driving.mask_area(page, number, frame)
    assert area > 0 and walk.tracks()[number]["rows"][frame]["area"] == area
    page.keyboard.press("Control+z")
    driving.saved(page)
    assert set(walk.tracks()) == set(before)
    assert page.locator(f".v-trackrow[data-track='{number}']").count() == 0
    page.keyboard.press("Control+Shift+Z")
    driving.saved(page)
    assert walk.tracks()[number]["rows"][frame]["area"] == area
    page.wait_for_function("([n, k, a]) => window.editor.maskArea(n, k) === a", arg=[number, frame, area])


def the_picture_zooms_and_pans(walk: Walk) -> None:
    page = walk.page
    place = "(() => { const v = window.editor.app.viewport; return [v.scale, v.x, v.y]; })()"
    fitted = page.evaluate(place)
    spot = (160.0, 90.0)
    page.mouse.move(*driving.on_screen(page, *spot))
    held = driving.on_screen(page, *spot)
    page.mouse.wheel(0, -400)
    page.wait_for_function(f"{place}[0] > {fitted[0] * 1.5}")
    assert np.allclose(driving.on_screen(page, *spot), held, atol=1.0), "the point under the cursor moved"
    zoomed = page.evaluate(place)
    page.keyboard.down("Space")
    page.mouse.down()
    page.mouse.move(held[0] + 40, held[1] + 25, steps=4)
    page.mouse.up()
    page.keyboard.up("Space")
    panned = page.evaluate(place)
    assert np.allclose(panned, (zoomed[0], zoomed[1] + 40, zoomed[2] + 25), atol=1.0)
    page.keyboard.press("0")
    assert np.allclose(page.evaluate(place), fitted)


def a_reload_lands_where_it_was_with_everything_there(walk: Walk) -> None:
    page = walk.page
    seen = "(() => { const { frame, selected, tracks } = window.editor.state; return [frame, selected, "
    seen += "tracks.map((t) => [t.number, t.category, t.rejected, [...t.rows.values()].map((r) => [r.frame, r.state, "
    seen += "r.source, r.review, r.hash, r.area])])]; })()"
    number = page.evaluate("window.editor.app.track.number")
    page.wait_for_function("number => location.search.includes(`track=${number}`)", arg=number)
    before, address = page.evaluate(seen), page.url
    page.reload()
    driving.ready(page)
    assert page.evaluate(seen) == before
    page.wait_for_function("address => location.href === address", arg=address)


def export(walk: Walk, project: str, folder: Path) -> Path:
    """Export a project by the page into a new folder; returns the JSON file."""
    page = walk.page
    page.goto(f"{walk.server.address}exchange/?project={project}")
    driving.field(page, "v-export-out").fill(str(folder))
    driving.press(page, "v-export-start")
    page.locator("[data-job][data-status='done']", has_text="Export").first.wait_for()
    return folder / "instances.json"


def an_export_comes_back_and_leaves_again_as_the_same_bytes(walk: Walk) -> None:
    page, folder = walk.page, walk.folder
    page.get_by_role("link", name="Export", exact=True).click()
    page.wait_for_url(lambda url: "/exchange/" in url and walk.project in url)
    first = export(walk, walk.project, folder / "first")
    check_export(walk, first)
    project = driving.new_project(page, walk.server.address, name="brought back", categories="")
    page.goto(f"{walk.server.address}exchange/?project={project}")
    page.locator("#v-import-file input[type=file]").set_input_files(str(first))
    page.locator("#v-import-file").get_by_text("instances").first.wait_for()
    driving.field(page, "v-import-frames").fill(str(first.parent / "JPEGImages"))
    driving.press(page, "v-import-start")
    page.locator("[data-job][data-status='done']", has_text="Import").wait_for()
    (video,) = driving.fetched(page, f"projects/{project}")["videos"]
    back = driving.stored_tracks(page, video["id"])
    kept = [track for track in walk.tracks().values() if not track["rejected"]]
    assert len(back) == len(kept)
    hashes = {tuple(row["hash"] for _, row in sorted(track["rows"].items())) for track in back.values()}
    assert hashes == {tuple(track["rows"][k]["hash"] for k in known_frames(kept)) for track in kept}
    second = export(walk, project, folder / "second")
    assert second.read_bytes() == first.read_bytes()


def known_frames(tracks: list[dict[str, Any]]) -> list[int]:
    """The frames in which somebody, or a model, said of every track where it is; the others are not exported."""
    found = [k for k in range(CLIP_FRAMES) if all(track["rows"].get(k) for track in tracks)]
    return [k for k in found if all(track["rows"][k]["review"] != "rejected" for track in tracks)]


def check_export(walk: Walk, path: Path) -> None:
    """The file holds what the server holds of the frames that are known: their pictures, and every mask in them."""
    dataset = youtube_vis.read_dataset(path)
    (video,) = dataset.videos
    stored = {number: track for number, track in walk.tracks().items() if not track["rejected"]}
    exported = known_frames(list(stored.values()))
    assert exported and [int(Path(name).stem) for name in video.file_names] == exported
    assert (video.length, (video.width, video.height)) == (len(exported), CLIP_SIZE)
    frames = [cv2.imread(str(path.parent / "JPEGImages" / name)) for name in video.file_names]
    assert all(frame is not None and frame.shape[:2] == CLIP_SIZE[::-1] for frame in frames)
    names = {category.id: category.name for category in dataset.categories}
    facts = driving.fetched(walk.page, f"videos/{walk.video}")
    known = {category["id"]: category["name"] for category in facts["categories"]}
    assert set(names.values()) == {known[held["category"]] for held in stored.values()}
    assert len(dataset.tracks) == len(stored)
    for track, (number, held) in zip(dataset.tracks, sorted(stored.items()), strict=True):
        assert names[track.category_id] == known[held["category"]]
        for frame, found in zip(exported, track.segmentations, strict=True):
            if held["rows"][frame]["hash"] is None:
                assert found is None
            else:
                assert found is not None
                mask = driving.stored_mask(walk.page, walk.video, track=number, frame=frame)
                assert np.array_equal(rle.decode(found), mask)
    assert json.loads(path.read_text())["videos"][0]["length"] == len(exported)


def retraining_makes_a_checkpoint_that_proposes_next(walk: Walk) -> None:
    page = walk.page
    page.goto(f"{walk.server.address}retrain/?project={walk.project}")
    page.get_by_label("Steps").fill(str(STEPS))
    page.locator("#v-retrain-start").click()
    page.locator("#v-progress").wait_for()
    page.wait_for_function(
        "[...document.querySelectorAll('svg.v-chart[aria-label=\"Loss by step\"] polyline')]"
        ".some((line) => line.getAttribute('points').split(' ').length > 1)",
        timeout=LONG_PATIENCE,
    )
    # A whole retraining, of low priority, beside two other tests on as many cores.
    page.locator("#v-comparison").wait_for(timeout=3 * LONG_PATIENCE)
    expect(page.locator("#v-proven")).to_have_text("not proven")
    (job,) = (job for job in driving.fetched(page, f"jobs?project={walk.project}")["jobs"] if job["kind"] == "retrain")
    result = job["result"]
    series = driving.fetched(page, f"jobs/{job['id']}/points")["series"]
    assert [step for step, _ in series["loss"]] == [1, 2, 3] == list(range(1, result["steps"] + 1))
    expect(page.locator("#v-comparison thead")).to_contain_text("demo")
    expect(page.locator("#v-comparison thead")).to_contain_text(result["name"])
    assert "AP" in result["before"] and "AP" in result["after"]
    assert result["golden"]["set"] == f"{MEASURED} procedural videos (demo)"
    page.locator("#v-promote").click()
    page.get_by_text("In use", exact=True).wait_for()
    page.goto(f"{walk.server.address}models/?project={walk.project}")
    expect(page.locator(f"tr[data-checkpoint='{result['name']}']")).to_contain_text("in use")
    driving.open_review(page, walk.server.address, project=walk.project, video=walk.video)
    page.get_by_role("button", name="Propose", exact=True).click()
    asking = page.get_by_role("dialog", name="Propose")
    expect(asking.get_by_role("heading")).to_have_text(result["name"])
    assert asking.locator(".v-warning").count() == 0
