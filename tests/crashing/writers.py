"""Authors who draw, judge, delete and undo over HTTP without a pause, and record what the server has acknowledged.

Like the editor, an author sends an edit again, under the same id, until the server has answered it.
"""

import http.client
import json
import random
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from storage.videos import Video
from tests.app.made import square

Json = dict[str, Any]
FRAMES = 12
RETRY_SECONDS = 0.1  # between two tries while the server is away
PAUSE_SECONDS = 0.1  # between two edits of one author
ANSWER_SECONDS = 60.0
ACTIONS = ("draw", "draw", "draw", "verdict", "delete", "undo")


@dataclass(frozen=True)
class Acknowledged:
    """An edit of the log as the server has answered it: its number, and its rows after the edit."""

    id: str
    number: int
    rows: list[Json]


@dataclass
class Record:
    """What one author has sent.

    ``rows`` are the keys (track, frame) of the rows of each edit that was sent, None for an undo. ``acknowledged`` are
    the answers so far, in their order. ``refused`` has a sentence for each answer that no author may get.
    """

    rows: dict[str, frozenset[tuple[str, int | None]] | None] = field(default_factory=dict)
    acknowledged: list[Acknowledged] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


class Writer:
    """One author, who edits tracks of its own in one video, in a thread of its own."""

    def __init__(self, host: str, video: Video, author: str, category: str, chance: random.Random) -> None:
        """``host``: name and port of the server; ``category``: id of the category of its tracks."""
        self.record = Record()
        self._host, self._video, self._author, self._chance = host, video, author, chance
        self._category = category
        self._size = (video.width, video.height)
        self._versions: dict[tuple[str, int | None], int] = {}
        self._tracks: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write_on, name=f"writer-{author}", daemon=True)

    def start(self) -> None:
        """Begin to edit."""
        self._thread.start()

    def stop(self) -> None:
        """End after the answer to the present edit."""
        self._stop.set()
        self._thread.join()

    def _write_on(self) -> None:
        while not self._stop.wait(PAUSE_SECONDS):
            action = self._chance.choice(ACTIONS) if self._tracks else "track"
            if action == "undo":
                self._undo()
            else:
                self._edit(action, self._changes(action))

    def _changes(self, action: str) -> list[Json]:
        if action == "track" or (action == "draw" and len(self._tracks) < 3):
            track = str(uuid.UUID(int=self._chance.getrandbits(128)))
            self._tracks.append(track)
            return [{"track": track, "frame": None, "before_version": 0, "after": {"category": self._category}}]
        track = self._chance.choice(self._tracks)
        frames = self._chance.sample(range(FRAMES), 5)
        drawn = [frame for frame in frames if self._versions.get((track, frame))]
        if action == "draw" or not drawn:
            x = self._chance.randrange(40)
            return [self._change(track, frame, {"rle": square(x, frame, size=self._size)}) for frame in frames]
        after = {"review": self._chance.choice(("accepted", "rejected"))} if action == "verdict" else None
        return [self._change(track, frame, after) for frame in drawn]

    def _change(self, track: str, frame: int, after: Json | None) -> Json:
        return {
            "track": track,
            "frame": frame,
            "before_version": self._versions.get((track, frame), 0),
            "after": after,
        }

    def _edit(self, kind: str, changes: Sequence[Json]) -> None:
        edit = {"id": self._new_id(), "kind": kind, "changes": list(changes)}
        self.record.rows[edit["id"]] = frozenset((change["track"], change["frame"]) for change in changes)
        answer = self._until_answered("edits", {"author": self._author, "edits": [edit]})
        if answer is None:
            return
        [result] = answer["results"]
        if result["status"] in {"applied", "repeated"}:
            self._keep(edit["id"], result)
        elif result["status"] == "conflict":
            # A proposal has written the row meanwhile.
            self._see(result["rows"])
        else:
            self.record.refused.append(f"{kind} {edit['id']}: {result}")

    def _undo(self) -> None:
        new_id = self._new_id()
        self.record.rows[new_id] = None
        answer = self._until_answered("undo", {"author": self._author, "id": new_id})
        if answer is not None and answer["status"] == "applied":
            self._keep(new_id, answer)

    def _new_id(self) -> str:
        return str(uuid.UUID(int=self._chance.getrandbits(128)))

    def _keep(self, edit_id: str, answer: Json) -> None:
        self._see(answer["rows"])
        # An undone new track is a deleted one; the author goes on with the others.
        gone = {row["track"] for row in answer["rows"] if row["frame"] is None and row["after"]["deleted"]}
        self._tracks = [track for track in self._tracks if track not in gone]
        self.record.acknowledged.append(Acknowledged(edit_id, answer["number"], answer["rows"]))

    def _see(self, rows: list[Json]) -> None:
        for row in rows:
            self._versions[row["track"], row["frame"]] = row["version"]

    def _until_answered(self, what: str, body: Json) -> Json | None:
        """The answer to a request, which is sent until there is one; None if the author was stopped before."""
        while True:
            try:
                status, answer = call(self._host, "POST", f"/data/videos/{self._video.id}/{what}", body)
            except (OSError, http.client.HTTPException):
                status, answer = 0, {}
            if status == 200:
                return answer
            if status not in {0, 503}:
                self.record.refused.append(f"{what} {body}: {status} {answer}")
                return None
            if self._stop.wait(RETRY_SECONDS):
                return None


def call(host: str, method: str, path: str, body: object = None, *, sent: Callable[[], None] = lambda: None) -> Any:
    """Status and JSON of one request over a connection of its own; ``sent`` is called between request and answer.

    Raises OSError or `http.client.HTTPException` if the connection breaks.
    """
    connection = http.client.HTTPConnection(host, timeout=ANSWER_SECONDS)
    try:
        text = None if body is None else json.dumps(body)
        connection.request(method, path, text, {"Content-Type": "application/json"})
        sent()
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()
