"""One run of proposals over one video: begun, stored window by window, taken up again, ended.

With each window's rows, in the same transaction, goes what the run needs to go on after it. So a run that was killed,
cancelled or failed goes on with its next window, in this process or another one, and stores the rows that it would
have stored undisturbed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from app.errors import Cancelled
from app.proposing.found_tracks import Found, Origin, Stretch
from app.proposing.ledger import Ledger, Standing
from app.proposing.writer import Writer, new_ledger
from storage import jobs, masks, runs, videos
from storage.database import Database
from storage.edits import undoing as undo
from storage.rle import area
from storage.runs import Run, RunProgress
from storage.videos import Video


@dataclass(frozen=True)
class Order:
    """What a run is made with; a run goes on only under the very same order."""

    video_id: str
    checkpoint_id: str
    settings: Mapping[str, Any]


def unfinished(tx: Connection, order: Order) -> Run | None:
    """The video's latest run of proposals, if it ended early, can go on, and was made to the same order."""
    run = runs.latest_run(tx, order.video_id)
    if run is None or not _is_to(run, order):
        return None
    if run.state == "done" or runs.progress_of(tx, run.id) is None:
        return None
    return None if undo.is_taken_back(tx, order.video_id, run.author) else run


def finished(tx: Connection, order: Order) -> bool:
    """Whether the video's latest run of proposals was made to this order, came to its end, and still stands."""
    run = runs.latest_run(tx, order.video_id)
    if run is None or run.state != "done" or undo.is_taken_back(tx, order.video_id, run.author):
        return False
    return _is_to(run, order)


def _is_to(run: Run, order: Order) -> bool:
    return run.checkpoint_id == order.checkpoint_id and dict(run.settings or {}) == dict(order.settings)


class ProposalRun:
    """A run that is at work."""

    def __init__(self, database: Database, run: Run, origin: Origin, *, progress: RunProgress | None) -> None:
        """``progress``: what an earlier process of the run left; None: it begins."""
        self.id = run.id
        self.done = 0 if progress is None else progress.done
        self.next_frame = 0 if progress is None else progress.next_frame
        self.state = None if progress is None else progress.state
        self.edit: int | None = None
        self._database = database
        self._run = run
        self._origin = origin
        self._ledger = None if progress is None else Ledger.from_json(progress.ledger)

    @staticmethod
    def begin(
        database: Database,
        video: Video,
        order: Order,
        *,
        job_id: str | None,
        class_names: tuple[str, ...],
        category_ids: Mapping[str, str | None],
    ) -> "ProposalRun":
        """The run to this order that can go on, else a new one."""
        with database.atomic() as tx:
            found = unfinished(tx, order)
            if found is None:
                older = runs.latest_run(tx, video.id)
                if older is not None:
                    runs.drop_progress(tx, older.id)
                run = runs.start_run(
                    tx,
                    kind="proposal",
                    project_id=video.project_id,
                    video_id=video.id,
                    checkpoint_id=order.checkpoint_id,
                    job_id=job_id,
                    settings=order.settings,
                )
            else:
                run = runs.take_up_run(tx, found.id, job_id=job_id)
            progress = runs.progress_of(tx, run.id)
        return ProposalRun(database, run, Origin(video.id, run.id, class_names, category_ids), progress=progress)

    def store(self, window: Any) -> None:
        """Stores what a window (`model.tracking.windows.WindowResult`) settles.

        Raises `Cancelled` when a person took the run back meanwhile, `storage.runs.RunMoved` when another process has
        gone on with it.
        """
        with self._database.atomic() as tx:
            if undo.is_taken_back(tx, self._origin.video_id, self._origin.author):
                raise Cancelled
            ledger = self._own_ledger(tx)
            ledger.standings = tuple(_standing(one) for one in window.track_standings)
            writer = Writer(tx, self._origin, ledger)
            writer.stretch(_stretch(tx, window))
            edit = writer.write()
            progress = RunProgress(window.stop, window.next_frame, window.state, ledger.as_json())
            runs.save_progress(tx, self.id, progress, after=self.done)
            videos.set_cuts(tx, self._origin.video_id, window.cuts, start=window.start, stop=window.stop)
            if self._run.job_id is not None:
                jobs.got_on(tx, self._run.job_id)
        self.done, self._ledger = window.stop, ledger
        self.edit = self.edit if edit is None else edit

    def end(self, *, whole: bool) -> tuple[Ledger, dict[str, int]]:
        """Stores the run's last words; ``whole`` when it has seen the whole video.

        Returns the ledger with its counts, and the number of tracks by the classes that the project has no category
        for.
        """
        with self._database.atomic() as tx:
            ledger = self._own_ledger(tx)
            standings = [_found(one) for one in ledger.standings]
            if not undo.is_taken_back(tx, self._origin.video_id, self._origin.author):
                writer = Writer(tx, self._origin, ledger)
                writer.conclude(standings, done=self.done, whole=whole)
                edit = writer.write()
                self.edit = self.edit if edit is None else edit
            unmapped = self._unmapped(standings, ledger)
            runs.finish_run(tx, self.id, state="done" if whole else "cancelled", unmapped=unmapped)
        return ledger, unmapped

    def forget(self) -> None:
        """Throws away what the run would go on from; what it has stored stays."""
        with self._database.atomic() as tx:
            runs.drop_progress(tx, self.id)

    def fail(self) -> None:
        """Records that the run broke off; what it has stored stays, and it can go on."""
        with self._database.atomic() as tx:
            runs.finish_run(tx, self.id, state="failed")

    def _own_ledger(self, tx: Connection) -> Ledger:
        """A copy that may be thrown away with the transaction."""
        return new_ledger(tx, self._origin.video_id) if self._ledger is None else self._ledger.copy()

    def _unmapped(self, standings: Sequence[Found], ledger: Ledger) -> dict[str, int]:
        kept = (found for found in standings if found.id in ledger.bound)
        return dict(Counter(self._origin.class_of(one) for one in kept if self._origin.category_of(one) is None))


def _stretch(tx: Connection, window: Any) -> Stretch:
    """A window's tracks with their masks in the store, of which only the hashes go on."""
    places = [
        (track.track, window.start + offset, rle)
        for track in window.tracks
        for offset, rle in enumerate(track.segmentations)
        if rle is not None and area(rle) > 0
    ]
    hashes = masks.put_blobs(tx, [rle for _, _, rle in places])
    found = {one.track: _found(one) for one in window.track_standings}
    for (number, frame, _), digest in zip(places, hashes, strict=True):
        found[number].masks[frame] = digest
    for track in window.tracks:
        for offset, score in enumerate(track.frame_scores):
            found[track.track].scores[window.start + offset] = float(score)
    return Stretch(window.start, window.stop, tuple(found.values()))


def _standing(said: Any) -> Standing:
    """The same in Python's own numbers, which JSON takes."""
    others = tuple((int(label), float(score)) for label, score in said.runners_up)
    return Standing(int(said.track), int(said.label), float(said.score), others)


def _found(said: Any) -> Found:
    standing = _standing(said)
    return Found(standing.track, standing.label, standing.score, standing.runners_up)
