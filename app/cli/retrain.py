"""Commands over a data folder: import, export, propose into a project, retrain, check, models."""

import argparse
import contextlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import delete, make_url

from app.checkpoints.releases import DEMO
from app.cli.progress import Progress
from app.cli.serve import ChecksFailed
from app.errors import BadInput
from app.settings import Settings
from storage import checkpoints as models
from storage import jobs, projects, schema, videos
from storage.database import Database
from storage.edits import rebuild
from storage.projects import Project

LOOK_SECONDS = 0.5


@contextlib.contextmanager
def opened(settings: Settings, *, make: bool = False) -> Iterator[Database]:
    """The database of the data folder; only with ``make`` is one made where there is none. Raises `BadInput`."""
    file = make_url(settings.database_url).database if settings.database_url.startswith("sqlite") else None
    if not make and file and not Path(file).is_file():
        raise BadInput(f"There is no database {file}; check --data and --database, or start the app once.")
    settings.make_folders()
    with Database.open(settings.database_url) as database:
        yield database


def find_project(database: Database, settings: Settings) -> Project:
    """The project that --project names, else the one used last. Raises `BadInput` that names those there are."""
    with database.read() as tx:
        known = projects.list_projects(tx)
        if settings.project is None:
            last = projects.last_project(tx) or (known[0] if len(known) == 1 else None)
            found = last or projects.find_project(tx, DEMO)
        else:
            found = projects.find_project(tx, settings.project)
    if found is None:
        names = f"there are {', '.join(project.name for project in known)}" if known else "there is none yet"
        what = (
            "Say which project with --project NAME" if settings.project is None else f"No project {settings.project!r}"
        )
        raise BadInput(f"{what}; {names}.")
    return found


def bring_in(arguments: argparse.Namespace, settings: Settings) -> None:
    """Import a YouTube-VIS file; a project that --project names and that is new is made, unless the import fails."""
    from app.exchange.importing import import_dataset

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
    for sentence in done.skipped:
        print(sentence, file=sys.stderr)
    text = f"{len(done.videos)} videos, {done.tracks} tracks and {done.masks} masks came into {project.name}"
    print(json.dumps({"project": project.name, **done.as_json()}) if arguments.json else text)
    if done.skipped:
        raise ChecksFailed(f"{len(done.skipped)} videos were left out; the first: {done.skipped[0]}")


def _project_for_import(database: Database, settings: Settings) -> tuple[Project, bool]:
    if settings.project is None:
        return find_project(database, settings), False
    with database.atomic() as tx:
        found = projects.find_project(tx, settings.project)
        return (found, False) if found else (projects.create_project(tx, name=settings.project), True)


def export(arguments: argparse.Namespace, settings: Settings) -> None:
    """Write the project as YouTube-VIS with its frames."""
    from app.exchange.exporting import export_dataset

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
    for sentence in (*done.left_out, *done.gaps):
        print(sentence, file=sys.stderr)
    text = f"{done.videos} videos, {done.tracks} tracks and {done.masks} masks: {done.annotations}"
    print(json.dumps(done.as_json()) if arguments.json else text)


def retrain(arguments: argparse.Namespace, settings: Settings) -> None:
    """Train on the project's corrections: as a job that the worker does, or (``--job``) as that job's own process."""
    from app.training import retrain as use_case

    with opened(settings) as database:
        if arguments.job is not None:
            with database.read() as tx:
                job = jobs.get_job(tx, arguments.job)
            result = use_case.run_job(database, settings, job_id=job.id, worker=str(job.worker))
        else:
            project = find_project(database, settings)
            started = use_case.start(database, settings, project_id=project.id, steps=arguments.steps)
            result = _follow(database, settings, started.id)
    print(json.dumps(result) if arguments.json else result.get("sentence", json.dumps(result)))


def _follow(database: Database, settings: Settings, job_id: str) -> dict[str, Any]:
    """Watch a job to its end; an interruption cancels it. Raises `ChecksFailed` when it failed."""
    from app.jobs.queue import cancel, care

    progress = Progress()
    try:
        while True:
            care(database, settings)
            with database.read() as tx:
                job = jobs.get_job(tx, job_id)
            if not job.active:
                break
            progress(job.progress, job.message or job.status, eta_seconds=job.eta_seconds)
            time.sleep(LOOK_SECONDS)
    except KeyboardInterrupt:
        cancel(database, job_id)
        raise
    progress.end()
    if job.status != "done":
        raise ChecksFailed(job.error or f"The job was {job.status}.")
    return dict(job.result or {})


def check(arguments: argparse.Namespace, settings: Settings) -> None:
    """Look for broken pages, references to nothing, and rows that are not what the edit log adds up to."""
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
        print("\n".join(problems) or f"{place} is sound: {len(every)} videos agree with their edit log.")
    if problems:
        raise ChecksFailed(f"{place} has {len(problems)} problems; the first: {problems[0]}")


def models_list(arguments: argparse.Namespace, settings: Settings) -> None:
    """The checkpoints of the data folder, and the releases that could be fetched."""
    from app.checkpoints.releases import RELEASES, STARTING_POINTS
    from app.checkpoints.starting_points import path_of

    with opened(settings, make=True) as database, database.read() as tx:
        known = models.list_checkpoints(tx)
        project = projects.find_project(tx, settings.project) if settings.project else projects.last_project(tx)
        active = models.active_checkpoint(tx, project.id) if project else None
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
    missing = [one.name for one in RELEASES if one.name not in names]
    starts = [(point.name, path_of(settings, point).is_file()) for point in STARTING_POINTS]
    if arguments.json:
        starting_points = [{"name": name, "here": here} for name, here in starts]
        print(json.dumps({"checkpoints": rows, "downloads": missing, "starting_points": starting_points}))
        return
    for row in rows:
        mark = "*" if row["active"] else " "
        print(
            f"{mark} {row['name']:<28}{row['config']:<24}{row['classes']:>4} classes{row['size_bytes'] / 1e6:>9.1f} MB"
        )
    for name in missing:
        print(f"  {name:<28}not here; fetch it with: models download {name}")
    print("Starting points for train --init:")
    for name, here in starts:
        print(f"  {name}{' (here)' if here else ''}")


def models_add(arguments: argparse.Namespace, settings: Settings) -> None:
    """Check a file against its configuration and take it into the data folder."""
    from app.checkpoints.register import CheckpointFile, add_file

    path = Path(arguments.what)
    with opened(settings, make=True) as database:
        file = CheckpointFile(path, arguments.name or path.stem, arguments.config)
        _print_checkpoint(add_file(database, settings, file, project_id=None), as_json=arguments.json)


def models_download(arguments: argparse.Namespace, settings: Settings) -> None:
    """Fetch a release or a starting point of training, going on where an earlier try broke off."""
    from app.checkpoints.download import download
    from app.checkpoints.releases import starting_point
    from app.checkpoints.starting_points import download_starting_point

    point = starting_point(arguments.what)
    if point is not None:
        progress = Progress()
        path = download_starting_point(settings, point, report=progress)
        progress.end()
        print(json.dumps({"name": point.name, "path": str(path)}) if arguments.json else path)
        return
    with opened(settings, make=True) as database:
        progress = Progress()
        made = download(database, settings, name=arguments.what, report=progress)
        progress.end()
    _print_checkpoint(made, as_json=arguments.json)


def models_export(arguments: argparse.Namespace, settings: Settings) -> None:
    """Write a checkpoint in the layout of the official code."""
    from app.checkpoints.find import locate
    from app.checkpoints.register import export_official

    found = locate(settings, arguments.what)
    path, note = export_official(settings, name=Path(arguments.what).stem, path=found, out=arguments.out)
    if note:
        print(note, file=sys.stderr)
    print(json.dumps({"path": str(path), "note": note}) if arguments.json else path)


def models_activate(arguments: argparse.Namespace, settings: Settings) -> None:
    """Propose with this checkpoint in the project from now on."""
    from app.checkpoints.find import find_checkpoint
    from app.checkpoints.register import activate

    with opened(settings) as database:
        project = find_project(database, settings)
        found = find_checkpoint(database, arguments.what)
        activate(database, project_id=project.id, checkpoint_id=found.id)
    _print_checkpoint(found, as_json=arguments.json)


def _print_checkpoint(found: Any, *, as_json: bool) -> None:
    facts = {"id": found.id, "name": found.name, "config": found.config, "classes": len(found.categories)}
    print(json.dumps(facts) if as_json else f"{found.name} ({found.config}, {len(found.categories)} classes)")
