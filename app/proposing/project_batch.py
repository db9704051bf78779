"""Use case: proposals for many videos of a project, shared among processes; new videos are added, done ones skipped.

The project itself shows which videos are finished. The journal only carries the results to the summary that the first
process prints.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.checkpoints.warm_model import WarmModel
from app.errors import AppError, Cancelled
from app.library.counting import start_counting
from app.library.sources import named_place
from app.library.videos import add_video
from app.machine import Shard
from app.progress import Report
from app.proposing.into_project import is_proposed, propose_video
from app.proposing.over_videos import Done, Share, VideoDone, over_videos
from app.proposing.part_files import Journal
from app.proposing.video_lists import videos_of
from app.sentences import outcome_of
from app.settings import Settings
from model.tracking.settings import ProposeSettings
from storage import videos
from storage.database import Database


class RunTakenBack(AppError):
    """A person undid the run of a video before it ended."""


@dataclass(frozen=True)
class ProjectVideo:
    """A video of a project, or one to be added to it, by its absolute path."""

    path: Path

    @property
    def id(self) -> str:
        """Its id in the journal."""
        return str(self.path)

    @property
    def shown(self) -> str:
        """Its name in messages."""
        return str(self.path)


@dataclass(frozen=True)
class ProjectBatch:
    """The project, the videos and how to propose for them.

    ``checkpoint_id`` None: the project's active checkpoint. ``again``: propose also for finished videos.
    """

    project_id: str
    videos: tuple[ProjectVideo, ...]
    checkpoint_id: str | None
    propose_settings: ProposeSettings
    again: bool = False


def videos_to_propose(database: Database, project_id: str, paths: Sequence[Path]) -> tuple[ProjectVideo, ...]:
    """Absolute paths of the videos to process, without duplicates; all videos of the project if no path is given."""
    if paths:
        found = [named_place(video.path) for video in videos_of(paths)]
    else:
        with database.read() as tx:
            found = [Path(path) for _, path in videos.video_paths(tx, project_id)]
    return tuple(ProjectVideo(path) for path in dict.fromkeys(found))


def journal_of(settings: Settings, batch: ProjectBatch, shard: Shard) -> Journal:
    """The journal that the processes of one call share, in the folder for logs."""
    key = {
        "project": batch.project_id,
        "checkpoint": batch.checkpoint_id,
        "videos": [video.id for video in batch.videos],
    }
    name = hashlib.sha256(json.dumps(key).encode()).hexdigest()[:16]
    return Journal(settings.logs / f"propose-{name}", shard, key=key)


def propose_project_share(
    database: Database, settings: Settings, batch: ProjectBatch, journal: Journal, shard: Shard, *, report: Report
) -> Done:
    """Proposes for this process's share of the videos and adds the result of each to ``journal`` (open) at once."""
    warm = WarmModel(settings)

    def one(video: ProjectVideo, share: Share) -> VideoDone:
        return _propose_one(database, settings, batch, video, share, warm)

    done = over_videos(
        shard.mine(batch.videos),
        one,
        add=journal.add,
        report=journal.touching(report),
        reason_of=lambda error: outcome_of(error, settings.logs).sentence,
    )
    journal.end()
    return done


def _propose_one(
    database: Database, settings: Settings, batch: ProjectBatch, video: ProjectVideo, share: Share, warm: WarmModel
) -> VideoDone:
    """One video: added if it is new, skipped if it is finished. Frames are counted by a job only if the run fails."""
    with database.read() as tx:
        known = {path: video_id for video_id, path in videos.video_paths(tx, batch.project_id)}
    # The run counts the frames; a job for it would decode the video at the same time.
    video_id = (
        known.get(video.id)
        or add_video(database, settings, project_id=batch.project_id, path=video.path, count=False).id
    )
    checkpoint_id, how = batch.checkpoint_id, batch.propose_settings
    facts = {"video": video_id, "path": video.id}
    try:
        if not batch.again and is_proposed(
            database, settings, video_id=video_id, checkpoint_id=checkpoint_id, propose_settings=how
        ):
            return VideoDone({"id": video.id, "line": {**facts, "skipped": True}}, before=True)
        done = propose_video(
            database,
            settings,
            video_id=video_id,
            checkpoint_id=checkpoint_id,
            propose_settings=how,
            report=lambda part, message: share(part),
            cancelled=lambda: False,
            warm=warm,
        )
    except BaseException as error:
        start_counting(database, settings, video_id=video_id)
        if isinstance(error, Cancelled):
            raise RunTakenBack("A person took its proposals back while they were being made.") from error
        raise
    return VideoDone({"id": video.id, "line": {**facts, **done.as_json()}})
