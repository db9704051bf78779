"""The commands models list, add, download, export and activate: checkpoints and starting points of training."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from app.checkpoints import managing, releases
from app.checkpoints.choice import chosen_checkpoint
from app.checkpoints.download import download as download_release
from app.checkpoints.find import find_checkpoint, locate
from app.checkpoints.register import CheckpointFile, Then, add_file, export_official, notes_of
from app.checkpoints.register import activate as put_in_use
from app.checkpoints.starting_points import download_starting_point, path_of
from app.cli.outcome import print_lines
from app.cli.progress import Progress
from app.cli.project import find_project, opened
from app.sentences import counted
from app.settings import Settings
from app.typed_path import typed_path
from storage import checkpoints, projects
from storage.checkpoints import Checkpoint
from storage.projects import Project


def list_(arguments: argparse.Namespace, settings: Settings) -> None:
    """The registered checkpoints, and the releases and starting points that can be downloaded."""
    with opened(settings, make=True) as database, database.read() as tx:
        known = checkpoints.list_checkpoints(tx)
        project = projects.find_project(tx, settings.project) if settings.project else projects.last_project(tx)
        active = chosen_checkpoint(tx, project_id=project.id, checkpoint_id=None) if project else None
    names = {one.name for one in known}
    rows: list[dict[str, Any]] = [
        {
            "name": one.name,
            "config": one.config,
            "classes": len(one.categories),
            "size_bytes": one.size_bytes,
            "sha256": one.sha256,
            "active": active is not None and active.id == one.id,
        }
        for one in known
    ]
    missing = [one.name for one in releases.RELEASES if one.name not in names]
    starts = [(point.name, path_of(settings, point).is_file()) for point in releases.STARTING_POINTS]
    if arguments.json:
        starting_points = [{"name": name, "here": here} for name, here in starts]
        print(json.dumps({"checkpoints": rows, "downloads": missing, "starting_points": starting_points}))
    else:
        print("\n".join(_table(rows, missing, starts)))


def add(arguments: argparse.Namespace, settings: Settings) -> None:
    """Check a file against its configuration and register it."""
    path = typed_path(arguments.what)
    with opened(settings, make=True) as database:
        file = CheckpointFile(path, arguments.name or path.stem, arguments.config)
        project = find_project(database, settings) if arguments.use else None
        added = add_file(database, settings, file, project_id=None, then=_use_in(project))
    print_lines(notes_of(added))
    _print(added, as_json=arguments.json)


def download(arguments: argparse.Namespace, settings: Settings) -> None:
    """Download a release or a starting point of training; an interrupted download continues."""
    point = releases.starting_point(arguments.what)
    if point is not None:
        progress = Progress()
        path = download_starting_point(settings, point, report=progress)
        progress.end()
        print(json.dumps({"name": point.name, "path": str(path)}) if arguments.json else path)
        return
    with opened(settings, make=True) as database:
        progress = Progress()
        project = find_project(database, settings) if arguments.use else None
        made = download_release(database, settings, name=arguments.what, report=progress)
        progress.end()
        if project is not None:
            put_in_use(database, project_id=project.id, checkpoint_id=made.id)
    _print(made, as_json=arguments.json)


def export(arguments: argparse.Namespace, settings: Settings) -> None:
    """Write a checkpoint in the layout of the official code."""
    settings.make_folders()
    found = locate(settings, arguments.what)
    path, note = export_official(settings, name=Path(arguments.what).stem, path=found, out=arguments.out)
    if note:
        print(note, file=sys.stderr)
    print(json.dumps({"path": str(path), "note": note}) if arguments.json else path)


def activate(arguments: argparse.Namespace, settings: Settings) -> None:
    """Put a checkpoint in use for the project's next proposals."""
    with opened(settings) as database:
        project = find_project(database, settings)
        found = find_checkpoint(database, arguments.what)
        put_in_use(database, project_id=project.id, checkpoint_id=found.id)
    _print(found, as_json=arguments.json)


def rename(arguments: argparse.Namespace, settings: Settings) -> None:
    """Give a registered checkpoint another name."""
    with opened(settings) as database:
        found = find_checkpoint(database, arguments.what)
        renamed = managing.rename(database, checkpoint_id=found.id, name=arguments.to)
    _print(renamed, as_json=arguments.json)


def delete(arguments: argparse.Namespace, settings: Settings) -> None:
    """Delete a registered checkpoint that is not in use, and its file."""
    with opened(settings) as database:
        found = find_checkpoint(database, arguments.what)
        managing.delete(database, settings, checkpoint_id=found.id)
    _print(found, as_json=arguments.json)


def _use_in(project: Project | None) -> Then:
    """What the transaction that registers a checkpoint does with it: put it in use in the project, if there is one."""

    def use(tx: Connection, made: Checkpoint) -> None:
        if project is not None:
            checkpoints.activate(tx, project.id, made.id)

    return use


def _table(rows: list[dict[str, Any]], missing: list[str], starts: list[tuple[str, bool]]) -> list[str]:
    """Lines of the list: registered checkpoints (* in use), releases, starting points with whether they are here."""
    lines = []
    for row in rows:
        mark, size = "*" if row["active"] else " ", row["size_bytes"] / 1e6
        lines.append(f"{mark} {row['name']:<28}{row['config']:<24}{row['classes']:>4} classes{size:>9.1f} MB")
    lines += [f"  {name:<28}not here; fetch it with: models download {name}" for name in missing]
    lines.append("Starting points for train --init:")
    return lines + [f"  {name}{' (here)' if here else ''}" for name, here in starts]


def _print(found: Checkpoint, *, as_json: bool) -> None:
    facts = {"id": found.id, "name": found.name, "config": found.config, "classes": len(found.categories)}
    facts |= {"notes": list(notes_of(found))}
    print(
        json.dumps(facts)
        if as_json
        else f"{found.name} ({found.config}, {counted(len(found.categories), 'class', 'classes')})"
    )
