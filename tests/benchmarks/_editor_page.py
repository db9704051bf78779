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
  timed(encoder, "answered", (took) => {
    found.releases.push(released + took);
    // After the next frame all is shown. A message costs the page less than being asked again and again.
    requestAnimationFrame(() => setTimeout(() => console.info("released")));
  });
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
# A page that does nothing but paint what a brush paints, on one canvas of the size of the picture, once per frame.
PLAIN = """([width, height, brush]) => {
  document.body.style.margin = "0";
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  canvas.style.cssText = "position: absolute; width: 1040px";
  document.body.append(canvas);
  const context = canvas.getContext("2d");
  const image = new ImageData(brush, brush);
  new Uint32Array(image.data.buffer).fill(0x80ff8040);
  const scale = width / 1040;
  let [place, painting, last] = [null, false, 0];
  window.plain = [];
  onpointerdown = (event) => { painting = true; };
  onpointerup = () => { painting = false; };
  onpointermove = ({ clientX, clientY }) => { place = [clientX * scale, clientY * scale]; };
  const step = (now) => {
    if (painting && last) window.plain.push(now - last);
    if (painting && place) context.putImageData(image, place[0], place[1]);
    last = painting ? now : 0;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}"""
# Milliseconds between the arrivals of pictures, three of which are on their way at a time; nothing is drawn.
PICTURES = """async ([addresses, parallel]) => {
  const times = [];
  let last = performance.now();
  const rest = [...addresses];
  const one = async () => {
    while (rest.length) {
      await (await fetch(rest.shift())).blob();
      const now = performance.now();
      times.push(now - last);
      last = now;
    }
  };
  await Promise.all(Array.from({ length: parallel }, one));
  return times;
}"""
# Resolves when the frame that shows what was done is painted.
SHOWN = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
# Resolves when all work has run that waits for idle moments, and what that asked of the next frame.
RESTED = """async () => {
  for (let round = 0; round < 2; round += 1) {
    await new Promise((done) => requestIdleCallback(done));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  }
}"""
# Moves the picture a little in every frame of the display; milliseconds between these frames.
PANNING = """async (count) => {
  const { viewport } = window.editor.app;
  const frames = [];
  for (let i = 0, last = 0; i <= count; i += 1) {
    const now = await new Promise(requestAnimationFrame);
    if (last) frames.push(now - last);
    last = now;
    viewport.pan(i % 40 < 20 ? 4 : -4, i % 20 < 10 ? 3 : -3);
  }
  return frames;
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

    ``work``: CPU time of the page for everything from the release of the button until the edit is queued and shown;
    ``rested``: until the work that waits for idle moments is done, too; ``moving``: for one animation frame before the
    release.
    """

    handlers: tuple[float, ...]
    frames: tuple[float, ...]
    releases: tuple[float, ...]
    work: tuple[float, ...]
    rested: tuple[float, ...]
    moving: tuple[float, ...]


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
    """Milliseconds of CPU time that each of these frames takes on the page's thread until it is painted."""
    work = PageWork(page)
    found = []
    for frame in frames:
        before = work.spent()
        travel(page, [frame])
        page.evaluate(SHOWN)
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
    work, spent, rested, moving = PageWork(page), [], [], []
    for stroke in range(count):
        frames = int(page.evaluate("window.strokes.frames.length"))
        begun = work.spent()
        one_stroke(page, stroke, (box["x"], box["y"], box["width"], box["height"]))
        before = work.spent()
        with page.expect_console_message(lambda message: message.text == "released"):
            page.mouse.up()
        spent.append(work.spent() - before)
        page.evaluate(RESTED)
        rested.append(work.spent() - before)
        painted = int(page.evaluate("window.strokes.frames.length")) - frames
        moving.append((before - begun) / max(1, painted))
    page.wait_for_function("window.editor.pending === 0")
    found: dict[str, Any] = page.evaluate("window.strokes")
    return Strokes(
        handlers=tuple(found["handlers"]),
        frames=tuple(found["frames"]),
        releases=tuple(found["releases"]),
        work=tuple(spent),
        rested=tuple(rested),
        moving=tuple(moving),
    )


def one_stroke(page: Page, number: int, area: tuple[float, float, float, float]) -> None:
    """Press the button in an area (x, y, width, height, CSS pixels), and move; the button stays down."""
    x, y, width, height = area
    left = x + width * (0.2 + 0.5 * ((number * 0.37) % 1))
    top = y + height * (0.25 + 0.45 * ((number * 0.61) % 1))
    page.mouse.move(left, top)
    page.mouse.down()
    for move in range(MOVES):
        page.mouse.move(left + 3 * move, top + 40 * ((move % 10) / 10))


def panning(page: Page, count: int, parts: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Milliseconds from frame to frame while the picture moves, and for each part of it the page's CPU time a frame."""
    work, spent, frames = PageWork(page), [], []
    for _ in range(parts):
        page.evaluate(RESTED)
        before = work.spent()
        frames += page.evaluate(PANNING, count)
        spent.append((work.spent() - before) / count)
    return tuple(frames), tuple(spent)


def plain_strokes(page: Page, count: int, size: tuple[int, int]) -> tuple[float, ...]:
    """Milliseconds from frame to frame of the same strokes on a page that only paints them, in the same browser."""
    other = page.context.new_page()
    other.evaluate(PLAIN, [*size, 2 * BRUSH])
    for stroke in range(count):
        one_stroke(other, stroke, (0, 0, 1040, 585))
        other.mouse.up()
    found: list[float] = other.evaluate("window.plain")
    other.close()
    return tuple(found)


def pictures(page: Page, addresses: Sequence[str], parallel: int) -> tuple[float, ...]:
    """Milliseconds between the arrivals of these pictures: what the server needs for one."""
    found: list[float] = page.evaluate(PICTURES, [list(addresses), parallel])
    return tuple(found)


def timeline(page: Page, *, tracks: int, frames: int, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of painting the lanes: at first, while scrolling, zoomed in, and while the frame changes."""
    found: dict[str, list[float]] = page.evaluate(TIMELINE, [tracks, frames, rounds])
    return found
