"""Use case: which videos of a project to correct next, and which ones to propose again after a promotion."""

from collections.abc import Sequence

import numpy as np
from sqlalchemy import Connection

from app.checkpoints.choice import chosen_checkpoint
from app.pictures import frame_look
from app.pictures.likeness import METHOD
from app.reviewing.ranking import Findings, Suggestion, VideoFacts, rank
from storage import checkpoints, findings, track_summaries
from storage.database import Database
from storage.findings import RankedVideo, RunFindings


def suggested(database: Database, project_id: str) -> tuple[Suggestion, ...]:
    """The unreviewed videos of a project, the most worthwhile to correct first; see `app.reviewing.ranking`.

    Summaries of tracks are brought up to date first, which writes. The facts come from searches for likely errors
    (`app.reviewing.search`); a video that was not searched since its proposals counts as of middling gain.
    """
    bring_up_to_date(database, project_id)
    return suggestions(database, project_id)


def bring_up_to_date(database: Database, project_id: str) -> None:
    """Compute the summaries of tracks that edits have changed since the last time."""
    with database.read() as tx:
        stale = track_summaries.stale_videos(tx, project_id)
    for video_id in stale:
        with database.atomic() as tx:
            track_summaries.refresh(tx, video_id)


def suggestions(database: Database, project_id: str) -> tuple[Suggestion, ...]:
    """As `suggested`, where the summaries are up to date."""
    with database.read() as tx:
        facts = video_facts(tx, project_id)
    return rank(facts)


def video_facts(tx: Connection, project_id: str) -> tuple[VideoFacts, ...]:
    """The facts that videos are ranked by, oldest video first; five queries, whatever the number of videos."""
    videos = findings.ranked_videos(tx, project_id)
    found = findings.of_project(tx, project_id)
    looks = findings.looks(tx, project_id, method=frame_look.METHOD)
    tracks = findings.track_looks(tx, project_id, method=METHOD)
    names = {one.id: one.name for one in checkpoints.list_checkpoints(tx, removed=True)}
    of_video: dict[str, list[RunFindings]] = {}
    for one in found:
        of_video.setdefault(one.video_id, []).append(one)
    track_looks: dict[str, list[tuple[bool, bytes]]] = {}
    for video_id, kept, vector in tracks:
        track_looks.setdefault(video_id, []).append((kept, vector))
    return tuple(
        _facts(video, of_video.get(video.id, ()), looks.get(video.id), track_looks.get(video.id, ()), names)
        for video in videos
    )


def _facts(
    video: RankedVideo,
    found: Sequence[RunFindings],
    look: bytes | None,
    tracks: Sequence[tuple[bool, bytes]],
    names: dict[str, str],
) -> VideoFacts:
    latest = found[0] if found and found[0].run_id == video.run else None
    before = next((one for one in found if latest and one.checkpoint_id != latest.checkpoint_id), None)
    vectors = [np.frombuffer(vector, "<f4") for kept, vector in tracks if kept or not video.reviewed]
    return VideoFacts(
        video_id=video.id,
        name=video.name,
        reviewed=video.reviewed,
        proposed=video.run is not None or video.has_tracks,
        findings=None if latest is None else _findings(latest),
        before=None if before is None else _findings(before),
        before_name="" if before is None else names.get(before.checkpoint_id or "", ""),
        frame_look=None if look is None else np.frombuffer(look, "<f4"),
        track_looks=np.stack(vectors) if vectors else None,
    )


def _findings(found: RunFindings) -> Findings:
    return Findings(masks=found.masks, near=found.near, errors=found.errors)


def unsearched(database: Database, project_id: str) -> tuple[str, ...]:
    """Ids of the videos with tracks or a proposal run that a search has still to look at, for their place to be known.

    The summaries must be up to date.
    """
    with database.read() as tx:
        videos = findings.ranked_videos(tx, project_id)
    return tuple(video.id for video in videos if (video.run or video.has_tracks) and not video.searched)


def proposed_unjudged(tx: Connection, project_id: str) -> tuple[RankedVideo, ...]:
    """The videos that nobody has judged and that have proposals of a checkpoint: they may be proposed again.

    Videos without proposals, and with those that came from a file, are not among them. The summaries must be up to
    date.
    """
    ours = (video for video in findings.ranked_videos(tx, project_id) if video.run and video.checkpoint_id is not None)
    return tuple(video for video in ours if not video.reviewed)


def outdated(tx: Connection, project_id: str) -> tuple[str, ...]:
    """Ids of those of the videos of `proposed_unjudged` whose proposals the checkpoint in use did not make."""
    chosen = chosen_checkpoint(tx, project_id=project_id, checkpoint_id=None)
    if chosen is None:
        return ()
    return tuple(video.id for video in proposed_unjudged(tx, project_id) if video.checkpoint_id != chosen.id)
