"""What a retraining replays, so that the network does not forget what it knew before the corrections."""

from collections.abc import Callable, Collection

from app.training.golden import MADE_FOR
from app.training.project_clips import ProjectClips
from model.adapting.confident_replay import ConfidentClips
from model.adapting.procedural_replay import ProceduralClips
from model.procedural import DOMAINS
from model.training.clips import ClipSource
from model.weights.checkpoint import ModelCheckpoint
from storage.database import Database
from storage.teaching import teaching
from storage.video_roles import GOLDEN, video_roles

VIDEOS = 24
SEED = 500_001  # that of no golden set and no benchmark
MOST_VIDEOS, MOST_FRAMES = 12, 144  # in which a network looks for what it knows; one window of each video


def replay_of(start: ModelCheckpoint) -> ClipSource | None:
    """Clips of the domain that the checkpoint was trained on; None if they cannot be made."""
    domain = MADE_FOR.get(start.config.name)
    if domain is None or not set(DOMAINS[domain].categories) <= set(start.categories):
        return None
    size = start.config.scales.test
    return ProceduralClips(domain, count=VIDEOS, frames=start.config.window, size=size, seed=SEED)


def replay_for(
    database: Database,
    start: ModelCheckpoint,
    *,
    project_id: str,
    used: Collection[str],
    device: str,
    check: Callable[[], None] = lambda: None,
) -> ClipSource | None:
    """Clips of the checkpoint's own domain, or else its confident tracks in videos that nobody corrected.

    ``used`` are ids of the videos that are trained or measured on: none of them is replayed, and no golden video of the
    project. ``check`` is called before each video, and stops this by raising an error. None if there is nothing to
    replay.
    """
    made = replay_of(start)
    if made is not None:
        return made
    with database.read() as tx:
        golden = {content for content, role in video_roles(tx, project_id).items() if role == GOLDEN}
        every = [video.video_id for video in teaching(tx, project_id) if video.content not in golden]
    others = [video_id for video_id in every if video_id not in used][:MOST_VIDEOS]
    if not others:
        return None
    source = ProjectClips(database, project_id=project_id, video_ids=others, category_ids=())
    network = start.build(device)
    found = ConfidentClips(network, start.categories, source, most_frames=MOST_FRAMES, check=check)
    return found if found.videos else None
