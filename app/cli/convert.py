"""The command convert: annotations of one format as another, without a project."""

import argparse
import json

from app.cli.outcome import print_lines, raise_left_out
from app.cli.progress import Progress
from app.exchange.converting import convert as convert_source
from app.sentences import WrongUsage, counted
from app.settings import Settings
from storage.formats import FORMATS, format_named, format_table


def convert(arguments: argparse.Namespace, settings: Settings) -> None:
    """Convert a file, archive or folder; or list the formats and what each can hold."""
    if arguments.formats:
        print(json.dumps(_formats()) if arguments.json else format_table())
        return
    if arguments.source is None or arguments.to is None or arguments.out is None:
        raise WrongUsage("Say what to convert, to which format and where: convert IN --to FORMAT --out OUT.")
    progress = Progress()
    done = convert_source(
        arguments.source.absolute(),
        to=arguments.to,
        out=arguments.out.absolute(),
        frames_folder=arguments.frames,
        with_pictures=arguments.pictures,
        keep_good=arguments.keep_good,
        crowd=arguments.crowd,
        report=progress,
    )
    progress.end()
    print_lines((*done.left_out, *done.notes, *done.lacks, *done.losses))
    what = f"{counted(done.videos, 'video')}, {counted(done.tracks, 'track')} and {counted(done.masks, 'mask')}"
    text = f"{what} from {format_named(done.source).title} to {FORMATS[done.target].title}: {done.out}"
    print(json.dumps(done.as_json()) if arguments.json else text)
    raise_left_out(done.left_out)


def _formats() -> list[dict[str, object]]:
    return [
        {"name": form.name, "title": form.title, "holds": sorted(form.holds), "lacks": form.lacks()}
        for form in FORMATS.values()
    ]
