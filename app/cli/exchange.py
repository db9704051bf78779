"""The command import: annotations of any format with their frames into a project."""

import argparse
import json
import sys
from pathlib import Path

from app.cli.import_proposals import import_proposals_
from app.cli.outcome import print_lines, raise_left_out
from app.cli.progress import Progress
from app.cli.project import find_project, opened, project_for_import
from app.errors import BadInput
from app.exchange.accepting import accept_import
from app.exchange.import_source import ReadSettings, source_digest
from app.exchange.importing import import_dataset
from app.exchange.open_imports import clear_broken_imports, latest, take_back
from app.exchange.open_source import Crowd
from app.exchange.repeats import CHOICES, ImportedAlready, Repeat
from app.sentences import WrongUsage, counted
from app.settings import Settings
from storage import projects


def import_(arguments: argparse.Namespace, settings: Settings) -> None:
    """Import a file, archive or folder, or go on with its import; a new project that --project names is made."""
    if arguments.kind == "proposals":
        return import_proposals_(arguments, settings)
    if arguments.annotations or arguments.video or arguments.source or arguments.min_score:
        what = "--annotations, --video, --source and --min-score"
        raise WrongUsage(f"{what} are for results of a model; add --as proposals.")
    if arguments.take_back:
        return _take_back(arguments, settings)
    if arguments.complete and not arguments.accept:
        raise WrongUsage("--complete says that nothing but the file's tracks is there; it needs --accept too.")
    at_terminal = sys.stdin.isatty() and sys.stderr.isatty()
    with opened(settings, make=True) as database:
        progress = Progress()
        project_id, new_project = project_for_import(database, settings)
        done = import_dataset(
            database,
            settings,
            project_id=project_id,
            new_project=new_project,
            file=arguments.file,
            frames_folder=arguments.frames,
            how=ReadSettings(arguments.keep_good, arguments.crowd, _ask_crowd if at_terminal else None),
            stride=arguments.stride,
            repeat=arguments.repeat,
            choose=_ask if at_terminal else None,
            report=progress,
        )
        progress.end()
        if arguments.accept and done.project_id is not None:
            accept_import(database, project_id=done.project_id, names=done.videos, complete=arguments.complete)
        with database.atomic() as tx:
            project = None
            if done.project_id is not None:
                project = projects.get_project(tx, done.project_id)
                projects.set_last_project(tx, project.id)
    print_lines((*done.notes, *done.skipped))
    name = project.name if project else str(settings.project)
    came = f"{counted(len(done.videos), 'video')}, {counted(done.tracks, 'track')} and {counted(done.masks, 'mask')}"
    print(json.dumps({"project": name, **done.as_json()}) if arguments.json else f"{came} came into {name}")
    raise_left_out(done.skipped)


def _ask(question: ImportedAlready) -> Repeat:
    """Ask at the terminal what becomes of videos that are here already. Raises the question if nothing is chosen."""
    print(f"\n{question.what}", file=sys.stderr)
    text = "Leave them as they are (s), replace them (r), import them again (a), or stop (Enter)? "
    print(text, end="", file=sys.stderr, flush=True)
    given = sys.stdin.readline().strip().lower()
    chosen = [choice for choice in CHOICES if given and choice.startswith(given)]
    if len(chosen) != 1:
        raise question
    return chosen[0]


def _ask_crowd() -> Crowd:
    """Ask at the terminal what it means that every track is marked as crowd."""
    print("\nEvery track of the file is marked as crowd, as labelformat and Datumaro write it.", file=sys.stderr)
    print("Read them as ordinary objects (o, Enter), or keep the marks (k)? ", end="", file=sys.stderr, flush=True)
    return "keep" if sys.stdin.readline().strip().lower().startswith("k") else "objects"


def _take_back(arguments: argparse.Namespace, settings: Settings) -> None:
    file: Path = arguments.file.absolute()
    with opened(settings) as database:
        project = find_project(database, settings)
        clear_broken_imports(database)
        digest = source_digest(file) if file.exists() else None
        with database.read() as tx:
            found = latest(tx, project.id, path=str(file), digest=digest)
        if found is None:
            raise BadInput(f"No import of {file} has a video in {project.name}.")
        done = take_back(database, import_id=found.id)
    back = f"; {counted(len(done.restored), 'replaced video')} came back" if done.restored else ""
    text = f"{counted(len(done.removed), 'video')} went to the removed videos of {project.name}{back}"
    print(json.dumps({"project": project.name, **done.as_json()}) if arguments.json else text)
