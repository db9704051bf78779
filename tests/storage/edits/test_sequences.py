"""Random sequences of edits, undos and redos by two people, against a model of plain dicts."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from storage.edits import Applied, Change, Conflict, NothingToUndo, edits_since
from tests.storage.edits.sequence_model import Entry, Key, Model
from tests.storage.machines import DatabaseMachine, as_test
from tests.storage.scenes import Scene, square

AUTHORS = st.sampled_from(["ann", "bob"])
KEYS = st.tuples(st.integers(0, 1), st.integers(0, 3))
AFTERS = st.one_of(st.none(), st.just("absent"), st.integers(0, 9))


class EditSequences(DatabaseMachine):
    @initialize()
    def begin(self) -> None:
        self.scene = Scene.make(self.database)
        self.tracks = [self.scene.new_track(author="run:start") for _ in range(2)]
        self.model = Model()
        self.hashes: dict[int, str] = {}

    @rule(author=AUTHORS, changes=st.dictionaries(KEYS, AFTERS, min_size=1, max_size=4))
    def edit(self, author: str, changes: dict[Key, Any]) -> None:
        sent = []
        for (track, frame), after in changes.items():
            version = self.scene.version(self.tracks[track], int(frame or 0))
            sent.append(Change(self.tracks[track], frame, version, self.after(after)))
        answer = self.scene.applied(*sent, author=author)
        for row, value in zip(answer.rows, changes.values(), strict=True):
            if isinstance(value, int):
                self.hashes[value] = row["after"]["mask"]
        self.model.edit(author, changes)

    @rule(author=AUTHORS, key=KEYS, seen=st.integers(0, 30))
    def edit_from_an_old_view(self, author: str, key: Key, seen: int) -> None:
        track, frame = self.tracks[key[0]], int(key[1] or 0)
        if seen == self.scene.version(track, frame):
            return
        answer = self.scene.apply(Change(track, frame, seen, self.after(1)), author=author)
        assert isinstance(answer, Conflict)

    @rule(author=AUTHORS)
    def undo(self, author: str) -> None:
        self.compare(author, self.model.undo_target(author), self.scene.undo(author))

    @rule(author=AUTHORS)
    def redo(self, author: str) -> None:
        self.compare(author, self.model.redo_target(author), self.scene.redo(author))

    @precondition(lambda self: self.model.log)
    @rule(author=AUTHORS, data=st.data())
    def undo_of_a_named_edit(self, author: str, data: st.DataObject) -> None:
        with self.database.read() as tx:
            logged = [edit for edit in edits_since(tx, 0) if not edit.author.startswith("run:")]
        choices = [i for i, entry in enumerate(self.model.log) if entry.undoes is None and not entry.undone]
        if choices:
            chosen = data.draw(st.sampled_from(choices))
            answer = self.scene.undo(author, edit=logged[chosen].id)
            self.compare(author, self.model.log[chosen], answer)

    def after(self, value: Any) -> dict[str, Any] | None:
        if value is None:
            return None
        return {"state": "absent"} if value == "absent" else {"rle": square(value)}

    def compare(self, author: str, target: Entry | None, answer: Applied | Conflict | NothingToUndo) -> None:
        if target is None:
            assert isinstance(answer, NothingToUndo)
        elif self.model.free(target):
            assert isinstance(answer, Applied)
            self.model.take_back(author, target)
        else:
            assert isinstance(answer, Conflict)
            assert answer.by is not None and answer.rows

    @invariant()
    def tables_show_what_the_model_says_and_the_log_explains_them(self) -> None:
        for number, track in enumerate(self.tracks):
            for frame in range(4):
                row = self.scene.row(track, frame)
                value, _ = self.model.content((number, frame))
                if value is None:
                    assert row is None
                else:
                    assert row is not None and row.state == ("absent" if value == "absent" else "present")
                    assert row.hash == (None if value == "absent" else self.hashes[value])
        self.scene.assert_log_explains_tables()


TestEditSequences = as_test(EditSequences, examples=20, steps=25)
