"""A proposal run over one video: it begins or resumes, stores window after window, and ends.

Each window's rows are stored in one transaction with the state that the run needs to continue. A run that was killed,
cancelled or failed therefore resumes with its next window, in any process, and stores the same rows as an undisturbed
run.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from app.errors import Cancelled
from app.proposing.found_tracks import FrameRange, ProposedTrack, RunContext
from app.proposing.ledger import TrackLedger
from app.proposing.resuming import RunKey, unfinished
from app.proposing.writer import ProposalWriter, new_ledger
from model.tracking.whole_video import WindowResult
from storage import jobs, masks, runs, videos
from storage.database import Database
from storage.edits import undoing
from storage.rle import area
from storage.runs import Run, RunProgress
from storage.videos import Video


def new_run(
    tx: Connection,
    video: Video,
    *,
    job_id: str | None,
    settings: Mapping[str, Any],
    checkpoint_id: str | None = None,
) -> Run:
    """A run of proposals that begins; what the latest run of the video kept to go on with goes."""
    older = runs.latest_run(tx, video.id)
    if older is not None:
        runs.drop_progress(tx, older.id)
    return runs.start_run(
        tx,
        kind="proposal",
        project_id=video.project_id,
        video_id=video.id,
        checkpoint_id=checkpoint_id,
        job_id=job_id,
        settings=settings,
    )


class ProposalRun:
    """A run in progress: frames 0 to ``done`` - 1 are stored, it continues with frame ``next_frame`` and ``state``."""

    def __init__(self, database: Database, run: Run, context: RunContext, *, progress: RunProgress | None) -> None:
        """``progress``: stored by an earlier process of the run; None: the run begins."""
        self.id = run.id
        self.done = 0 if progress is None else progress.done
        self.next_frame = 0 if progress is None else progress.next_frame
        self.state = None if progress is None else progress.state
        self.edit: int | None = None
        self._database = database
        self._run = run
        self._context = context
        self._ledger = None if progress is None else TrackLedger.from_json(progress.ledger)

    @staticmethod
    def begin(
        database: Database,
        video: Video,
        key: RunKey,
        *,
        job_id: str | None,
        class_names: tuple[str, ...],
        category_ids: Mapping[str, str | None],
    ) -> "ProposalRun":
        """The unfinished run with this key, resumed, else a new one."""
        with database.atomic() as tx:
            found = unfinished(tx, key)
            if found is None:
                run = new_run(tx, video, checkpoint_id=key.checkpoint_id, job_id=job_id, settings=key.settings)
            else:
                run = runs.resume_run(tx, found.id, job_id=job_id)
            progress = runs.progress_of(tx, run.id)
        return ProposalRun(database, run, RunContext(video.id, run.id, class_names, category_ids), progress=progress)

    def store(self, window: WindowResult) -> None:
        """Stores the frames that a window settles.

        Raises `Cancelled` if a person has undone the run meanwhile, `storage.runs.RunMoved` if another process has
        resumed it.
        """
        with self._database.atomic() as tx:
            if undoing.is_taken_back(tx, self._context.video_id, self._context.author):
                raise Cancelled
            ledger = self._own_ledger(tx)
            ledger.track_standings = window.track_standings
            writer = ProposalWriter(tx, self._context, ledger)
            writer.add(_frame_range(tx, window))
            edit = writer.write()
            progress = RunProgress(window.stop, window.next_frame, window.state, ledger.as_json())
            runs.save_progress(tx, self.id, progress, after=self.done)
            videos.set_cuts(tx, self._context.video_id, window.cuts, start=window.start, stop=window.stop)
            if self._run.job_id is not None:
                jobs.reset_attempts(tx, self._run.job_id)
        self.done, self._ledger = window.stop, ledger
        self.edit = self.edit if edit is None else edit

    def end(self, *, whole: bool) -> tuple[TrackLedger, dict[str, int]]:
        """Stores the final scores and the run's end; ``whole`` if the run has processed the whole video.

        Returns the ledger with its counts, and the number of tracks of each class that the project has no category for.
        """
        with self._database.atomic() as tx:
            ledger = self._own_ledger(tx)
            if not undoing.is_taken_back(tx, self._context.video_id, self._context.author):
                writer = ProposalWriter(tx, self._context, ledger)
                writer.conclude(ledger.track_standings, done=self.done, whole=whole)
                edit = writer.write()
                self.edit = self.edit if edit is None else edit
            unmapped = self._unmapped(ledger)
            runs.finish_run(tx, self.id, state="done" if whole else "cancelled", unmapped=unmapped)
        return ledger, unmapped

    def forget(self) -> None:
        """Drops the state that the run would resume from; its stored rows stay."""
        with self._database.atomic() as tx:
            runs.drop_progress(tx, self.id)

    def fail(self) -> None:
        """Records that the run failed; its stored rows stay, and it can resume."""
        with self._database.atomic() as tx:
            runs.finish_run(tx, self.id, state="failed")

    def _own_ledger(self, tx: Connection) -> TrackLedger:
        """A copy of the ledger, which is kept only if the transaction succeeds."""
        return new_ledger(tx, self._context.video_id) if self._ledger is None else self._ledger.copy()

    def _unmapped(self, ledger: TrackLedger) -> dict[str, int]:
        kept = (one for one in ledger.track_standings if one.track in ledger.bound)
        return dict(Counter(self._context.class_of(one) for one in kept if self._context.category_of(one) is None))


def _frame_range(tx: Connection, window: WindowResult) -> FrameRange:
    """Stores the masks of a window; the range refers to them by their hashes."""
    places = [
        (track.track, window.start + offset, rle)
        for track in window.tracks
        for offset, rle in enumerate(track.segmentations)
        if rle is not None and area(rle) > 0
    ]
    hashes = masks.put_blobs(tx, [rle for _, _, rle in places])
    tracks = {one.track: ProposedTrack(one) for one in window.track_standings}
    for (number, frame, _), digest in zip(places, hashes, strict=True):
        tracks[number].masks[frame] = digest
    for track in window.tracks:
        for offset, score in enumerate(track.frame_scores):
            if score == 0.0 and track.segmentations[offset] is not None:
                continue  # steadying alone sees the track there: no network gave it a score
            tracks[track.track].scores[window.start + offset] = float(score)
        for offset, agreement in enumerate(track.agreements):
            if agreement is not None:
                tracks[track.track].agreements[window.start + offset] = agreement
    return FrameRange(window.start, window.stop, tuple(tracks.values()))
