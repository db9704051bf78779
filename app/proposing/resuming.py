"""Which proposal run of a video can resume, and how much of it is stored. Imports no torch: the server asks here."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection

from app.machine import choose_precision
from app.proposing.steadying import choose_steady
from model.thresholds import Thresholds
from model.tracking.settings import ProposeSettings, with_thresholds
from storage import runs, videos
from storage.checkpoints import Checkpoint
from storage.edits import undoing
from storage.runs import Run
from storage.videos import Video


@dataclass(frozen=True)
class RunKey:
    """The video, checkpoint and settings of a run; a run resumes only under an equal key.

    The run of a file of results has no checkpoint.
    """

    video_id: str
    checkpoint_id: str | None
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class KeptFrames:
    """What an unfinished run has stored: frames 0 to ``frames`` - 1 of the video's ``count``."""

    frames: int
    count: int

    @property
    def sentence(self) -> str:
        """For a person who has cancelled the run."""
        return f"{self.frames} of {self.count} frames are kept; Propose goes on there."


def run_key(video: Video, checkpoint: Checkpoint, propose_settings: ProposeSettings, *, device: str) -> RunKey:
    """The key of a run; ``propose_settings`` as given, with the precision, thresholds and steadiness that are used."""
    used = replace(
        propose_settings, thresholds=propose_settings.thresholds or Thresholds.of_provenance(checkpoint.provenance)
    )
    # Which of several GPUs is used makes no difference to the result.
    return RunKey(video.id, checkpoint.id, {**asdict(used), "device": device.partition(":")[0]})


def unfinished(tx: Connection, key: RunKey) -> Run | None:
    """The video's latest proposal run if it has this key, ended early and can resume; else None."""
    run = runs.latest_run(tx, key.video_id)
    if run is None or not _has_key(run, key):
        return None
    if run.state == "done" or runs.frames_done(tx, run.id) is None:
        return None
    return None if undoing.is_taken_back(tx, key.video_id, run.author) else run


def finished(tx: Connection, key: RunKey) -> bool:
    """Whether the video's latest proposal run has this key, came to its end and was not undone."""
    run = runs.latest_run(tx, key.video_id)
    if run is None or run.state != "done" or undoing.is_taken_back(tx, key.video_id, run.author):
        return False
    return _has_key(run, key)


def kept_frames(tx: Connection, key: RunKey) -> KeptFrames | None:
    """What the next run with this key need not do again; None if it begins at frame 0.

    Raises `storage.errors.NotFound` for a video that is not there.
    """
    video = videos.get_video(tx, key.video_id)
    run = unfinished(tx, key)
    done = None if run is None else runs.frames_done(tx, run.id)
    return KeptFrames(done, max(done, video.count)) if done else None


def kept_for(
    tx: Connection, *, video_id: str, checkpoint: Checkpoint, device: str, steady: bool | None = None
) -> KeptFrames | None:
    """`kept_frames` of the run that the Propose button would start on ``device``; ``steady`` as in its settings.

    Raises `storage.errors.NotFound`.
    """
    video = videos.get_video(tx, video_id)
    chosen = bool(steady is not False and choose_steady(ProposeSettings()))
    settings = ProposeSettings(precision=choose_precision(device), steady=chosen)
    return kept_frames(tx, run_key(video, checkpoint, settings, device=device))


def kept_of_project(tx: Connection, project_id: str) -> dict[str, int]:
    """By video: how many frames, from the first on, its latest proposal run has stored, where it broke off there.

    Videos whose run came to its end, stored nothing, was undone or is that of a file are left out.
    """
    return {
        video_id: done
        for video_id, (run, done) in runs.broken_off(tx, project_id).items()
        if done and run.checkpoint_id is not None and not undoing.is_taken_back(tx, video_id, run.author)
    }


def _has_key(run: Run, key: RunKey) -> bool:
    return run.checkpoint_id == key.checkpoint_id and with_thresholds(run.settings or {}) == with_thresholds(
        key.settings
    )
