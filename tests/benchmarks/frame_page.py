"""Latency of frames in the page: from the request for a frame until it is drawn on the canvas, masks included."""

import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

from storage import rle
from tests.benchmarks._served import Served
from tests.benchmarks._targets import Latency
from tests.benchmarks.frame_http import jumps
from tests.chromium import system_browser
from tests.conftest import QUIET_BROWSER

READY = "() => Boolean(window.editor) && window.editor.ready"
# Goes to frames one after another; per frame: milliseconds to the exact picture, and to a stand-in (-1 for none).
TRAVEL = """async ([frames, pause]) => {
  const { app } = window.editor;
  const out = [];
  for (const frame of frames) {
    const began = performance.now();
    let standIn = -1;
    const took = await new Promise((done) => {
      const look = () => {
        const { shown, picture } = app.view.now;
        if (picture === "standin" && standIn < 0) standIn = performance.now() - began;
        if (shown !== frame || picture !== "exact") return;
        stop();
        done(performance.now() - began);
      };
      const stop = app.view.on(["shown", "picture"], look);
      app.commands.goto(frame);
    });
    out.push([took, standIn]);
    if (pause) await new Promise((done) => setTimeout(done, Math.max(0, pause - took)));
  }
  return out;
}"""
# Plays for some seconds; gives the times between frames shown, and how far it came.
PLAY = """async (seconds) => {
  const { app } = window.editor;
  const times = [];
  const first = app.view.now.frame;
  let last = 0;
  const stop = app.view.on(["shown"], () => {
    const now = performance.now();
    if (last) times.push(now - last);
    last = now;
  });
  const began = performance.now();
  app.commands.play();
  await new Promise((done) => setTimeout(done, seconds * 1000));
  app.commands.pause();
  stop();
  return { times, frames: app.view.now.frame - first, seconds: (performance.now() - began) / 1000 };
}"""


@contextmanager
def browser_page() -> Iterator[Page]:
    """A page of a laptop's size in a fresh browser."""
    found = system_browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(QUIET_BROWSER))
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.set_default_timeout(120_000)
        yield page
        browser.close()


def open_video(page: Page, served: Served, video: str, frame: int = 0) -> None:
    """Opens the editor and waits for the frame."""
    page.goto(f"{served.server.address}review/?project={served.project}&video={video}&frame={frame}")
    page.wait_for_function(READY)


def travel(page: Page, frames: Sequence[int], *, pause: float = 0) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """(milliseconds to each exact picture, milliseconds to those stand-ins that were shown)."""
    found = page.evaluate(TRAVEL, [list(frames), pause])
    return tuple(exact for exact, _ in found), tuple(early for _, early in found if early >= 0)


def wait_for_stand_ins(page: Page) -> None:
    """Waits until all small pictures of the video are in the page."""
    page.wait_for_function("window.editor.app.showing.standIns.complete")


def page_rows(served: Served, *, near: str, far: str, count: int, steps: int) -> tuple[list[Latency], list[str]]:
    """Rows of the table, and what is not a latency, in words."""
    other = jumps(count, steps, seed=2)
    with browser_page() as page:
        open_video(page, served, far, count // 2)
        wait_for_stand_ins(page)
        stepping, _ = travel(page, range(count // 2 + 1, count // 2 + 1 + steps), pause=1000 / 30)
        back, _ = travel(page, range(count // 2 + steps // 2, count // 2, -1), pause=1000 / 30)
        cold, early = travel(page, other)
        played, words = play(page, served, far, count)
        open_video(page, served, near)
        wait_for_stand_ins(page)
        nearer, _ = travel(page, other)
    with browser_page() as page:
        open_video(page, served, far)
        cached, _ = travel(page, other)
    rows = [
        Latency("next frame, 30 steps a second, not cached", stepping, 33),
        Latency("previous frame, 30 steps a second, just seen", back, 33),
        Latency("jump, key frames 60 apart, not cached", nearer, 250),
        Latency("jump, key frames 250 apart, not cached", cold, 450),
        *([Latency("until a small stand-in is shown", early)] if early else []),
        Latency("jump, cached by the server, fresh browser", cached, 250),
        Latency("playing with 5 masks a frame: from one frame to the next", played),
    ]
    return rows, [words]


def play(page: Page, served: Served, video: str, count: int) -> tuple[tuple[float, ...], str]:
    """Plays ten seconds that nobody has seen, five masks on every frame."""
    begin = count // 5
    add_masks(served, video, range(begin, begin + 330))
    open_video(page, served, video, begin)
    found: dict[str, Any] = page.evaluate(PLAY, 10)
    late = sum(took > 2 * 1000 / 30 for took in found["times"])
    rate = found["frames"] / found["seconds"]
    late_of = f"{late} of {len(found['times'])}"
    words = f"Playing with 5 masks a frame: {rate:.1f} of 30 frames a second, {late_of} more than a frame late."
    return tuple(found["times"]), words


def add_masks(served: Served, video: str, frames: range) -> None:
    """Five tracks of discs that wander, on each of these frames."""
    facts = served.call("GET", f"/data/videos/{video}")
    height, width = facts["height"], facts["width"]
    y, x = np.mgrid[0:height, 0:width]
    for number in range(5):
        track = str(uuid.uuid4())
        changes: list[dict[str, Any]] = [{"track": track, "frame": None, "before_version": 0, "after": {}}]
        for k in frames:
            cx, cy = width * (0.5 + 0.4 * np.cos(k / 60 + number)), height * (0.5 + 0.4 * np.sin(k / 45 + 2 * number))
            mask = (x - cx) ** 2 + (y - cy) ** 2 < (40 + 15 * number) ** 2
            after = {"state": "present", "rle": dict(rle.encode(mask))}
            changes.append({"track": track, "frame": k, "before_version": 0, "after": after})
        edit = {"id": str(uuid.uuid4()), "kind": "draw", "changes": changes}
        found = served.call("POST", f"/data/videos/{video}/edits", {"author": "person:benchmark", "edits": [edit]})
        assert found["results"][0]["status"] == "applied", found["results"][0]


def first_frame_note(served: Served, path: Path) -> tuple[Latency, str]:
    """From giving the path of a very long video to its first frame on the canvas."""
    with browser_page() as page:
        page.goto(served.server.address)
        page.locator(".v-top").wait_for()
        began = time.perf_counter()
        video = served.add(path)
        added = time.perf_counter() - began
        opening = time.perf_counter()
        open_video(page, served, video)
        opened = time.perf_counter() - opening
        chip = page.locator(".v-counting").inner_text() if page.locator(".v-counting").is_visible() else "nothing"
        served.end_jobs()
    whole = (added + opened) * 1000
    words = f"Added in {added:.2f} s, first frame {opened:.2f} s after opening; meanwhile the page says: {chip}."
    return Latency("2 hours: from the path to the first frame on the canvas", (whole,), 2000), words
