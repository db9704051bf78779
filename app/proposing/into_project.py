"""Use case: the model proposes tracks for a video, stored window by window while it runs; one undo takes a run back.

A run that was cancelled, killed or failed is taken up again by the next one with the same checkpoint and settings, at
the window where it stopped; see `app.proposing.run`.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from app.checkpoints.choice import chosen_checkpoint
from app.checkpoints.class_map import ClassMapping, class_mapping
from app.checkpoints.warm import Loaded, WarmModel
from app.errors import BadInput, Cancelled
from app.machine import choose_device, choose_precision
from app.proposing.ledger import Ledger
from app.proposing.run import Order, ProposalRun, finished
from app.proposing.run_frames import Pictures
from app.settings import Settings
from model.tracking.settings import ProposeSettings
from storage import videos
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.videos import Video

Report = Callable[[float, str], None]


@dataclass(frozen=True)
class Proposed:
    """What a proposal run did. ``unmapped`` counts tracks by the classes that this project has no category for;
    ``edit`` is the number of its last edit, ``resumed_at`` the frame at which it went on (0: it began)."""

    run_id: str
    added: int
    replaced: int
    deleted: int
    dropped: int
    edit: int | None
    unmapped: Mapping[str, int]
    resumed_at: int = 0

    def as_json(self) -> dict[str, Any]:
        """The result that the job stores."""
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
    """Runs the model over the video and stores what it proposes, window by window; goes on where a run broke off.

    ``report(progress 0..1, message)`` is called as it goes. When ``cancelled()`` turns true, or a person takes the run
    back meanwhile, what was stored stays and `Cancelled` is raised.

    Raises `storage.errors.NotFound`, `app.errors.BadInput` (no checkpoint, its file is gone, windows that cannot be),
    `storage.frames.VideoError` (the source is gone or changed), `storage.runs.RunMoved` (another process does it).
    """
    propose_settings = propose_settings or ProposeSettings()
    video, checkpoint, mapping = _asked(database, video_id, checkpoint_id)
    report(0.0, f"Loading the checkpoint {checkpoint.name}")
    loaded = (warm or WarmModel(settings)).get(checkpoint, precision=propose_settings.precision)
    propose_settings = replace(propose_settings, precision=loaded.precision)
    order = _order(video, checkpoint, propose_settings, device=loaded.device)
    names, ids = loaded.categories, mapping.category_ids
    run = ProposalRun.begin(database, video, order, job_id=job_id, class_names=names, category_ids=ids)
    began_at = run.done
    try:
        with Pictures(database, video_id=video.id, start=run.next_frame) as pictures:
            whole = _run(run, pictures, loaded, propose_settings=propose_settings, report=report, cancelled=cancelled)
        ended = run.end(whole=whole)
    except BaseException:
        run.fail()
        raise
    if not whole:
        raise Cancelled
    return _proposed(run, *ended, began_at=began_at)


def _proposed(run: ProposalRun, ledger: Ledger, unmapped: Mapping[str, int], *, began_at: int) -> Proposed:
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
    """Whether the video's latest run was just this one, with this checkpoint, and came to its end."""
    with database.read() as tx:
        video = videos.get_video(tx, video_id)
        checkpoint = chosen_checkpoint(tx, project_id=video.project_id, checkpoint_id=checkpoint_id)
        if checkpoint is None:
            return False
        device = choose_device(settings.device)
        propose_settings = replace(propose_settings, precision=choose_precision(device, propose_settings.precision))
        return finished(tx, _order(video, checkpoint, propose_settings, device=device))


def _asked(database: Database, video_id: str, checkpoint_id: str | None) -> tuple[Video, Checkpoint, ClassMapping]:
    with database.read() as tx:
        video = videos.get_video(tx, video_id)
        checkpoint = chosen_checkpoint(tx, project_id=video.project_id, checkpoint_id=checkpoint_id)
        if checkpoint is None:
            raise BadInput("There is no checkpoint to propose with: download TeViT, add a file, or draw by hand.")
        mapping = class_mapping(tx, checkpoint=checkpoint, project_id=video.project_id)
    # Before a model is loaded: a source that is gone says so at once.
    Pictures.check(video)
    return video, checkpoint, mapping


def _order(video: Video, checkpoint: Checkpoint, propose_settings: ProposeSettings, *, device: str) -> Order:
    # Which of several GPUs it was makes no difference to what is found.
    return Order(video.id, checkpoint.id, {**asdict(propose_settings), "device": device.partition(":")[0]})


def _run(
    run: ProposalRun,
    pictures: Pictures,
    loaded: Loaded,
    *,
    propose_settings: ProposeSettings,
    report: Report,
    cancelled: Callable[[], bool],
) -> bool:
    """Proposes from where the run is to the video's end; returns whether it came there."""
    stopped = False

    def stop() -> bool:
        nonlocal stopped
        stopped = stopped or cancelled()
        return stopped

    def on_window(done: int, expected: int) -> None:
        report(min(done / max(expected, 1), 1.0), f"Proposing: frame {done} of {max(done, expected)}")

    if pictures.all_stored(run.done):
        return True
    on_window(run.done, pictures.expected)
    taken_back = _store_windows(
        run, pictures, loaded, propose_settings=propose_settings, on_window=on_window, cancelled=stop
    )
    return not taken_back and (not stopped or pictures.all_stored(run.done))


def _store_windows(
    run: ProposalRun,
    pictures: Pictures,
    loaded: Loaded,
    *,
    propose_settings: ProposeSettings,
    on_window: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> bool:
    """Stores window after window as they come out of the model; returns whether a person took the run back."""
    from model.tracking import windows

    results = windows.propose(
        loaded.network,
        pictures,
        expected=pictures.expected,
        config=loaded.config,
        settings=propose_settings,
        state=run.state,
        on_window=on_window,
        cancelled=cancelled,
    )
    try:
        for window in results:
            pictures.confirm()
            run.store(window)
    except Cancelled:
        return True
    except windows.NoFrames:
        if run.done == 0:  # else it broke off after its last window, and nothing is left to look at
            raise
    except windows.StateMismatch as error:
        # Of an older version of this program, say: it can only begin anew.
        run.forget()
        raise BadInput(f"The run that broke off cannot go on ({error}); propose again to begin anew.") from error
    return False
