"""Which of a project's open videos, on which nobody worked yet, judge a retraining, and which it replays.

Loads no torch.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from app.training.roles import by_hash
from storage.teaching import teaching
from storage.video_roles import GOLDEN, TRAINED

LEAST_VIDEOS, MOST_VIDEOS = 5, 12  # that judge
SHARE = 4  # one in so many open videos judges: the others are left to be corrected
MOST_REPLAYED = 12


@dataclass(frozen=True)
class OpenVideos:
    """Ids of the videos that judge (``golden``) and of those that are replayed; no content is in both."""

    golden: tuple[str, ...]
    replayed: tuple[str, ...]


def open_videos(
    tx: Connection, project_id: str, *, corrected: Collection[str], roles: Mapping[str, str], judging: bool
) -> OpenVideos:
    """The open videos that a retraining of the ``corrected`` contents uses; of copies only the first.

    A video in which a person rejected tracks, marked absences, declared frames complete or reviewed masks without a
    category is not open: there the network's own errors would be taken as truth. Neither are copies of it. ``roles``:
    those given so far, by content. ``judging``: whether videos that judge are wanted.
    """
    every = teaching(tx, project_id)
    closed = {*corrected, *(one.content for one in every if one.masks or one.has_background or one.uncategorised)}
    ids: dict[str, str] = {}
    for one in every:
        if one.content not in closed:
            ids.setdefault(one.content, one.video_id)
    golden = chosen(tuple(ids), roles) if judging else []
    replayed = [one for one in ids if one not in golden and roles.get(one, TRAINED) == TRAINED][:MOST_REPLAYED]
    return OpenVideos(tuple(ids[one] for one in golden), tuple(ids[one] for one in replayed))


def chosen(contents: Sequence[str], roles: Mapping[str, str]) -> list[str]:
    """Those of the open videos, by content, that are golden: the ones that are it already come first.

    Empty where a quarter of the videos is not enough. Videos with another role have been corrected before.
    """
    known = [content for content in contents if roles.get(content) == GOLDEN]
    others = [content for content in contents if content not in roles]
    count = min((len(known) + len(others)) // SHARE, MOST_VIDEOS)
    wanted = max(count, min(len(known), MOST_VIDEOS))
    return [*by_hash(known), *by_hash(others)][:wanted] if wanted >= LEAST_VIDEOS else []
