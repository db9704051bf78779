"""Brings the summaries of tracks up to date before a route reads them."""

from app.web.context import Context
from storage import projects, track_summaries
from storage.database import Database


async def bring_up_to_date(context: Context, project_id: str) -> None:
    """Compute what edits have changed since the last time. Raises `storage.errors.NotFound`."""
    # One short write per video, so that strokes which wait for their turn come in between.
    for video_id in await context.run(_stale, context, project_id):
        await context.write(_refresh, video_id)


def _stale(context: Context, project_id: str) -> tuple[str, ...]:
    with context.database.read() as tx:
        projects.get_project(tx, project_id)
        return track_summaries.stale_videos(tx, project_id)


def _refresh(database: Database, video_id: str) -> None:
    with database.atomic() as tx:
        track_summaries.refresh(tx, video_id)
