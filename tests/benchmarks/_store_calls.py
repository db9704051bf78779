"""The calls that `store` times: those of the store, and the same of SQLite alone, in pairs."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from storage import edits, projects, tracks
from storage.database import Database
from storage.edits import Change, Edit
from storage.edits.rebuild import rebuild_state
from storage.edits.row_store import load_rows
from storage.edits.row_values import RowKey
from storage.masks import prepare_blobs
from storage.videos import Video
from tests.benchmarks._filled_store import FRAMES, TRACKS, FilledStore, new_video, rectangles
from tests.benchmarks._sqlite_alone import ReadyEdit, SqliteAlone

SPAN = (20, 20 + FRAMES // 2)  # the frames to read
BLOB = ("hash", "counts", "height", "width", "area", "x", "y", "w", "h")
Pair = tuple[Callable[[], object], Callable[[], object]]  # one call of the store, and the same of SQLite alone


class StoreCalls:
    """Makes the calls of both sides, each with a video by chance."""

    def __init__(self, store: FilledStore, database: Database, alone: SqliteAlone) -> None:
        self._store, self._database, self._alone = store, database, alone
        self._durable = database.durable(patience_seconds=30)
        self._rng = np.random.default_rng(1)
        with database.read() as tx:
            (self._project,) = projects.list_projects(tx)

    def kinds(self) -> Iterator[tuple[str, Callable[[], Pair], int]]:
        """Name, maker of pairs of calls, and how often to call."""
        rows, span = TRACKS * FRAMES, f"{FRAMES // 2} frames"
        yield f"write an edit of {TRACKS} tracks x {FRAMES} frames", self.proposal, 15
        yield "write one stroke", self.stroke, 200
        yield f"read the rows of {span} ({rows // 2})", self.rows, 60
        yield f"read the masks of {span} ({rows // 2})", self.masks, 60
        yield f"rebuild a video from its log ({rows} rows)", self.rebuild, 30

    def proposal(self) -> Pair:
        """New tracks with masks for a video that has none."""
        ours, raw = self._empty_video(), self._empty_video()
        masks = rectangles(self._rng, TRACKS * FRAMES)
        ids = [str(uuid.uuid4()) for _ in range(TRACKS)]
        places = [(ids[at % TRACKS], at // TRACKS) for at in range(len(masks))]
        changes = [Change(track, None, 0, {"score": 0.5}) for track in ids]
        drawn = zip(places, masks, strict=True)
        changes += [Change(track, at, 0, {"state": "present", "rle": mask}) for (track, at), mask in drawn]
        edit = Edit(str(uuid.uuid4()), "propose", "run:benchmark", ours.id, tuple(changes))
        fresh = {track: str(uuid.uuid4()) for track in ids}
        ready = self._ready(
            raw.id, [(fresh[track], at) for track, at in places], rectangles(self._rng, len(masks)), fresh
        )
        return lambda: self._apply(edit), lambda: self._alone.propose(ready)

    def stroke(self) -> Pair:
        """One mask drawn anew, as a person does it."""
        video, frame = self._video(), int(self._rng.integers(FRAMES))
        with self._database.read() as tx:
            track, other = (one.id for one in tracks.list_tracks(tx, video)[:2])
            version = load_rows(tx, video, [RowKey(track, frame)])[RowKey(track, frame)].version
        mine, theirs = rectangles(self._rng, 2)
        change = Change(track, frame, version, {"state": "present", "rle": mine})
        edit = Edit(str(uuid.uuid4()), "brush", "you", video, (change,))
        ready = self._ready(video, [(other, frame)], [theirs], {})
        return lambda: self._apply(edit), lambda: self._alone.stroke(ready)

    def rows(self) -> Pair:
        video = self._video()

        def ours() -> object:
            with self._database.read() as tx:
                return tracks.rows(tx, video, start=SPAN[0], stop=SPAN[1])

        return ours, lambda: self._alone.rows(video, *SPAN)

    def masks(self) -> Pair:
        video = self._video()

        def ours() -> object:
            with self._database.read() as tx:
                return tracks.masks(tx, video, start=SPAN[0], stop=SPAN[1])

        return ours, lambda: self._alone.masks(video, *SPAN)

    def rebuild(self) -> Pair:
        video = self._video()

        def ours() -> object:
            with self._database.read() as tx:
                return rebuild_state(tx, video)

        return ours, lambda: self._alone.rebuilt(video)

    def _video(self) -> str:
        return str(self._rng.choice(self._store.videos))

    def _empty_video(self) -> Video:
        with self._database.atomic() as tx:
            return new_video(tx, self._project.id, uuid.uuid4().hex)

    def _apply(self, edit: Edit) -> object:
        with self._durable.atomic() as tx:
            applied = edits.apply_edit(tx, edit)
        assert isinstance(applied, edits.Applied)
        return applied

    def _ready(self, video: str, places: list[tuple[str, int]], masks: list[Any], ids: dict[str, str]) -> ReadyEdit:
        blobs = prepare_blobs(masks)
        drawn = zip(places, blobs.hashes, strict=True)
        before = None if ids else {"state": "present", "mask": "0" * 64, "source": "imported", "review": "unreviewed"}
        facts = {"before_version": 0 if ids else 1, "before": before}
        own = [{"owner": track, "frame": -1, **facts, "after": {"number": 1, "score": 0.5}} for track in ids.values()]
        after = {"state": "present", "source": "drawn", "review": "corrected"}
        changes = [{"owner": t, "frame": at, **facts, "after": {**after, "mask": name}} for (t, at), name in drawn]
        return ReadyEdit(
            id=str(uuid.uuid4()),
            project=self._project.id,
            video=video,
            blobs=[tuple(row[name] for name in BLOB) for row in blobs.rows],
            tracks=tuple(ids.values()),
            masks=[(*place, name) for place, name in zip(places, blobs.hashes, strict=True)],
            changes=[*own, *changes],
        )
