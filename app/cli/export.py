"""The command export: a project as YouTube-VIS with its frames, or only the numbers of what would be exported."""

import argparse
import json

from app.cli.outcome import print_lines
from app.cli.progress import Progress
from app.cli.project import find_project, opened
from app.exchange.export_choice import ExportChoice
from app.exchange.export_numbers import ExportNumbers
from app.exchange.exporting import FrozenName, export_dataset, export_numbers
from app.sentences import WrongUsage, counted
from app.settings import Settings


def export(arguments: argparse.Namespace, settings: Settings) -> None:
    """Write the project as YouTube-VIS with its frames; with ``--plan`` only print what would be in it."""
    if arguments.plan == (arguments.out is not None):
        raise WrongUsage("Say where to write with --out DIR, or ask for the numbers alone with --plan.")
    choice = choice_of(arguments)
    with opened(settings) as database:
        project_id = find_project(database, settings).id
        if arguments.plan:
            return _show(export_numbers(database, project_id=project_id, choice=choice), arguments)
        progress = Progress()
        done = export_dataset(
            database,
            project_id=project_id,
            out=arguments.out.absolute(),
            choice=choice,
            frozen=None if arguments.freeze is None else FrozenName(arguments.freeze, settings),
            report=progress,
        )
        progress.end()
    print_lines((*done.left_out, *done.background, *done.notes, *done.gaps, *done.doubts))
    left = f"{counted(done.videos, 'video')}, {counted(done.tracks, 'track')} and {counted(done.masks, 'mask')}"
    text = f"{left}: {done.annotations}"
    print(json.dumps(done.as_json()) if arguments.json else text)


def choice_of(arguments: argparse.Namespace) -> ExportChoice:
    """The choices among the flags of a command. Raises `BadInput`."""
    return ExportChoice.of(vars(arguments))


def _show(numbers: ExportNumbers, arguments: argparse.Namespace) -> None:
    lines = (*numbers.inside(), *numbers.outside(), *numbers.taken_for_background())
    print(json.dumps(numbers.as_json()) if arguments.json else "\n".join(lines))
