"""The command restore: the database from a copy of it."""

import argparse
import json

from app.library.restoring import restore
from app.sentences import counted
from app.settings import Settings


def restore_(arguments: argparse.Namespace, settings: Settings) -> None:
    """Replace the database by a copy; the one before is kept beside it."""
    done = restore(settings, arguments.file)
    if arguments.json:
        kept = None if done.kept is None else str(done.kept)
        print(json.dumps({"database": str(done.database), "kept": kept, "projects": done.projects}))
        return
    before = (
        f"; the one before is kept as {done.kept}, and until you remove that, what it may need is not cleaned away"
        if done.kept
        else ""
    )
    print(f"{done.database} holds what {arguments.file} holds, {counted(done.projects, 'project')}{before}")
