"""Failures that end a command with exit code 1, and the lines on stderr about what it did and left out."""

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from app.errors import AppError
from app.machine import Shard
from app.sentences import counted

if TYPE_CHECKING:
    from app.proposing.results_file import BatchResult


class ChecksFailed(AppError):
    """A check, a test or a benchmark failed, or only a part of the work could be done."""


class SomeVideosFailed(AppError):
    """At least one video could not be processed; the others were."""


def print_lines(lines: Iterable[str]) -> None:
    """Each line on stderr."""
    for line in lines:
        print(line, file=sys.stderr)


def raise_left_out(sentences: Sequence[str]) -> None:
    """Raise `ChecksFailed` with the first of the sentences about what was left out, if there are any."""
    if sentences:
        were = "was" if len(sentences) == 1 else "were"
        raise ChecksFailed(f"{counted(len(sentences), 'part')} of the file {were} left out; the first: {sentences[0]}")


def print_share(shard: Shard, *, proposed: int, before: int, failed: int) -> None:
    """Print numbers of videos of this process if there are several processes or videos that were done before.

    ``proposed`` videos went through the model now, ``before`` were done earlier, ``failed`` could not be processed.
    """
    if shard.count == 1 and not before:
        return
    who = f"Process {shard.rank} of {shard.count}: " if shard.count > 1 else ""
    left_out = f", {failed} left out" if failed else ""
    print(f"{who}{counted(proposed, 'video')} looked at, {before} done before{left_out}.", file=sys.stderr)


def print_outcome(result: "BatchResult") -> None:
    """The dropped tracks by class, and the videos that failed."""
    for name, count in sorted(result.dropped.items()):
        were = "was" if count == 1 else "were"
        print(
            f"{counted(count, 'track')} of the class {name} {were} dropped: the file has no such category.",
            file=sys.stderr,
        )
    print_failures([(failure.video.shown, failure.reason) for failure in result.failed])


def print_failures(failed: Sequence[tuple[str, str]]) -> None:
    """One line for each (video, reason)."""
    for shown, reason in failed:
        print(f"Left out: {shown} ({reason})", file=sys.stderr)


def raise_failures(failed: Sequence[tuple[str, str]], count: int) -> None:
    """Raise `SomeVideosFailed` with the last reason if any of ``count`` videos failed; items are (video, reason)."""
    if failed:
        many = f"{len(failed)} of {count} videos failed, the last one" if count > 1 else "The video failed"
        raise SomeVideosFailed(f"{many}: {failed[-1][1]}")
