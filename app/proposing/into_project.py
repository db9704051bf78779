"""Use case: propose tracks for a video of a project and store them window by window; one undo takes a run back.

A run that was cancelled, killed or failed resumes at the window where it stopped, if the next one has the same
checkpoint and settings; see `app.proposing.run`.
"""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.checkpoints.choice import chosen_checkpoint
from app.checkpoints.class_map import ClassMapping, class_mapping
from app.checkpoints.warm_model import LoadedNetwork, WarmModel
from app.errors import BadInput, Cancelled
from app.machine import choose_device, choose_precision
from app.progress import Report
from app.proposing.ledger import TrackLedger
from app.proposing.resuming import RunKey, finished, kept_frames, run_key
from app.proposing.run import ProposalRun
from app.proposing.run_frames import RunFrames
from app.proposing.steadying import choose_steady, proposed_windows
from app.settings import Settings
from model.tracking.reading_ahead import frames_ahead
from model.tracking.settings import ProposeSettings
from storage import videos
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.videos import Video


@dataclass(frozen=True)
class Proposed:
    """The result of a proposal run: counts of tracks.

    ``unmapped`` counts tracks by the classes that the project has no category for; ``edit`` is the number of the run's
    last edit, ``resumed_at`` the frame at which it resumed (0: it began).
    """

    run_id: str
    added: int
    replaced: int
    deleted: int
    dropped: int
    edit: int | None
    unmapped: Mapping[str, int]
    resumed_at: int = 0

    def as_json(self) -> dict[str, Any]:
        """The result as the job stores it."""
        return {
            "run": self.run_id,
            "added": self.added,
            "replaced": self.replaced,
            "deleted": self.deleted,
            "dropped": self.dropped,
            "edit": self.edit,
            "unmapped": dict(self.unmapped),
            "resumed_at": self.resumed_at,
        }


def propose_video(
    database: Database,
    settings: Settings,
    *,
    video_id: str,
    checkpoint_id: str | None,
    report: Report,
    cancelled: Callable[[], bool],
    job_id: str | None = None,
    propose_settings: ProposeSettings | None = None,
    warm: WarmModel | None = None,
) -> Proposed:
    """Proposes tracks for a video and stores them window by window; resumes an unfinished run of the same key.

    ``report(progress 0..1, message)`` is called on the way. If ``cancelled()`` turns true, or a person undoes the run
    meanwhile, the stored windows stay and `Cancelled` is raised; its message says what the next run need not repeat.

    Raises `storage.errors.NotFound`, `app.errors.BadInput` (no checkpoint, or its file is gone),
    `model.tracking.settings.WindowsTooClose`, `storage.frames.VideoError` (the source is gone or changed),
    `storage.runs.RunMoved` (another process has resumed the run).
    """
    propose_settings = propose_settings or ProposeSettings()
    video, checkpoint, mapping = _inputs(database, video_id, checkpoint_id)
    report(0.0, f"Loading the checkpoint {checkpoint.name}")
    loaded = (warm or WarmModel(settings)).get(checkpoint, precision=propose_settings.precision)
    propose_settings = replace(
        propose_settings,
        precision=loaded.precision,
        thresholds=propose_settings.thresholds or loaded.thresholds,
        steady=choose_steady(propose_settings),
    )
    key = run_key(video, checkpoint, propose_settings, device=loaded.device)
    names, ids = loaded.categories, mapping.category_ids
    run = ProposalRun.begin(database, video, key, job_id=job_id, class_names=names, category_ids=ids)
    began_at = run.done
    try:
        with RunFrames(database, video_id=video.id, start=run.next_frame) as frames:
            whole = _run(run, frames, loaded, propose_settings=propose_settings, report=report, cancelled=cancelled)
        ended = run.end(whole=whole)
    except BaseException:
        run.fail()
        raise
    if not whole:
        raise _cancelled(database, key)
    return _proposed(run, *ended, began_at=began_at)


def _proposed(run: ProposalRun, ledger: TrackLedger, unmapped: Mapping[str, int], *, began_at: int) -> Proposed:
    return Proposed(
        run_id=run.id,
        added=ledger.added,
        replaced=ledger.replaced,
        deleted=ledger.deleted,
        dropped=ledger.dropped,
        edit=run.edit,
        unmapped=unmapped,
        resumed_at=began_at,
    )


def is_proposed(
    database: Database,
    settings: Settings,
    *,
    video_id: str,
    checkpoint_id: str | None,
    propose_settings: ProposeSettings,
) -> bool:
    """Whether the video's latest run has this checkpoint and these settings, came to its end and was not undone.

    Where the settings leave open whether masks are steady, both will do: an update does not propose all anew.
    """
    with database.read() as tx:
        video = videos.get_video(tx, video_id)
        checkpoint = chosen_checkpoint(tx, project_id=video.project_id, checkpoint_id=checkpoint_id)
        if checkpoint is None:
            return False
        device = choose_device(settings.device)
        precision, asked = choose_precision(device, propose_settings.precision), propose_settings.steady
        wanted = [False, True] if asked is None else [choose_steady(propose_settings)]
        settled = [replace(propose_settings, precision=precision, steady=steady) for steady in wanted]
        return any(finished(tx, run_key(video, checkpoint, one, device=device)) for one in settled)


def _inputs(database: Database, video_id: str, checkpoint_id: str | None) -> tuple[Video, Checkpoint, ClassMapping]:
    with database.read() as tx:
        video = videos.get_video(tx, video_id)
        checkpoint = chosen_checkpoint(tx, project_id=video.project_id, checkpoint_id=checkpoint_id)
        if checkpoint is None:
            raise BadInput("There is no checkpoint to propose with: download TeViT, add a file, or draw by hand.")
        mapping = class_mapping(tx, checkpoint=checkpoint, project_id=video.project_id)
    # Checked before a model is loaded, which takes seconds.
    RunFrames.verify(video)
    return video, checkpoint, mapping


def _cancelled(database: Database, key: RunKey) -> Cancelled:
    """With the sentence about what the run has stored, if the next one resumes it."""
    with database.read() as tx:
        kept = kept_frames(tx, key)
    return Cancelled(kept.sentence) if kept else Cancelled()


def _run(
    run: ProposalRun,
    frames: RunFrames,
    loaded: LoadedNetwork,
    *,
    propose_settings: ProposeSettings,
    report: Report,
    cancelled: Callable[[], bool],
) -> bool:
    """Proposes from the run's position to the video's end; returns whether the end was reached."""
    stopped = False

    def stop() -> bool:
        nonlocal stopped
        stopped = stopped or cancelled()
        return stopped

    def on_window(done: int, expected: int) -> None:
        report(min(done / max(expected, 1), 1.0), f"Proposing: frame {done} of {max(done, expected)}")

    if frames.all_stored(run.done):
        return True
    on_window(run.done, frames.expected)
    taken_back = _store_windows(
        run, frames, loaded, propose_settings=propose_settings, on_window=on_window, cancelled=stop
    )
    return not taken_back and (not stopped or frames.all_stored(run.done))


def _store_windows(
    run: ProposalRun,
    frames: RunFrames,
    loaded: LoadedNetwork,
    *,
    propose_settings: ProposeSettings,
    on_window: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> bool:
    """Stores the windows as the model yields them; returns whether a person undid the run."""
    from model.tracking.stitch_state import StateMismatch
    from model.tracking.window_frames import NoFrames

    results = proposed_windows(
        loaded.network,
        frames,
        device=loaded.device,
        first=run.next_frame,
        expected=frames.expected,
        config=loaded.config,
        settings=propose_settings,
        state=run.state,
        ahead=frames_ahead(loaded.device) if frames.read_only else 0,
        on_window=on_window,
        cancelled=cancelled,
    )
    try:
        with contextlib.closing(results):  # before the frames, also where storing fails
            for window in results:
                frames.publish()
                run.store(window)
    except Cancelled:
        return True
    except NoFrames:
        if run.done == 0:  # else the run stopped after its last window
            raise
    except StateMismatch as error:
        # The state was stored by another version of this program, for instance.
        run.forget()
        raise BadInput(f"The run that broke off cannot go on ({error}); propose again to begin anew.") from error
    return False
