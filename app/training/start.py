"""Chooses the checkpoint that a retraining starts from.

It is the first one of the line of the checkpoint in use. A new project is made with `lite` in use, and nobody knows yet
whether its footage is real or drawn. In drawn footage `demo` finds about as much before a training, learns more and
takes less time; in real footage it finds next to nothing. So the corrected videos decide between the two (figures in
`model/training/README.md`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.checkpoints.find import checkpoint_file, checkpoint_path
from app.checkpoints.releases import DEMO, LITE
from app.settings import Settings
from app.training.fold_clips import FoldClips
from app.training.folds import LAST_THIRD, split
from app.training.golden import OneClass
from app.training.line import first_of_line
from app.training.project_clips import ProjectClips
from app.training.roles import assigned
from model.rule_scoring import figures, published_video
from model.training.clips import ClipSource
from model.weights import checkpoint
from storage import checkpoints
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.video_roles import video_roles

COMPARING = "Comparing the checkpoints to start from"
CLEARLY = 1.5  # so many times as much `lite` has to find to be the start
MOST_VIDEOS, MOST_FRAMES = 8, 400  # that two checkpoints are compared in; the first video counts whatever its length


@dataclass(frozen=True)
class Start:
    """The checkpoint that a retraining starts from; ``note`` is a sentence for the report, where it needs one."""

    checkpoint: Checkpoint
    note: str | None = None


def start_of(
    database: Database,
    settings: Settings,
    source: ProjectClips,
    *,
    project_id: str,
    current: Checkpoint,
    device: str,
    check: Callable[[str], None] = lambda message: None,
) -> Start:
    """The start of a retraining of a project whose checkpoint ``current`` is in use.

    ``source``: its corrected videos. Those that are held out for good take no part, nor does the last third of a single
    one; videos that only folds measure do. ``check`` gets what is done before each video, and stops this by raising an
    error.
    """
    with database.read() as tx:
        first = first_of_line(checkpoints.list_checkpoints(tx), current)
        demo = checkpoints.find_checkpoint(tx, DEMO)
        given = video_roles(tx, project_id)
    if not _built_in(current, LITE) or demo is None or not _built_in(demo, DEMO):
        return Start(first)
    if not checkpoint_path(settings, demo).is_file():
        return Start(first)  # it is only an alternative
    parts = split(source.corrected, assigned(source.corrected, given))
    clips = FoldClips(source, parts.kept.taught, first_part=2 / 3 if parts.kind == LAST_THIRD else None)
    videos = compared(range(len(clips.videos)), [video.count for video in clips.videos])
    found = {one.id: found_in(one, settings, clips, videos, device=device, check=check) for one in (current, demo)}
    if found[current.id] > CLEARLY * found[demo.id] or not found[demo.id]:
        return Start(current)
    return Start(demo, f"It started from {DEMO}, since {LITE} does not find clearly more in the corrected videos.")


def compared(videos: Sequence[int], frames: Sequence[int]) -> tuple[int, ...]:
    """Those of the videos, with so many frames each, in which checkpoints are compared: the shortest ones, in order."""
    chosen: list[int] = []
    total = 0
    for count, video in sorted(zip(frames, videos, strict=True))[:MOST_VIDEOS]:
        total += count
        if chosen and total > MOST_FRAMES:
            break
        chosen.append(video)
    return tuple(sorted(chosen))


def _built_in(registered: Checkpoint, name: str) -> bool:
    return registered.name == name and registered.project_id is None


def found_in(
    registered: Checkpoint,
    settings: Settings,
    source: ClipSource,
    videos: Sequence[int],
    *,
    device: str,
    check: Callable[[str], None],
) -> float:
    """AP plus mean IoU of the best track (0 to 2), both without classes, of the tracks of the published rule.

    No threshold takes part: those of a checkpoint suit the footage that it knows.
    """
    made = checkpoint.load(checkpoint_file(settings, registered))
    network, one_class = made.build(device).eval(), OneClass(source)
    measured = []
    for index in videos:
        check(f"{COMPARING}: {registered.name}, video {len(measured) + 1} of {len(videos)}")
        measured.append(published_video(network, one_class, index, labels=(0,) * len(made.categories)))
    found = figures(measured, [video.under_published() for video in measured])
    return float(found["AP_without_classes"] or 0.0) + float(found["best_iou"] or 0.0)
