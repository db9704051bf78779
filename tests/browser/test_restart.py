"""Nothing is lost when the server goes away in the middle of work: stored edits, queued edits, a running job."""

import os
import socket
import time
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from app.jobs.lock import worker_pid
from app.settings import make_settings
from tests.browser import driving
from tests.browser.conftest import watch
from tests.browser.driving import LONG_PATIENCE
from tests.serving import RunningServer, running_server

OFFLINE = "() => window.editor.state.saving === 'offline' && window.editor.state.waiting > 0"
HELD = "Object.keys(localStorage).filter((name) => name.startsWith('v-edit:')).length"


@pytest.fixture
def flags() -> tuple[str, ...]:
    """The same free port for the server before and after."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return ("--device", "cpu", "--port", str(probe.getsockname()[1]))


def stop(server: RunningServer) -> None:
    """End the server as Ctrl+C does, and only it: its worker stays."""
    server.process.terminate()
    server.process.wait(60)


def draw_new(page: Page, *points: tuple[float, float]) -> None:
    """A new star drawn with the brush; does not wait for the server."""
    page.keyboard.press("n")
    page.get_by_role("dialog", name="Category of the new track").get_by_role("menuitem", name="star").click()
    driving.press_and_drag(page, *points)


def test_edits_and_a_running_job_survive_a_restart(
    context: BrowserContext, tmp_path: Path, flags: tuple[str, ...]
) -> None:
    page, other = context.new_page(), context.new_page()
    with running_server(tmp_path / "data", *flags) as first:
        watches = [watch(page, first.address), watch(other, first.address)]
        project, videos = driving.demo_project(page, first.address)
        driving.open_review(page, first.address, project=project, video=videos[3])
        driving.open_review(other, first.address, project=project, video=videos[4])
        draw_new(page, (40, 40), (90, 60))
        driving.saved(page)
        number = page.evaluate("window.editor.app.track.number")
        stored = driving.stored_tracks(page, videos[3])[number]["rows"][0]
        driving.propose(page)
        page.wait_for_function("window.editor.state.jobs.some((job) => job.status === 'running')")
        (job,) = driving.fetched(page, f"jobs?project={project}&active=1")["jobs"]
        stop(first)
        stopped = time.time()
        worker = worker_pid(make_settings(data=first.data, device="cpu", environment={}))
        assert worker is not None, "the worker went with the server"
        both_pages_draw_without_a_server(page, other)
        area = driving.mask_area(page, number, 0)
        assert area > stored["area"]
        other.close()
        with running_server(tmp_path / "data", *flags) as second:
            driving.saved(page)
            kept = driving.stored_tracks(page, videos[3])[number]["rows"][0]
            assert (kept["area"], kept["source"]) == (area, "drawn")
            page.wait_for_function("window.editor.state.connected")
            again = context.new_page()
            watches.append(watch(again, second.address))
            driving.open_review(again, second.address, project=project, video=videos[4])
            what_a_closed_page_held_is_sent(again, videos[4])
            the_job_goes_on(page, job["id"], worker=worker, stopped=stopped)
    assert [found.thrown for found in watches] == [[], [], []]
    assert [found.outside() for found in watches] == [[], [], []]


def both_pages_draw_without_a_server(page: Page, other: Page) -> None:
    """A stroke on the drawn track in one page, a new track in the other; both are kept in the browser."""
    page.keyboard.press("b")
    driving.press_and_drag(page, (40, 80), (90, 100))
    page.wait_for_function(OFFLINE)
    page.get_by_text("The server does not answer", exact=True).wait_for()
    draw_new(other, (300, 200), (340, 230))
    other.wait_for_function(OFFLINE)
    assert other.evaluate(HELD) == 2  # each page's own


def what_a_closed_page_held_is_sent(page: Page, video: str) -> None:
    """A page of the same browser sends what an earlier one could not: the newest track is the one drawn there."""
    driving.saved(page)
    number, track = max(driving.stored_tracks(page, video).items())
    assert track["rows"][0]["area"] == driving.mask_area(page, number, 0) > 0
    assert page.evaluate(HELD) == 0


def the_job_goes_on(page: Page, job: str, *, worker: int, stopped: float) -> None:
    """The job that ran when the server stopped is done by the same worker, and the page hears of it."""
    ended = "id => window.editor.state.jobs.some((job) => job.id === id && job.status === 'done')"
    page.wait_for_function(ended, arg=job, timeout=LONG_PATIENCE)
    found = driving.fetched(page, f"jobs/{job}")
    assert found["status"] == "done" and found["finished"] > stopped
    os.kill(worker, 0)  # raises where the process is no more
