"""Several people at once on one server: how long they wait, what the others see, and whether a stroke is lost.

All work in one video, each on tracks of their own: step to the next frame, look at its picture, draw a stroke, and
listen to the events of the others, as their pages do. The last row has a model that proposes in another video
meanwhile. The people are threads of one process, which share the machine with the server.
"""

import http.client
import json
import tempfile
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from websockets.sync.client import connect

from storage import rle
from tests.benchmarks._served import Served, served
from tests.benchmarks._tables import Table, milliseconds, options, progress, show
from tests.benchmarks.frame_http import Asking, picture
from tests.benchmarks.long_video import code_part

SIZE, FRAMES = (640, 360), 300
THINK_SECONDS = 0.5  # between a stroke and the next frame: no person is quicker
SETTLE_SECONDS = 5.0  # that events may take at most after the last stroke


@dataclass
class Waits:
    """What one person saw: times in ms, and by the id of an edit when it was sent and when its event came."""

    strokes: list[float] = field(default_factory=list)
    pictures: list[float] = field(default_factory=list)
    sent: dict[str, float] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    refused: int = 0


@dataclass(frozen=True)
class Row:
    """What so many people saw together: times in ms, counts of strokes that were refused, lost, or seen by nobody."""

    name: str
    strokes: int
    stroke_ms: tuple[float, float]
    picture_ms: tuple[float, float]
    others_ms: tuple[float, float]
    refused: int
    lost: int
    unseen: int

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        pairs = (self.stroke_ms, self.picture_ms, self.others_ms)
        times = [f"{milliseconds(median)} / {milliseconds(p95)}" for median, p95 in pairs]
        return (self.name, str(self.strokes), *times, f"{self.refused}, {self.lost}, {self.unseen}")


class Person:
    """One page: a connection for requests, one for events, and a track of its own."""

    def __init__(self, whole: Served, video: str, number: int) -> None:
        self._whole, self._video, self._number = whole, video, number
        self._author = f"person:{number}"
        self.waits = Waits()
        self._asking = Asking(whole)
        address = f"ws://{whole.host}/data/events?video={video}&project={whole.project}"
        self._events = connect(address, max_size=None)
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    def work(self, until: float) -> None:
        """Step, look and draw until this moment of the monotonic clock."""
        rng = np.random.default_rng(self._number)
        frame = int(rng.integers(FRAMES))
        while time.monotonic() < until:
            frame = (frame + 1) % FRAMES
            self.waits.pictures.append(self._asking.timed(picture(self._video, frame)))
            self._draw(frame, rng)
            time.sleep(THINK_SECONDS * rng.uniform(0.5, 1.5))

    def _draw(self, frame: int, rng: np.random.Generator) -> None:
        """A stroke: the first mask of a new track."""
        track, name = str(uuid.uuid4()), str(uuid.uuid4())
        changes = [
            {"track": track, "frame": None, "before_version": 0, "after": {}},
            {"track": track, "frame": frame, "before_version": 0, "after": {"state": "present", "rle": stroke(rng)}},
        ]
        body = {"author": self._author, "edits": [{"id": name, "kind": "draw", "changes": changes}]}
        began = self.waits.sent[name] = time.perf_counter()
        answer = post(self._asking.connection, f"/data/videos/{self._video}/edits", body)
        self.waits.strokes.append((time.perf_counter() - began) * 1000)
        self.waits.refused += answer["results"][0]["status"] != "applied"

    def _listen(self) -> None:
        for text in self._events:
            message = json.loads(text)
            if message["type"] == "edit":
                self.waits.seen.setdefault(message["id"], time.perf_counter())

    def close(self) -> None:
        """Leave; what was seen stays."""
        self._events.close()
        self._listening.join()
        self._asking.connection.close()


def post(connection: http.client.HTTPConnection, path: str, body: object) -> Any:
    """The JSON that the server answers. Raises AssertionError when it refuses."""
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    content = answer.read()
    assert answer.status == 200, content.decode(errors="replace")
    return json.loads(content)


def stroke(rng: np.random.Generator) -> dict[str, Any]:
    """A mask of a disc somewhere in the picture, as COCO run lengths."""
    width, height = SIZE
    x, y, radius = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(10, 60)
    rows, columns = np.mgrid[:height, :width]
    return dict(rle.encode(np.hypot(columns - x, rows - y) < radius))


def together(whole: Served, video: str, people: int, seconds: float, name: str) -> Row:
    """So many people work in a video for so long."""
    found = [Person(whole, video, number) for number in range(people)]
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=one.work, args=(until,)) for one in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    settle([one.waits for one in found])
    for one in found:
        one.close()
    history = whole.call("GET", f"/data/videos/{video}/history?limit=1000")["edits"]
    return row(name, [one.waits for one in found], {line["id"] for line in history})


def settle(waits: Sequence[Waits]) -> None:
    """Wait until everybody has seen every stroke, or for `SETTLE_SECONDS`."""
    sent = {name for one in waits for name in one.sent}
    until = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < until and not all(sent <= one.seen.keys() for one in waits):
        time.sleep(0.05)


def row(name: str, waits: Sequence[Waits], stored: set[str]) -> Row:
    """The figures of people who worked together; ``stored`` are the ids in the history of the video."""
    sent = {edit: (at, who) for who, one in enumerate(waits) for edit, at in one.sent.items()}
    others = [
        (one.seen[edit] - at) * 1000
        for who, one in enumerate(waits)
        for edit, (at, sender) in sent.items()
        if (sender != who or len(waits) == 1) and edit in one.seen
    ]
    unseen = sum(edit not in one.seen for edit in sent for one in waits)
    strokes = [wait for one in waits for wait in one.strokes]
    pictures = [wait for one in waits for wait in one.pictures]
    refused = sum(one.refused for one in waits)
    lost = len(sent.keys() - stored) - refused
    return Row(name, len(sent), middle(strokes), middle(pictures), middle(others), refused, lost, unseen)


def middle(values: Sequence[float]) -> tuple[float, float]:
    """Median and 95th percentile; NaN without values."""
    if not values:
        return float("nan"), float("nan")
    median, p95 = np.percentile(values, (50, 95))
    return float(median), float(p95)


def table(rows: Sequence[Row]) -> Table:
    """One line for each number of people; times are median and 95th percentile."""
    columns = ("at once", "strokes", "stroke until it is stored", "picture of a frame", "seen by others", "")
    note = "In the last column: strokes that were refused, that are not in the history, that somebody did not see."
    return Table(
        "several people", columns, [one.cells for one in rows], [asdict(one) for one in rows], (note,), timed=True
    )


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--people", type=int, nargs="*", default=[1, 4, 8, 16])
    parser.add_argument("--seconds", type=float, default=20.0, help="of each row")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="load-") as folder, served(Path(folder) / "data") as whole:
        part = code_part(Path(folder) / "video.mp4", frames=FRAMES, size=SIZE, gop=30, kbit=1500)
        other = whole.add(code_part(Path(folder) / "other.mp4", frames=FRAMES // 2, size=SIZE, gop=30, kbit=1500))
        rows = []
        for people in asked.people:
            rows.append(_fresh(whole, part, people, asked.seconds, f"{people} people" if people > 1 else "1 person"))
        whole.wait_until_counted(other)
        whole.call("POST", f"/data/videos/{other}/propose", {})
        most = asked.people[-1]
        rows.append(_fresh(whole, part, most, asked.seconds, f"{most} people, while a model proposes"))
        whole.end_jobs()
    show(table(rows), asked)


def _fresh(whole: Served, part: Path, people: int, seconds: float, name: str) -> Row:
    """A row in a video of its own, with the same pictures: no row has more tracks before it than another one."""
    copy = part.with_name(f"{uuid.uuid4()}.mp4")
    copy.write_bytes(part.read_bytes() + (8 + 16).to_bytes(4, "big") + b"free" + uuid.uuid4().bytes)
    video = whole.add(copy)
    whole.wait_until_counted(video)
    progress(name)
    return together(whole, video, people, seconds, name)


if __name__ == "__main__":
    main()
