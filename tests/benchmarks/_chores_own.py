"""The chore of a new user: a project with a video of one's own, from its name to an export."""

import json
from pathlib import Path

from app.demo.make import encode_video
from model.procedural import render_video
from model.procedural.domains import DEMO_CATEGORIES
from tests.benchmarks._chores_editor import PATIENCE, Desk
from tests.benchmarks._chores_hand import Hand
from tests.benchmarks._chores_project import SEED, ChoreVideo
from tests.benchmarks._served import Served
from tests.benchmarks.frame_page import READY

NAME = "own"
FRAMES, SIZE = 16, (320, 180)
PROPOSED = "() => window.editor.state.jobs.some((job) => job.kind === 'propose' && job.status === 'done')"
TRACKS = "() => window.editor.app.document.list().length > 0"
NAMELESS = "() => window.editor.app.document.list().filter((track) => track.category === null).length"
MIDDLE = "() => [window.editor.app.document.width / 2, window.editor.app.document.height / 2]"
ASKED = "name => new URLSearchParams(location.search).get(name)"


def own_video(hand: Hand, served: Served, folder: Path) -> tuple[str, str]:
    """Propose, correct, see what a retraining would use, export; returns the ids of project and video."""
    page = hand.page
    path = folder / "own clip.mp4"
    encode_video(path, render_video("demo", index=4, seed=SEED + 1, frames=FRAMES, size=SIZE).frames)
    page.goto(f"{served.server.address}?project={served.project}")
    page.wait_for_load_state("networkidle")
    _new_project(hand)
    hand.click(page.locator("#v-add-videos"))
    hand.choose(page.locator("#v-file"), str(path))
    card = page.locator("a.v-vc").first
    hand.wait(lambda: card.wait_for(timeout=PATIENCE))
    hand.click(card)
    hand.wait(lambda: page.wait_for_function(READY))
    project, video = (str(page.evaluate(ASKED, name)) for name in ("project", "video"))
    hand.key("Alt+p")
    hand.click(page.locator("[data-role=start-propose]"))
    hand.wait(lambda: page.wait_for_function(PROPOSED, timeout=PATIENCE))
    hand.wait(lambda: page.wait_for_function(TRACKS))
    _correct(Desk(hand, ChoreVideo(video, Served(served.server, project), [], [])))
    hand.click(page.get_by_role("link", name="Retrain").first)
    hand.wait(lambda: page.get_by_text("What it would train on").wait_for())
    hand.look()
    hand.click(page.get_by_role("link", name="Import, export"))
    hand.wait(lambda: page.locator("#v-export-start").wait_for())
    page.wait_for_load_state("networkidle")
    hand.click(page.locator("#v-export-start"))
    done = page.locator("[data-job][data-status='done']", has_text="Export").first
    hand.wait(lambda: done.wait_for(timeout=PATIENCE))
    return project, video


def _new_project(hand: Hand) -> None:
    """A project with a name and categories."""
    page = hand.page
    hand.click(page.locator("#v-project-menu"))
    hand.click(page.get_by_role("menuitem", name="New project"))
    hand.wait(lambda: page.locator("#v-project-typed textarea").wait_for())
    hand.type(NAME)
    hand.click(page.locator("#v-project-typed textarea"))
    hand.type(", ".join(DEMO_CATEGORIES))
    hand.click(page.locator("#v-project-make"))
    hand.wait(lambda: page.get_by_role("heading", name="No videos yet").wait_for())


def _correct(desk: Desk) -> None:
    """A category for every track, a stroke of the brush on the last one, and a verdict on everything."""
    hand = desk.hand
    for _ in range(hand.page.evaluate(NAMELESS)):
        # The model that a new project begins with has classes of its own; the first category is the first digit.
        hand.key("j")
        hand.look()
        hand.key("Control+l", "1")
        desk.saved()
    hand.key("b")
    x, y = hand.page.evaluate(MIDDLE)
    hand.drag(desk.on_screen(x, y), desk.on_screen(x + 20, y))
    desk.saved()
    hand.look()
    hand.key("Shift+w", "Shift+a")
    desk.apply()


def missing(served: Served, project: str, video: str) -> list[str]:
    """What should be there at the end, and is not."""
    rows = [row for track in served.call("GET", f"/data/videos/{video}/tracks")["tracks"] for row in track["rows"]]
    lacks = [] if any(row[2] == "drawn" for row in rows) else ["a drawn mask"]
    if any(row[3] == "unreviewed" and row[1] for row in rows):
        lacks.append("a verdict on every mask")
    names = {one["name"] for one in served.call("GET", f"/data/projects/{project}")["categories"]}
    if names != set(DEMO_CATEGORIES):
        lacks.append("the categories")
    written = [json.loads(path.read_text()) for path in served.server.data.glob("exports/**/instances.json")]
    if not any(one["annotations"] for one in written):
        lacks.append("an export with annotations")
    return lacks
