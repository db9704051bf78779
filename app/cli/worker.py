"""The command worker: does background jobs, also on another machine that shares database and data folder."""

import argparse
import logging
import sys

from app.jobs import lock
from app.settings import Settings


def worker(arguments: argparse.Namespace, settings: Settings) -> None:
    """Do background jobs until stopped, or until none came for the idle time."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    settings.make_folders()
    taken = lock.take(settings)
    if taken is None:
        print("Another worker is alive on this machine; this one has nothing to do.", file=sys.stderr)
        return
    # Heavy, and in vain in a process that is not the worker.
    from app.worker.handlers import ASIDE, AT_ONCE, HANDLERS
    from app.worker.loop import run_worker

    run_worker(settings, handlers=HANDLERS, aside=ASIDE, at_once=AT_ONCE, idle_seconds=arguments.idle, taken=taken)
