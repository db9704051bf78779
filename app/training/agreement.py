"""A golden set for a network whose own data nobody has here: does a new one find again what the first was sure of?

The truth are the confident tracks of the first checkpoint of the line in videos that nobody corrected. Those videos
have the role *golden*: they are never trained on and never replayed, also in later rounds. Everything is shown in a
mirror, else the first checkpoint would agree with itself entirely, and no other network could: mirrored, it agrees with
itself as much as an equally good network may.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.sentences import counted
from app.training.golden import GoldenSet
from app.training.project_clips import ProjectClips
from app.training.roles import by_hash
from model.adapting.confident_replay import ConfidentClips
from model.training.mirrored import MirroredClips
from model.weights.checkpoint import ModelCheckpoint
from storage.database import Database
from storage.teaching import teaching
from storage.video_roles import GOLDEN

AGREEMENT = "agreement"
LEAST_VIDEOS, MOST_VIDEOS = 5, 12
SHARE = 4  # one in so many of the videos that nobody corrected: the others are left to be corrected
FRAMES = 12  # of each video, about


@dataclass(frozen=True)
class Agreement:
    """A golden set of videos of the project, with their ids and the hashes of their content."""

    golden: GoldenSet
    video_ids: tuple[str, ...]
    contents: tuple[str, ...]


def agreement(
    database: Database,
    first: ModelCheckpoint,
    corrected: ProjectClips,
    roles: Mapping[str, str],
    *,
    project_id: str,
    device: str,
    check: Callable[[], None] = lambda: None,
) -> Agreement | None:
    """The golden set of the project's videos that nobody corrected; None where they or what is found are too few.

    ``roles``: those given so far, by content. ``check`` is called before each video, and stops this by raising an
    error.
    """
    with database.read() as tx:
        every = {video.video_id: video.content for video in teaching(tx, project_id)}
    used = set(corrected.video_ids)
    taken = {content for video_id, content in every.items() if video_id in used}
    first_ids = {content: video_id for video_id, content in reversed(every.items()) if content not in taken}
    contents = chosen(tuple(first_ids), roles)
    if not contents:
        return None
    ids = [first_ids[content] for content in contents]
    source = ProjectClips(database, project_id=project_id, video_ids=ids, category_ids=())
    most = FRAMES * len(ids)
    found = ConfidentClips(first.build(device), first.categories, source, most_frames=most, check=check)
    if len(found.videos) < LEAST_VIDEOS:
        return None
    name = f"{counted(len(found.videos), 'mirrored video')} that nobody corrected"
    golden = GoldenSet(AGREEMENT, name, MirroredClips(found), tuple(range(len(found.videos))), "first")
    return Agreement(golden, tuple(ids), tuple(contents))


def chosen(contents: Sequence[str], roles: Mapping[str, str]) -> list[str]:
    """Those of the videos that nobody corrected, by content, that are golden: the ones that are it already come first.

    Empty where a quarter of the videos is not enough. Videos with another role have been corrected before.
    """
    known = [content for content in contents if roles.get(content) == GOLDEN]
    others = [content for content in contents if content not in roles]
    count = min((len(known) + len(others)) // SHARE, MOST_VIDEOS)
    wanted = max(count, min(len(known), MOST_VIDEOS))
    return [*by_hash(known), *by_hash(others)][:wanted] if wanted >= LEAST_VIDEOS else []
