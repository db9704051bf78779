"""Use case: the model proposes tracks for a video, and they are stored as one edit that one undo takes back."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from app.classes import ClassMapping, class_mapping
from app.errors import BadInput, Cancelled
from app.proposals import Found, Proposals, store_proposals
from app.proposer import chosen_checkpoint
from app.settings import Settings
from app.videos import confirm_frames, frame_index
from app.warm import WarmModel
from storage import frames, masks, models, videos
from storage.database import Database
from storage.frames import FrameIndex
from storage.models import Checkpoint
from storage.rle import area
from storage.runs import Run
from storage.videos import Video

Report = Callable[[float, str], None]
# Counting frames costs little beside proposing; it is the first part of the bar when it is needed.
COUNTING_SHARE = 0.1


@dataclass(frozen=True)
class Proposed:
    """What a proposal run did. ``unmapped`` counts tracks by the classes that this project has no category for."""

    run_id: str
    added: int
    replaced: int
    deleted: int
    dropped: int
    edit: int | None
    unmapped: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """The result that the job stores."""
        return {
            "run": self.run_id,
            "added": self.added,
            "replaced": self.replaced,
            "deleted": self.deleted,
            "dropped": self.dropped,
            "edit": self.edit,
            "unmapped": dict(self.unmapped),
        }


@dataclass
class _Gathered:
    """Proposals as they come out of the windows; masks are already in the store, only their hashes are kept here."""

    done: int = 0
    tracks: dict[int, Found] = field(default_factory=dict)
    votes: dict[int, dict[int, float]] = field(default_factory=dict)


def propose_video(
    database: Database,
    settings: Settings,
    *,
    video_id: str,
    checkpoint_id: str | None,
    report: Report,
    cancelled: Callable[[], bool],
    job_id: str | None = None,
    rule: str = "review",
    precision: str | None = None,
    max_tracks: int = 10,
    warm: WarmModel | None = None,
) -> Proposed:
    """Runs the model over the whole video and stores what it proposes.

    ``report(progress 0..1, message)`` is called as it goes; when ``cancelled()`` turns true, what was proposed up to
    there is stored and `Cancelled` is raised. ``rule`` is 'review' or 'published'; see `model.selection`.

    Raises `storage.errors.NotFound`, `app.errors.BadInput` (no checkpoint, its file is gone),
    `storage.frames.VideoError` (the source is gone or changed).
    """
    video = _confirmed(database, video_id, report, cancelled)
    with database.read() as tx:
        checkpoint = _required(chosen_checkpoint(tx, project_id=video.project_id, checkpoint_id=checkpoint_id))
        mapping = class_mapping(tx, checkpoint=checkpoint, project_id=video.project_id)
    report(COUNTING_SHARE, f"Loading the checkpoint {checkpoint.name}")
    loaded = (warm or WarmModel(settings)).get(checkpoint, precision=precision)
    asked = {"rule": rule, "precision": loaded.precision, "device": loaded.device, "max_tracks": max_tracks}
    run = _start_run(database, video, checkpoint, job_id=job_id, asked=asked)
    try:
        gathered = _gather(
            database, video, loaded, rule=rule, max_tracks=max_tracks, report=report, cancelled=cancelled
        )
        done = _store(database, video, gathered, run_id=run.id, mapping=mapping, names=loaded.categories)
    except BaseException:
        with database.atomic() as tx:
            models.finish_run(tx, run.id, state="failed")
        raise
    stopped = gathered.done < video.count
    with database.atomic() as tx:
        models.finish_run(tx, run.id, state="cancelled" if stopped else "done", unmapped=dict(done.unmapped))
    if stopped:
        raise Cancelled
    return done


def _start_run(
    database: Database, video: Video, checkpoint: Checkpoint, *, job_id: str | None, asked: dict[str, Any]
) -> Run:
    with database.atomic() as tx:
        return models.start_run(
            tx,
            kind="proposal",
            project_id=video.project_id,
            video_id=video.id,
            checkpoint_id=checkpoint.id,
            job_id=job_id,
            settings=asked,
        )


def _confirmed(database: Database, video_id: str, report: Report, cancelled: Callable[[], bool]) -> Video:
    with database.read() as tx:
        video = videos.get_video(tx, video_id)
    frames.verify(frame_index(video))
    if video.confirmed >= video.count:
        return video

    def counting(progress: float, message: str) -> None:
        report(progress * COUNTING_SHARE, message)

    return confirm_frames(database, video_id=video_id, report=counting, cancelled=cancelled)


def _required(checkpoint: Checkpoint | None) -> Checkpoint:
    if checkpoint is None:
        raise BadInput("There is no checkpoint to propose with: download TeViT, add a file, or draw by hand.")
    return checkpoint


def _gather(
    database: Database,
    video: Video,
    loaded: Any,
    *,
    rule: str,
    max_tracks: int,
    report: Report,
    cancelled: Callable[[], bool],
) -> _Gathered:
    from model import windows

    gathered = _Gathered()

    def on_window(done: int, total: int) -> None:
        share = done / max(total, 1)
        report(COUNTING_SHARE + (1 - COUNTING_SHARE) * share, f"Proposing: frame {done} of {total}")

    on_window(0, video.count)
    results = windows.propose(
        loaded.network,
        read_all(frame_index(video)),
        count=video.count,
        config=loaded.config,
        rule=rule,
        precision=loaded.precision,
        max_tracks=max_tracks,
        on_window=on_window,
        cancelled=cancelled,
    )
    for window in results:
        _keep(database, gathered, window)
    _decide(gathered)
    return gathered


def _keep(database: Database, gathered: _Gathered, window: Any) -> None:
    """Stores the masks of one window; their rows follow at the end, all in one edit."""
    places = [
        (track, window.start + offset, rle)
        for track in window.tracks
        for offset, rle in enumerate(track.segmentations)
        if rle is not None and area(rle) > 0
    ]
    with database.atomic() as tx:
        hashes = masks.put_blobs(tx, [rle for _, _, rle in places])
    for track in window.tracks:
        found = gathered.tracks.setdefault(track.track, Found(track.track))
        _vote(gathered.votes.setdefault(track.track, {}), track, frames=window.stop - window.start)
        for offset, score in enumerate(track.frame_scores):
            found.scores[window.start + offset] = float(score)
    for (track, frame, _), digest in zip(places, hashes, strict=True):
        gathered.tracks[track.track].masks[frame] = digest
    gathered.done = max(gathered.done, window.stop)


def _vote(votes: dict[int, float], track: Any, *, frames: int) -> None:
    """Adds a window's opinion of a track's class, as heavy as the window is long."""
    for label, score in ((track.label, track.score), *track.runners_up):
        votes[int(label)] = votes.get(int(label), 0.0) + float(score) * frames


def _decide(gathered: _Gathered) -> None:
    """Gives each track the class that most of its windows saw, with the mean score over all frames looked at."""
    for number, found in gathered.tracks.items():
        mean = {label: votes / gathered.done for label, votes in gathered.votes[number].items()}
        ranked = sorted(mean.items(), key=lambda entry: (-entry[1], entry[0]))
        (found.label, found.score), *others = ranked
        found.runners_up = tuple(others)


def _store(
    database: Database,
    video: Video,
    gathered: _Gathered,
    *,
    run_id: str,
    mapping: ClassMapping,
    names: tuple[str, ...],
) -> Proposed:
    proposals = Proposals(
        video_id=video.id,
        run_id=run_id,
        done=gathered.done,
        whole=gathered.done >= video.count,
        tracks=tuple(gathered.tracks.values()),
        class_names=names,
        category_ids=mapping.category_ids,
    )
    stored = store_proposals(database, proposals)
    unmapped: dict[str, int] = {}
    for found in proposals.tracks:
        if proposals.category_of(found) is None:
            name = proposals.class_of(found)
            unmapped[name] = unmapped.get(name, 0) + 1
    return Proposed(
        run_id=run_id,
        added=stored.added,
        replaced=stored.replaced,
        deleted=stored.deleted,
        dropped=stored.dropped,
        edit=stored.edit,
        unmapped=unmapped,
    )


def read_all(index: FrameIndex) -> Iterator[np.ndarray]:
    """All frames of a video in order, uint8 H x W x 3 RGB."""
    with frames.open_reader(index) as reader:
        for _, pixels in reader.read_range(0, index.count):
            yield pixels
