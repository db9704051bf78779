"""The loop over the videos of a command: one journal line per video, progress over all, bad videos stop no others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from app.errors import Cancelled
from app.progress import Report

Line = dict[str, Any]
Share = Callable[[float], None]
"""Called with the share of one video that is done, 0 to 1."""


class NamedVideo(Protocol):
    """A video of the loop: its ``id`` in the journal, and its name in messages."""

    @property
    def id(self) -> int | str: ...

    @property
    def shown(self) -> str: ...


Video = TypeVar("Video", bound=NamedVideo)


@dataclass(frozen=True)
class VideoDone:
    """A finished video: its journal line, and whether an earlier call had finished it ``before``."""

    line: Line
    before: bool = False


@dataclass
class Done:
    """How many videos were proposed for, how many an earlier call had finished, and (video, reason) of each failure."""

    proposed: int = 0
    before: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)


def over_videos(
    videos: Sequence[Video],
    one: Callable[[Video, Share], VideoDone],
    *,
    add: Callable[[Line], None],
    report: Report,
    reason_of: Callable[[Exception], str | None],
) -> Done:
    """Calls ``one`` for each video and adds the line of each at once, also of a failure: its ``id`` and ``failed``.

    ``reason_of`` gives the sentence for an error of one video; None: the error ends the loop and is raised, as is
    `Cancelled`.
    """
    done = Done()
    for position, video in enumerate(videos):
        try:
            finished = one(video, _share_of(report, position, len(videos), video.shown))
        except Cancelled:
            raise
        except Exception as error:
            # An error of one video must not stop the others.
            reason = reason_of(error)
            if reason is None:
                raise
            add({"id": video.id, "failed": reason})
            done.failed.append((video.shown, reason))
            continue
        add(finished.line)
        done.before += finished.before
        done.proposed += not finished.before
    return done


def _share_of(report: Report, position: int, count: int, name: str) -> Share:
    """Progress of video ``position`` as progress over ``count`` videos."""

    def share(done: float) -> None:
        report((position + done) / count, f"{name} ({position + 1} of {count})")

    return share
