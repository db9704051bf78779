"""The editor with fifty tracks on the frame: stepping, seeking, painting; long timelines; a project of 500 videos.

``--sizes 720p,1080p,4K``: some sizes. ``--steps N``: steps and jumps of each kind. ``--strokes N``: strokes of a size.
``--parts sizes,timeline,project``: some parts.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page

from tests.benchmarks._editor_page import LOOP, load, panning, pictures, plain_strokes, step_work, strokes, timeline
from tests.benchmarks._editor_scenes import FRAMES, SIZES, TRACKS, bare, many_videos, with_tracks
from tests.benchmarks._served import Served, served
from tests.benchmarks._tables import Table, options, progress, show
from tests.benchmarks._targets import Latency, latency_table
from tests.benchmarks.frame_http import jumps
from tests.benchmarks.frame_page import browser_page, open_video, travel, wait_for_stand_ins
from tests.benchmarks.long_video import long_video

PARTS = ("sizes", "timeline", "project")
VIDEOS = 500
LANES, LANE_FRAMES = 200, 5000
# Pictures that the page loads at once, see `assets/editor/pictures/framecache.js`.
PARALLEL = 3
# The floors of 1080p, milliseconds.
STEP, SEEK, HANDLER, FRAME, RELEASE = 33, 250, 4, 17, 8


def size_rows(server: Served, folder: Path, name: str, *, steps: int, count: int) -> list[Latency]:
    """Stepping, seeking and painting in one size; only 1080p has floors."""
    video, other = with_tracks(server, folder, name), bare(server, folder, name)
    server.end_jobs()
    with browser_page() as page:
        open_video(page, server, video)
        wait_for_stand_ins(page)
        loaded = load(page, max(60, steps))
        stepping, _ = travel(page, [k % FRAMES for k in range(1, steps + 1)], pause=1000 / 30)
        seeking, _ = travel(page, jumps(FRAMES, steps, seed=3))
        own = step_work(page, [k % FRAMES for k in range(1, steps // 2 + 1)])
        plain = plain_strokes(page, count // 2, SIZES[name])
        painted = strokes(page, count)
        moved, moving = panning(page, 60, max(3, count // 4))
        plain += plain_strokes(page, count // 2, SIZES[name])
        width = page.evaluate("window.editor.app.showing.frames.width")
        query = "" if width is None else f"?w={width}"
        sent = pictures(page, [f"/data/videos/{other}/frames/{k}.jpg{query}" for k in range(FRAMES)], PARALLEL)
    kinds = (
        ("next frame", stepping, STEP),
        ("reference: pictures of the server, from one to the next", sent, None),
        ("next frame, CPU time of the page", own, None),
        ("jump to any frame", seeking, SEEK),
        ("painting: handlers and blit per frame", painted.handlers, HANDLER),
        ("painting: CPU time of the page per frame", painted.moving, None),
        ("painting: from frame to frame", painted.frames, FRAME),
        ("reference: from frame to frame, a page that only paints the brush", plain, None),
        ("painting: release of the button", painted.releases, RELEASE),
        ("painting: release, CPU time of the page", painted.work, RELEASE),
        ("painting: release with the idle work after it, CPU time of the page", painted.rested, None),
        ("moving the picture: CPU time of the page per frame", moving, HANDLER),
        ("moving the picture: from frame to frame", moved, FRAME),
        ("reference: from frame to frame, idle", loaded.frames, None),
        (f"reference: a loop of {LOOP} ms", loaded.loops, None),
    )
    return [Latency(f"{name}, {kind}", times, floor if name == "1080p" else None) for kind, times, floor in kinds]


def timeline_rows(server: Served, folder: Path, rounds: int) -> list[Latency]:
    """Painting the lanes of many tracks of a long video."""
    video = server.add(long_video(folder, minutes=LANE_FRAMES // 1800 + 1, size=(320, 180), gop=250, kbit=300))
    with browser_page() as page:
        open_video(page, server, video)
        found = timeline(page, tracks=LANES, frames=LANE_FRAMES, rounds=rounds)
    what = f"timeline, {LANE_FRAMES} frames x {LANES} tracks"
    return [Latency(f"{what}: {kind}", tuple(times)) for kind, times in found.items()]


def opening(page: Page, address: str, ready: str) -> float:
    """Milliseconds from going to an address until ``ready`` (a JavaScript expression) holds."""
    began = time.perf_counter()
    page.goto(address)
    page.wait_for_function(ready)
    return (time.perf_counter() - began) * 1000


def project_rows(server: Served, folder: Path, rounds: int) -> list[Latency]:
    """Opening the library and the editor of a project of many videos, in a browser that has seen the program."""
    project = many_videos(server, folder, VIDEOS)
    cards = "document.querySelectorAll('a.v-vc').length"
    library, review = [], []
    with browser_page() as page:
        for _ in range(rounds + 1):
            library.append(opening(page, f"{server.server.address}?project={project}", f"{cards} > 0"))
            whole = f"{server.server.address}review/?project={project}"
            review.append(opening(page, whole, "Boolean(window.editor) && window.editor.ready"))
    # The first round fills the caches.
    return [
        Latency(f"library of {VIDEOS} videos, until its cards are there", tuple(library[1:])),
        Latency(f"editor in a project of {VIDEOS} videos, until a frame can be drawn on", tuple(review[1:])),
    ]


def tables(asked: argparse.Namespace) -> Iterator[Table]:
    """One table, after everything is measured."""
    parts = set(asked.parts.split(","))
    rows: list[Latency] = []
    with tempfile.TemporaryDirectory(prefix="editor-") as scratch, served(Path(scratch) / "data") as server:
        folder = Path(scratch)
        for name in SIZES if "sizes" in parts else ():
            if name in asked.sizes.split(","):
                progress(f"{name}, {TRACKS} tracks")
                rows += size_rows(server, folder, name, steps=asked.steps, count=asked.strokes)
        if "timeline" in parts:
            rows += timeline_rows(server, folder, asked.steps)
        if "project" in parts:
            rows += project_rows(server, folder, max(3, asked.strokes // 2))
    yield latency_table(f"the editor with {TRACKS} tracks on the frame", rows, what="in the editor")


def main() -> None:
    """Prints the table."""
    parser = options(__doc__)
    parser.add_argument("--sizes", default=",".join(SIZES))
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--strokes", type=int, default=24)
    asked = parser.parse_args()
    for table in tables(asked):
        show(table, asked)


if __name__ == "__main__":
    main()
