"""The meaning of the flags of the command propose: the videos, and how to propose."""

import argparse
import sys
from pathlib import Path

from app.proposing.video_lists import overlooked, read_list
from app.sentences import WrongUsage
from model.tracking.settings import ProposeSettings, WindowsTooClose


def paths_of(arguments: argparse.Namespace) -> list[Path]:
    """The videos and folders that the command names, those of ``--list`` after the others. Raises `BadInput`."""
    paths = [*arguments.videos, *(read_list(arguments.list) if arguments.list else ())]
    for sentence in overlooked(paths):
        print(sentence, file=sys.stderr)
    return paths


def settings_of(arguments: argparse.Namespace) -> ProposeSettings:
    """How to propose. Raises `WrongUsage` for windows that overlap too much."""
    try:
        return ProposeSettings(
            rule=arguments.rule or ("published" if arguments.annotations else "review"),
            precision=arguments.precision,
            max_tracks=arguments.max_tracks,
            window=arguments.window,
            overlap=arguments.overlap,
            steady=arguments.steady,
        )
    except WindowsTooClose as error:
        raise WrongUsage(str(error)) from error
