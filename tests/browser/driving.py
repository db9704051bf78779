"""How tests drive the pages: open, wait for a state, draw with the mouse, ask the server what it has stored."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

from storage import rle

# A busy machine starts a page or a model slowly; nothing here waits for time to pass, only for a state.
PATIENCE = 120_000
LONG_PATIENCE = 300_000
READY = "() => Boolean(window.editor) && window.editor.ready"
# A worker encodes the mask of a stroke before it becomes an edit.
ENCODED = "() => !window.editor.app.encoder.pending"
SAVED = "() => window.editor.pending === 0 && window.editor.state.saving === 'saved'"


def fetched(page: Page, path: str) -> Any:
    """What the server answers to GET ``/data/<path>``, as JSON; the test fails when it refuses."""
    answer = page.request.get(f"{origin(page)}/data/{path}")
    assert answer.ok, answer.text()
    return answer.json()


def origin(page: Page) -> str:
    """Scheme, host and port of the page."""
    return str(page.evaluate("location.origin"))


def asked(page: Page, name: str) -> str:
    """The value of a name in the page's address, empty when it is not there."""
    return str(page.evaluate("name => new URLSearchParams(location.search).get(name) ?? ''", name))


def state(page: Page, name: str) -> Any:
    """One value of the editor's state: frame, selected, tool, saving, jobs…"""
    return page.evaluate("name => window.editor.state[name]", name)


def ready(page: Page) -> None:
    """Wait until the editor shows the frame it wants, with its masks."""
    page.wait_for_function(READY)


def saved(page: Page) -> None:
    """Wait until no edit, undo or redo is on its way."""
    page.wait_for_function(SAVED)


def open_review(page: Page, address: str, **place: object) -> None:
    """Open the editor at a place: project, video, frame, track."""
    query = "&".join(f"{name}={value}" for name, value in place.items())
    page.goto(f"{address}review/?{query}")
    ready(page)


def demo_project(page: Page, address: str) -> tuple[str, list[str]]:
    """Ids of the demo project and of its videos; the page shows its library."""
    page.goto(address)
    page.locator(".v-top").wait_for()
    (project,) = (found["id"] for found in fetched(page, "projects")["projects"] if found["name"] == "demo")
    page.goto(f"{address}?project={project}")
    page.locator("a.v-vc").first.wait_for()
    return project, [video["id"] for video in fetched(page, f"projects/{project}")["videos"]]


def new_project(page: Page, address: str, *, name: str, categories: str) -> str:
    """Make a project by the library's form with typed categories; returns its id. The page then shows it."""
    page.goto(f"{address}?sheet=project")
    page.locator("#v-project-name input, #v-project-name textarea").fill(name)
    page.locator("#v-project-typed textarea").fill(categories)
    press(page, "v-project-make")
    page.locator("#v-project-menu", has_text=name).wait_for()
    page.get_by_role("heading", name="No videos yet").wait_for()
    return asked(page, "project")


def drop(page: Page, place: str, *paths: Path) -> None:
    """Drag files and folders from outside onto the element of a selector."""
    box = page.locator(place).bounding_box()
    assert box is not None
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    client = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        client.send("Input.dispatchDragEvent", {"type": kind, **at, "data": data})
    client.detach()


def upload(page: Page, path: Path) -> None:
    """Choose a video file in the library's sheet; returns at once."""
    page.locator("#v-add-videos").click()
    page.locator("#v-file").set_input_files(str(path))


def press(page: Page, name: str) -> None:
    """Press a form's button, not before the page has come to rest: Gradio draws a button before it listens to it."""
    page.wait_for_load_state("networkidle")
    page.locator(f"#{name}").click()


def field(page: Page, name: str) -> Locator:
    """The text field of one of the forms."""
    return page.locator(f"#{name} input, #{name} textarea").first


def job_state(page: Page, job_id: str) -> str:
    """Status of a job as the server has it."""
    return str(fetched(page, f"jobs/{job_id}")["status"])


def ended_job(page: Page, kind: str) -> Any:
    """Wait until the editor has heard that a job of this kind ended; returns the job."""
    ended = """kind => window.editor.state.jobs.findLast(
        (job) => job.kind === kind && ["done", "failed", "cancelled"].includes(job.status))"""
    return page.wait_for_function(ended, arg=kind, timeout=LONG_PATIENCE).json_value()


def propose(page: Page) -> None:
    """Press Propose and confirm in the popover."""
    page.get_by_role("button", name="Propose", exact=True).click()
    page.locator("[data-role=start-propose]").click()


def on_screen(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a point of the picture (in its pixels) lies in the window."""
    place = """([x, y]) => {
        const box = document.querySelector(".v-canvas").getBoundingClientRect();
        const [left, top] = window.editor.app.viewport.toScreen(x, y);
        return [box.left + left, box.top + top];
    }"""
    across, down = page.evaluate(place, [x, y])
    return float(across), float(down)


def stroke(page: Page, *points: tuple[float, float]) -> None:
    """Draw with the mouse through points of the picture (in its pixels), and wait until the edit is stored."""
    press_and_drag(page, *points)
    saved(page)


def press_and_drag(page: Page, *points: tuple[float, float]) -> None:
    """Press the mouse on the first of these points of the picture (in its pixels), drag through the rest, let go."""
    first, *rest = (on_screen(page, *point) for point in points)
    page.mouse.move(*first)
    page.mouse.down()
    for point in rest:
        page.mouse.move(*point, steps=6)
    page.mouse.up()
    page.wait_for_function(ENCODED)


def brush_size(page: Page, pixels: int) -> None:
    """Set the diameter of brush and eraser in picture pixels."""
    box = page.get_by_label("Brush size, pixels")
    box.fill(str(pixels))
    box.press("Enter")


def mask_area(page: Page, track: int, frame: int) -> int:
    """Pixels of a track's mask as the page has it; 0 where there is none."""
    return int(page.evaluate("([track, frame]) => window.editor.maskArea(track, frame)", [track, frame]))


def stored_tracks(page: Page, video: str) -> dict[int, dict[str, Any]]:
    """Tracks that are not deleted as the server has them, by number; ``rows`` of each by frame."""
    names = ("state", "source", "review", "key", "score", "look", "version", "hash", "area")
    found = {}
    for track in fetched(page, f"videos/{video}/tracks")["tracks"]:
        if not track["deleted"]:
            # A row that carries more than most has one value more.
            rows = {row[0]: dict(zip(names, row[1 : len(names) + 1], strict=True)) for row in track["rows"]}
            found[track["number"]] = {**track, "rows": rows}
    return found


def stored_mask(page: Page, video: str, *, track: int, frame: int) -> Any:
    """Decoded mask (H, W) uint8 of a track on a frame as the server has it."""
    mark = stored_tracks(page, video)[track]["rows"][frame]["hash"]
    answer = fetched(page, f"videos/{video}/masks?start={frame}&stop={frame + 1}")
    return rle.decode({"size": answer["size"], "counts": answer["blobs"][mark]})
