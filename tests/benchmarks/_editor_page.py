"""What the benchmark of the editor measures inside of the page: steps, strokes, a long timeline, and the load."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from tests.benchmarks.frame_page import travel

# Times what the page does in a stroke: per animation frame the handlers of the pointer and the painting of the masks;
# per stroke the release and the answer of the worker with everything that follows from it; and the frames themselves.
WATCH = """() => {
  const { app } = window.editor;
  const { layers, stage, encoder } = app;
  const found = { frames: [], handlers: [], releases: [] };
  let [spent, painting, last, released] = [0, false, 0, 0];
  // Listeners of the stores run in microtasks after the handler: they are its work, too.
  const settled = async () => { for (let i = 0; i < 12; i += 1) await null; };
  const timed = (owner, name, done) => {
    const own = owner[name].bind(owner);
    owner[name] = (...given) => {
      const began = performance.now();
      const result = own(...given);
      settled().then(() => done(performance.now() - began));
      return result;
    };
  };
  timed(stage, "down", (took) => { spent += took; painting = true; });
  timed(stage, "moved", (took) => { spent += took; });
  timed(layers, "paintDirty", (took) => { if (painting) found.handlers.push(spent + took); spent = 0; });
  timed(stage, "up", (took) => { painting = false; spent = 0; released = took; });
  timed(encoder, "answered", (took) => { found.releases.push(released + took); });
  const step = (now) => {
    if (painting && last) found.frames.push(now - last);
    last = painting ? now : 0;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
  window.strokes = found;
}"""
# Paints the timeline again and again while it scrolls, zooms and steps; milliseconds of each painting.
TIMELINE = """([tracks, frames, rounds]) => {
  const { app } = window.editor;
  const rowsOf = (number) => Array.from({ length: frames }, (_, k) => [
    k, (k + number * 37) % 400 < 360 ? 1 : 0, k % 50 === number % 50 ? "drawn" : "proposed",
    k % 7 ? "unreviewed" : "accepted", false, 0.3 + ((k * 13 + number) % 60) / 100, null, 1, "none", 10,
  ]);
  const sent = Array.from({ length: tracks }, (_, i) => ({
    id: `track-${i}`, number: i + 1, category: null, name: "", deleted: false, rejected: i % 11 === 0,
    occluded: false, iscrowd: false, score: 0.5, run: null, version: 1, rows: rowsOf(i + 1),
  }));
  app.document.merge({ last_edit: 1, tracks: sent }, 0, frames);
  const { timeline } = window.editor;
  const times = { first: [], scroll: [], zoomed: [], step: [] };
  const paint = (kind) => {
    const began = performance.now();
    timeline.paint();
    times[kind].push(performance.now() - began);
  };
  paint("first");
  for (let i = 0; i < rounds; i += 1) { timeline.scroll = i * 37; paint("scroll"); }
  timeline.place(1000, 200);
  for (let i = 0; i < rounds; i += 1) { timeline.place(1000 + 10 * i, 200); paint("zoomed"); }
  timeline.place(0, frames);
  for (let i = 0; i < rounds; i += 1) { app.view.now.frame = i * 11; paint("step"); }
  return times;
}"""
# What the load costs: frames while the page does nothing, and a loop that takes some milliseconds on a free
# core. The first loops are compiled, the best of the next ones sets how long it has to be.
REFERENCE = """async ([count, wanted]) => {
  const work = (rounds) => {
    let x = 1;
    for (let i = 0; i < rounds; i += 1) x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff;
    return x;
  };
  const timed = (rounds) => {
    const began = performance.now();
    window.reference = work(rounds);
    return performance.now() - began;
  };
  const frame = () => new Promise(requestAnimationFrame);
  for (let i = 0; i < 20; i += 1) timed(200_000);
  const rounds = (1_000_000 * wanted) / Math.min(...Array.from({ length: 9 }, () => timed(1_000_000)));
  const [frames, loops] = [[], []];
  for (let i = 0, last = await frame(); i < count; i += 1) {
    const now = await frame();
    frames.push(now - last);
    last = now;
  }
  for (let i = 0; i < count; i += 1) {
    await frame();
    loops.push(timed(rounds));
  }
  return { frames, loops };
}"""
LOOP = 5  # milliseconds
BRUSH = 60
MOVES = 40
WORK = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")


class PageWork:
    """CPU time of scripts, styles and layout on the page's thread, counted by the browser, without waits for a core."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent(self) -> float:
        """Milliseconds since the page opened."""
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        return 1000 * sum(metric["value"] for metric in metrics if metric["name"] in WORK)


@dataclass(frozen=True)
class Strokes:
    """Milliseconds: handler and painting per animation frame, between animation frames, and at the end of strokes.

    ``work``: CPU time of the page for everything from the release of the button until the edit is queued and shown.
    """

    handlers: tuple[float, ...]
    frames: tuple[float, ...]
    releases: tuple[float, ...]
    work: tuple[float, ...]


@dataclass(frozen=True)
class Load:
    """Milliseconds between frames of a page that does nothing, and of a loop that takes `LOOP` ms on a free core."""

    frames: tuple[float, ...]
    loops: tuple[float, ...]


def load(page: Page, count: int) -> Load:
    """What the load of the machine does to a page now."""
    found: dict[str, list[float]] = page.evaluate(REFERENCE, [count, LOOP])
    return Load(tuple(found["frames"]), tuple(found["loops"]))


def step_work(page: Page, frames: Sequence[int]) -> tuple[float, ...]:
    """Milliseconds of CPU time that each of these frames takes on the page's thread."""
    work = PageWork(page)
    found = []
    for frame in frames:
        before = work.spent()
        travel(page, [frame])
        found.append(work.spent() - before)
    return tuple(found)


def strokes(page: Page, count: int) -> Strokes:
    """Paint ``count`` loops with the brush over the middle of the picture, as fast as the mouse comes."""
    page.evaluate("window.editor.commands.select(window.editor.state.tracks[0].id)")
    page.evaluate(f"window.editor.app.preferences.set({{ brush: {BRUSH}, noOverlap: false }})")
    page.keyboard.press("b")
    page.evaluate(WATCH)
    box = page.locator(".v-canvas").bounding_box()
    assert box is not None
    work, spent = PageWork(page), []
    for stroke in range(count):
        left = box["x"] + box["width"] * (0.2 + 0.5 * ((stroke * 0.37) % 1))
        top = box["y"] + box["height"] * (0.25 + 0.45 * ((stroke * 0.61) % 1))
        page.mouse.move(left, top)
        page.mouse.down()
        for move in range(MOVES):
            page.mouse.move(left + 3 * move, top + 40 * ((move % 10) / 10))
        before = work.spent()
        page.mouse.up()
        page.wait_for_function("count => window.strokes.releases.length > count", arg=stroke)
        spent.append(work.spent() - before)
    page.wait_for_function("window.editor.pending === 0")
    found: dict[str, Any] = page.evaluate("window.strokes")
    return Strokes(tuple(found["handlers"]), tuple(found["frames"]), tuple(found["releases"]), tuple(spent))


def timeline(page: Page, *, tracks: int, frames: int, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of painting the lanes: at first, while scrolling, zoomed in, and while the frame changes."""
    found: dict[str, list[float]] = page.evaluate(TIMELINE, [tracks, frames, rounds])
    return found
