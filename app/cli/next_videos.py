"""The command next: which unreviewed videos of the project to correct next, and why."""

import argparse
import json
from dataclasses import asdict

from app.cli.project import find_project, opened
from app.reviewing.next_videos import suggested
from app.settings import Settings


def next_(arguments: argparse.Namespace, settings: Settings) -> None:
    """Print the unreviewed videos, the most worthwhile first: expected gain (0 to 100), name, reasons."""
    with opened(settings) as database:
        project = find_project(database, settings)
        found = suggested(database, project.id)[: arguments.most]
    if arguments.json:
        print(json.dumps({"videos": [asdict(one) for one in found]}))
    elif not found:
        print("Every video has something that a person judged.")
    for one in () if arguments.json else found:
        print(f"{100 * one.gain:5.1f}  {one.name}: {' '.join(one.reasons)}")
