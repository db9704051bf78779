"""Whether a database is sound: the file itself, and for every video its rows against the log."""

from storage import projects, videos
from storage.database import Database
from storage.edits.rebuild import check_video


def problems_of(database: Database) -> list[str]:
    """One sentence per problem; empty if the database is sound."""
    problems = database.check()
    with database.read() as tx:
        for project in projects.list_projects(tx, archived=True):
            for video in videos.list_videos(tx, project.id, removed=True):
                problems += check_video(tx, video.id)
    return problems
