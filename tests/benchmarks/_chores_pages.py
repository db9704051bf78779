"""The chore that goes through the pages: a video by keyboard alone, from the library to the next one."""

import re

from tests.benchmarks._chores_editor import Desk
from tests.benchmarks._chores_hand import Hand
from tests.benchmarks._chores_project import ChoreVideo
from tests.benchmarks._served import Served

ACCEPTED = {"accepted", "corrected", "rejected"}


def by_keyboard(hand: Hand, served: Served, name: str, video: ChoreVideo, following: ChoreVideo) -> None:
    """From the library to a reviewed, complete video, and on to the next one, without the mouse."""
    page = hand.page
    page.goto(f"{served.server.address}?project={served.project}")
    card = page.locator(f"a.v-vc[data-video='{video.id}']")
    card.wait_for()
    hand.key("/")
    hand.type(name)
    hand.wait(lambda: page.wait_for_function("() => document.querySelectorAll('a.v-vc').length === 1"))
    hand.key("ArrowDown", "Enter")
    hand.wait(lambda: page.wait_for_url(re.compile(f"review/.*{video.id}")))
    desk = Desk(hand, video)
    desk.ready()
    hand.key("Shift+w", ".")
    desk.ready()
    hand.look(len(video.truth))
    for _ in video.truth:
        hand.key("a")
        desk.saved()
    hand.key("Control+Enter")
    desk.saved()
    hand.key("PageDown")
    hand.wait(lambda: page.wait_for_url(re.compile(f"review/.*{following.id}")))
    desk.ready()


def is_complete(served: Served, video: ChoreVideo) -> bool:
    """Whether a video is declared complete as a whole, and every mask of it has a verdict."""
    known = served.call("GET", f"/data/videos/{video.id}")
    whole = any(one["start"] == 0 and one["stop"] == known["count"] for one in known["complete"])
    rows = [row for track in served.call("GET", f"/data/videos/{video.id}/tracks")["tracks"] for row in track["rows"]]
    return whole and all(row[3] in ACCEPTED for row in rows)
