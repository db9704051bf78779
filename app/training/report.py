"""The report of a retraining: what its job returns, and what is stored with its checkpoint. Loads no torch.

All figures of a report belong to one set of videos, whose name stands beside them; ``per_video`` alone has the others
too, and says so. Unless said otherwise they are those of the rule that the app proposes with (``review``); ``rules``
has the published rule beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

PROVEN, NOT_PROVEN, WORSE = "proven", "not proven", "worse"
WORST_FRAMES = 3
AGREEMENT = "agreement"  # the kind of the golden set of `app.training.agreement`


@dataclass(frozen=True)
class Figures:
    """Figures of one network on a set; shares from 0 to 1, None where nothing was measured.

    Attributes:
        AP_agnostic: AP with all classes taken as one.
        track_iou: mean over true tracks of the mask IoU of the best proposed one.
        proposed, true: numbers of tracks.
        identity_switches: how often the proposed track that shows a true one changes from one frame to another.
        effort: estimated seconds of a person per track-frame, by the table of `model.effort`.
    """

    AP: float | None = None
    AP50: float | None = None
    AP75: float | None = None
    AR1: float | None = None
    AR10: float | None = None
    AP_agnostic: float | None = None
    track_iou: float | None = None
    proposed: int = 0
    true: int = 0
    identity_switches: int | None = None
    effort: float | None = None


@dataclass(frozen=True)
class CategoryLine:
    """One category of the set: its number of true tracks, and its figures."""

    name: str
    tracks: int
    before: Figures
    after: Figures


@dataclass(frozen=True)
class VideoLine:
    """One measured video; ``drawn`` is the share (0 to 1) of its true masks that a person drew or corrected.

    ``decides``: whether it is one of the set; else the network measured on it was not taught all of its categories.
    """

    video: str
    name: str
    tracks: int
    drawn: float
    before: Figures
    after: Figures
    decides: bool = True


@dataclass(frozen=True)
class ShownMask:
    """A mask by reference: ``mask`` is its hash in the database, ``label`` the name of its class."""

    label: str
    mask: str
    score: float | None = None


@dataclass(frozen=True)
class WorstFrame:
    """A frame that lost most, or changed most where none lost.

    ``before`` and ``after`` are mean IoUs of its true masks, 0 to 1.
    """

    video: str
    name: str
    frame: int
    before: float
    after: float
    truth: tuple[ShownMask, ...]
    before_masks: tuple[ShownMask, ...]
    after_masks: tuple[ShownMask, ...]


@dataclass(frozen=True)
class Interval:
    """Mean change over the videos, and the limits of its bootstrap interval; shares from -1 to 1."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class GoldenFigures:
    """What the golden set of a checkpoint's line shows of forgetting.

    ``kind``: procedural, youtube-vis, held-out or agreement; ``measure``: the `Figures` that is compared.
    """

    kind: str
    set: str
    measure: str
    before: float | None
    after: float | None

    @property
    def change(self) -> float | None:
        """The change from before to after, or None where one is missing."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True)
class TruthShare:
    """By whom the true masks of the set were made: numbers of masks."""

    drawn: int = 0
    imported: int = 0
    accepted: int = 0  # proposals of a network that a person accepted

    @property
    def masks(self) -> int:
        """All of them."""
        return self.drawn + self.imported + self.accepted

    @property
    def share(self) -> float:
        """The share (0 to 1) that a person drew or corrected; 0 without masks."""
        return self.drawn / self.masks if self.masks else 0.0


@dataclass(frozen=True)
class Reason:
    """One sentence for or against a promotion; ``code`` names the rule that it comes from."""

    code: str
    good: bool
    text: str


@dataclass(frozen=True)
class Decision:
    """What the rule of promotion decided: ``outcome`` is proven, not proven or worse; only proven is promoted."""

    outcome: str
    reasons: tuple[Reason, ...]

    @property
    def promoted(self) -> bool:
        """Whether the new checkpoint replaces the one in use without being asked for."""
        return self.outcome == PROVEN


@dataclass(frozen=True)
class Lineage:
    """Where a checkpoint comes from: names and ids of its parent and of the one it was compared with."""

    parent: str
    parent_name: str
    before: str
    before_name: str
    snapshot: str
    seed: int
    config: str
    round: int
    steps: int
    recipe: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """All of a finished retraining but the name of its checkpoint.

    Attributes:
        evaluation: how it was measured, see `app.training.folds`; ``set`` names the videos.
        before, after, factory: the checkpoint in use, the new one, and the first of the line (None where that is the
            one in use).
        intervals: by name of the figure, over the videos of the set.
        notes: sentences on what happened on the way (a resumed run, less memory, a stopped training).
    """

    evaluation: str
    set: str
    before: Figures
    after: Figures
    factory: Figures | None
    per_category: tuple[CategoryLine, ...]
    per_video: tuple[VideoLine, ...]
    worst_frames: tuple[WorstFrame, ...]
    intervals: Mapping[str, Interval]
    golden: GoldenFigures | None
    truth: TruthShare
    decision: Decision
    lineage: Lineage
    rules: Mapping[str, Any]
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The report by the names above; every set of figures names its set.

        ``proven``, ``promoted``, ``before_name``, ``parent``, ``snapshot`` and ``steps`` stand at the top as well, and
        ``per_video`` begins with the videos that lost most.
        """
        found = asdict(self)
        for one in ("before", "after", "factory"):
            if found[one] is not None:
                found[one]["set"] = self.set
        found["per_video"] = [asdict(line) for line in worst_first(self.per_video)]
        found["truth"]["share"] = self.truth.share
        if self.golden is not None:
            found["golden"]["change"] = self.golden.change
        return found | {
            "proven": self.decision.outcome == PROVEN,
            "promoted": self.decision.promoted,
            "before_name": self.lineage.before_name,
            "parent": self.lineage.parent,
            "snapshot": self.lineage.snapshot,
            "steps": self.lineage.steps,
        }


def worst_first(lines: Sequence[VideoLine]) -> list[VideoLine]:
    """The videos by their change of track IoU, those that lost most first; without a figure at the end."""

    def lost(line: VideoLine) -> float:
        before, after = line.before.track_iou, line.after.track_iou
        return float("inf") if before is None or after is None else after - before

    return sorted(lines, key=lost)
