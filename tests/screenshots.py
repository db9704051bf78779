"""Pictures of the editor in ten states: ``python -m tests.screenshots --write`` renews those of its README.

``--out DIR``: each state in three sizes, dark and light, to be looked at. The videos are procedural.
"""

import argparse
import io
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from app.demo.make import encode_video
from model.procedural import ProceduralTrack, ProceduralVideo, render_video
from storage import rle
from tests.browser import driving
from tests.browser.seeding import HUMAN, Seeded
from tests.browser.test_conflict import CUT_OFF, GO_ON
from tests.chromium import system_browser
from tests.conftest import QUIET_BROWSER
from tests.serving import running_server

Theme = Literal["dark", "light"]
Size = tuple[int, int]
SIZES: tuple[Size, ...] = ((1280, 720), (1920, 1080), (2560, 1440))
README = Path(__file__).resolve().parents[1] / "assets" / "readme" / "editor"
README_SIZE: Size = (1280, 720)
QUALITY = 70  # of WebP
FAR = """() => window.editor.state.jobs.some(
    (job) => job.kind === "propose" && Number(/frame (\\d+) of/.exec(job.message ?? "")?.[1]) >= 40)"""
EXTENT = "() => window.editor.app.layers.extent"
SPREAD = """() => window.editor.state.preview?.marks.length && !window.editor.state.jobs.some(
    (job) => job.kind === "spread" && ["queued", "running"].includes(job.status))"""
MERGE = """() => {
    const [first, second] = window.editor.app.document.list();
    window.editor.commands.select(first.id);
    window.editor.commands.merge(second.id);
}"""


@dataclass(frozen=True)
class Place:
    """A server with the demo project, a project without videos, a long video, one to draw in, and one without its file.

    ``thing``: a thing that stands alone in the first frame of the video to draw in.
    """

    address: str
    demo: str
    videos: list[str]
    empty: str
    long: str
    bare: str
    lost: str
    thing: ProceduralTrack

    @property
    def outlined(self) -> np.ndarray:
        """Its true mask in the first frame, bool H x W."""
        return self.thing.masks[0].astype(bool)

    def open(self, page: Page, video: str, **more: object) -> None:
        """The editor with a video of the demo project."""
        driving.open_review(page, self.address, project=self.demo, video=video, **more)

    def alone(self, page: Page) -> Seeded:
        """The video to draw in, without tracks, in the editor."""
        self.open(page, self.bare, frame=0)
        scene = Seeded(page, self.bare, self.outlined.shape, int(driving.state(page, "video")["count"]))
        scene.clear()
        driving.ready(page)
        return scene


def preview(page: Page, place: Place) -> None:
    """A merge before it is applied."""
    place.open(page, place.videos[3], frame=20)
    page.evaluate(MERGE)
    page.locator(".v-preview:not([hidden])").wait_for()


def palette(page: Page, place: Place) -> None:
    """Commands that match some letters, with their keys."""
    place.open(page, place.videos[3], frame=20, track=1)
    page.keyboard.press("Control+k")
    page.keyboard.type("spl")


def keys(page: Page, place: Place) -> None:
    """The list of keys."""
    place.open(page, place.videos[3], frame=20, track=1)
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()


def offline(page: Page, place: Place) -> None:
    """Strokes that wait for the server."""
    place.open(page, place.videos[1], frame=10, track=1)
    page.evaluate(CUT_OFF)
    page.keyboard.press("b")
    left, top, _, bottom = page.evaluate(EXTENT)
    for part in (0.4, 0.55, 0.7):
        down = top + part * (bottom - top)
        driving.press_and_drag(page, (left + 12, down - 12), (left + 4, down + 12))
    page.get_by_text("Offline, 3 waiting").wait_for()


def conflict(page: Page, place: Place) -> None:
    """Two people drew on one mask."""
    video = place.videos[2]
    place.open(page, video, frame=0, track=3)
    facts = driving.fetched(page, f"videos/{video}")
    scene = Seeded(page, video, (facts["height"], facts["width"]), facts["count"])
    track = str(driving.state(page, "selected"))
    left, top, right, bottom = page.evaluate(EXTENT)
    theirs = driving.stored_mask(page, video, track=3, frame=0)
    theirs[:, : (3 * left + right) // 4] = 0
    page.evaluate(CUT_OFF)
    page.keyboard.press("b")
    driving.press_and_drag(page, (right - 8, top + 12), (right + 6, (top + bottom) // 2))
    page.get_by_text("Offline, 1 waiting").wait_for()
    drawn = {"state": "present", "rle": rle.encode(theirs), **HUMAN}
    scene.send([scene.drawn(track, 0, drawn, scene.version(track, 0))], kind="erase")
    page.evaluate(GO_ON)
    page.get_by_role("dialog", name="Conflict").wait_for()


def job(page: Page, place: Place) -> None:
    """A proposal under way."""
    place.open(page, place.long)
    if not driving.state(page, "jobs"):
        driving.propose(page)
    page.wait_for_function(FAR, timeout=driving.LONG_PATIENCE)
    page.locator(".v-jobtext").click()


def empty(page: Page, place: Place) -> None:
    """A project without videos."""
    page.goto(f"{place.address}review/?project={place.empty}")
    page.wait_for_function("() => window.editor?.state.phase === 'novideo'")


def error(page: Page, place: Place) -> None:
    """A video whose file is gone."""
    page.goto(f"{place.address}review/?project={place.demo}&video={place.lost}&frame=70")
    page.locator(".v-notice[data-kind=source]").wait_for()
    page.locator(".v-stack.v-bare").wait_for()


def box(page: Page, place: Place) -> None:
    """A box drawn around a thing, and the mask that it became."""
    place.alone(page)
    page.keyboard.press("n")
    page.get_by_placeholder("Find, or name a new one").wait_for()
    page.keyboard.press(str(place.thing.label + 1))
    page.get_by_text("draw its mask on this frame").wait_for()
    page.keyboard.press("Shift+B")
    left, top, width, height = rle.bbox(rle.encode(place.outlined))
    driving.press_and_drag(page, (left - 6, top - 6), (left + width + 6, top + height + 6))
    page.wait_for_function("() => window.editor.app.track?.rows.size === 1 && window.editor.state.measure === ''")


def spread(page: Page, place: Place) -> None:
    """The draft of a spread before it is applied."""
    scene = place.alone(page)
    track = scene.add({0: {"rle": rle.encode(place.outlined), **HUMAN}})
    scene.at(track, 0)
    page.keyboard.press("Alt+s")
    page.wait_for_function(SPREAD, timeout=driving.LONG_PATIENCE)
    scene.at(track, 24)


STATES: dict[str, Callable[[Page, Place], None]] = {
    state.__name__: state for state in (preview, palette, keys, offline, conflict, job, empty, error, box, spread)
}


def clip(folder: Path, name: str, frames: int) -> tuple[Path, ProceduralVideo]:
    """A procedural video, as a file and with its true masks."""
    path = folder / f"{name}.mp4"
    made = render_video("demo", index=5, seed=8, frames=frames, size=(640, 360))
    encode_video(path, made.frames)
    return path, made


def true_tracks(scene: Seeded, made: ProceduralVideo) -> None:
    """The things of a video as proposed tracks."""
    for track in made.tracks:
        present = [(k, mask) for k, mask in enumerate(track.masks) if mask.any()]
        row = {"source": "proposed", "review": "unreviewed", "score": 0.9}
        scene.add({k: {"rle": rle.encode(mask.astype("uint8")), **row} for k, mask in present})


def prepared(page: Page, address: str, folder: Path) -> Place:
    """The projects and videos of all states."""

    def sent(path: str, body: object) -> dict[str, dict[str, str]]:
        answer = page.request.post(f"{address}data/{path}", data=body)
        assert answer.ok, answer.text()
        return dict(answer.json())

    demo, videos = driving.demo_project(page, address)
    added = []
    things = {}
    for name, frames in (("long tide", 600), ("reef 3", 60), ("dive 7", 90)):
        path, made = clip(folder, name, frames)
        things[name] = apart(made)
        video = sent(f"projects/{demo}/videos", {"path": str(path)})["video"]["id"]
        page.goto(f"{address}review/?project={demo}&video={video}")
        page.wait_for_function(driving.READY)
        page.wait_for_function("() => window.editor.state.video.confirmed >= window.editor.state.video.count")
        added.append(video)
    true_tracks(Seeded(page, video, (360, 640), frames), made)
    path.unlink()
    new = sent("projects", {"name": "Reef survey", "categories": ["fish"]})
    long, bare, lost = added
    return Place(address, demo, videos, str(new["id"]), long, bare, lost, things["reef 3"])


def apart(made: ProceduralVideo) -> ProceduralTrack:
    """The largest thing in the first frame of those with no other one in their boxes."""
    first = [track.masks[0].astype(bool) for track in made.tracks]

    def free(number: int) -> bool:
        left, top, width, height = map(int, rle.bbox(rle.encode(first[number])))
        box = np.s_[top : top + height, left : left + width]
        return width > 0 and not any(other[box].any() for k, other in enumerate(first) if k != number)

    return made.tracks[max(filter(free, range(len(first))), key=lambda number: first[number].sum())]


@contextmanager
def served() -> Iterator[tuple[Browser, Place]]:
    """A browser, and a server over a scratch folder with everything in it."""
    with (
        tempfile.TemporaryDirectory(prefix="reef-") as scratch,
        running_server(Path(scratch) / "data", "--device", "cpu") as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=system_browser(), args=list(QUIET_BROWSER))
        yield browser, prepared(browser.new_page(), server.address, Path(scratch))
        browser.close()


def shot(browser: Browser, place: Place, state: str, size: Size, theme: Theme) -> Image.Image:
    """One state, once nothing moves any more."""
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
    page = context.new_page()
    page.set_default_timeout(driving.PATIENCE)
    STATES[state](page, place)
    page.mouse.move(0, 0)
    taken = page.screenshot(animations="disabled", caret="hide")
    context.close()
    return Image.open(io.BytesIO(taken)).convert("RGB")


def main() -> None:
    """Takes the pictures that the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="renew the pictures of the README")
    parser.add_argument("--out", type=Path, help="folder for every state in every size and theme")
    parser.add_argument("--states", default=",".join(STATES))
    asked = parser.parse_args()
    states = [name for name in STATES if name in asked.states.split(",")]
    with served() as (browser, place):
        for number, name in enumerate(states):
            print(name, file=sys.stderr, flush=True)
            if asked.write:
                README.mkdir(parents=True, exist_ok=True)
                theme: Theme = "light" if number % 2 else "dark"
                taken = shot(browser, place, name, README_SIZE, theme)
                taken.save(README / f"{name}.webp", quality=QUALITY, method=6)
            for size in SIZES if asked.out else ():
                for theme in get_args(Theme):
                    asked.out.mkdir(parents=True, exist_ok=True)
                    shot(browser, place, name, size, theme).save(asked.out / f"{name}_{theme}_{size[0]}.png")


if __name__ == "__main__":
    main()
