"""The annotator at work in the running app: reads a video as the page does, and sends the edits that the page sends."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from pycocotools import mask as coco

from tests.benchmarks.annotator.plan import Action, ShownTrack, TrueTrack, plan, seconds

Json = dict[str, Any]
Call = Callable[[str, str, object], Any]  # (method, path, body) -> JSON
AUTHOR = "person:annotator"
_FRAME, _STATE, _SOURCE, _REVIEW, _VERSION, _HASH = 0, 1, 2, 3, 7, 8  # places in a row of GET tracks
_PRESENT = 1  # the state of a row with a mask
_NAMESPACE = uuid.UUID("6a4b5bd4-6f66-4a42-9b39-5c0ad6a7b5a1")


class Refused(Exception):
    """The app did not apply an edit; the message is its answer."""


class Person:
    """Corrects videos of one project over ``call``, which sends a request to the app."""

    def __init__(self, call: Call, categories: Mapping[str, str]) -> None:
        """``categories``: id by name."""
        self._call, self._categories = call, dict(categories)
        self._names = {found: name for name, found in categories.items()}

    def correct(self, video: str, truth: Sequence[TrueTrack], count: int) -> float:
        """Corrects a video until nothing is wrong; returns the seconds that it takes."""
        spent = 0.0
        while actions := self._plan(video, truth, count):
            spent += seconds(actions)
            for action in actions:
                self._do(video, action, count)
        return spent

    def _plan(self, video: str, truth: Sequence[TrueTrack], count: int) -> list[Action]:
        known = self._call("GET", f"/data/videos/{video}", None)
        declared = any(one["start"] == 0 and one["stop"] >= count for one in known["complete"])
        return plan(self.shown(video), truth, count, complete=declared)

    def shown(self, video: str) -> list[ShownTrack]:
        """The tracks on the screen; rejected and deleted ones are not shown."""
        found = self._call("GET", f"/data/videos/{video}/masks", None)
        size = found["size"]
        pixels = {
            name: coco.decode({"size": size, "counts": counts.encode()}).astype(bool)
            for name, counts in found["blobs"].items()
        }
        return [
            _shown(track, self._names.get(track["category"]), pixels)
            for track in self._tracks(video)
            if not track["deleted"] and not track["rejected"]
        ]

    def _tracks(self, video: str) -> list[Json]:
        return list(self._call("GET", f"/data/videos/{video}/tracks", None)["tracks"])

    def _do(self, video: str, action: Action, count: int) -> None:
        """Sends one action as one edit."""
        now = {track["id"]: track for track in self._tracks(video)}
        changes = self._changes(video, action, now, count)
        if not changes:
            return
        kind = "track" if action.kind == "draw" and action.track.startswith("new") else action.kind
        body = {"id": str(uuid.uuid4()), "kind": "brush" if kind == "draw" else kind, "changes": changes}
        answer = self._call("POST", f"/data/videos/{video}/edits", {"author": AUTHOR, "edits": [body]})
        if answer["results"][0]["status"] != "applied":
            raise Refused(f"{action.kind} of {action.track}: {answer['results'][0]}")

    def _changes(self, video: str, action: Action, now: Mapping[str, Any], count: int) -> list[Json]:
        track = _id_of(video, action.track)
        rows = {row[_FRAME]: row for row in now[track]["rows"]} if track in now else {}

        def on(frame: int, after: dict[str, Any] | None, owner: str = track, own: Mapping[int, Any] = rows) -> Json:
            version = own[frame][_VERSION] if frame in own else 0
            return {"track": owner, "frame": frame, "before_version": version, "after": after}

        def whole(after: dict[str, Any]) -> Json:
            version = now[track]["version"] if track in now else 0
            return {"track": track, "frame": None, "before_version": version, "after": after}

        if action.kind == "complete":
            after = {"start": 0, "stop": count, "categories": list(self._categories.values())}
            return [{"track": None, "frame": None, "range_id": str(uuid.uuid4()), "before_version": 0, "after": after}]
        if action.kind in {"relabel", "track"}:
            return [whole({"category": self._categories[str(action.label)]})]
        if action.kind == "reject":
            rejected = [on(t, {"review": "rejected"}) for t, row in rows.items() if row[_STATE] == _PRESENT]
            return [whole({"rejected": True}), *rejected]
        if action.kind == "accept":
            return [on(t, {"review": "accepted"}) for t in action.frames]
        if action.kind == "absent":
            gone = {"state": "absent", "mask": None, "source": "drawn", "review": "corrected"}
            return [on(t, dict(gone)) for t in action.frames]
        if action.kind == "swap":
            second = {row[_FRAME]: row for row in now[str(action.other)]["rows"]}
            to_first = [on(t, _content(second.get(t))) for t in action.frames]
            to_second = [on(t, _content(rows.get(t)), str(action.other), second) for t in action.frames]
            return [*to_first, *to_second]
        return [on(t, _drawn(mask)) for t, mask in action.masks.items()]


def _id_of(video: str, track: str) -> str:
    """The id of a track; a new one gets an id of its own, the same at every try."""
    return str(uuid.uuid5(_NAMESPACE, f"{video} {track}")) if track.startswith("new ") else track


def _shown(track: Mapping[str, Any], label: str | None, pixels: Mapping[str, np.ndarray]) -> ShownTrack:
    rows = track["rows"]
    human = {row[_FRAME] for row in rows if row[_REVIEW] != "unreviewed" or row[_SOURCE] == "drawn"}
    shown = {
        row[_FRAME]: pixels[row[_HASH]]
        for row in rows
        if row[_STATE] == _PRESENT and row[_HASH] in pixels and row[_REVIEW] != "rejected"
    }
    absent = frozenset(row[_FRAME] for row in rows if row[_STATE] != _PRESENT)
    return ShownTrack(track["id"], label, shown, frozenset(human), absent)


def _content(row: Sequence[Any] | None) -> Json | None:
    """What a swap puts into the other track."""
    if row is None:
        return None
    state = "present" if row[_STATE] == _PRESENT else "absent"
    return {"state": state, "mask": row[_HASH], "source": row[_SOURCE], "review": row[_REVIEW]}


def _drawn(mask: np.ndarray) -> Json:
    code = coco.encode(np.asfortranarray(mask, dtype=np.uint8))
    rle = {"size": list(code["size"]), "counts": code["counts"].decode()}
    return {"state": "present", "rle": rle, "source": "drawn", "review": "corrected"}
