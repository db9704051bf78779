"""The tracks that a proposal run found in a range of frames, and the run that they belong to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from model.tracking.whole_video import TrackStanding
from storage.authors import machine_author


@dataclass(frozen=True)
class ProposedTrack:
    """One track of a run: its standing, and by frame its mask (blob hash), its score (0 to 1) and how far the windows
    that cover the frame, and its steady mask, agree on it (0 to 1; no entry: there is only one).

    ``unknown``: frames of the video about which the run says nothing; it writes no rows there.
    """

    standing: TrackStanding
    masks: dict[int, str] = field(default_factory=dict)
    scores: dict[int, float] = field(default_factory=dict)
    agreements: dict[int, float] = field(default_factory=dict)
    unknown: frozenset[int] = frozenset()

    @property
    def number(self) -> int:
        """The number of the track in its run, from 0."""
        return self.standing.track


@dataclass(frozen=True)
class RunContext:
    """The run that proposes, and the names of its classes in the project of the video.

    ``category_ids`` maps class names to ids of the project's categories (None: the project has no such category); from
    a file, these are the classes of all its videos. ``scored``: its tracks have scores; those of a file may have none.
    ``nameless``: the class that stands for no class at all, which a file without classes gives to its tracks.
    """

    video_id: str
    run_id: str
    class_names: tuple[str, ...]
    category_ids: Mapping[str, str | None]
    scored: bool = True
    nameless: str | None = None

    @property
    def author(self) -> str:
        """The author of the run's edits."""
        return machine_author(self.run_id)

    def class_of(self, standing: TrackStanding) -> str:
        """The name of the track's class."""
        return self.class_names[standing.label]

    def category_of(self, standing: TrackStanding) -> str | None:
        """The id of the project's category for the track's class, or None."""
        return self.category_ids.get(self.class_of(standing))

    def score_of(self, standing: TrackStanding) -> float | None:
        """The score of the track, or None in a run without scores."""
        return standing.score if self.scored else None

    def extra_of(self, standing: TrackStanding) -> dict[str, Any]:
        """The track's class and runners-up, as the ``extra`` of the stored track keeps them."""
        others = [[self.class_names[label], score] for label, score in standing.runners_up]
        return {"class": self.class_of(standing), "runners_up": others}

    @property
    def names_nothing(self) -> bool:
        """Whether no class is a category of the project: such a checkpoint finds things and does not name them."""
        return not any(self.category_ids.values())

    def is_nameless(self, standing: TrackStanding) -> bool:
        """Whether the class of the track says nothing about its category."""
        unnamed = self.names_nothing or self.class_of(standing) == self.nameless
        return unnamed and self.category_of(standing) is None

    def says_less(self, standing: TrackStanding, category_id: str | None) -> bool:
        """Whether its class says less than that of the stored track of this category to which it is matched.

        Of two classes without a category neither does.
        """
        return self.is_nameless(standing) and (category_id is not None or self.class_of(standing) == self.nameless)

    def kind_of(self, standing: TrackStanding) -> str | None:
        """The kind within which the track is matched, see `kind`; None: a track of any kind."""
        return None if self.is_nameless(standing) else kind(self.category_of(standing), self.class_of(standing))


@dataclass(frozen=True)
class FrameRange:
    """The frames ``start`` to ``stop`` (exclusive) with every track of the run so far.

    A track without masks is absent in all of them. ``silent``: frames of the video about which the run says nothing of
    any track; what stands there is not compared.
    """

    start: int
    stop: int
    tracks: tuple[ProposedTrack, ...]
    silent: frozenset[int] = frozenset()


def kind(category_id: str | None, class_name: str | None) -> str:
    """The kind within which tracks are matched: the category, or the class if the project has no category for it."""
    return f"category {category_id}" if category_id is not None else f"class {class_name}"
