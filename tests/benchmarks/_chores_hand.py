"""The hand of an annotator in a browser: every gesture is counted and has a cost; waits for the page are measured.

The costs are those of the keystroke-level model (Card, Moran and Newell, CACM 23, 1980): a key of an average typist,
pointing at something, a press or release of a button, and the way between keyboard and mouse. A look is a yes or no to
what is shown, which `tests.benchmarks.annotator.costs` has from a study. Reading for the first time, doubts and
mistakes are in none of them: it is the time of a person who knows the program.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page

from tests.benchmarks.annotator.costs import VERDICT

KEY = 0.28  # seconds; a modifier is a key of its own
POINT = 1.1
BUTTON = 0.1  # a press or a release
HOME = 0.4  # from the keyboard to the mouse or back
LOOK = VERDICT
STEP = 250  # pixels that a turn of the wheel scrolls
TURNS = 60
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
Point = tuple[float, float]


@dataclass
class Tally:
    """What one chore took: numbers of gestures, and seconds of the hand and of waiting."""

    keys: int = 0
    clicks: int = 0
    drags: int = 0
    scrolls: int = 0
    looks: int = 0
    hand: float = 0.0
    waited: float = 0.0

    @property
    def gestures(self) -> int:
        """Keys, clicks, drags and turns of the wheel."""
        return self.keys + self.clicks + self.drags + self.scrolls

    @property
    def seconds(self) -> float:
        """Hand and waits together."""
        return self.hand + self.waited


@dataclass
class Hand:
    """Does gestures in a page, one after another, and counts them. A chord such as ``Shift+S`` is one gesture."""

    page: Page
    tally: Tally = field(default_factory=Tally)
    _at_mouse: bool | None = None

    def key(self, *chords: str) -> None:
        """Press keys, each a gesture, as the page names them: ``f``, ``Shift+s``, ``Enter``."""
        for chord in chords:
            self._home(mouse=False)
            self.tally.keys += 1
            self.tally.hand += KEY * _strokes(chord)
            self.page.keyboard.press(chord)

    def type(self, text: str) -> None:
        """Type a text; every letter is a gesture."""
        self._home(mouse=False)
        self.tally.keys += len(text)
        self.tally.hand += KEY * len(text)
        self.page.keyboard.type(text)

    def click(self, target: Locator | Point, *, shift: bool = False) -> None:
        """Point at something and click it; what is out of view is scrolled to first, which counts as a gesture."""
        self._home(mouse=True)
        self.tally.clicks += 1
        self.tally.hand += POINT + 2 * BUTTON + (KEY if shift else 0)
        if isinstance(target, Locator):
            if not in_view(target):
                self.scroll(target)
            target.click(modifiers=["Shift"] if shift else [])
        else:
            self.page.mouse.click(*target)

    def drag(self, *points: Point) -> None:
        """Press at the first point, move through the others, let go at the last."""
        self._home(mouse=True)
        self.tally.drags += 1
        self.tally.hand += len(points) * POINT + 2 * BUTTON
        self.page.mouse.move(*points[0])
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*point, steps=6)
        self.page.mouse.up()

    def scroll(self, target: Locator) -> None:
        """Turn the wheel until something is in view: one gesture, as long as pointing."""
        self._home(mouse=True)
        self.tally.scrolls += 1
        self.tally.hand += POINT
        target.scroll_into_view_if_needed()

    def turn(self, target: Locator, *, down: bool) -> None:
        """Turn the wheel until something is in view, which the page may make only then: one gesture."""
        self._home(mouse=True)
        self.tally.scrolls += 1
        self.tally.hand += POINT
        for _ in range(TURNS):
            if target.count() and in_view(target):
                return
            self.page.mouse.wheel(0, STEP if down else -STEP)
            self.page.evaluate(PAINTED)
        raise AssertionError("turning the wheel does not lead there")

    def choose(self, choice: Locator, path: str) -> None:
        """Give a file to the input of a chooser: the click on it, and one for the file."""
        self._home(mouse=True)
        self.tally.clicks += 2
        self.tally.hand += 2 * (POINT + 2 * BUTTON)
        choice.set_input_files(path)

    def look(self, times: int = 1) -> None:
        """See whether it is right."""
        self.tally.looks += times
        self.tally.hand += LOOK * times

    def wait(self, until: Callable[[], object]) -> None:
        """Wait until a blocking call comes back, for instance one of Playwright's."""
        began = time.perf_counter()
        until()
        self.tally.waited += time.perf_counter() - began

    def _home(self, *, mouse: bool) -> None:
        if self._at_mouse is not None and self._at_mouse != mouse:
            self.tally.hand += HOME
        self._at_mouse = mouse


def _strokes(chord: str) -> int:
    """Keys that are pressed for a chord: ``Shift+s`` are two, ``+`` is one."""
    return 1 + chord[:-1].count("+")


def in_view(target: Locator) -> bool:
    """Whether all of an element can be seen."""
    inside = """(it) => { const box = it.getBoundingClientRect();
        return box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth; }"""
    return bool(target.evaluate(inside))
