"""The commands of the application, whose retrainings replay and measure few made videos.

Used as ``python -m tests.small_sets``. A server that is started so starts its worker so, and that one the process that
trains. All else is the application's own: a retraining takes the same steps, and a walk through all pages waits less.
"""

import subprocess
import sys
from typing import Any

from app import commands

REPLAYED, MEASURED = 4, 6
OWN, THIS = "app.commands", "tests.small_sets"


class Popen(subprocess.Popen[Any]):
    """A process that is no command of the application, or comes from here."""

    def __init__(self, args: Any, *others: Any, **named: Any) -> None:
        given = [THIS if word == OWN else word for word in args] if isinstance(args, list) else args
        super().__init__(given, *others, **named)


def main(arguments: list[str]) -> int:
    """See `app.commands.main`."""
    subprocess.Popen = Popen  # type: ignore[misc]
    if arguments[:1] == ["retrain"]:  # only there: importing these takes a second
        from app.training import adapting, golden

        adapting.VIDEOS, golden.VIDEOS = REPLAYED, MEASURED
    return commands.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
