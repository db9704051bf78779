"""Random work of people and machines on tracks, masks and complete ranges, followed by a page that only hears of it.

The page keeps what it is told in the answers' rows and nothing else; at every moment it must have what the tables
have. Beside it stand the promises that no sequence may break: the log adds up to the tables, numbers are never given
twice, and what a person made stays out of the machines' hands.
"""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from storage.edits import (
    Applied,
    Change,
    Conflict,
    Edit,
    EditError,
    MachineOnHumanRow,
    NothingToUndo,
    apply_edit,
    edits_since,
    history,
    list_complete,
    row_store,
)
from storage.edits.log import edit_by_number, last_number
from storage.edits.row_values import RANGE_ROW, TRACK_ROW, RowKey, is_human
from tests.storage.machines import DatabaseMachine, as_test
from tests.storage.scenes import Scene, new_id, square

PEOPLE = st.sampled_from(["ann", "bob"])
MACHINES = st.sampled_from(["run:a", "run:b"])
FRAMES = st.integers(0, 4)
PLACES = st.integers(0, 9)
SPREAD = {"source": "propagated", "review": "unreviewed"}

Row = dict[str, Any]


def key_of(row: Row) -> RowKey:
    if row.get("range_id") is not None:
        return RowKey(row["range_id"], RANGE_ROW)
    return RowKey(row["track"], TRACK_ROW if row["frame"] is None else row["frame"])


class Page:
    """What an open page knows: rows by their key, as the answers and events told them."""

    def __init__(self) -> None:
        self.rows: dict[RowKey, Row] = {}
        self.last = 0

    def hear(self, number: int, rows: list[Row]) -> None:
        assert number > self.last, "numbers only grow"
        self.last = number
        for row in rows:
            if row["after"] is None:
                self.rows.pop(key_of(row), None)
            else:
                self.rows[key_of(row)] = row

    def version(self, track: str, frame: int) -> int:
        row = self.rows.get(RowKey(track, frame))
        return 0 if row is None else row["version"]


class EditClients(DatabaseMachine):
    """Two people and two machines; ``self.page`` hears the answers, ``self.far`` reads the log on."""

    @initialize()
    def begin(self) -> None:
        self.scene = Scene.make(self.database)
        self.page, self.far = Page(), Page()
        self.tracks: list[str] = []
        self.corrections: list[str] = []
        self.numbers: dict[str, int] = {}
        self.made("ann")

    def made(self, author: str) -> None:
        track = new_id()
        self.send(author, "new track", Change(track, None, 0, {"category": self.scene.cat.id}))
        self.tracks.append(track)

    def send(self, author: str, kind: str, *changes: Change) -> Applied | Conflict | None:
        """One edit; None where it was refused by its own nature."""
        edit = Edit(new_id(), kind, author, self.scene.video.id, changes)
        before = self.human_rows() if author.startswith("run:") else {}
        try:
            with self.database.atomic() as tx:
                answer = apply_edit(tx, edit)
        except (EditError, MachineOnHumanRow):
            return None
        if isinstance(answer, Applied):
            self.page.hear(answer.number, answer.rows)
            for key, row in before.items():
                if key.frame >= 0:
                    assert self.page.rows[key] == row, "a machine changed what a person made"
        return answer

    def human_rows(self) -> dict[RowKey, Row]:
        return {key: row for key, row in self.page.rows.items() if key.frame >= 0 and is_human(row["after"])}

    def track_of(self, pick: int) -> str:
        return self.tracks[pick % len(self.tracks)]

    @rule(author=PEOPLE | MACHINES)
    def make_a_track(self, author: str) -> None:
        self.made(author)

    @rule(author=PEOPLE, pick=PLACES, frame=FRAMES, x=PLACES)
    def draw(self, author: str, pick: int, frame: int, x: int) -> None:
        track = self.track_of(pick)
        answer = self.send(author, "draw", Change(track, frame, self.page.version(track, frame), {"rle": square(x)}))
        deleted = self.page.rows[RowKey(track, TRACK_ROW)]["after"]["deleted"]
        assert isinstance(answer, Conflict if deleted else Applied)
        if isinstance(answer, Applied):
            self.corrections.append(answer.id)

    @rule(author=PEOPLE, first=FRAMES, x=PLACES)
    def make_a_track_with_its_first_mask(self, author: str, first: int, x: int) -> None:
        track = new_id()
        answer = self.send(author, "draw", Change(track, None, 0, {}), Change(track, first, 0, {"rle": square(x)}))
        assert isinstance(answer, Applied)
        self.tracks.append(track)
        self.corrections.append(answer.id)

    @rule(author=PEOPLE, pick=PLACES, frame=FRAMES, review=st.sampled_from(["accepted", "rejected", "unreviewed"]))
    def judge(self, author: str, pick: int, frame: int, review: str) -> None:
        track = self.track_of(pick)
        if RowKey(track, frame) in self.page.rows:
            self.send(author, "judge", Change(track, frame, self.page.version(track, frame), {"review": review}))

    @rule(author=MACHINES, pick=PLACES, x=PLACES, parents=st.lists(PLACES, max_size=2), start=FRAMES)
    def spread(self, author: str, pick: int, x: int, parents: list[int], start: int) -> None:
        track = self.track_of(pick)
        of = [self.corrections[one % len(self.corrections)] for one in parents] if self.corrections else []
        after = {"rle": square(x), **SPREAD, **dict(zip(("parent", "other_parent"), of, strict=False))}
        changes = [Change(track, frame, self.page.version(track, frame), after) for frame in range(start, start + 2)]
        self.send(author, "spread", *changes)

    @rule(author=PEOPLE | MACHINES, pick=PLACES, deleted=st.booleans())
    def delete_a_track_or_bring_it_back(self, author: str, pick: int, deleted: bool) -> None:
        track = self.track_of(pick)
        self.send(author, "delete", Change(track, None, self.page.version(track, TRACK_ROW), {"deleted": deleted}))

    @rule(author=PEOPLE, one=PLACES, other=PLACES)
    def merge(self, author: str, one: int, other: int) -> None:
        kept, gone = self.track_of(one), self.track_of(other)
        moved = {key.frame: row for key, row in self.page.rows.items() if key.owner == gone and key.frame >= 0}
        if kept == gone or not moved:
            return
        changes = [Change(gone, frame, row["version"], None) for frame, row in moved.items()]
        changes += [Change(kept, f, self.page.version(kept, f), row["after"]) for f, row in moved.items()]
        changes.append(Change(gone, None, self.page.version(gone, TRACK_ROW), {"deleted": True}))
        self.send(author, "merge", *changes)

    @rule(author=PEOPLE, start=FRAMES, length=st.integers(1, 5), named=st.booleans())
    def declare_complete(self, author: str, start: int, length: int, named: bool) -> None:
        said = {"start": start, "stop": start + length, "categories": [self.scene.cat.id] if named else []}
        assert isinstance(self.send(author, "complete", Change(None, None, 0, said, range_id=new_id())), Applied)

    @rule(author=PEOPLE, which=st.sampled_from(["undo", "undo", "redo"]))
    def step(self, author: str, which: str) -> None:
        before = dict(self.page.rows)
        answer = self.scene.undo(author) if which == "undo" else self.scene.redo(author)
        if isinstance(answer, Applied):
            self.page.hear(answer.number, answer.rows)
        else:
            assert isinstance(answer, NothingToUndo | Conflict) and self.page.rows == before

    @rule(author=PEOPLE)
    def undo_and_redo_lead_back_to_the_same_masks(self, author: str) -> None:
        before = self.masks()
        undone = self.scene.undo(author)
        if isinstance(undone, Applied):
            self.page.hear(undone.number, undone.rows)
            redone = self.scene.redo(author)
            assert isinstance(redone, Applied) and redone.undoes == undone.id
            self.page.hear(redone.number, redone.rows)
            assert self.masks() == before

    def masks(self) -> dict[RowKey, Any]:
        return {key: row["after"] for key, row in self.page.rows.items() if key.frame >= 0}

    @invariant()
    def the_page_has_what_the_tables_have(self) -> None:
        with self.database.read() as tx:
            stored = row_store.load_video(tx, self.scene.video.id)
            news = edits_since(tx, self.far.last)
            entries = history(tx, video=self.scene.video.id, limit=1000)
            ranges = list_complete(tx, self.scene.video.id)
        shown = {key: (row["version"], row["after"]) for key, row in self.page.rows.items()}
        assert shown == {key: (row.version, row.value) for key, row in stored.items()}
        for edit in news:
            self.far.hear(edit.number, edit.rows)
        assert self.far.rows == self.page.rows, "the log tells a far page the same"
        # Consecutive edits of one run are one line of the history, under the number of the newest.
        newest = max((entry.number for entry in entries), default=0)
        with self.database.read() as tx:
            assert newest == last_number(tx, video=self.scene.video.id)
            for number in {row["version"] for row in self.page.rows.values()}:
                assert edit_by_number(tx, number) is not None and number <= newest
        assert all(0 <= found.start < found.stop <= 40 for found in ranges)

    @invariant()
    def numbers_of_tracks_are_given_once(self) -> None:
        for key, row in self.page.rows.items():
            if key.frame == TRACK_ROW:
                assert self.numbers.setdefault(key.owner, row["after"]["number"]) == row["after"]["number"]
        assert sorted(self.numbers.values()) == list(range(1, len(self.numbers) + 1))

    @invariant()
    def the_log_adds_up_and_no_row_refers_to_nothing(self) -> None:
        self.scene.assert_log_explains_tables()
        assert self.database.check() == []


TestEditClients = as_test(EditClients, examples=7, steps=18)
