"""The scores from which a network's tracks begin, go on and are present: they belong to a checkpoint.

Scores are not calibrated: how high a network scores depends on how it was trained. So a checkpoint that was retrained
stores its own thresholds with its provenance; one without them has the defaults, which suit the published checkpoints.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

KEY = "thresholds"  # in the provenance of a checkpoint
LEAST, MOST = 0.05, 0.6  # limits of ``begin`` and ``go_on``


@dataclass(frozen=True)
class Thresholds:
    """Thresholds of the review rule, scores from 0 to 1. Stored with checkpoints and runs, so the names must stay.

    Raises `ValueError` for numbers that are no such scores.
    """

    begin: float = 0.4  # least score of a detection that may begin a track
    go_on: float = 0.25  # least score of one that may continue a track
    floor: float = 0.1  # a track is present where its score of the frame exceeds this ..
    share: float = 0.3  # .. and this share of its 90th percentile over the frames of the clip

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
                raise ValueError(f"the threshold {one.name} is {value!r} and not a number from 0 to 1")

    @property
    def whole(self) -> float:
        """Least score of a track where the whole video is one clip; nothing is joined there, so a half suffices."""
        return self.begin / 2

    def as_json(self) -> dict[str, float]:
        """The thresholds by their names."""
        return asdict(self)

    @classmethod
    def of(cls, values: Mapping[str, Any] | None) -> "Thresholds":
        """The thresholds among ``values``; missing ones keep their default. Raises `ValueError`."""
        if values is None:
            return cls()
        if not isinstance(values, Mapping):
            raise ValueError(f"the thresholds are {values!r:.40} and not numbers by name")
        return cls(**{one.name: values[one.name] for one in fields(cls) if one.name in values})

    @classmethod
    def of_provenance(cls, provenance: Mapping[str, Any] | None) -> "Thresholds":
        """The thresholds that the provenance of a checkpoint holds. Raises `ValueError`."""
        return cls.of((provenance or {}).get(KEY))
