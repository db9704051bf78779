"""The review queue: the first way through it searches the video; verdicts go from one likely error to the next."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import driving
from tests.browser.conftest import Watch
from tests.serving import RunningServer

SEARCHED = "() => window.editor.app.view.now.searched !== null"
LIKELY = "() => window.editor.app.view.now.likely"


@pytest.fixture
def video(page: Page, server: RunningServer, watched: Watch) -> str:
    """The fourth video of the demo project, whose proposals nobody has reviewed."""
    project, videos = driving.demo_project(page, server.address)
    driving.open_review(page, server.address, project=project, video=videos[3])
    return videos[3]


def place(page: Page) -> tuple[str, int]:
    return str(driving.state(page, "selected")), int(driving.state(page, "frame"))


def test_verdicts_lead_from_one_likely_error_to_the_next(page: Page, video: str) -> None:
    page.keyboard.press(".")
    page.wait_for_function(SEARCHED, timeout=driving.LONG_PATIENCE)
    likely = page.evaluate(LIKELY)
    assert len(likely) >= 2
    assert driving.fetched(page, f"videos/{video}/likely-errors")["errors"] == likely

    page.locator("[data-tab=queue]").click()
    page.get_by_role("button", name="Likely errors").click()
    page.locator(".v-queueitem").first.click()
    assert place(page) == (likely[0]["tracks"][0], likely[0]["frame"])
    for error in likely[:2]:
        track, frame = place(page)
        assert (track, frame) == (error["tracks"][0], error["frame"])
        left = page.locator(".v-queueitem").count()
        page.keyboard.press("a")
        driving.saved(page)
        number = page.evaluate("id => window.editor.app.document.tracks.get(id).number", track)
        assert driving.stored_tracks(page, video)[number]["rows"][frame]["review"] == "accepted"
        assert page.locator(".v-queueitem").count() < left


def test_a_word_stands_over_the_queue_while_a_search_waits_or_runs(page: Page, video: str) -> None:
    page.locator("[data-tab=queue]").click()
    page.wait_for_function(SEARCHED, timeout=driving.LONG_PATIENCE)
    words = page.locator(".v-searching")
    expect(words).to_have_count(0)
    job = {"id": "j", "kind": "find_errors", "status": "queued", "project": "p", "video": video}
    for status, text in (("queued", "waits for another job"), ("running", "Searching for likely errors")):
        page.evaluate("job => window.editor.app.session.set({ jobs: [job] })", {**job, "status": status})
        expect(words).to_contain_text(text)
    page.evaluate("() => window.editor.app.session.set({ jobs: [] })")
    expect(words).to_have_count(0)
