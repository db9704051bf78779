"""What a run proposes, as it is handed to the store: tracks of a stretch of frames, and whose they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from storage.authors import machine_author


@dataclass
class Found:
    """One proposed track: its label and score, its masks (frame -> blob hash) and its score on each frame."""

    id: int
    label: int = -1
    score: float = 0.0
    runners_up: tuple[tuple[int, float], ...] = ()
    masks: dict[int, str] = field(default_factory=dict)
    scores: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Origin:
    """Whose proposals they are, and what its classes are called in the video's project.

    ``category_ids`` maps class names to the project's categories (``None``: the project has none for it).
    """

    video_id: str
    run_id: str
    class_names: tuple[str, ...]
    category_ids: Mapping[str, str | None]

    @property
    def author(self) -> str:
        """Who signs the edits."""
        return machine_author(self.run_id)

    def class_of(self, found: Found) -> str:
        """Name of the class that the model gave."""
        return self.class_names[found.label]

    def category_of(self, found: Found) -> str | None:
        """Id of the project's category for it, or ``None``."""
        return self.category_ids.get(self.class_of(found))

    def extra_of(self, found: Found) -> dict[str, Any]:
        """What the track remembers of the model's opinion: its class and the runners-up."""
        others = [[self.class_names[label], score] for label, score in found.runners_up]
        return {"class": self.class_of(found), "runners_up": others}

    def kind_of(self, found: Found) -> str:
        """Within what it is matched: the category, or the class where the project has no category for it."""
        return kind(self.category_of(found), self.class_of(found))


@dataclass(frozen=True)
class Stretch:
    """What a window says of the frames ``start`` to ``stop`` (exclusive): every track of the run so far.

    Of a track that is not there, ``masks`` is empty.
    """

    start: int
    stop: int
    tracks: tuple[Found, ...]


def kind(category_id: str | None, class_name: str | None) -> str:
    """Within what tracks are matched: one category, or one class where there is no category for it."""
    return f"category {category_id}" if category_id is not None else f"class {class_name}"
