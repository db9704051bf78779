"""The pages in a real browser: a project, its videos, its categories, light and dark, and nothing from outside.

The browser is the one that all browser tests share.
"""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from app.settings import Settings
from app.web.pages import PAGES
from app.web.server import create_app
from storage import projects, videos
from storage.database import Database, DiskFull
from tests.app.made import PERSON, edit, new_track, project_with, square, video_in
from tests.storage.made_videos import make_video
from tests.waiting import PATIENCE_SECONDS, wait_for

PATIENCE_MILLISECONDS = 90_000
STYLES = Path(__file__).resolve().parents[4] / "assets" / "pages"
# Every class that our sheets give a display, and what a hidden element of it computes to.
HIDDEN_DISPLAYS = """() => {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).filter((rule) => rule.style?.display);
  const names = rules.map((rule) => /^\\.v-plain \\.([\\w-]+)$/.exec(rule.selectorText)?.[1]).filter(Boolean);
  return Object.fromEntries(names.map((name) => {
    const made = Object.assign(document.createElement('div'), { className: name, hidden: true });
    document.querySelector('.v-plain').append(made);
    return [name, getComputedStyle(made).display];
  }));
}"""


@pytest.fixture
def address(settings: Settings, started_workers: list[Settings]) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(settings), host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_for(lambda: server.started)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(PATIENCE_SECONDS)


@pytest.fixture
def page(address: str, browser: Any) -> Iterator[Any]:
    """A page that fails its test when it asks another site, or when a script of it throws."""
    outside: list[str] = []
    thrown: list[str] = []
    opened = browser.new_page(viewport={"width": 1280, "height": 720}, color_scheme="dark")
    opened.set_default_timeout(PATIENCE_MILLISECONDS)
    own = (address, address.replace("http", "ws", 1), "data:", "blob:")
    opened.on("request", lambda request: None if request.url.startswith(own) else outside.append(request.url))
    opened.on("pageerror", lambda error: thrown.append(str(error)))
    yield opened
    opened.close()
    assert outside == [] and thrown == []


def test_from_a_new_project_to_a_card_that_opens_the_editor(page: Any, address: str, tmp_path: Path) -> None:
    clip = make_video(tmp_path / "clip <b>.mp4", frames=12, size=(64, 48))
    (tmp_path / "notes.mp4").write_text("no video")
    page.goto(f"{address}/")
    page.get_by_role("button", name="New project").click()
    page.locator("#v-project-make").click()
    assert "name" in page.locator('.v-msg[data-sheet="project"]:not([hidden])').inner_text()
    page.locator("#v-project-name input, #v-project-name textarea").fill("street")
    page.locator("#v-project-typed textarea").fill("dog, <i>cat")
    page.locator("#v-project-make").click()
    page.get_by_text("No videos yet").wait_for()
    assert "project=" in page.url
    page.locator("#v-add-videos").click()
    page.locator("#v-videos-path input, #v-videos-path textarea").fill(str(clip))
    page.locator("#v-videos-add").click()
    page.locator("a.v-vc").wait_for()
    page.locator("#v-file").set_input_files([str(tmp_path / "notes.mp4")])
    assert "notes.mp4" in page.locator('.v-upload [role="alert"]').inner_text()
    card = page.locator("a.v-vc")
    assert card.locator("b.v-ell").inner_text() == "clip <b>"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Categories").click()
    assert page.locator(".v-catlist input").nth(1).input_value() == "<i>cat"
    page.locator(".v-catlist li").nth(0).get_by_text("Retire").click()
    page.locator(".v-catlist li.retired").wait_for()
    page.keyboard.press("Escape")
    card.click()
    page.wait_for_url(lambda url: "/review/" in url and "video=" in url)
    page.locator("#v-editor").wait_for()


def test_every_page_stands_in_light_and_dark_without_a_word_from_outside(
    page: Any, address: str, settings: Settings, database: Database, tmp_path: Path
) -> None:
    project, categories = project_with(database, "dog")
    video = video_in(database, settings, project, tmp_path)
    _, changes = new_track(categories["dog"].id, {5: square(8, 8, 24)})
    body = {"author": PERSON, "edits": [edit(changes)]}
    assert page.request.post(f"{address}/data/videos/{video.id}/edits", data=body).ok
    for name, path in PAGES:
        page.goto(f"{address}{path}?project={project.id}")
        page.locator("#v-editor" if name == "review" else ".v-top").wait_for()
        assert page.locator("footer").count() == 0 or not page.locator("footer").first.is_visible()
        if name in ("library", "retrain", "models"):
            page.locator("#v-project-menu", has_text="street").wait_for()
            page.locator({"library": "a.v-vc", "retrain": "#v-plan", "models": "[data-release]"}[name]).first.wait_for()
    grounds = []
    for _ in range(2):
        grounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        page.locator("#v-theme-toggle").click()
    assert grounds[0] != grounds[1]
    page.locator("#v-theme-toggle").click()
    page.reload()
    page.locator(".v-top").wait_for()
    assert page.evaluate("document.body.classList.contains('dark')") is False


def test_what_is_hidden_takes_no_room(browser: Any) -> None:
    opened = browser.new_page()
    styles = "".join(f"<style>{file.read_text()}</style>" for file in sorted(STYLES.glob("*.css")))
    opened.set_content(f'{styles}<div class="v-plain"></div>')
    displays = opened.evaluate(HIDDEN_DISPLAYS)
    opened.close()
    assert "v-row" in displays and set(displays.values()) == {"none"}


def test_without_a_job_the_top_bar_has_no_chip(page: Any, address: str, database: Database) -> None:
    project, _ = project_with(database)
    with page.expect_response(lambda answer: "/data/jobs?" in answer.url and "active=1" in answer.url):
        page.goto(f"{address}/retrain/?project={project.id}")
    chip = page.locator(".v-top-right > [role=status]")
    assert chip.evaluate("(place) => getComputedStyle(place).display") == "none"


def test_an_address_of_no_project_says_so(page: Any, address: str, database: Database) -> None:
    project_with(database)
    page.goto(f"{address}/?project=none")
    page.get_by_text("There is no project of this address").wait_for()


def test_forms_and_cards_show_why_the_database_refuses(
    page: Any, address: str, settings: Settings, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, _ = project_with(database, "dog")
    video = video_in(database, settings, project, tmp_path)
    page.goto(f"{address}/?project={project.id}&sheet=project")
    page.wait_for_load_state("networkidle")
    page.locator("#v-project-name input, #v-project-name textarea").fill("another")

    def full(*_: object, **__: object) -> None:
        raise DiskFull("The disk that holds the annotations is full; make room.")

    monkeypatch.setattr(projects, "create_project", full)
    page.locator("#v-project-make").click()
    page.locator('.v-msg[data-sheet="project"]', has_text="is full; make room.").wait_for()
    page.keyboard.press("Escape")
    monkeypatch.setattr(videos, "remove_video", full)
    page.get_by_role("button", name=f"Rename or remove {video.name}").click()
    page.get_by_role("menuitem", name="Remove").click()
    page.get_by_role("alert").filter(has_text="is full; make room.").wait_for()
