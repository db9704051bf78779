"""The chore on the page of tracks: forty tracks with a wrong category are found and get the right one."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from tests.benchmarks._chores_hand import Hand, in_view
from tests.benchmarks._chores_project import Seed, add_video, render, right
from tests.benchmarks._served import Served

MISLABELLED, TRUE_LABEL, WRONG_LABEL = 40, "star", "fish"
SMALL_FRAMES, SMALL_SIZE = 8, (320, 180)
# Whether the page shows the tracks in the order that the server has, and that order.
SORTED = """async () => {
    if (document.querySelector(".v-phead p").textContent.includes("Comparing")) return false;
    const asked = new URLSearchParams(location.search);
    const answer = await fetch(`/data/projects/${asked.get("project")}/track-ids?${asked}`);
    window.order = (await answer.json()).tracks;
    const tiles = [...document.querySelectorAll(".v-tc[data-track]")];
    return tiles.length > 0 && tiles.every((tile, i) => tile.dataset.track === window.order[i]);
}"""
ORDER = "() => window.order"
PATIENCE = 300_000
TILES_AT_A_LOOK = 12


def mislabelled(served: Served, folder: Path) -> list[str]:
    """Small videos whose stars are called fish, the other tracks right; ids of the `MISLABELLED` stars."""
    stars: list[str] = []
    index = 0
    while len(stars) < MISLABELLED:
        scene = render(index, domain="occlusion", frames=SMALL_FRAMES, size=SMALL_SIZE)
        left = MISLABELLED - len(stars)
        wrong = [n for n, label in enumerate(scene.labels) if label == TRUE_LABEL and scene.truth[n]][:left]
        kept = [n for n, label in enumerate(scene.labels) if label != TRUE_LABEL or n in wrong]
        seeds = [Seed(WRONG_LABEL if n in wrong else scene.labels[n], scene.truth[n]) for n in kept]
        video = add_video(served, folder, f"small {index}", scene, seeds, right(scene))
        stars += [track for n, track in zip(kept, video.tracks, strict=True) if n in wrong]
        index += 1
    return stars


@dataclass(frozen=True)
class Forty:
    """The tracks with a wrong category, and the project that they are in."""

    served: Served
    wrong: Sequence[str]

    def left(self) -> list[str]:
        """What is not as it should be: wrong tracks that kept their category, and others that got the stars'."""
        found = self.served.call("GET", f"/data/projects/{self.served.project}")
        names = {one["id"]: one["name"] for one in found["categories"]}
        tracks = [
            track
            for video in found["videos"]
            for track in self.served.call("GET", f"/data/videos/{video['id']}/tracks")["tracks"]
        ]
        return [t["id"] for t in tracks if (names[t["category"]] == TRUE_LABEL) != (t["id"] in self.wrong)]

    def relabel(self, hand: Hand) -> None:
        """Filter by the wrong name, sort by likeness to one of them, select them, give them the right name."""
        page = hand.page
        page.goto(f"{self.served.server.address}tracks/?project={self.served.project}")
        page.locator(".v-tc[data-track]").first.wait_for()
        hand.click(page.locator("#v-filter-category"))
        hand.click(page.get_by_role("checkbox", name=WRONG_LABEL))
        hand.key("Escape")
        hand.wait(lambda: page.wait_for_url(re.compile("category=")))
        seen = page.locator(f".v-tc[data-track='{self.wrong[0]}']")
        hand.wait(lambda: seen.wait_for())
        hand.look()
        hand.click(seen.get_by_role("button", name=re.compile("look-alike")))
        hand.wait(lambda: page.wait_for_url(re.compile("like=")))
        hand.wait(self._compared)
        hand.wait(lambda: _settled(page))
        self._select(hand, [str(track) for track in page.evaluate(ORDER)])
        hand.click(page.locator("#v-bulk-relabel"))
        hand.click(page.get_by_role("menuitem", name=TRUE_LABEL))
        preview = page.get_by_role("dialog", name=f"Relabel to {TRUE_LABEL}")
        hand.wait(lambda: preview.wait_for())
        hand.look()
        hand.click(preview.get_by_role("button", name=f"Relabel to {TRUE_LABEL}"))
        hand.wait(lambda: page.get_by_text(f"relabelled to {TRUE_LABEL}").wait_for())

    def _compared(self) -> None:
        """Wait until the looks of all tracks are known, as the page does meanwhile."""
        while self.served.call("POST", f"/data/projects/{self.served.project}/tracks/compare", {})["left"]:
            pass

    def _select(self, hand: Hand, order: Sequence[str]) -> None:
        """Select a run from the first tile on, then change what is wrong in it and what is right behind it."""
        wrong = set(self.wrong)
        stop = run_length([track in wrong for track in order])
        self._press(hand, order[0])
        hand.look(-(-stop // TILES_AT_A_LOOK))
        if stop > 1:
            self._press(hand, order[stop - 1], shift=True)
        hand.look(-(-(len(order) - stop) // TILES_AT_A_LOOK))
        for track in (track for track in order[stop:] if track in wrong):
            self._press(hand, track)
        for track in (track for track in reversed(order[:stop]) if track not in wrong):
            self._press(hand, track, down=False)

    def _press(self, hand: Hand, track: str, *, shift: bool = False, down: bool = True) -> None:
        """Press the box of a tile; where it is out of view, the wheel turns first."""
        box = hand.page.locator(f".v-tc[data-track='{track}'] .v-tcb")
        if not box.count() or not in_view(box):
            hand.turn(box, down=down)
        hand.click(box, shift=shift)


def _settled(page: Page) -> None:
    """Wait until the page shows the order that the server has."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(SORTED):
        assert time.monotonic() < deadline, "the tiles do not come into the order of their look"
        page.wait_for_timeout(100)


def run_length(wrong: Sequence[bool]) -> int:
    """How many from the first on are selected at once, so that the fewest have to be pressed one by one; 1 at least."""
    presses = [sum(flag != (k < stop) for k, flag in enumerate(wrong)) for stop in range(1, len(wrong) + 1)]
    return 1 + presses.index(min(presses))
