"""A spreading run: what a worker stores of one spread, a few frames at a time, as drafts that the page shows at once.

A run whose process was killed goes on: drafts that are final are not computed again. A person may discard the drafts
of a run while it works; it stores nothing more then.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from app.errors import Cancelled
from app.sentences import counted
from app.spreading.given import SpreadPlan
from app.spreading.stretches import SpreadRequest
from storage import drafts, jobs, masks, runs
from storage.database import Database
from storage.drafts import Draft
from storage.rle import Rle
from storage.runs import Run
from storage.videos import Video

KIND = "spreading"
DISCARDED = "discarded"
"""State of a run whose drafts a person has discarded."""
ONE_SIDE = "Followed from one side only"
"""Doubt of a frame between two given ones as long as only the first of both walks has reached it."""


@dataclass(frozen=True)
class FoundMask:
    """One track in one frame: its mask, None where it is believed absent."""

    track: str
    frame: int
    mask: Rle | None
    confidence: float
    doubt: str | None


class SpreadRun:
    """A run in progress."""

    def __init__(self, database: Database, video: Video, run: Run) -> None:
        self.id = run.id
        self._database = database
        self._video = video
        self._job_id = run.job_id

    @staticmethod
    def begin(
        database: Database, video: Video, plan: SpreadPlan, request: SpreadRequest, *, job_id: str
    ) -> "SpreadRun":
        """The run of this job with this plan, resumed, else a new one. Older drafts of its tracks on its frames go."""
        with database.atomic() as tx:
            found = runs.latest_run(tx, video.id, kind=KIND)
            settings = {"request": request.as_json(), **plan.as_json()}
            if found is not None and found.job_id == job_id and found.settings == settings:
                run = found if found.state == DISCARDED else runs.resume_run(tx, found.id, job_id=job_id)
            else:
                for track, filled in plan.stretches.items():
                    drafts.discard_drafts(tx, video.id, track_id=track, start=filled.start, stop=filled.stop)
                run = runs.start_run(
                    tx,
                    kind=KIND,
                    project_id=video.project_id,
                    video_id=video.id,
                    job_id=job_id,
                    settings=settings,
                )
        return SpreadRun(database, video, run)

    def stored(self) -> tuple[set[tuple[str, int]], set[tuple[str, int]]]:
        """Tracks and frames that need not be computed again, and those that were seen from one side only."""
        with self._database.read() as tx:
            found = drafts.list_drafts(tx, self._video.id, run_id=self.id)
        early = {(one.track_id, one.frame) for one in found if one.doubt == ONE_SIDE}
        return {(one.track_id, one.frame) for one in found} - early, early

    def store(self, found: Iterable[FoundMask], gone: Iterable[tuple[str, int]] = ()) -> None:
        """Store drafts; ``gone``: tracks and frames whose earlier draft does not hold. Raises `Cancelled`."""
        found = list(found)
        prepared = masks.prepare_blobs([one.mask for one in found if one.mask is not None])
        hashes = iter(prepared.hashes)
        named = [(one, None if one.mask is None else next(hashes)) for one in found]
        with self._database.atomic() as tx:
            self._must_go_on(tx)
            for track, frame in gone:
                drafts.discard_drafts(tx, self._video.id, run_id=self.id, track_id=track, start=frame, stop=frame + 1)
            masks.put_prepared(tx, prepared)
            drafts.put_drafts(tx, (self._draft(one, name) for one, name in named))
            if self._job_id is not None:
                jobs.reset_attempts(tx, self._job_id)

    def end(self, state: str) -> int:
        """Store how the run ended ("done", "cancelled", "failed"); returns the number of frames with drafts."""
        with self._database.atomic() as tx:
            if runs.get_run(tx, self.id).state != DISCARDED:
                runs.finish_run(tx, self.id, state=state)
            return len({one.frame for one in drafts.list_drafts(tx, self._video.id, run_id=self.id)})

    def _draft(self, one: FoundMask, blob_hash: str | None) -> Draft:
        return Draft.new(
            run_id=self.id,
            video_id=self._video.id,
            track_id=one.track,
            frame=one.frame,
            blob_hash=blob_hash,
            confidence=one.confidence,
            doubt=one.doubt,
        )

    def _must_go_on(self, tx: Connection) -> None:
        if runs.get_run(tx, self.id).state == DISCARDED:
            raise Cancelled


def kept_sentence(frames: int) -> str:
    """What a person who has cancelled a spread reads; empty if nothing is kept."""
    return (
        f"{counted(frames, 'frame')} of the spread {'is' if frames == 1 else 'are'} kept as a draft." if frames else ""
    )
