"""The names of all commands, as the parser knows them."""

import argparse

from app.cli.parser import make_parser


def every_command() -> tuple[str, ...]:
    """The words that may stand behind ``launch.py``, in the order of its help."""
    [commands] = [one for one in make_parser()._actions if isinstance(one, argparse._SubParsersAction)]
    return tuple(commands.choices)
