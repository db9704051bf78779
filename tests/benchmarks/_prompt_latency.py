"""How long a person waits for the mask of a box, measured in the page, and what one pass of the network costs.

Boxes are drawn in frames of real clips around the true thing, as a hand draws them: fast in the middle, slow at the
end. Each is on a frame that was not asked about before. The same is measured with a server that refuses everything
before the release, so that both stand in one table, measured by turns.
"""

import os
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import Page, Route

from app.prompting.from_truth import TruthPrompts
from model.pretrained import find
from model.pretrained.u2netp import U2Netp, normalised
from model.prompts.salient import SIDE
from storage import rle
from storage.youtube_vis import PictureFinder
from tests.benchmarks._served import Served, served
from tests.benchmarks._tables import Table, progress
from tests.benchmarks._targets import Latency, latency_table
from tests.benchmarks.frame_page import browser_page, open_video
from tests.browser import driving

TARGET = 300
DRAG_SECONDS = 0.7
STEPS = 28
# From the release of the button to the animation frame that shows the mask; 0 until then.
WATCH = """() => {
  const { app } = window.editor;
  let released = 0;
  window.waited = 0;
  addEventListener("pointerup", () => { window.waited = 0; released = performance.now(); }, true);
  app.view.on(["prompted"], () => {
    if (!app.view.now.prompted || !released) return;
    const began = released;
    released = 0;
    requestAnimationFrame(() => requestAnimationFrame(() => { window.waited = performance.now() - began; }));
  });
}"""
Box = tuple[float, float, float, float]


def latency(asked: TruthPrompts, per_clip: int) -> Table:
    """The table, on ``per_clip`` boxes of each kind in each clip."""
    drawn: list[float] = []
    released: list[float] = []
    ready: list[float] = []
    # Tests run on one thread each; here the server has all cores, as it has for a person.
    os.environ.pop("OMP_NUM_THREADS", None)
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as server:
        for video, boxes in _clips(server, asked, 2 * per_clip):
            server.end_jobs()
            with browser_page() as page:
                ready.append(_begin(page, server, video))
                for turn, (frame, box) in enumerate(boxes):
                    progress(f"box {turn + 1} in video {video}")
                    (released if turn % 2 else drawn).append(_wait(page, frame, box, early=turn % 2 == 0))
    passes = _passes()
    rows = [
        Latency("asked while the box is drawn: release to mask", tuple(drawn), TARGET),
        Latency("asked at the release only: release to mask", tuple(released)),
        Latency("choice of the tool to ready", tuple(ready)),
        *(Latency(f"one pass of U2-Netp, CPU time, {name}", times) for name, times in passes.items()),
    ]
    share = rows[0].median / rows[1].median
    notes = (f"A box drawn in {DRAG_SECONDS} s waits {share:.2f} times as long as one that is asked at its release.",)
    return latency_table("Waiting for the mask of a box", rows, notes)


def _clips(server: Served, asked: TruthPrompts, count: int) -> Iterator[tuple[str, list[tuple[int, Box]]]]:
    """Each video, added to the server, and ``count`` of its frames with the true box."""
    finder = PictureFinder(asked.frames)
    for video in asked.dataset.videos:
        track = next(track for track in asked.dataset.tracks if track.video_id == video.id)
        known = [(k, mask) for k, mask in enumerate(track.segmentations) if mask is not None and rle.area(mask)]
        chosen = [known[at] for at in np.linspace(0, len(known) - 1, min(count, len(known))).round().astype(int)]
        boxes = [(k, _slack(rle.bbox(mask), width=video.width, height=video.height)) for k, mask in chosen]
        found = finder.find(video)
        added = server.add((Path(found.place) / found.files[0]).parent)
        server.wait_until_counted(added)
        yield added, boxes


def _slack(box: Sequence[float], *, width: int, height: int) -> Box:
    """A box as people draw it: with a little room, and inside the picture."""
    x, y, across, down = box
    room = 0.04 * max(across, down)
    return max(x - room, 1), max(y - room, 1), min(x + across + room, width - 1), min(y + down + room, height - 1)


def _begin(page: Page, server: Served, video: str) -> float:
    """Open the video with a track of its own and choose the tool; milliseconds until the server is ready."""
    track = str(uuid.uuid4())
    changes = [{"track": track, "frame": None, "before_version": 0, "after": {}}]
    edit = {"id": str(uuid.uuid4()), "kind": "track", "changes": changes}
    server.call("POST", f"/data/videos/{video}/edits", {"author": "person:benchmark", "edits": [edit]})
    open_video(page, server, video)
    page.evaluate("track => window.editor.app.view.set({ selected: track })", track)
    page.evaluate(WATCH)
    began = time.perf_counter()
    with page.expect_response("**/prompts/ready"):
        page.keyboard.press("Shift+B")
    return 1000 * (time.perf_counter() - began)


def _wait(page: Page, frame: int, box: Box, *, early: bool) -> float:
    """Draw a box; milliseconds from the release until its mask is shown. ``early``: the server is asked before."""
    if frame:
        with page.expect_response("**/prompts/ready"):
            page.evaluate("frame => window.editor.app.commands.goto(frame)", frame)
    driving.ready(page)
    if not early:
        page.route("**/prompts", _refuse)
    x0, y0 = driving.on_screen(page, box[0], box[1])
    x1, y1 = driving.on_screen(page, box[2], box[3])
    page.mouse.move(x0, y0)
    page.mouse.down()
    began = time.perf_counter()
    for step in range(1, STEPS + 1):
        share = step / STEPS
        along = share**3 * (10 - 15 * share + 6 * share**2)  # minimum jerk
        page.mouse.move(x0 + along * (x1 - x0), y0 + along * (y1 - y0))
        page.wait_for_timeout(max(0.0, 1000 * (began + DRAG_SECONDS * share - time.perf_counter())))
    if not early:
        page.unroute("**/prompts")
    page.mouse.up()
    page.wait_for_function("window.waited > 0", timeout=60_000)
    return float(page.evaluate("window.waited"))


def _refuse(route: Route) -> None:
    route.fulfill(status=503, json={"error": "Not before the release."})


def _passes() -> dict[str, tuple[float, ...]]:
    """CPU milliseconds of passes of the network here and in OpenCV's engine, by turns, on one thread each."""
    import torch

    file = find("u2netp")
    if file is None:
        return {}
    pixels = normalised(np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8), SIDE)
    ours, theirs = U2Netp(file), cv2.dnn.readNetFromONNX(str(file))
    torch.set_num_threads(1)
    cv2.setNumThreads(1)

    def opencv() -> None:
        theirs.setInput(pixels[None])
        theirs.forward()

    runs: dict[str, Callable[[], object]] = {"here": lambda: ours.evaluate(pixels), "in OpenCV": opencv}
    times: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(8):
        for name, run in runs.items():
            began = time.process_time()
            run()
            if turn:  # the first pass compiles
                times[name].append(1000 * (time.process_time() - began))
    return {name: tuple(found) for name, found in times.items()}
