"""The review queue: the demo has reasons at once, a search finds them again; verdicts go from one to the next."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import driving
from tests.browser.conftest import Watch
from tests.serving import RunningServer

SEARCHED = "() => window.editor.app.view.now.searched !== null"
LIKELY = "() => window.editor.app.view.now.likely"
EDIT = "() => window.editor.app.view.now.searched"


@pytest.fixture
def video(page: Page, server: RunningServer, watched: Watch) -> str:
    """The fourth video of the demo project, whose proposals nobody has reviewed."""
    project, videos = driving.demo_project(page, server.address)
    driving.open_review(page, server.address, project=project, video=videos[3])
    return videos[3]


def place(page: Page) -> tuple[str, int]:
    return str(driving.state(page, "selected")), int(driving.state(page, "frame"))


def test_verdicts_lead_from_one_likely_error_to_the_next(page: Page, video: str) -> None:
    page.wait_for_function(SEARCHED)
    shipped, before = page.evaluate(LIKELY), page.evaluate(EDIT)
    assert len(shipped) >= 2
    page.evaluate("() => window.editor.commands.findErrors()")
    assert driving.ended_job(page, "find_errors")["status"] == "done"
    likely = page.evaluate(LIKELY)
    assert [one["frame"] for one in likely] == [one["frame"] for one in shipped] and page.evaluate(EDIT) >= before
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
