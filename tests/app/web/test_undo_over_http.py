"""Random sequences over HTTP by three authors: drawing, verdicts, deleting, undo, redo, retries, old views, restarts.

The real application over a real database file, against the model of `tests.storage.edits.sequence_model`.
"""

import uuid
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from app.settings import make_settings
from app.web.server import create_app
from storage import projects, tracks
from storage.database import Database
from storage.edits import AS_BASE_LEFT_IT
from storage.edits.rebuild import check_video
from tests.app.conftest import ADDRESS
from tests.storage.edits.sequence_model import Entry, Key, Model
from tests.storage.machines import DatabaseMachine, as_test
from tests.storage.scenes import make_video, square

Json = dict[str, Any]
Mask = tuple[int | None, str]
"""A mask row: the x of its square (None: absent), and its verdict."""
Own = tuple[str | None, bool]
"""A track's own row: its name, and whether it is deleted."""

TRACKS, FRAMES = 3, 4
AUTHORS = st.sampled_from(["ann", "bob", "cem"])
TRACK = st.integers(0, TRACKS - 1)
KEYS = st.tuples(TRACK, st.integers(0, FRAMES - 1))
DRAWN = st.one_of(st.none(), st.just("absent"), st.integers(0, 9))
"""What a stroke leaves: no row, an absent one, or a square at x."""


class UndoOverHttp(DatabaseMachine):
    @initialize()
    def begin(self) -> None:
        self.settings = make_settings(data=self._folder.name, device="cpu", environment={})
        assert self.settings.database_url.endswith(str(Path(self._folder.name) / "annotations.sqlite3"))
        with self.database.atomic() as tx:
            project = projects.create_project(tx, name="zoo")
            self.video = make_video(tx, project.id)
        self.client = self._serve()
        self.model = Model(deleted=lambda own: (own[0], True))
        self.tracks: list[str] = []
        self.ids: list[str] = []  # of the entries of the model's log
        self.hashes: dict[int, str] = {}
        self.sent: list[tuple[str, Json, Json]] = []  # what was applied: address, body, answer
        for _ in range(TRACKS):
            self._make_track("ann")

    def teardown(self) -> None:
        self._end()
        super().teardown()

    # what authors do

    @precondition(lambda self: len(self.tracks) < TRACKS + 2)
    @rule(author=AUTHORS)
    def make_a_track(self, author: str) -> None:
        self._make_track(author)

    @rule(author=AUTHORS, changes=st.dictionaries(KEYS, DRAWN, min_size=1, max_size=4))
    def draw(self, author: str, changes: dict[Key, Any]) -> None:
        after = {key: self._drawn(value) for key, value in changes.items()}
        gone = {key[0] for key, value in changes.items() if value is not None and self._own(key[0])[1]}
        result = self._send(author, self._change_all({key: self._body(value) for key, value in changes.items()}))
        if gone:
            assert result["status"] == "conflict"
            assert {row["track"] for row in result["rows"]} == {self.tracks[track] for track in gone}
            return
        self._applied(author, after, result)

    @rule(author=AUTHORS, keys=st.sets(KEYS, min_size=1, max_size=4), verdict=st.sampled_from(["accepted", "rejected"]))
    def judge(self, author: str, keys: set[Key], verdict: str) -> None:
        changes = {key: {"review": verdict} for key in sorted(keys)}
        there = {key: self.model.content(key)[0] for key in changes}
        result = self._send(author, self._change_all(changes), kind="verdict")
        if any(self._own(key[0])[1] for key in keys):
            assert result["status"] == "conflict", "nobody judges on a deleted track"
        elif None in there.values():
            assert result["status"] == "refused" and "no row yet" in result["error"]
        else:
            self._applied(author, {key: (value[0], verdict) for key, value in there.items()}, result)

    @rule(author=AUTHORS, track=TRACK, name=st.sampled_from(["a", "b", None]), deleted=st.booleans())
    def rename_delete_or_bring_back_a_track(self, author: str, track: int, name: str | None, deleted: bool) -> None:
        changes = self._change_all({(track, None): {"name": name, "deleted": deleted}})
        self._applied(author, {(track, None): (name, deleted)}, self._send(author, changes, kind="track"))

    @rule(author=AUTHORS, key=KEYS, x=st.integers(0, 8))
    def draw_twice_from_a_queue(self, author: str, key: Key, x: int) -> None:
        if self._own(key[0])[1]:
            return
        first = self._edit(self._change_all({key: self._body(x)}))
        row = {"track": self.tracks[key[0]], "frame": key[1], "before_version": AS_BASE_LEFT_IT}
        second = self._edit([{**row, "after": self._body(x + 1)}], base=first["id"])
        results = self._post("edits", {"author": author, "edits": [first, second]})["results"]
        for value, result in zip((x, x + 1), results, strict=True):
            self._applied(author, {key: self._drawn(value)}, result)

    @rule(author=AUTHORS, key=KEYS, seen=st.integers(0, 60))
    def draw_from_an_old_view(self, author: str, key: Key, seen: int) -> None:
        track, frame = self.tracks[key[0]], key[1]
        version = self._version(key)
        if seen != version:
            change = {"track": track, "frame": frame, "before_version": seen, "after": self._body(1)}
            result = self._send(author, [change])
            assert (result["status"], [row["version"] for row in result["rows"]]) == ("conflict", [version])

    @rule(author=AUTHORS)
    def undo(self, author: str) -> None:
        self._step("undo", author, self.model.undo_target(author))

    @rule(author=AUTHORS)
    def redo(self, author: str) -> None:
        self._step("redo", author, self.model.redo_target(author))

    @rule(author=AUTHORS, data=st.data())
    def undo_a_named_edit(self, author: str, data: st.DataObject) -> None:
        choices = [at for at, entry in enumerate(self.model.log) if entry.undoes is None and not entry.undone]
        if choices:
            at = data.draw(st.sampled_from(choices))
            self._step("undo", author, self.model.log[at], edit=self.ids[at])

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        what, body, before = data.draw(st.sampled_from(self.sent))
        answer = self._post(what, body)
        if what == "edits":
            before = {"results": [{**result, "status": "repeated"} for result in before["results"]]}
        assert answer == before

    @rule()
    def start_the_server_again(self) -> None:
        self._end()
        self.client = self._serve()

    # what must hold after each step

    @invariant()
    def the_page_reads_what_the_model_says(self) -> None:
        with self.database.read() as tx:
            assert check_video(tx, self.video.id) == []
            rows = {(row.track_id, row.frame): row for row in tracks.rows(tx, self.video.id)}
            own = {
                track.id: (track.name, track.deleted) for track in tracks.list_tracks(tx, self.video.id, deleted=True)
            }
        assert own == {track: self._own(at) for at, track in enumerate(self.tracks)}
        masks = {
            key: value
            for key, (value, _) in self.model.rows.items()
            if key[1] is not None and value is not None and not self._own(key[0])[1]
        }
        assert set(rows) == {(self.tracks[track], frame) for track, frame in masks}
        for (track, frame), (x, verdict) in masks.items():
            row = rows[self.tracks[track], int(frame or 0)]
            assert (row.hash, row.review) == (None if x is None else self.hashes[x], verdict)
        answer = self.client.get(f"/data/videos/{self.video.id}/history?limit=1000").json()["edits"]
        assert [line["id"] for line in answer] == self.ids[::-1]
        assert [line["undone"] for line in answer] == [entry.undone for entry in reversed(self.model.log)]

    # how it is sent

    def _serve(self) -> TestClient:
        app = create_app(self.settings, pages=False, database=Database.open(self.settings.database_url))
        client = TestClient(app, base_url=ADDRESS)
        client.__enter__()
        return client

    def _end(self) -> None:
        self.client.__exit__()

    def _make_track(self, author: str) -> None:
        self.tracks.append(str(uuid.uuid4()))
        key = (len(self.tracks) - 1, None)
        self._applied(author, {key: (None, False)}, self._send(author, self._change_all({key: {}}), kind="track"))

    def _own(self, track: int) -> Own:
        own: Own = self.model.content((track, None))[0]
        return own

    def _drawn(self, value: Any) -> Mask | None:
        return None if value is None else (None if value == "absent" else value, "corrected")

    def _body(self, value: Any) -> Json | None:
        if value is None:
            return None
        return {"state": "absent"} if value == "absent" else {"rle": square(value)}

    def _version(self, key: Key) -> int:
        with self.database.read() as tx:
            if key[1] is None:
                every = tracks.list_tracks(tx, self.video.id, deleted=True)
                return next((one.version for one in every if one.id == self.tracks[key[0]]), 0)
            found = tracks.rows(tx, self.video.id, start=key[1], stop=key[1] + 1, track_ids=[self.tracks[key[0]]])
            return found[0].version if found else 0

    def _change_all(self, after: dict[Key, Json | None]) -> list[Json]:
        return [
            {"track": self.tracks[key[0]], "frame": key[1], "before_version": self._version(key), "after": value}
            for key, value in after.items()
        ]

    def _edit(self, changes: list[Json], kind: str = "draw", **more: str) -> Json:
        return {"id": str(uuid.uuid4()), "kind": kind, "changes": changes, **more}

    def _send(self, author: str, changes: list[Json], kind: str = "draw") -> Json:
        body = {"author": author, "edits": [self._edit(changes, kind)]}
        answer = self._post("edits", body)
        [result] = answer["results"]
        if result["status"] == "applied":
            self.sent.append(("edits", body, answer))
        assert isinstance(result, dict)
        return result

    def _post(self, what: str, body: Json) -> Json:
        answer = self.client.post(f"/data/videos/{self.video.id}/{what}", json=body)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def _applied(self, author: str, after: dict[Key, Any], result: Json) -> None:
        assert result["status"] == "applied", result
        for row, (key, value) in zip(result["rows"], after.items(), strict=True):
            if key[1] is not None and value is not None and value[0] is not None:
                self.hashes[value[0]] = row["after"]["mask"]
        self.model.edit(author, after)
        self.ids.append(result["id"])

    def _step(self, what: str, author: str, target: Entry | None, **named: str) -> None:
        body = {"author": author, "id": str(uuid.uuid4()), **named}
        answer = self._post(what, body)
        if target is None:
            assert answer["status"] == "nothing"
        elif self.model.free(target):
            assert answer["status"] == "applied", answer
            self.model.take_back(author, target)
            self.ids.append(body["id"])
            self.sent.append((what, body, answer))
        else:
            assert answer["status"] == "conflict" and answer["rows"] and answer["by"]["id"] in self.ids


TestUndoOverHttp = as_test(UndoOverHttp, examples=10, steps=25)
