"""Which corrected videos are held out of training for good, and which are trained on.

A role is given once and stays: a video that was held out is never trained on in a later round, so that rounds can be
compared on it; a video that was trained on is never held out. Which videos are held out follows from the hash of their
content, category by category. Copies of a video are one group and have one role. Only the role *golden* ends when the
video is corrected: it judges no longer, and nothing was trained on it, so it gets a role like any new one. Loads no
torch.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from storage.video_roles import GOLDEN, HELD_OUT, TRAINED

HELD_OUT_FROM = 5  # different corrected videos from which some are held out for good
LEAST_HELD_OUT = 2  # a single held-out video proves nothing
SHARE = 0.2  # of the corrected videos that are held out


@dataclass(frozen=True)
class CorrectedVideo:
    """A video to train on or to measure on: the hash of its content, and the categories of its human masks."""

    content: str
    categories: frozenset[str] = frozenset()


def assigned(videos: Sequence[CorrectedVideo], roles: Mapping[str, str]) -> dict[str, str]:
    """Content -> role of all these videos; ``roles`` are those given so far, and none of them changes but
    `GOLDEN`.

    Under `HELD_OUT_FROM` different videos all are trained on. From there on a fifth of them, at least two, is held out;
    of the new videos of a round at most one half, so that most corrections teach.
    """
    groups = _groups(videos)
    found = {one: role for one, role in roles.items() if one in groups and role != GOLDEN}
    new = [content for content in groups if content not in found]
    wanted = max(round(SHARE * len(groups)), LEAST_HELD_OUT) if len(groups) >= HELD_OUT_FROM else 0
    missing = wanted - sum(role == HELD_OUT for role in found.values())
    for _ in range(max(min(missing, (len(new) + 1) // 2), 0)):
        out = min((one for one in new if one not in found), key=lambda one: _rank(one, groups, found))
        found[out] = HELD_OUT
    return {content: found.get(content, TRAINED) for content in groups}


def by_hash(contents: Iterable[str]) -> list[str]:
    """The contents in an order that depends on nothing else than each of them."""
    return sorted(contents, key=_hash)


def _groups(videos: Sequence[CorrectedVideo]) -> dict[str, frozenset[str]]:
    """Content -> the categories of all its copies."""
    groups: dict[str, frozenset[str]] = {}
    for video in videos:
        groups[video.content] = groups.get(video.content, frozenset()) | video.categories
    return groups


def _rank(content: str, groups: Mapping[str, frozenset[str]], found: Mapping[str, str]) -> tuple[int, float, str]:
    """The order in which videos are held out, lowest first.

    The only video of a category comes last, because nothing would teach this category. Then come the videos whose
    categories lack most held-out videos, then the hash.
    """
    left = Counter(c for one, named in groups.items() if found.get(one) != HELD_OUT for c in named)
    every = Counter(c for named in groups.values() for c in named)
    out = Counter(c for one, named in groups.items() if found.get(one) == HELD_OUT for c in named)
    mine = groups[content]
    alone = sum(left[c] == 1 for c in mine)
    lack = sum(max(SHARE * every[c] - out[c], 0.0) / (SHARE * every[c]) for c in mine)
    return alone, -round(lack, 9), _hash(content)


def _hash(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()
