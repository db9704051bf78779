"""What a retraining would learn from, before it starts: the masks, what teaches background, and what is left out.

Loads no torch, since the server shows the plan. The numbers are those of `storage.teaching`.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from app.checkpoints.choice import chosen_checkpoint
from app.sentences import counted
from app.training.folds import HELD_OUT, K_FOLD, LAST_THIRD, Split, split
from app.training.line import learnt_contents
from app.training.roles import HELD_OUT_FROM, CorrectedVideo, assigned
from storage import projects
from storage.database import Database
from storage.teaching import Teaching, teaching
from storage.video_roles import TRAINED, video_roles

MOST_NAMES = 3  # videos that a sentence names


@dataclass(frozen=True)
class BackgroundVideo:
    """What of one trained video teaches background: numbers of frames, of frames of tracks, and of masks."""

    name: str
    complete: int
    absent: int
    rejected: int


@dataclass(frozen=True)
class RetrainPlan:
    """The data that a retraining would use; ``reason`` is why there can be none, else None.

    Attributes:
        corrected_videos: videos with human masks of categories in use.
        videos: those of them that are trained on; ``tracks``, the masks and all that teaches background are of these.
        masks_accepted, masks_drawn, masks_imported: numbers of human masks by their origin.
        ignored_unreviewed: masks without a verdict, in any video; no background either, also in complete frames.
        ignored_uncategorised: human masks of tracks without a category in use, in any video; no background either.
        complete_frames: frames declared complete; everything in them without a track is background.
        absences: frames of tracks that a person marked absent.
        rejected_masks, rejected_tracks: masks of rejected proposals, and the tracks they belong to.
        background: the trained videos in which something teaches background.
        background_only: videos with background but without a human mask; they are not trained on.
        evaluation: how before and after would be measured, see `app.training.folds`; ``set`` names the videos.
        held_out: names of the videos that are never trained on; empty with few videos.
        trainings: how many networks are trained, the one to keep among them; the others only measure.
        before_learnt: whether the checkpoint in use was trained on the measured videos, so that nothing can be proven.
        labelled_frames: frames with a human mask in the videos that are trained on.
        measured_videos, measured_frames: what before and after are measured on, ``folded_videos`` of them in a fold.
    """

    videos: int
    tracks: int
    masks_accepted: int
    masks_drawn: int
    masks_imported: int
    ignored_unreviewed: int
    ignored_uncategorised: int
    complete_frames: int
    absences: int
    rejected_masks: int
    rejected_tracks: int
    background: tuple[BackgroundVideo, ...]
    background_only: int
    corrected_videos: int
    evaluation: str
    reason: str | None
    set: str = ""
    held_out: tuple[str, ...] = ()
    trainings: int = 1
    before_learnt: bool = False
    labelled_frames: int = 0
    measured_videos: int = 0
    folded_videos: int = 0
    measured_frames: int = 0

    @property
    def masks(self) -> int:
        """Human masks that are trained on."""
        return self.masks_accepted + self.masks_drawn + self.masks_imported


def plan(database: Database, project_id: str) -> RetrainPlan:
    """Numbers of a project's human masks and of its background, and how a retraining would be measured."""
    with database.read() as tx:
        every = teaching(tx, project_id)
        categories = projects.list_categories(tx, project_id)
        used = [video for video in every if video.masks]
        found, teaches = _split(tx, project_id, used) if used else (None, True)
    uncategorised = sum(video.uncategorised for video in every)
    taught = [] if found is None else [used[k] for k in found.kept.taught]
    return RetrainPlan(
        videos=len(taught),
        tracks=sum(video.tracks for video in taught),
        masks_accepted=sum(video.accepted for video in taught),
        masks_drawn=sum(video.drawn for video in taught),
        masks_imported=sum(video.imported for video in taught),
        ignored_unreviewed=sum(video.unreviewed for video in every),
        ignored_uncategorised=uncategorised,
        complete_frames=sum(video.complete for video in taught),
        absences=sum(video.absent for video in taught),
        rejected_masks=sum(video.rejected for video in taught),
        rejected_tracks=sum(video.rejected_tracks for video in taught),
        background=tuple(
            BackgroundVideo(video.name, video.complete, video.absent, video.rejected)
            for video in taught
            if video.has_background
        ),
        background_only=sum(video.has_background and not video.masks for video in every),
        corrected_videos=len(used),
        evaluation=LAST_THIRD if found is None else found.kind,
        reason=_reason(used, has_categories=bool(categories), uncategorised=uncategorised, teaches=teaches),
        set="" if found is None else found.set_name,
        held_out=() if found is None else tuple(v.name for k, v in enumerate(used) if k not in found.kept.taught),
        trainings=0 if found is None else len(found.trainings),
        before_learnt=found is not None and found.before_learnt,
        labelled_frames=sum(video.labelled for video in taught),
        measured_videos=0 if found is None else len(found.measured),
        folded_videos=0 if found is None else len(found.measured) - len(found.kept.held_out),
        measured_frames=0 if found is None else sum(used[k].frames for k in found.measured),
    )


def _split(tx: Connection, project_id: str, used: list[Teaching]) -> tuple[Split, bool]:
    """The split that a retraining of these videos would make now, and whether any of them may be trained on."""
    videos = [CorrectedVideo(video.content, video.categories) for video in used]
    current = chosen_checkpoint(tx, project_id=project_id, checkpoint_id=None)
    learnt = frozenset() if current is None else learnt_contents(tx, current)
    roles = assigned(videos, video_roles(tx, project_id))
    return split(videos, roles, learnt=learnt), TRAINED in roles.values()


def _reason(used: list[Teaching], *, has_categories: bool, uncategorised: int, teaches: bool) -> str | None:
    if not has_categories:
        return "This project has no category yet; add one and give it to the tracks."
    if used and not teaches:
        return "All corrected videos are held out of training for good; correct another one."
    if used:
        return None
    if uncategorised:
        return "No reviewed track has a category that is in use; give the tracks one first."
    return "Nothing was accepted or corrected yet; review a few tracks first."


def sentences(found: RetrainPlan) -> tuple[str, ...]:
    """The plan in plain words, one sentence a line."""
    if found.reason is not None:
        return (found.reason,)
    origins = (
        (found.masks_drawn, "drawn or corrected"),
        (found.masks_accepted, "accepted"),
        (found.masks_imported, "imported"),
    )
    by_origin = ", ".join(f"{number:,} {word}" for number, word in origins if number)
    lines = [
        f"It trains on {counted(found.masks, 'mask')} of {counted(found.tracks, 'track')} in "
        f"{counted(found.labelled_frames, 'frame')} of {counted(found.videos, 'video')}: {by_origin}.",
        *_background(found),
    ]
    if found.ignored_unreviewed:
        lines.append(f"Ignored, and not taken as background: {counted(found.ignored_unreviewed, 'unreviewed mask')}.")
    if found.ignored_uncategorised:
        masks = counted(found.ignored_uncategorised, "reviewed mask")
        lines.append(f"Left out, and not taken as background: {masks} of tracks without a category in use.")
    if found.background_only:
        videos = counted(found.background_only, "video")
        lines.append(f"Left out: {videos} with background but without an accepted or corrected mask.")
    return (*lines, *_measuring(found))


def _background(found: RetrainPlan) -> list[str]:
    lines = []
    if found.complete_frames:
        names = [video.name for video in found.background if video.complete]
        lines.append(f"{counted(found.complete_frames, 'complete frame')} in {_named(names)}")
    if found.absences:
        lines.append(f"{counted(found.absences, 'frame')} in which a track was marked absent")
    if found.rejected_masks:
        masks = counted(found.rejected_masks, "rejected mask")
        lines.append(f"{masks} of {counted(found.rejected_tracks, 'track')}")
    if not lines:
        return ["Nothing teaches background: no frame is complete, no track is marked absent, no proposal is rejected."]
    return [f"Background: {line}." for line in lines]


def _named(names: list[str]) -> str:
    """The number of videos, and the names of the first of them."""
    shown = ", ".join(names[:MOST_NAMES])
    return f"{counted(len(names), 'video')} ({shown}{', …' if len(names) > MOST_NAMES else ''})"


def _measuring(found: RetrainPlan) -> list[str]:
    lines = []
    if found.held_out:
        lines.append(f"Never trained on: {_named(list(found.held_out))}.")
    if found.evaluation == HELD_OUT:
        lines.append(f"Before and after are measured on {found.set}: each by a network that never saw it.")
    elif found.evaluation == K_FOLD:
        lines.append("Before and after are measured by k-fold: each video by a network that never saw it.")
    else:
        lines.append("Before and after are measured on the last third of the one corrected video.")
    if found.evaluation != HELD_OUT:
        lines.append(f"Fewer than {HELD_OUT_FROM} different videos prove nothing: whether it is better, you decide.")
    elif found.before_learnt:
        lines.append("The checkpoint in use was trained on these videos, so nothing can be proven; correct new videos.")
    return lines
