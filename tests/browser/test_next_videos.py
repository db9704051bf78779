"""From the library to the video that is suggested next, on the demo project."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete

from storage import summary_tables
from storage.database import Database
from tests.browser import driving
from tests.browser.conftest import Watch
from tests.serving import RunningServer

pytestmark = pytest.mark.usefixtures("watched")


def test_the_library_suggests_a_video_says_why_and_opens_it(page: Page, server: RunningServer, watched: Watch) -> None:
    project, videos = driving.demo_project(page, server.address)
    with Database.open(f"sqlite:///{server.data / 'annotations.sqlite3'}") as database, database.atomic() as tx:
        looks = summary_tables.video_looks  # the demo comes with a search of all of its videos
        tx.execute(delete(looks).where(looks.c.video_id == videos[-1]))
    page.goto(f"{server.address}?project={project}")
    search = page.locator("#v-search-all")
    search.click()
    expect(search).to_have_count(0, timeout=120_000)

    page.locator("#v-sort").click()
    page.locator(".v-menu").get_by_text("suggested next").click()
    first = page.locator("a.v-vc").first
    expect(first.locator(".v-why b")).to_have_text("1")
    expect(first.locator(".v-why span")).to_have_text(re.compile(r"likely errors|threshold|sure|unlike|found"))
    wanted = first.get_attribute("data-video")

    page.locator("#v-review-next").click()
    page.wait_for_url(re.compile(rf"/review/.*video={wanted}"))
    assert watched.errors == []
