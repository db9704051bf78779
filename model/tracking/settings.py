"""The settings of a proposal: what its tracks depend on besides the network and the frames."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from model.config import TeViTConfig
from model.thresholds import KEY, Thresholds


class WindowsTooClose(ValueError):
    """Windows that share all their frames, so that no window would get beyond the one before it."""


@dataclass(frozen=True)
class ProposeSettings:
    """How to propose tracks for a video.

    ``rule`` is 'review' or 'published' (`model.tracking.selection`), ``precision`` 'float32' or 'fast' (bfloat16 on
    CUDA and on CPUs that multiply it). ``max_tracks`` bounds the tracks that one window begins, ``window`` and
    ``overlap`` count frames; None takes the number of the network's configuration, and for ``precision`` what suits the
    device. ``thresholds`` are those of the review rule; None takes those of the checkpoint. ``steady``: whether masks
    are made steady (`model.steadying`); None leaves it to the caller.

    Raises :class:`WindowsTooClose` for an overlap that is not smaller than its window.
    """

    rule: str = "review"
    precision: str | None = None
    max_tracks: int | None = None
    window: int | None = None
    overlap: int | None = None
    thresholds: Thresholds | None = None
    steady: bool | None = None

    def __post_init__(self) -> None:
        if self.window is not None and self.overlap is not None and not 0 <= self.overlap < self.window:
            raise WindowsTooClose(
                f"Windows of {self.window} frames cannot share {self.overlap}; take a smaller --overlap."
            )

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "ProposeSettings":
        """The settings among ``values`` by their names; what is missing keeps its default, other keys do not matter.

        Raises `ValueError` for thresholds that are no scores.
        """
        known = {one.name: values[one.name] for one in fields(cls) if one.name in values}
        if isinstance(known.get(KEY), Mapping):
            known[KEY] = Thresholds.of(known[KEY])
        return cls(**known)

    def settled(self, config: TeViTConfig, thresholds: Thresholds | None = None) -> "SettledSettings":
        """These settings with the configuration's numbers where they have none; float32 where no precision is chosen.

        ``thresholds`` are those of the checkpoint (None: the defaults), taken where these settings have none.

        Windows share at most half of their frames unless ``overlap`` is given: with half of each window shared, every
        frame is processed twice. Raises :class:`WindowsTooClose`.
        """
        window = config.window if self.window is None else self.window
        return SettledSettings(
            rule=self.rule,
            precision=self.precision or "float32",
            max_tracks=config.max_tracks if self.max_tracks is None else self.max_tracks,
            window=window,
            overlap=min(config.overlap, window // 2) if self.overlap is None else self.overlap,
            thresholds=self.thresholds or thresholds or Thresholds(),
            steady=bool(self.steady),
        )


@dataclass(frozen=True)
class SettledSettings(ProposeSettings):
    """Settings in which nothing is left to a configuration; made by :meth:`ProposeSettings.settled`."""

    precision: str = field(kw_only=True)
    max_tracks: int = field(kw_only=True)
    window: int = field(kw_only=True)
    overlap: int = field(kw_only=True)
    thresholds: Thresholds = field(default_factory=Thresholds, kw_only=True)
    steady: bool = field(default=False, kw_only=True)


def with_thresholds(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as an earlier run stored them; what its version did not choose is what it did always."""
    return {KEY: Thresholds().as_json(), "steady": False, **stored}
