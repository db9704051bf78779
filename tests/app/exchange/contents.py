"""What an import has left in a database: for comparisons, and for checks that nothing of it is half there."""

from dataclasses import dataclass

from sqlalchemy import func, select

from storage import imports, schema, tracks, videos
from storage.database import Database
from storage.edits.rebuild import check_video

Content = dict[str, list[tuple[str | None, int | None, str | None]]]


def shown(database: Database, project_id: str) -> Content:
    """Name of each video in the library -> (id of the track in the file, frame, mask) of all rows."""
    found: Content = {}
    with database.read() as tx:
        for video in videos.list_videos(tx, project_id):
            own = {track.id: track.source_id for track in tracks.list_tracks(tx, video.id)}
            rows = sorted((str(own[row.track_id]), row.frame, row.hash) for row in tracks.rows(tx, video.id))
            found[video.name] = [(source, frame, mask) for source, frame, mask in rows]
            assert check_video(tx, video.id) == [], "the log adds up to the rows"
    return found


@dataclass(frozen=True)
class Traces:
    """Rows that no list shows: hidden videos, and imports that some process owns."""

    hidden: int
    owned: int
    open: int
    rows: int


def traces(database: Database) -> Traces:
    """What is left of imports besides the videos in the library; ``rows`` are masks of hidden videos."""
    with database.read() as tx:
        staged = select(schema.videos.c.id).where(schema.videos.c.staged)
        hidden = tx.execute(select(func.count()).select_from(staged.subquery())).scalar_one()
        of_staged = select(schema.tracks.c.id).where(schema.tracks.c.video_id.in_(staged))
        rows = tx.execute(select(func.count()).where(schema.masks.c.track_id.in_(of_staged))).scalar_one()
        found = imports.open_imports(tx)
    return Traces(hidden, sum(one.owner is not None for one in found), len(found), rows)
