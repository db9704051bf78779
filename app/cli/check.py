"""The command check --database: checks the database for damage."""

import argparse
import json

from app.cli.outcome import ChecksFailed
from app.cli.project import opened
from app.sentences import counted
from app.settings import Settings
from storage import projects, videos
from storage.edits import rebuild


def check(arguments: argparse.Namespace, settings: Settings) -> None:
    """Check for broken pages, references to missing rows, and rows that differ from the result of their edit log."""
    with opened(settings) as database:
        problems = database.check()
        with database.read() as tx:
            every = [
                video.id
                for archived in (False, True)
                for project in projects.list_projects(tx, archived=archived)
                for video in videos.list_videos(tx, project.id)
            ]
            every = list(dict.fromkeys(every))
            for video_id in every:
                problems += rebuild.check_video(tx, video_id)
        place = database.place
    if arguments.json:
        print(json.dumps({"database": place, "videos": len(every), "problems": problems}))
    else:
        print("\n".join(problems) or f"{place} is sound: {_agree(len(every))} with their edit log.")
    if problems:
        raise ChecksFailed(f"{place} has {counted(len(problems), 'problem')}; the first: {problems[0]}")


def _agree(videos: int) -> str:
    return "1 video agrees" if videos == 1 else f"{videos} videos agree"
