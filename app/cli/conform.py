"""The command conform: compares this program with golden figures of the official code."""

import argparse

from app.cli.outcome import ChecksFailed
from app.machine import choose_device
from app.settings import Settings


def conform(arguments: argparse.Namespace, settings: Settings) -> None:
    """Compare all figures of a folder; the tables on stdout name those beyond their tolerance."""
    from app.conform.runner import run  # loads torch

    # Golden figures were made on a CPU: another device is used only where it is asked for.
    device = choose_device(settings.device or "cpu")
    if run(arguments.folder, arguments.json, device=device) != 0:
        raise ChecksFailed(f"Some figures of {arguments.folder} do not agree; the table on stdout says which.")
