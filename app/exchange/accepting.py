"""Takes imported masks for a person's truth, as the person who imports a file can declare for it.

These are edits of a person, so they can be undone video by video, and an import without them stays unreviewed.
"""

import uuid
from collections.abc import Iterable, Sequence
from itertools import groupby

from sqlalchemy import Connection

from app.exchange.extras import ANNOTATED_FROM
from storage import edits, tracks, videos
from storage.database import Database
from storage.edits import Applied, Change, Edit, EditError
from storage.videos import Video

AUTHOR = "person:import"


def accept_import(database: Database, *, project_id: str, names: Sequence[str], complete: bool = False) -> int:
    """Accept all unreviewed imported rows of the videos with these names; returns the number of rows.

    ``complete``: also declare the annotated frames of these videos complete, for all categories of the project.
    """
    with database.read() as tx:
        ids = {name: video_id for video_id, name in videos.video_names(tx, project_id)}
    accepted = 0
    for name in names:
        with database.atomic() as tx:
            video = videos.get_video(tx, ids[name])
            verdicts = _verdicts(tx, video)
            _apply(tx, video, "accept", verdicts)
            if complete:
                _apply(tx, video, "complete", _declarations(video))
        accepted += len(verdicts)
    return accepted


def _verdicts(tx: Connection, video: Video) -> list[Change]:
    return [
        Change(row.track_id, row.frame, row.version, {"review": "accepted"})
        for row in tracks.rows(tx, video.id)
        if row.source == "imported" and not row.human
    ]


def _declarations(video: Video) -> list[Change]:
    return [
        Change(None, None, 0, {"start": start, "stop": stop, "categories": []}, range_id=str(uuid.uuid4()))
        for start, stop in _runs(annotated_frames(video))
    ]


def annotated_frames(video: Video) -> list[int]:
    """The frames to which the entries of the imported file belong, in order."""
    first = int((video.extra or {}).get(ANNOTATED_FROM, 0))
    return [first + entry * video.stride for entry in range(len(video.file_names or ()))]


def _runs(frames: Iterable[int]) -> list[tuple[int, int]]:
    """(start, stop) of each run of adjacent frames, stop exclusive."""
    runs = [list(run) for _, run in groupby(enumerate(frames), key=lambda pair: pair[1] - pair[0])]
    return [(run[0][1], run[-1][1] + 1) for run in runs]


def _apply(tx: Connection, video: Video, kind: str, changes: Sequence[Change]) -> None:
    if not changes:
        return
    done = edits.apply_edit(tx, Edit(str(uuid.uuid4()), kind, AUTHOR, video.id, tuple(changes)))
    if not isinstance(done, Applied):
        raise EditError(f"The imported masks of {video.name} were changed meanwhile; accept them in the editor.")
