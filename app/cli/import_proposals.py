"""The command import --as proposals: results of any model into a project, for review."""

import argparse
import json
from pathlib import Path

from app.cli.outcome import print_lines, raise_left_out
from app.cli.progress import Progress
from app.cli.project import find_project, opened, project_for_import
from app.errors import BadInput
from app.exchange.accepting import AUTHOR
from app.exchange.import_source import source_digest
from app.result_files.choices import ProposalChoices
from app.result_files.importing import ProposalsImported, import_proposals
from app.result_files.taking_back import take_back_proposals
from app.sentences import WrongUsage, counted
from app.settings import Settings
from storage import projects


def import_proposals_(arguments: argparse.Namespace, settings: Settings) -> None:
    """Import results as proposals, or take them back; a new project that --project names is made."""
    if arguments.accept or arguments.complete:
        raise WrongUsage("--accept and --complete are for truth; proposals are accepted one by one in the editor.")
    if arguments.take_back:
        return _take_back(arguments, settings)
    choices = ProposalChoices(
        annotations=arguments.annotations,
        frames=arguments.frames,
        video=arguments.video,
        source=arguments.source,
        least_score=arguments.min_score,
        stride=arguments.stride,
        keep_good=arguments.keep_good,
        again=arguments.repeat in ("again", "replace"),
    )
    with opened(settings, make=True) as database:
        progress = Progress()
        project_id, new_project = project_for_import(database, settings)
        done = import_proposals(
            database,
            settings,
            project_id=project_id,
            new_project=new_project,
            file=arguments.file,
            choices=choices,
            report=progress,
        )
        progress.end()
        with database.atomic() as tx:
            project = projects.get_project(tx, done.project_id)
            projects.set_last_project(tx, project.id)
    print_lines((*done.notes, *done.skipped))
    print(json.dumps({"project": project.name, **done.as_json()}) if arguments.json else _in_words(done, project.name))
    raise_left_out(done.skipped)


def _in_words(done: ProposalsImported, project: str) -> str:
    deleted = f", {done.deleted} deleted" if done.deleted else ""
    rejected = f", {done.dropped} rejected before" if done.dropped else ""
    classes = ", ".join(f"{count} {name}" for name, count in sorted(done.unmapped.items()))
    without = f", {sum(done.unmapped.values())} of classes that the project lacks ({classes})" if classes else ""
    what = f"{counted(done.tracks, 'track')} and {counted(done.masks, 'mask')} of {done.source}"
    where = f"in {counted(len(done.videos), 'video')} of {project}"
    return f"{what} are proposals {where}: {done.added} added, {done.replaced} replaced{deleted}{rejected}{without}"


def _take_back(arguments: argparse.Namespace, settings: Settings) -> None:
    file: Path = arguments.file
    if not file.exists():
        raise BadInput(f"There is no file {file}; its proposals are recognised by its content.")
    with opened(settings) as database:
        project = find_project(database, settings)
        digest = source_digest(file)
        done = take_back_proposals(database, project_id=project.id, digest=digest, author=AUTHOR)
    print_lines(done.kept)
    text = f"the proposals of {counted(len(done.videos), 'video')} of {project.name} were taken back"
    print(json.dumps({"project": project.name, **done.as_json()}) if arguments.json else text)
