"""The chores in the editor: each begins with the video open and nothing selected, and ends when all is saved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from playwright.sync_api import Locator

from tests.benchmarks._chores_hand import Hand
from tests.benchmarks._chores_project import REDRAWN, ChoreVideo
from tests.benchmarks.frame_page import READY

SAVED = "() => window.editor.pending === 0 && window.editor.state.saving === 'saved' && window.editor.ready"
ENCODED = "() => !window.editor.app.encoder.pending"
SEARCHED = "() => window.editor.app.view.now.searched !== null"
PATIENCE = 300_000
MOST_ENTRIES = 20
MIDDLE = 20  # the frame of the planted mistakes in time


@dataclass(frozen=True)
class Desk:
    """A hand in the editor on one video."""

    hand: Hand
    video: ChoreVideo

    def ready(self) -> None:
        """Wait for the frame and its masks."""
        self.hand.wait(lambda: self.hand.page.wait_for_function(READY))

    def saved(self) -> None:
        """Wait until the last edit is stored."""
        self.hand.wait(lambda: self.hand.page.wait_for_function(SAVED))

    def shown(self, locator: Locator) -> None:
        """Wait until something is on the page."""
        self.hand.wait(lambda: locator.wait_for(timeout=PATIENCE))

    def to_error(self, frame: int | None = None, *, track: int | None = None) -> None:
        """Walk the queue, which searches the video first, to a likely error: of a track and frame, or the first."""
        page = self.hand.page
        self.hand.key(".")
        self.hand.wait(lambda: page.wait_for_function(SEARCHED))
        for _ in range(MOST_ENTRIES):
            self.hand.key(".")
            self.ready()
            self.hand.look()
            at, number = page.evaluate("() => [window.editor.state.frame, window.editor.app.track?.number]")
            if frame in (None, at) and track in (None, number):
                return
        raise AssertionError(f"the queue does not lead to frame {frame} of track {track}")

    def partner(self, number: int) -> None:
        """Choose the other track of a verb by its digit in the list."""
        entry = self.hand.page.get_by_role("dialog").locator(f"[data-track='{number}']")
        self.shown(entry)
        self.hand.look()
        digit = entry.locator("kbd").last.inner_text().strip()
        self.hand.key(digit)

    def apply(self) -> None:
        """Look at the preview, and apply it."""
        self.shown(self.hand.page.get_by_role("toolbar", name="Preview"))
        self.hand.look()
        self.hand.key("Enter")
        self.saved()

    def relabel(self, label: str) -> None:
        """Give the selected track a category by typing its name."""
        self.hand.key("Control+l")
        self.hand.type(label)
        self.hand.key("Enter")
        self.saved()

    def on_screen(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the picture lies in the window."""
        place = """([x, y]) => {
            const box = document.querySelector(".v-canvas").getBoundingClientRect();
            const [left, top] = window.editor.app.viewport.toScreen(x, y);
            return [box.left + left, box.top + top];
        }"""
        across, down = self.hand.page.evaluate(place, [x, y])
        return float(across), float(down)


def swap(desk: Desk) -> None:
    """Two tracks that exchange their things in the middle are exchanged back."""
    desk.to_error(MIDDLE, track=1)
    desk.hand.key("Shift+s")
    desk.partner(2)
    desk.apply()


def merge(desk: Desk) -> None:
    """A track in two pieces becomes one, and the hole between them is filled."""
    ends = len(desk.video.tracks)
    desk.to_error(track=ends - 1)
    desk.hand.key("m")
    desk.partner(ends)
    desk.apply()
    desk.hand.key("i")
    desk.apply()


def split_in_time(desk: Desk) -> None:
    """A track that goes over to another thing is cut there, and its second half gets its name."""
    desk.to_error(MIDDLE, track=1)
    desk.hand.key("Alt+m", "Enter")
    desk.saved()
    desk.relabel(desk.video.labels[-1])


def split_in_space(desk: Desk) -> None:
    """A track that covers two things in every frame becomes two, each with its name."""
    page = desk.hand.page
    desk.hand.key("j")
    desk.hand.look()
    desk.hand.key("Shift+m")
    desk.apply()
    number = page.evaluate("() => window.editor.app.track.number")
    _name_halves(desk, number)


def _name_halves(desk: Desk, number: int) -> None:
    """Both halves have the category of the first thing; one of them gets the other one's."""
    second = desk.video.truth[1]
    kept = desk.video.stored()[1].masks
    frame = min(kept)
    if (kept[frame] & second[frame]).sum() >= second[frame].sum() / 2:
        desk.hand.key(*["Shift+j"] * (number - 1))
    desk.relabel(desk.video.labels[1])


def interpolate(desk: Desk) -> None:
    """Ten masks that lie beside their thing are replaced by what lies between the right ones at both ends."""
    desk.to_error(track=1)
    desk.hand.key("Shift+r", "i")
    desk.apply()
    desk.hand.look(2)


def spread(desk: Desk) -> None:
    """Ten masks that lie beside their thing are replaced by those of one box, spread to the other frames."""
    page, (start, stop) = desk.hand.page, REDRAWN
    desk.to_error(track=1)
    desk.hand.key("Shift+r", "Shift+b")
    frame = int(page.evaluate("() => window.editor.state.frame"))
    desk.hand.click(page.get_by_role("button", name="Replace", exact=True))
    rows, columns = np.nonzero(desk.video.truth[0][frame])
    corners = [(columns.min() - 3, rows.min() - 3), (columns.max() + 4, rows.max() + 4)]
    edit = page.evaluate("() => window.editor.app.view.now.revision")
    desk.hand.drag(*(desk.on_screen(float(x), float(y)) for x, y in corners))
    desk.hand.wait(lambda: page.wait_for_function("was => window.editor.app.view.now.revision > was", arg=edit))
    desk.saved()
    desk.hand.look()
    desk.hand.key("Alt+s")
    bar = page.get_by_role("toolbar", name="Preview")
    desk.shown(bar.get_by_text(f"{stop - start - 1} frames", exact=False))
    desk.hand.wait(lambda: bar.get_by_role("button", name="Stop").wait_for(state="hidden", timeout=PATIENCE))
    desk.hand.look(2)
    desk.hand.key("Enter")
    desk.saved()


def reject(desk: Desk) -> None:
    """Five tracks of nothing are rejected."""
    desk.to_error()
    desk.hand.key("Shift+w")
    for number in range(5):
        if number:
            desk.hand.look()
        desk.hand.key("x")
        desk.saved()


CHORES: Mapping[str, Callable[[Desk], None]] = {
    "swap": swap,
    "broken": merge,
    "two in time": split_in_time,
    "two in space": split_in_space,
    "interpolate": interpolate,
    "spread": spread,
    "false": reject,
}
