"""Chores of an annotator in a browser: gestures, seconds of the hand, waits; each end state is checked in the database.

``--chores swap,broken``: some of them.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Page

from model.procedural.domains import DEMO_CATEGORIES
from tests.benchmarks import _chores_editor as editor
from tests.benchmarks import _chores_own as own
from tests.benchmarks import _chores_pages as pages
from tests.benchmarks._chores_hand import BUTTON, HOME, KEY, LOOK, POINT, Hand, Tally
from tests.benchmarks._chores_project import VIDEOS, ChoreVideo, add_video, render
from tests.benchmarks._chores_tracks import Forty, mislabelled
from tests.benchmarks._served import Served, served
from tests.benchmarks._tables import Table, options, progress, show
from tests.benchmarks.frame_page import browser_page, open_video

KEYBOARD, FORTY, OWN = "keyboard", "forty", "own"
TITLES = {
    "swap": "two swapped identities",
    "broken": "a broken track, its missing masks filled in",
    "two in time": "a track of two things, one after the other",
    "two in space": "a track of two things at once",
    "interpolate": "ten frames redrawn: interpolate",
    "spread": "ten frames redrawn: a box, spread",
    "false": "five false tracks rejected",
    KEYBOARD: "from the library to complete and to the next video, by keyboard alone",
    FORTY: "forty tracks found and relabelled in the page of tracks",
    OWN: "a new project with an own video, proposed, corrected, exported",
}


def planted(served: Served, folder: Path, name: str) -> ChoreVideo:
    """The video of a chore, in the server."""
    index, plant, wanted = VIDEOS[name]
    scene = render(index)
    return add_video(served, folder, name, scene, plant(scene), wanted(scene))


def in_editor(served: Served, page: Page, folder: Path, name: str) -> Tally:
    """A chore of the editor. Raises AssertionError if something is still wrong at its end."""
    video = planted(served, folder, name)
    assert video.wrong(), f"nothing is planted in {name}"
    open_video(page, served, video.id)
    hand = Hand(page)
    editor.CHORES[name](editor.Desk(hand, video))
    left = video.wrong()
    assert not left, f"{name}: still to correct: {[(one.kind, one.frames) for one in left]}"
    return hand.tally


def keyboard_alone(served: Served, page: Page, folder: Path, _: str) -> Tally:
    """The chore without the mouse."""
    video, following = (planted(served, folder, name) for name in ("keys", "next"))
    hand = Hand(page)
    pages.by_keyboard(hand, served, "keys", video, following)
    assert pages.is_complete(served, video), "the video is not complete"
    assert hand.tally.clicks + hand.tally.drags == 0
    return hand.tally


def forty_tracks(served: Served, page: Page, folder: Path, _: str) -> Tally:
    """The chore of the page of tracks, in a project of its own."""
    project = new_project(served, "forty")
    forty = Forty(project, mislabelled(project, folder))
    assert len(forty.left()) == len(forty.wrong)
    hand = Hand(page)
    forty.relabel(hand)
    assert not forty.left(), f"still to relabel: {len(forty.left())}"
    return hand.tally


def own_video(served: Served, page: Page, folder: Path, _: str) -> Tally:
    """The chore of a new user."""
    hand = Hand(page)
    project, video = own.own_video(hand, served, folder)
    lacks = own.missing(served, project, video)
    assert not lacks, f"missing at the end: {', '.join(lacks)}"
    return hand.tally


def new_project(served: Served, name: str) -> Served:
    """The same server with another project, which has the demo's categories."""
    made = served.call("POST", "/data/projects", {"name": name, "categories": list(DEMO_CATEGORIES)})
    return Served(served.server, str(made["id"]))


Chore = Callable[[Served, Page, Path, str], Tally]
CHORES: dict[str, Chore] = {name: in_editor for name in editor.CHORES}
CHORES |= {KEYBOARD: keyboard_alone, FORTY: forty_tracks, OWN: own_video}


def measured(names: list[str]) -> Iterator[tuple[str, Tally]]:
    """Does the chores one after another, each in a fresh browser."""
    with tempfile.TemporaryDirectory(prefix="chores-") as scratch, served(Path(scratch) / "data") as server:
        project = new_project(server, "chores")
        for name in names:
            progress(name)
            with browser_page() as page:
                yield name, CHORES[name](project, page, Path(scratch), name)


def table(found: list[tuple[str, Tally]]) -> Table:
    """The table of the chores."""
    columns = ("chore", "keys", "clicks", "drags", "scrolls", "looks", "gestures", "hand", "waits")
    rows = [
        (
            TITLES[name],
            *(str(n) for n in (one.keys, one.clicks, one.drags, one.scrolls, one.looks, one.gestures)),
            f"{one.hand:.1f} s",
            f"{one.waited:.1f} s",
        )
        for name, one in found
    ]
    notes = (
        f"A key takes {KEY} s (each key of a chord), pointing {POINT} s, a press or release {BUTTON} s, the way "
        f"between keyboard and mouse {HOME} s, a look {LOOK} s. Waits are measured. Every end state was checked in the "
        "database.",
    )
    facts = [{"chore": name, **vars(one), "gestures": one.gestures} for name, one in found]
    return Table("chores of an annotator", columns, rows, facts, notes, timed=True)


def main() -> None:
    """Prints the table."""
    parser = options(__doc__)
    parser.add_argument("--chores", default=",".join(CHORES))
    asked: argparse.Namespace = parser.parse_args()
    show(table(list(measured(asked.chores.split(",")))), asked)


if __name__ == "__main__":
    main()
