"""Two people, or a person and a job, change one mask: both versions are shown, either can be chosen, all is saved."""

import uuid

import pytest
from playwright.sync_api import Browser, Page

from storage.database import Database
from storage.edits import Applied, Change, Edit, apply_edit
from tests.browser import driving
from tests.browser.conftest import Watch, watch
from tests.serving import RunningServer

TRACK, FRAME = 1, 0
CUT_OFF = """() => {
    const { queue } = window.editor.app;
    queue.later = () => 1;  // no try on its own
    queue.pause("");
}"""
BREAK_FIGURES = """() => {
    const { getContext } = HTMLCanvasElement.prototype;
    HTMLCanvasElement.prototype.getContext = function (...kind) {
        if (this.width === 290) throw new Error("no canvas");
        return getContext.apply(this, kind);
    };
}"""
GO_ON = "() => { window.editor.app.queue.timer = null; window.editor.app.queue.pump(); }"


@pytest.fixture
def place(page: Page, server: RunningServer, watched: Watch) -> dict[str, object]:
    """A video of the demo project, open in the page with its first track selected."""
    project, videos = driving.demo_project(page, server.address)
    found = {"project": project, "video": videos[2], "frame": FRAME, "track": TRACK}
    driving.open_review(page, server.address, **found)
    return found


def stroke_unsent(page: Page, down: int) -> int:
    """A stroke at this height that stays in the page until `GO_ON`; returns the area of the mask with it."""
    page.evaluate(CUT_OFF)
    page.keyboard.press("b")
    driving.press_and_drag(page, (20, down), (60, down))
    page.get_by_text("Offline, 1 waiting").wait_for()
    return driving.mask_area(page, TRACK, FRAME)


def choose(page: Page, name: str) -> None:
    dialog = page.get_by_role("dialog", name="Conflict")
    dialog.get_by_role("button", name=name).click()
    dialog.wait_for(state="detached")
    driving.saved(page)


def stored_area(page: Page, video: object) -> int:
    return int(driving.stored_tracks(page, str(video))[TRACK]["rows"][FRAME]["area"])


@pytest.mark.parametrize("mine", [True, False])
def test_both_sides_of_a_conflict_can_be_chosen_and_later_strokes_are_saved(
    page: Page, browser: Browser, server: RunningServer, place: dict[str, object], mine: bool
) -> None:
    down = 20 if mine else 60  # the tests share a server: each draws where nothing is yet
    own = stroke_unsent(page, down)
    other = browser.new_context().new_page()
    found = watch(other, server.address)
    driving.open_review(other, server.address, **place)
    other.keyboard.press("b")
    driving.stroke(other, (200, down), (260, down))
    theirs = driving.mask_area(other, TRACK, FRAME)
    page.evaluate(GO_ON)
    page.get_by_role("dialog", name="Conflict").wait_for()
    page.get_by_text("Conflict, 1 waiting").wait_for()
    for key in ("Escape", "Escape", "Enter", "Space"):
        page.keyboard.press(key)  # neither closes the dialog nor chooses
    assert page.get_by_role("dialog", name="Conflict").is_visible()
    choose(page, "Apply mine on top" if mine else "Keep theirs")
    assert stored_area(page, place["video"]) == driving.mask_area(page, TRACK, FRAME) == (own if mine else theirs)
    driving.stroke(page, (100, down), (130, down))
    assert stored_area(page, place["video"]) == driving.mask_area(page, TRACK, FRAME) > (own if mine else theirs)
    assert found.thrown == []
    other.context.close()


def test_a_row_that_a_job_writes_meanwhile_is_a_conflict_like_any_other(
    page: Page, server: RunningServer, place: dict[str, object]
) -> None:
    page.keyboard.press("n")
    page.get_by_role("dialog", name="Category of the new track").get_by_role("menuitem").first.click()
    page.evaluate(CUT_OFF)
    driving.press_and_drag(page, (20, 140), (60, 140))
    track = page.wait_for_function("() => window.editor.app.track?.id").json_value()
    with Database.open(f"sqlite:///{server.data / 'annotations.sqlite3'}") as database, database.atomic() as tx:
        changes = (Change(track=track, frame=None, before_version=0, after={}),)
        written = apply_edit(
            tx, Edit(id=str(uuid.uuid4()), kind="propose", author="run:1", video=str(place["video"]), changes=changes)
        )
        assert isinstance(written, Applied)
    page.evaluate(GO_ON)
    page.get_by_role("dialog", name="Conflict").wait_for()
    choose(page, "Apply mine on top")
    assert page.evaluate("window.editor.app.track.id") == track


def test_a_dialog_that_fails_asks_in_a_toast_and_the_queue_goes_on(
    page: Page, browser: Browser, server: RunningServer, place: dict[str, object]
) -> None:
    own = stroke_unsent(page, 100)
    other = browser.new_context().new_page()
    watch(other, server.address)
    driving.open_review(other, server.address, **place)
    other.keyboard.press("b")
    driving.stroke(other, (200, 100), (260, 100))
    other.context.close()
    page.evaluate(BREAK_FIGURES)
    page.evaluate(GO_ON)
    page.get_by_text("A mask of yours changed in the meantime").wait_for()
    page.keyboard.press("ArrowRight")
    driving.ready(page)
    driving.press_and_drag(page, (30, 150), (60, 150))
    page.wait_for_function("() => window.editor.app.queue.waiting.length === 1")
    page.get_by_role("button", name="Apply mine on top").click()
    driving.saved(page)
    assert stored_area(page, place["video"]) == own
