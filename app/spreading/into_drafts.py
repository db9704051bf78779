"""Use case: spread masks of people over other frames of a stored video, as drafts that appear frame by frame.

Nothing that a person drew or judged is changed: a draft is only shown, until a person applies it
(`app.spreading.applying`).
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from app.errors import BadInput, Cancelled
from app.library.counting import frame_index
from app.progress import Report
from app.spreading.given import SpreadPlan, given_masks, plan_spread
from app.spreading.reading import BothWays
from app.spreading.run import ONE_SIDE, FoundMask, SpreadRun, kept_sentence
from app.spreading.stretches import SpreadRequest, pieces
from model.propagation import Guess, SpreadError, SpreadFrame
from storage import frames, rle, videos
from storage.database import Database
from storage.videos import Video

STORE_SECONDS = 0.3  # between two transactions: the page shows what is stored
NOT_SEEN = "May be hidden or gone"
UNSURE = "Spreading is not sure"


class Spreader(Protocol):
    """What computes: `model.propagation.spread`, with its network and settings."""

    def __call__(
        self,
        read: Callable[[int], np.ndarray],
        given: Mapping[int, Mapping[int, np.ndarray | None]],
        *,
        size: tuple[int, int],
        start: int,
        stop: int,
        cancelled: Callable[[], bool],
    ) -> Iterator[SpreadFrame]:
        """As `model.propagation.spread`."""
        ...


@dataclass(frozen=True)
class SpreadDone:
    """A spread that came to its end: its run, and on how many frames it has drafts."""

    run_id: str
    frames: int

    def as_json(self) -> dict[str, Any]:
        """The result as the job stores it."""
        return {"run": self.run_id, "frames": self.frames}


def spread_video(
    database: Database,
    *,
    video_id: str,
    request: SpreadRequest,
    job_id: str,
    spreader: Spreader,
    report: Report,
    cancelled: Callable[[], bool],
) -> SpreadDone:
    """Spread as ``request`` says; a job that was interrupted goes on.

    ``report(progress 0..1, message)`` is called on the way. If ``cancelled()`` turns true, or a person discards the
    drafts meanwhile, `Cancelled` is raised; its message says what is kept.

    Raises `storage.errors.NotFound`, `app.errors.BadInput` (nothing to spread there any more),
    `storage.frames.VideoError` (the source is gone or changed).
    """
    with database.read() as tx:
        video = videos.get_video(tx, video_id)
        plan = plan_spread(tx, video, request)
        given = given_masks(tx, plan)
    frames.verify(frame_index(video))
    run = SpreadRun.begin(database, video, plan, request, job_id=job_id)
    filling = _Filling(plan, run, list(given), report, *run.stored())
    try:
        with frames.open_reader(frame_index(video)) as reader:
            for piece in pieces(plan.filled, (plan.given[track] for track in plan.given), request.frame):
                filling.fill(piece, _steps(spreader, video, given, BothWays(reader), cancelled))
                if cancelled():
                    break
    except Cancelled:
        run.end("cancelled")
        raise
    except SpreadError as error:
        run.end("failed")
        raise BadInput(str(error)) from error
    except BaseException:
        run.end("failed")
        raise
    kept = run.end("cancelled" if cancelled() else "done")
    if cancelled():
        raise Cancelled(kept_sentence(kept))
    return SpreadDone(run.id, kept)


Steps = Callable[[int, int], Iterator[SpreadFrame]]
Place = tuple[str, int]


def _steps(
    spreader: Spreader,
    video: Video,
    given: Mapping[str, Mapping[int, np.ndarray | None]],
    frames_of: BothWays,
    cancelled: Callable[[], bool],
) -> Steps:
    """The frames that the spreader finds from a start to a stop; tracks are numbered in the order of ``given``."""
    numbered = dict(enumerate(given.values()))
    size = (video.height, video.width)

    def steps(start: int, stop: int) -> Iterator[SpreadFrame]:
        return spreader(frames_of.read, numbered, size=size, start=start, stop=stop, cancelled=cancelled)

    return steps


@dataclass(eq=False)
class _Filling:
    """What one call has found so far.

    ``tracks``: ids by the spreader's numbers. ``done``: places with a final draft; ``early``: those with a first look.
    """

    plan: SpreadPlan
    run: SpreadRun
    tracks: list[str]
    report: Report
    done: set[Place]
    early: set[Place]
    _found: dict[Place, FoundMask] = field(default_factory=dict)
    _gone: set[Place] = field(default_factory=set)
    _stored_at: float = 0.0

    def fill(self, piece: range, steps: Steps) -> None:
        """Fill one piece, as far as it is not done and leads anywhere; what is found is stored. Raises `Cancelled`."""
        missing = [frame for frame in piece if any(self._misses(track, frame) for track in self.plan.stretches)]
        if not missing:
            return
        known = [frame for rows in self.plan.given.values() for frame in rows]
        for step in steps(missing[0], missing[-1] + 1):
            self._take(step)
            if time.monotonic() - self._stored_at >= STORE_SECONDS:
                self._store()
            if not min(known) <= step.frame <= max(known) and self._leads_nowhere(step):
                break
        self._store()

    def _misses(self, track: str, frame: int) -> bool:
        return self.plan.wants(track, frame) and (track, frame) not in self.done

    def _take(self, step: SpreadFrame) -> None:
        found = {self.tracks[number]: guess for number, guess in step.guesses.items()}
        for track in self.plan.stretches:
            place = (track, step.frame)
            if not self._misses(*place):
                continue
            guess = found.get(track)
            if guess is not None and not guess.lost:
                self._found[place] = _found_mask(track, step, guess)
                (self.done if step.final else self.early).add(place)
                self._gone.discard(place)
            elif step.final and place in self.early:
                self._found.pop(place, None)
                self._gone.add(place)

    def _leads_nowhere(self, step: SpreadFrame) -> bool:
        """Whether every track that is wanted beyond a frame outside of the given ones is lost."""
        wanted = [track for track in self.plan.stretches if self.plan.wants(track, step.frame)]
        found = {self.tracks[number]: guess for number, guess in step.guesses.items()}
        return bool(wanted) and all(track not in found or found[track].lost for track in wanted)

    def _store(self) -> None:
        self._stored_at = time.monotonic()
        if self._found or self._gone:
            self.run.store(self._found.values(), self._gone)
        self._found, self._gone = {}, set()
        wanted = sum(self.plan.wants(track, frame) for track in self.plan.stretches for frame in self.plan.filled)
        ready = len(self.done) + len(self.early - self.done) / 2
        self.report(min(ready / max(wanted, 1), 1.0), _words(self.done | self.early, self.plan.filled))


def _words(places: Iterable[Place], filled: range) -> str:
    return f"Spreading: {len({frame for _, frame in places})} of {len(filled)} frames"


def _found_mask(track: str, step: SpreadFrame, guess: Guess) -> FoundMask:
    mask = None if guess.mask is None else rle.encode(guess.mask)
    return FoundMask(track, step.frame, mask, round(float(guess.confidence), 4), _doubt(step, guess))


def _doubt(step: SpreadFrame, guess: Guess) -> str | None:
    """Why a person should check the frame."""
    if not step.final:
        return ONE_SIDE
    if guess.mask is None:
        return NOT_SEEN
    return UNSURE if guess.needs_look else None
