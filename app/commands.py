"""The command line: ``python3 launch.py NAME …``, or ``python -m app.commands NAME …`` where the packages are there.

Progress goes to stderr, the result to stdout. Exit code 0; 1 with one sentence as the last line of stderr for bad
input or a check that failed; 2 for wrong usage. The commands themselves are in `app.cli`; each is imported only
when it is called, so that those which need no model start without loading one.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from app.cli.parser import PASSED_ON, make_parser, with_default_command
from app.cli.progress import end_redrawn_line
from app.library_warnings import logged_warnings
from app.sentences import outcome_of
from app.settings import Settings, data_folder, make_settings

Command = Callable[[argparse.Namespace, Settings], None]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. ``argv`` is without the program's name; default: that of this process.

    Wrong usage raises SystemExit(2), as argparse does.
    """
    parser = make_parser()
    arguments, others = parser.parse_known_args(with_default_command(sys.argv[1:] if argv is None else list(argv)))
    if others:
        if not hasattr(arguments, PASSED_ON):
            parser.error(f"unrecognized arguments: {' '.join(others)}")
        setattr(arguments, PASSED_ON, others)
    # A path or name may contain characters that the terminal's encoding lacks; the rest of the line is still printed.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    logs = Path()
    try:
        logs = data_folder(getattr(arguments, "data", None)) / "logs"
        with logged_warnings(logs):
            _command(arguments.run)(arguments, settings_of(arguments))
        sys.stdout.flush()
    except BrokenPipeError as error:
        # The reader of stdout is gone; without this, Python reports the broken pipe once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _report(error, logs)
    except (Exception, KeyboardInterrupt) as error:
        return _report(error, logs)
    return 0


def settings_of(arguments: argparse.Namespace) -> Settings:
    """The settings from the flags of a command. Raises `app.errors.SettingsError`."""
    flags = vars(arguments)
    return make_settings(
        data=flags.get("data"),
        database=flags.get("database"),
        project=flags.get("project"),
        device=flags.get("device"),
        host=flags.get("host"),
        port=flags.get("port"),
        auth_file=flags.get("auth"),
        allow_network=flags.get("allow_network", False),
        open_browser=flags.get("open_browser", False),
    )


def _command(place: str) -> Command:
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


def _report(error: BaseException, logs: Path) -> int:
    """Print the sentence for the error that ended a command; returns the exit code."""
    outcome = outcome_of(error, logs)
    end_redrawn_line()
    print(outcome.sentence, file=sys.stderr, flush=True)
    return outcome.code


if __name__ == "__main__":
    sys.exit(main())
