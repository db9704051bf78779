"""The commands import and export: YouTube-VIS files with their frames, into a project and out of it."""

import argparse
import json

from sqlalchemy import delete

from app.cli.outcome import ChecksFailed, print_lines
from app.cli.progress import Progress
from app.cli.project import find_project, opened
from app.exchange.exporting import export_dataset
from app.exchange.importing import import_dataset
from app.sentences import counted
from app.settings import Settings
from storage import projects, schema
from storage.database import Database
from storage.projects import Project


def import_(arguments: argparse.Namespace, settings: Settings) -> None:
    """Import a YouTube-VIS file; a project that --project names and that is new is made, unless the import fails."""
    with opened(settings, make=True) as database:
        project, is_new = _project_for_import(database, settings)
        progress = Progress()
        try:
            done = import_dataset(
                database,
                settings,
                project_id=project.id,
                file=arguments.file,
                frames_folder=arguments.frames,
                stride=arguments.stride,
                repeat=arguments.repeat,
                report=progress,
            )
        except BaseException:
            if is_new:
                with database.atomic() as tx:
                    tx.execute(delete(schema.projects).where(schema.projects.c.id == project.id))
            raise
        progress.end()
        with database.atomic() as tx:
            projects.set_last_project(tx, project.id)
    print_lines((*done.notes, *done.skipped))
    came = f"{counted(len(done.videos), 'video')}, {counted(done.tracks, 'track')} and {counted(done.masks, 'mask')}"
    text = f"{came} came into {project.name}"
    print(json.dumps({"project": project.name, **done.as_json()}) if arguments.json else text)
    if done.skipped:
        were = "video was" if len(done.skipped) == 1 else "videos were"
        raise ChecksFailed(f"{len(done.skipped)} {were} left out; the first: {done.skipped[0]}")


def export(arguments: argparse.Namespace, settings: Settings) -> None:
    """Write the project as YouTube-VIS with its frames."""
    with opened(settings) as database:
        progress = Progress()
        done = export_dataset(
            database,
            settings,
            project_id=find_project(database, settings).id,
            out=arguments.out.absolute(),
            reviewed_only=arguments.reviewed_only,
            version=arguments.version,
            stride=arguments.stride,
            report=progress,
        )
        progress.end()
    print_lines((*done.left_out, *done.notes, *done.gaps))
    left = f"{counted(done.videos, 'video')}, {counted(done.tracks, 'track')} and {counted(done.masks, 'mask')}"
    text = f"{left}: {done.annotations}"
    print(json.dumps(done.as_json()) if arguments.json else text)


def _project_for_import(database: Database, settings: Settings) -> tuple[Project, bool]:
    """The project to import into, and whether it was made just now."""
    if settings.project is None:
        return find_project(database, settings), False
    with database.atomic() as tx:
        found = projects.find_project(tx, settings.project)
        return (found, False) if found else (projects.create_project(tx, name=settings.project), True)
