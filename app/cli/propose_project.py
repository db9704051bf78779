"""The command propose --into-project: many videos, shared among processes, resumed where they stopped."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.checkpoints.register import checkpoint_for_project
from app.cli.outcome import print_failures, print_share, raise_failures
from app.cli.progress import Progress
from app.cli.project import find_project, opened
from app.cli.propose_flags import settings_of
from app.errors import BadInput
from app.machine import Shard
from app.proposing.over_videos import Line
from app.proposing.part_files import WAIT_SECONDS
from app.proposing.project_batch import (
    ProjectBatch,
    ProjectVideo,
    journal_of,
    propose_project_share,
    videos_to_propose,
)
from app.sentences import counted
from app.settings import Settings
from storage.database import Database
from storage.projects import Project


def propose_into_project(arguments: argparse.Namespace, settings: Settings, paths: Sequence[Path]) -> None:
    """Add the videos that the project does not have yet, and store proposals for each that is not finished."""
    shard = Shard.of_environment()
    settings = replace(settings, device=shard.device(settings.device))
    with opened(settings) as database:
        project = find_project(database, settings)
        chosen = videos_to_propose(database, project.id, paths)
        if not chosen:
            raise BadInput(f"The project {project.name} has no video yet; name one.")
        patience = arguments.wait or WAIT_SECONDS
        checkpoint_id = _checkpoint_id(database, settings, arguments, shard, patience=patience)
        batch = ProjectBatch(project.id, chosen, checkpoint_id, settings_of(arguments), again=arguments.again)
        progress = Progress()
        with journal_of(settings, batch, shard) as journal:
            done = propose_project_share(database, settings, batch, journal, shard, report=progress)
            progress.end()
            print_share(shard, proposed=done.proposed, before=done.before, failed=len(done.failed))
            if not shard.first:
                return
            journal.wait_for_all(patience)
            lines = {line["id"]: line for line in journal.lines_of_call()}
            journal.remove()
    _print_summary(lines, project, chosen, as_json=arguments.json)


def _checkpoint_id(
    database: Database, settings: Settings, arguments: argparse.Namespace, shard: Shard, *, patience: float
) -> str | None:
    """Id of the checkpoint that --model names; None without --model: the project's active one."""
    if arguments.model is None:
        return None
    return checkpoint_for_project(
        database,
        settings,
        arguments.model,
        config=arguments.config,
        shard=shard,
        patience_seconds=patience,
        on_added=lambda path, made: print(f"{path} was taken in as the checkpoint {made.name}.", file=sys.stderr),
    )


def _print_summary(
    lines: Mapping[str, Line], project: Project, chosen: Sequence[ProjectVideo], *, as_json: bool
) -> None:
    known = [lines[video.id] for video in chosen if video.id in lines]
    results = [one["line"] for one in known if "line" in one]
    failed = [(one["id"], one["failed"]) for one in known if "failed" in one]
    print_failures(failed)
    if as_json:
        facts = {"project": project.name, "videos": results}
        print(json.dumps(facts | {"failed": [{"path": path, "reason": reason} for path, reason in failed]}))
    else:
        for result in results:
            print(f"{result['path']}: {_in_words(result)}")
    raise_failures(failed, len(chosen))


def _in_words(result: Mapping[str, Any]) -> str:
    if "skipped" in result:
        return "done before"
    resumed = f", from frame {result['resumed_at']} on" if result["resumed_at"] else ""
    # A run deletes tracks that nobody has reviewed; the line always shows how many.
    deleted = f", {result['deleted']} deleted" if result["deleted"] else ""
    unmapped = result["unmapped"]
    classes = ", ".join(f"{count} {name}" for name, count in sorted(unmapped.items()))
    without = f", {sum(unmapped.values())} of classes that the project lacks ({classes})" if unmapped else ""
    return f"{counted(result['added'], 'track')} added, {result['replaced']} replaced{deleted}{without}{resumed}"
