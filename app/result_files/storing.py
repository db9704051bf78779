"""Stores the tracks of one video of a file as a proposal run: matched to what stands, never over a person's work."""

import hashlib
import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection

from app.checkpoints.class_map import fill
from app.exchange.turns import Turns
from app.proposing.found_tracks import FrameRange, ProposedTrack, RunContext
from app.proposing.ledger import TrackLedger, track_id_of
from app.proposing.resuming import RunKey, finished, unfinished
from app.proposing.run import new_run
from app.proposing.writer import ProposalWriter, new_ledger
from app.result_files.source import SourceTrack
from model.thresholds import KEY, Thresholds
from model.tracking.whole_video import TrackStanding
from storage import jobs, projects, runs, tracks
from storage.database import Database
from storage.edits import undoing
from storage.formats import UNNAMED
from storage.masks import PreparedBlobs, prepare_blobs, put_prepared
from storage.rle import Rle
from storage.runs import SOURCE, Run, RunProgress
from storage.videos import Video

ROWS_AT_ONCE = 2000
"""About so many rows are stored in one transaction, which holds the write lock a tenth of a second or two for them."""
DIGEST = "sha256"
"""The key of a run's settings with the SHA-256 of the file that it came from."""


@dataclass(frozen=True)
class RunSettings:
    """What a run of a file is known by: the name of its source, the SHA-256 and name of the file, the least score."""

    source: str
    digest: str
    file: str
    least_score: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """The settings as the run stores them; the least score is the threshold from which its tracks begin."""
        thresholds = Thresholds(begin=self.least_score).as_json()
        return {SOURCE: self.source, DIGEST: self.digest, "file": self.file, KEY: thresholds}


@dataclass(frozen=True)
class StoredRun:
    """What a run did in its video: numbers of tracks. ``unmapped``: by classes that the project has no category for."""

    added: int
    replaced: int
    dropped: int
    deleted: int
    unmapped: Mapping[str, int]


def is_stored(tx: Connection, video: Video, settings: RunSettings) -> bool:
    """Whether the latest run of a video came from the same file in the same way, to its end, and was not undone."""
    return finished(tx, RunKey(video.id, None, settings.as_json()))


def stored_by(tx: Connection, video: Video, settings: RunSettings, job_id: str, found: int) -> StoredRun | None:
    """What this job has stored in a video before it was killed, where it came to its end there; else None.

    ``found`` is the number of tracks that the job stores in this video. How many tracks the run dropped or deleted is
    not known any more.
    """
    run = runs.latest_run(tx, video.id)
    if run is None or run.job_id != job_id or not is_stored(tx, video, settings):
        return None
    own = [track for track in tracks.list_tracks(tx, video.id) if track.run_id == run.id]
    made = {track_id_of(run.id, number) for number in range(found)}
    added = sum(track.id in made for track in own)
    return StoredRun(added, len(own) - added, 0, 0, dict(run.unmapped or {}))


def store_tracks(
    database: Database,
    video: Video,
    found: Sequence[SourceTrack],
    frames: Sequence[int],
    settings: RunSettings,
    *,
    classes: Sequence[str] = (),
    job_id: str | None = None,
    stored: Callable[[int], None] = lambda rows: None,
) -> StoredRun | None:
    """Store the tracks of a video as a run; None if a person undid it meanwhile.

    A run of the same file that broke off goes on, so that one undo takes all of it back. ``frames`` has the frame of
    the video for each entry of the tracks; the run says nothing about other frames. ``classes``: those of the whole
    file; if the project has none of them, no class tells tracks apart. ``stored`` is called after every step with the
    number of masks so far; an error that it raises ends the run, whose stored rows stay.

    Raises `storage.runs.RunMoved` if another process goes on with the run.
    """
    turns = Turns(database)
    with turns.atomic() as tx:
        begun = _begin(tx, video, found, frames, settings, job_id)
        if begun is None:
            return None
        run, step = begun
        context = _context(tx, video, run, found, classes)
    storing = _RunStoring(turns, video, run, context, _tracks(found, frames, video.count), step)
    try:
        return storing.run(stored)
    except BaseException:
        with turns.atomic() as tx:
            runs.finish_run(tx, run.id, state="failed")
        raise


def _begin(
    tx: Connection,
    video: Video,
    found: Sequence[SourceTrack],
    frames: Sequence[int],
    settings: RunSettings,
    job_id: str | None,
) -> tuple[Run, "_Reached"] | None:
    """The run that broke off, if it had these tracks, with what it has stored, else a new one.

    None if a person has undone what this job had stored before it was killed.
    """
    older, mark = runs.latest_run(tx, video.id), _mark(found, frames)
    broken = unfinished(tx, RunKey(video.id, None, settings.as_json()))
    progress = None if broken is None else runs.progress_of(tx, broken.id)
    if broken is not None and progress is not None:
        step = _Reached.of(progress)
        if step.mark == mark:
            return runs.resume_run(tx, broken.id, job_id=job_id), step
    if older is not None and older.job_id == job_id is not None and undoing.is_taken_back(tx, video.id, older.author):
        return None
    run = new_run(tx, video, job_id=job_id, settings=settings.as_json())
    return run, _Reached(mark, new_ledger(tx, video.id))


def _mark(found: Sequence[SourceTrack], frames: Sequence[int]) -> str:
    """A hash of which tracks are stored on which frames: the names of classes may come from another file."""
    facts = [[(one.label, one.score, one.masks) for one in found], list(frames)]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


@dataclass(frozen=True)
class _Reached:
    """How far a run is: frames 0 to ``done`` - 1 are stored.

    ``due``: number of a track -> the earlier frames, start and stop, whose rows are still missing. ``concluded``: the
    end of the run is stored, but for these rows.
    """

    mark: str
    ledger: TrackLedger
    done: int = 0
    due: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    concluded: bool = False

    @staticmethod
    def of(progress: RunProgress) -> "_Reached":
        """As `progress` has stored it."""
        state = json.loads(progress.state)
        due = {number: (start, stop) for number, start, stop in state["due"]}
        ledger = TrackLedger.from_json(progress.ledger)
        return _Reached(state["mark"], ledger, progress.done, due, state["concluded"])

    def progress(self) -> RunProgress:
        """As the run stores it."""
        due = [[number, start, stop] for number, (start, stop) in self.due.items()]
        state = {"mark": self.mark, "due": due, "concluded": self.concluded}
        return RunProgress(self.done, self.done, json.dumps(state).encode(), self.ledger.as_json())

    def filled(self, stop: int, numbers: Collection[int]) -> "_Reached":
        """The step after the due rows of these tracks before the frame ``stop`` were stored."""
        left = {number: (stop, end) if number in numbers else (start, end) for number, (start, end) in self.due.items()}
        return replace(self, due={number: (start, end) for number, (start, end) in left.items() if start < end})


@dataclass(frozen=True)
class _FileTrack:
    """A track of the file by frames of the video: its standing, masks and scores, and the frames it leaves open.

    ``shown``: the frames with a mask, in order.
    """

    standing: TrackStanding
    masks: Mapping[int, Rle]
    shown: tuple[int, ...]
    scores: Mapping[int, float]
    unknown: frozenset[int]


def _tracks(tracks: Sequence[SourceTrack], frames: Sequence[int], count: int) -> tuple[_FileTrack, ...]:
    labels = {label: number for number, label in enumerate(_labels(tracks))}
    silent = frozenset(range(count)) - set(frames)
    found = []
    for number, track in enumerate(tracks):
        score = 0.0 if track.score is None else track.score
        by_frame = track.scores or (track.score,) * len(track.segmentations)
        masks = {frames[entry]: mask for entry, mask in enumerate(track.segmentations) if mask is not None}
        found.append(
            _FileTrack(
                TrackStanding(number, labels[track.label], score, ()),
                masks,
                tuple(sorted(masks)),
                {frames[entry]: value for entry, value in enumerate(by_frame) if value is not None},
                # One set for all tracks that leave no more open: there may be hundreds, and as many hours of frames.
                silent | {frames[entry] for entry in track.unknown} if track.unknown else silent,
            )
        )
    return tuple(found)


def _labels(tracks: Sequence[SourceTrack]) -> list[str]:
    return list(dict.fromkeys(track.label for track in tracks))


def _context(
    tx: Connection, video: Video, run: Run, found: Sequence[SourceTrack], classes: Sequence[str]
) -> RunContext:
    names = tuple(dict.fromkeys((*_labels(found), *classes)))  # the labels of `_tracks` number the first ones
    categories = {category.name: category.id for category in projects.list_categories(tx, video.project_id)}
    ids = fill(names, chosen={}, categories=categories)
    scored = any(track.score is not None for track in found)
    return RunContext(video.id, run.id, names, ids, scored=scored, nameless=UNNAMED)


@dataclass(frozen=True)
class _RunStoring:
    """Stores a run part by part, each in one transaction with the step that it reaches."""

    turns: Turns
    video: Video
    made: Run
    context: RunContext
    tracks: tuple[_FileTrack, ...]
    begun: _Reached

    def run(self, stored: Callable[[int], None]) -> StoredRun | None:
        """Store all frames part by part, then what is known only at the end."""
        step: _Reached | None = self.begun
        silent = self._silent
        while step is not None and not (step.concluded and not step.due):
            if step.due:
                step = self._fill(step)
            elif step.done < self.video.count:
                step = self._add(step, silent)
            else:
                step = self._conclude(step, partial=bool(silent))
            if step is not None:
                stored(self._masks_before(step.done))
        return None if step is None else self._end(step.ledger)

    def _add(self, step: _Reached, silent: frozenset[int]) -> _Reached | None:
        """Store the next frames of all tracks; None if the run was undone."""
        stop = min(step.done + max(ROWS_AT_ONCE // max(len(self.tracks), 1), 1), self.video.count)
        part, blobs = self._part(step.done, stop, range(len(self.tracks)), silent)

        def store(writer: ProposalWriter) -> _Reached:
            begun = writer.add(part, whole=False)
            due = {number: (0, step.done) for number in begun if step.done}
            return replace(step, done=stop, due=due, ledger=writer.ledger)

        return self._stored(step, blobs, store)

    def _fill(self, step: _Reached) -> _Reached | None:
        """Store rows of tracks that began later; None if the run was undone."""
        start = min(first for first, _ in step.due.values())
        numbers = [number for number, (first, _) in step.due.items() if first == start][:ROWS_AT_ONCE]
        ends = [last for first, last in step.due.values() if last > start]
        stop = min(*ends, start + max(ROWS_AT_ONCE // len(numbers), 1))
        part, blobs = self._part(start, stop, numbers)

        def store(writer: ProposalWriter) -> _Reached:
            writer.fill(part)
            return replace(step.filled(stop, numbers), ledger=writer.ledger)

        return self._stored(step, blobs, store)

    def _conclude(self, step: _Reached, *, partial: bool) -> _Reached | None:
        """Store final scores and matches; None if the run was undone."""

        def store(writer: ProposalWriter) -> _Reached:
            standings = [track.standing for track in self.tracks]
            count = self.video.count
            moved = writer.conclude(standings, done=count, whole=True, move=False, partial=partial)
            due = {number: (0, count) for number in moved}
            return replace(step, due=due, concluded=True, ledger=writer.ledger)

        return self._stored(step, None, store)

    def _end(self, ledger: TrackLedger) -> StoredRun | None:
        standings = [track.standing for track in self.tracks]
        kept = [one for one in standings if one.track in ledger.bound]
        kept = [one for one in kept if one.track in ledger.made or self.context.class_of(one) != UNNAMED]
        unmapped = Counter(self.context.class_of(one) for one in kept if self.context.category_of(one) is None)
        with self.turns.atomic() as tx:
            if self._undone(tx):
                return None
            runs.finish_run(tx, self.made.id, unmapped=unmapped)
        return StoredRun(ledger.added, ledger.replaced, ledger.dropped, ledger.deleted, dict(unmapped))

    def _stored(
        self, step: _Reached, blobs: PreparedBlobs | None, store: Callable[[ProposalWriter], _Reached]
    ) -> _Reached | None:
        """Store one part and the step that it reaches."""
        with self.turns.atomic() as tx:
            if self._undone(tx):
                return None
            if blobs is not None:
                put_prepared(tx, blobs)
            writer = ProposalWriter(tx, self.context, step.ledger.copy())
            reached = store(writer)
            writer.write()
            runs.save_progress(tx, self.made.id, reached.progress(), after=step.done)
            if self.made.job_id is not None:
                jobs.reset_attempts(tx, self.made.job_id)
        return reached

    @property
    def _silent(self) -> frozenset[int]:
        """The frames that all tracks leave open."""
        return frozenset.intersection(*(track.unknown for track in self.tracks)) if self.tracks else frozenset()

    def _masks_before(self, frame: int) -> int:
        """The number of masks in the frames before."""
        return sum(bisect_left(track.shown, frame) for track in self.tracks)

    def _undone(self, tx: Connection) -> bool:
        """Whether a person undid the run meanwhile; then it ends."""
        if not undoing.is_taken_back(tx, self.video.id, self.context.author):
            return False
        runs.finish_run(tx, self.made.id, state="cancelled")
        return True

    def _part(
        self, start: int, stop: int, numbers: Sequence[int], silent: frozenset[int] = frozenset()
    ) -> tuple[FrameRange, PreparedBlobs]:
        """These tracks in frames ``start`` to ``stop`` (exclusive), and their masks, which are measured here."""
        own = [self.tracks[number] for number in numbers]
        places = [(k, frame) for k, one in enumerate(own) for frame in range(start, stop) if frame in one.masks]
        blobs = prepare_blobs([own[k].masks[frame] for k, frame in places])
        shown: list[dict[int, str]] = [{} for _ in own]
        for (k, frame), digest in zip(places, blobs.hashes, strict=True):
            shown[k][frame] = digest
        found = (
            ProposedTrack(one.standing, shown[k], _between(one.scores, start, stop), unknown=one.unknown)
            for k, one in enumerate(own)
        )
        return FrameRange(start, stop, tuple(found), silent), blobs


def _between(scores: Mapping[int, float], start: int, stop: int) -> dict[int, float]:
    return {frame: scores[frame] for frame in range(start, stop) if frame in scores}
