"""Every drawing tool in the browser, one page for all of them; what counts is the mask that the server has stored."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import CDPSession, Page, expect

from model.procedural import render_video
from storage import rle
from tests.browser import driving
from tests.browser.conftest import CLIP_SIZE, Watch
from tests.serving import RunningServer

WIDTH, HEIGHT = CLIP_SIZE
# Where the mask of the first track is; the tools draw around it.
LEFT, TOP, RIGHT, BOTTOM = 20, 20, 60, 60
AUTHOR = "person:test"


@dataclass
class Easel:
    """The page with the video, and how its masks are read."""

    page: Page
    video: str
    tracks: list[str]

    def mask(self, track: int = 1, frame: int = 0) -> np.ndarray:
        """The stored mask, bool H x W; nothing where there is none."""
        driving.saved(self.page)
        row = driving.stored_tracks(self.page, self.video)[track]["rows"].get(frame)
        if row is None or row["hash"] is None:
            return np.zeros((HEIGHT, WIDTH), dtype=bool)
        assert driving.mask_area(self.page, track, frame) == row["area"], "page and server differ"
        return np.asarray(driving.stored_mask(self.page, self.video, track=track, frame=frame), dtype=bool)

    def clean(self, *extra: tuple[int, int, int, int]) -> np.ndarray:
        """Give the first track its box again, with more boxes; returns its mask."""
        mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
        for x0, y0, x1, y1 in ((LEFT, TOP, RIGHT, BOTTOM), *extra):
            mask[y0:y1, x0:x1] = True
        after = {"state": "present", "rle": dict(rle.encode(mask)), "source": "drawn", "review": "corrected"}
        self.page.evaluate(
            """([track, after]) => {
                const { app } = window.editor;
                app.view.set({ frame: 0, selected: track, mode: "add" });
                app.queue.add("test", [{ track, frame: 0, after }]);
            }""",
            [self.tracks[0], after],
        )
        driving.ready(self.page)
        driving.saved(self.page)
        return mask

    def click(self, *points: tuple[float, float]) -> None:
        """Click places of the picture."""
        for point in points:
            self.page.mouse.click(*driving.on_screen(self.page, *point))

    def key(self, *names: str) -> None:
        """Press keys."""
        for name in names:
            self.page.keyboard.press(name)

    def mode(self, label: str) -> None:
        """Choose what shapes do."""
        self.page.get_by_role("button", name=label, exact=True).click()


@pytest.fixture
def easel(page: Page, server: RunningServer, clip: Path, watched: Watch) -> Easel:
    page.set_default_timeout(30_000)
    page.goto(server.address)
    made = page.request.post(
        f"{server.address}data/projects", data={"name": f"drawing {uuid.uuid4()}", "categories": ["thing"]}
    ).json()
    added = page.request.post(f"{server.address}data/projects/{made['id']}/videos", data={"path": str(clip)}).json()
    video = added["video"]["id"]
    driving_until(page, lambda: driving.fetched(page, f"videos/{video}/counted")["confirmed"] == 12)
    tracks = [str(uuid.uuid4()) for _ in range(2)]
    changes = [{"track": track, "frame": None, "before_version": 0, "after": {}} for track in tracks]
    edit = {"id": str(uuid.uuid4()), "kind": "track", "changes": changes}
    page.request.post(f"{server.address}data/videos/{video}/edits", data={"author": AUTHOR, "edits": [edit]})
    driving.open_review(page, server.address, project=made["id"], video=video)
    return Easel(page, video, tracks)


def driving_until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait until the server says so."""
    for _ in range(600):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("the server did not come so far")


def test_every_tool_stores_what_it_shows(easel: Easel, watched: Watch) -> None:
    outlines_survive_steps_tools_reload_and_undo(easel)
    shapes_join_in_four_ways(easel)
    the_magnetic_lasso_follows_a_border(easel)
    the_wand_takes_more_by_dragging(easel)
    a_box_becomes_a_mask(easel)
    holes_islands_and_borders(easel)
    masks_move(easel)
    brushes_have_form_size_and_pressure(easel)
    no_overlap_cuts_only_what_is_new(easel)
    fingers_zoom_and_draw_nothing(easel)
    rejected_masks_are_only_lines(easel)
    assert watched.errors == []


def box_of(x0: int, y0: int, x1: int, y1: int) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
    mask[y0:y1, x0:x1] = True
    return mask


def outlines_survive_steps_tools_reload_and_undo(easel: Easel) -> None:
    before = easel.clean()
    easel.key("p")
    easel.click((100, 30), (140, 30), (140, 60), (120, 90))
    easel.key("Control+z", "f")
    driving.ready(easel.page)
    kept = easel.page.get_by_role("button", name=re.compile("^Polygon kept (on frame 0|here)$"))
    expect(kept).to_have_accessible_name("Polygon kept on frame 0")
    easel.key("b", "Delete")  # another tool; deleting reaches the row of this frame only
    easel.page.reload()
    driving.ready(easel.page)
    kept.click()  # the address may still lead to the frame before the step
    driving.ready(easel.page)
    assert driving.state(easel.page, "tool") == "polygon"
    easel.click((100, 60))
    easel.key("Backspace", "Control+Shift+Z", "Enter")
    assert np.array_equal(easel.mask(), before | box_of(100, 30, 140, 60))
    easel.key("Control+z")
    assert np.array_equal(easel.mask(), before)
    easel.click((100, 30), (140, 30), (140, 60))
    easel.key("Escape", "Control+z")
    easel.click((100, 60), (101, 31))
    assert np.array_equal(easel.mask(), before | box_of(100, 30, 140, 60)), "undo brings back what Escape threw away"


def shapes_join_in_four_ways(easel: Easel) -> None:
    shape = box_of(40, 40, 80, 80)
    corners = ((40.0, 40.0), (80.0, 40.0), (80.0, 80.0), (40.0, 80.0))
    for label, rule in (
        ("Subtract", lambda mask: mask & ~shape),
        ("Replace", lambda mask: shape),
        ("Intersect", lambda mask: mask & shape),
        ("Add", lambda mask: mask | shape),
    ):
        before = easel.clean()
        easel.key("s")
        easel.mode(label)
        driving.press_and_drag(easel.page, *corners)
        found, wanted = easel.mask(), rule(before)
        assert (found ^ wanted).sum() <= 90, f"{label}: the hand draws its corners round"
        assert found[45:75, 45:75].all() or label in {"Subtract", "Intersect"}
        easel.mode("Add")


def the_magnetic_lasso_follows_a_border(easel: Easel) -> None:
    truth = largest_thing()
    easel.clean()
    easel.key("Shift+P")
    easel.mode("Replace")
    contour = max(cv2.findContours(truth.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0], key=len)
    anchors = contour[:: max(1, len(contour) // 7), 0][:7]
    for number, (x, y) in enumerate(anchors):
        easel.click((float(x) + 0.5, float(y) + 0.5))
        easel.page.wait_for_function(
            "count => window.editor.app.layers.contours.at(-1)?.contour.anchors.length === count", arg=number + 1
        )
    easel.key("Enter")
    easel.page.wait_for_function("window.editor.app.layers.contours.length === 0")
    found = easel.mask()
    assert iou(found, truth) > 0.8, iou(found, truth)
    easel.mode("Add")


def largest_thing() -> np.ndarray:
    """Mask of the largest thing on the first frame of the clip."""
    video = render_video("demo", index=4, seed=31, frames=12, size=CLIP_SIZE)
    return np.asarray(max((track.masks[0] for track in video.tracks), key=np.sum), dtype=bool)


def iou(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / (one | other).sum())


def the_wand_takes_more_by_dragging(easel: Easel) -> None:
    easel.clean()
    easel.key("w")
    easel.mode("Replace")
    place = deepest(largest_thing())
    sizes = []
    for drag in (-200.0, 0.0, 100.0):
        easel.page.evaluate("window.editor.app.preferences.set({ tolerance: 24 })")
        x, y = driving.on_screen(easel.page, *place)
        easel.page.mouse.move(x, y)
        easel.page.mouse.down()
        easel.page.mouse.move(x + drag, y, steps=4)
        easel.page.mouse.up()
        sizes.append(int(easel.mask().sum()))
        assert easel.mask()[int(place[1]), int(place[0])]
    assert sizes[0] < sizes[1] < sizes[2], sizes
    easel.mode("Add")


def deepest(mask: np.ndarray) -> tuple[float, float]:
    """The middle of the pixel that is farthest inside of a mask."""
    depth = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    return float(column) + 0.5, float(row) + 0.5


def a_box_becomes_a_mask(easel: Easel) -> None:
    truth = largest_thing()
    easel.clean()
    rows, columns = np.flatnonzero(truth.any(1)), np.flatnonzero(truth.any(0))
    easel.key("Shift+B")
    easel.mode("Replace")
    with easel.page.expect_response("**/prompts") as answered:
        driving.press_and_drag(easel.page, (columns[0] - 2.0, rows[0] - 2.0), (columns[-1] + 3.0, rows[-1] + 3.0))
    assert answered.value.ok
    # A first answer may be refined; the mask is saved once nothing better can come.
    page_waits = "window.editor.state.measure === '' && window.editor.state.prompted?.refining !== true"
    easel.page.wait_for_function(page_waits)
    assert iou(easel.mask(), truth) > 0.6, iou(easel.mask(), truth)
    easel.mode("Add")


def holes_islands_and_borders(easel: Easel) -> None:
    whole = easel.clean((200, 100, 220, 120))
    easel.key("Shift+E")
    driving.brush_size(easel.page, 4)
    driving.stroke(easel.page, (40.0, 40.0), (41.0, 40.0))
    assert not easel.mask()[40, 40]
    easel.key("g")
    easel.click((40.5, 40.5))
    assert np.array_equal(easel.mask(), whole)
    easel.key("Shift+E")
    driving.stroke(easel.page, (40.0, 40.0), (41.0, 40.0))
    easel.key("u")
    assert np.array_equal(easel.mask(), whole)
    easel.key("Shift+U")
    box = box_of(LEFT, TOP, RIGHT, BOTTOM)
    assert np.array_equal(easel.mask(), box)
    easel.key("Shift+ArrowUp")
    grown = cv2.dilate(box.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))).astype(bool)
    assert np.array_equal(easel.mask(), grown)
    easel.key("Shift+ArrowDown")
    assert np.array_equal(easel.mask(), box)
    easel.key("Shift+T")
    assert 0 < (easel.mask() ^ box).sum() < 40, "only the corners become round"


def masks_move(easel: Easel) -> None:
    easel.clean()
    easel.key("t", "ArrowRight", "ArrowRight", "Shift+ArrowDown", "ArrowLeft", "Enter")
    assert np.array_equal(easel.mask(), box_of(LEFT + 1, TOP + 10, RIGHT + 1, BOTTOM + 10))
    easel.key("Control+z")
    assert np.array_equal(easel.mask(), box_of(LEFT, TOP, RIGHT, BOTTOM)), "four keys are one edit"
    driving.press_and_drag(easel.page, (30.0, 30.0), (50.0, 45.0))
    assert np.array_equal(easel.mask(), box_of(LEFT + 20, TOP + 15, RIGHT + 20, BOTTOM + 15))
    easel.key("ArrowUp", "f")
    driving.ready(easel.page)
    assert np.array_equal(easel.mask(), box_of(LEFT + 20, TOP + 14, RIGHT + 20, BOTTOM + 14)), "a step saves it"
    easel.key("d")
    driving.ready(easel.page)


def brushes_have_form_size_and_pressure(easel: Easel) -> None:
    before = easel.clean()
    easel.key("b")
    easel.page.get_by_role("button", name="Square brush").click()
    driving.brush_size(easel.page, 10)
    easel.click((150.0, 100.0))
    assert np.array_equal(easel.mask(), before | box_of(145, 95, 155, 105))
    easel.page.get_by_role("button", name="Round brush").click()
    x, y = driving.on_screen(easel.page, 150.0, 100.0)
    easel.page.mouse.move(x, y)
    easel.page.keyboard.down("Alt")
    easel.page.mouse.wheel(0, -100)
    easel.page.keyboard.up("Alt")
    easel.page.wait_for_function("window.editor.state.preferences.brush > 10")
    easel.page.keyboard.down("Control")
    driving.press_and_drag(easel.page, (150.0, 100.0), (170.0, 100.0))
    easel.page.keyboard.up("Control")
    easel.page.wait_for_function("window.editor.state.preferences.brush > 40")
    easel.clean()
    driving.brush_size(easel.page, 20)
    session = easel.page.context.new_cdp_session(easel.page)
    for column, force in ((160.0, 0.05), (220.0, 1.0)):
        ring = pen(session, easel.page, driving.on_screen(easel.page, column, 100.0), force)
        wanted = 20 * (0.2 + 0.8 * force) * easel.page.evaluate("window.editor.app.viewport.scale")
        assert abs(ring - wanted) < 1, "the ring is as wide as the line of the pen"
    found = easel.mask()
    light, firm = int(found[:, 130:190].sum()), int(found[:, 190:250].sum())
    assert 0 < light < firm / 3 and 280 < firm < 340, (light, firm)


def pen(session: CDPSession, page: Page, place: tuple[float, float], force: float) -> float:
    """Touch a place of the window with a pen, without a move; returns the width of the ring meanwhile, CSS pixels."""
    at: dict[str, Any] = {"x": place[0], "y": place[1], "pointerType": "pen", "force": force, "clickCount": 1}
    session.send("Input.dispatchMouseEvent", {"type": "mousePressed", "button": "left", "buttons": 1, **at})
    ring = float(page.evaluate("window.editor.app.layers.ring.size"))
    session.send("Input.dispatchMouseEvent", {"type": "mouseReleased", "button": "left", **{**at, "force": 0}})
    return ring


def no_overlap_cuts_only_what_is_new(easel: Easel) -> None:
    first = easel.clean()
    easel.page.evaluate("id => window.editor.commands.select(id)", easel.tracks[1])
    driving.brush_size(easel.page, 12)
    driving.stroke(easel.page, (50.0, 50.0), (56.0, 50.0))
    shared = easel.mask(2) & first
    assert shared.sum() > 50
    easel.page.get_by_role("switch", name="No overlap").click()
    driving.stroke(easel.page, (50.0, 30.0), (56.0, 30.0))
    second = easel.mask(2)
    assert np.array_equal(easel.mask(1) & second, shared), "what overlapped before still does, the new stroke does not"
    assert np.array_equal(easel.mask(1), first & ~(second & ~shared))
    easel.page.get_by_role("switch", name="No overlap").click()


def fingers_zoom_and_draw_nothing(easel: Easel) -> None:
    before = easel.clean()
    easel.key("b")
    page = easel.page
    page.evaluate("window.editor.app.stage.pen = false")
    scale = page.evaluate("window.editor.app.viewport.scale")
    session = page.context.new_cdp_session(page)
    (ax, ay), (bx, by) = (driving.on_screen(page, *place) for place in ((140.0, 90.0), (180.0, 90.0)))

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (ax, ay))
    touch("touchStart", (ax, ay), (bx, by))
    for step in range(1, 6):
        touch("touchMove", (ax - 8 * step, ay), (bx + 8 * step, by))
    touch("touchEnd")
    page.wait_for_function("scale => window.editor.app.viewport.scale > scale * 1.3", arg=scale)
    assert np.array_equal(easel.mask(), before), "two fingers move the picture, and draw nothing"
    page.keyboard.press("0")
    touch("touchStart", driving.on_screen(page, 200.0, 100.0))
    touch("touchMove", driving.on_screen(page, 215.0, 100.0))
    touch("touchEnd")
    assert (easel.mask() & ~before).sum() > 100, "one finger draws"


def rejected_masks_are_only_lines(easel: Easel) -> None:
    easel.clean()
    alpha = """([x, y]) => {
        const [sx, sy] = window.editor.app.viewport.toScreen(x + 0.5, y + 0.5).map((at) => at * devicePixelRatio);
        return document.querySelector("canvas.v-masks").getContext("2d").getImageData(sx, sy, 1, 1).data[3];
    }"""
    assert easel.page.evaluate(alpha, [30, 30]) > 100
    easel.key("x")
    driving.saved(easel.page)
    assert easel.page.evaluate(alpha, [30, 30]) == 0
    easel.key("a")
    driving.saved(easel.page)
    assert easel.page.evaluate(alpha, [30, 30]) > 100
    easel.key("Shift+Z")
    easel.page.wait_for_function(f"({alpha})([30, 30]) === 0")
    easel.key("Shift+Z", "y")
    look = easel.page.get_by_role("dialog", name="Look of picture and masks")
    expect(look.get_by_label("Mask opacity")).to_be_focused()
    look.get_by_label("Brightness").fill("60")
    expect(easel.page.locator(".v-editor.v-adjusted")).to_have_count(1)
    look.get_by_role("button", name="Reset").click()
    expect(easel.page.locator(".v-editor.v-adjusted")).to_have_count(0)
    easel.key("Escape")
