"""Stores the tracks of one video of a file as a proposal run: matched to what stands, never over a person's work."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from app.checkpoints.class_map import fill
from app.exchange.turns import Turns
from app.proposing.found_tracks import FrameRange, ProposedTrack, RunContext
from app.proposing.resuming import RunKey, finished
from app.proposing.writer import ProposalWriter, new_ledger
from app.result_files.source import SourceTrack
from model.thresholds import KEY, Thresholds
from model.tracking.whole_video import TrackStanding
from storage import projects, runs
from storage.database import Database
from storage.edits import undoing
from storage.masks import PreparedBlobs, prepare_blobs, put_prepared
from storage.rle import Rle
from storage.runs import SOURCE, Run
from storage.videos import Video

ROWS_AT_ONCE = 1000
"""About so many rows are stored in one transaction."""
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


def store_tracks(
    database: Database,
    video: Video,
    tracks: Sequence[SourceTrack],
    frames: Sequence[int],
    settings: RunSettings,
    *,
    job_id: str | None = None,
    stored: Callable[[int], None] = lambda rows: None,
) -> StoredRun | None:
    """Store the tracks of a video as a run; None if a person undid it meanwhile.

    ``frames`` has the frame of the video for each entry of the tracks; the run says nothing about other frames.
    ``stored`` is called with the number of masks so far; an error that it raises ends the run, whose stored rows stay.
    """
    turns = Turns(database)
    with turns.atomic() as tx:
        run = runs.start_run(
            tx,
            kind="proposal",
            project_id=video.project_id,
            video_id=video.id,
            job_id=job_id,
            settings=settings.as_json(),
        )
        storing = _RunStoring(turns, video, run, _context(tx, video, run, tracks), _tracks(tracks, frames, video.count))
    try:
        return storing.run(stored)
    except BaseException:
        with turns.atomic() as tx:
            runs.finish_run(tx, run.id, state="failed")
        raise


@dataclass(frozen=True)
class _FileTrack:
    """A track of the file by frames of the video: its standing, masks and scores, and the frames it leaves open."""

    standing: TrackStanding
    masks: Mapping[int, Rle]
    scores: Mapping[int, float]
    unknown: frozenset[int]


def _tracks(tracks: Sequence[SourceTrack], frames: Sequence[int], count: int) -> tuple[_FileTrack, ...]:
    labels = {label: number for number, label in enumerate(_labels(tracks))}
    silent = frozenset(range(count)) - set(frames)
    found = []
    for number, track in enumerate(tracks):
        score = 0.0 if track.score is None else track.score
        by_frame = track.scores or (track.score,) * len(track.segmentations)
        found.append(
            _FileTrack(
                TrackStanding(number, labels[track.label], score, ()),
                {frames[entry]: mask for entry, mask in enumerate(track.segmentations) if mask is not None},
                {frames[entry]: value for entry, value in enumerate(by_frame) if value is not None},
                # One set for all tracks that leave no more open: there may be hundreds, and as many hours of frames.
                silent | {frames[entry] for entry in track.unknown} if track.unknown else silent,
            )
        )
    return tuple(found)


def _labels(tracks: Sequence[SourceTrack]) -> list[str]:
    return list(dict.fromkeys(track.label for track in tracks))


def _context(tx: Connection, video: Video, run: Run, tracks: Sequence[SourceTrack]) -> RunContext:
    names = tuple(_labels(tracks))
    categories = {category.name: category.id for category in projects.list_categories(tx, video.project_id)}
    ids = fill(names, chosen={}, categories=categories)
    return RunContext(video.id, run.id, names, ids, scored=any(track.score is not None for track in tracks))


@dataclass(frozen=True)
class _RunStoring:
    turns: Turns
    video: Video
    made: Run
    context: RunContext
    tracks: tuple[_FileTrack, ...]

    def run(self, stored: Callable[[int], None]) -> StoredRun | None:
        """Store all frames part by part, then what is known only at the end."""
        standings = [track.standing for track in self.tracks]
        with self.turns.atomic() as tx:
            ledger = new_ledger(tx, self.video.id)
        silent = self._silent
        step = max(ROWS_AT_ONCE // max(len(self.tracks), 1), 1)
        masks = 0
        for start in range(0, self.video.count, step):
            stop = min(start + step, self.video.count)
            part, blobs = self._part(start, stop, silent)
            with self.turns.atomic() as tx:
                if self._undone(tx):
                    return None
                put_prepared(tx, blobs)
                ledger = ledger.copy()
                writer = ProposalWriter(tx, self.context, ledger)
                writer.add(part)
                writer.write()
            masks += len(blobs.hashes)
            stored(masks)
        with self.turns.atomic() as tx:
            if self._undone(tx):
                return None
            writer = ProposalWriter(tx, self.context, ledger)
            unknown = {track.standing.track: track.unknown for track in self.tracks}
            writer.conclude(standings, done=self.video.count, whole=True, unknown=unknown, partial=bool(silent))
            writer.write()
            kept = [one for one in standings if one.track in ledger.bound]
            unmapped = Counter(self.context.class_of(one) for one in kept if self.context.category_of(one) is None)
            runs.finish_run(tx, self.made.id, unmapped=unmapped)
        return StoredRun(ledger.added, ledger.replaced, ledger.dropped, ledger.deleted, dict(unmapped))

    @property
    def _silent(self) -> frozenset[int]:
        """The frames that all tracks leave open."""
        return frozenset.intersection(*(track.unknown for track in self.tracks)) if self.tracks else frozenset()

    def _undone(self, tx: Connection) -> bool:
        """Whether a person undid the run meanwhile; then it ends."""
        if not undoing.is_taken_back(tx, self.video.id, self.context.author):
            return False
        runs.finish_run(tx, self.made.id, state="cancelled")
        return True

    def _part(self, start: int, stop: int, silent: frozenset[int]) -> tuple[FrameRange, PreparedBlobs]:
        """The tracks in frames ``start`` to ``stop`` (exclusive), and their masks, which are measured here."""
        places = [(k, frame) for k, one in enumerate(self.tracks) for frame in range(start, stop) if frame in one.masks]
        blobs = prepare_blobs([self.tracks[k].masks[frame] for k, frame in places])
        shown: list[dict[int, str]] = [{} for _ in self.tracks]
        for (k, frame), digest in zip(places, blobs.hashes, strict=True):
            shown[k][frame] = digest
        found = (
            ProposedTrack(one.standing, shown[k], _between(one.scores, start, stop), unknown=one.unknown)
            for k, one in enumerate(self.tracks)
        )
        return FrameRange(start, stop, tuple(found), silent), blobs


def _between(scores: Mapping[int, float], start: int, stop: int) -> dict[int, float]:
    return {frame: scores[frame] for frame in range(start, stop) if frame in scores}
