"""Threads that work on one database or file at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def at_once(*tasks: Callable[[], object]) -> None:
    """Run each task in a thread of its own; returns when all have ended, and raises what one of them raised."""
    with ThreadPoolExecutor(len(tasks)) as pool:
        for running in [pool.submit(task) for task in tasks]:
            running.result()
