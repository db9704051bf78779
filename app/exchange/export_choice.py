"""The choices of an export: which videos, frames, categories and ids go into the file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from app.errors import BadInput
from app.exchange.export_categories import VERSIONS

Unknown = Literal["frames", "videos"]
Ids = Literal["came", "counted"]
Pictures = Literal["jpg", "png", "none"]
UNKNOWN: tuple[str, ...] = get_args(Unknown)
IDS: tuple[str, ...] = get_args(Ids)
PICTURES: tuple[str, ...] = get_args(Pictures)


@dataclass(frozen=True)
class ExportChoice:
    """What to export, and how.

    Attributes:
        reviewed_only: only rows that a person drew or judged are known; all others are unknown.
        version: the categories of this version of YouTube-VIS (one of `VERSIONS`); None: the project's own.
        stride: one frame in so many; None: each video at the stride of its import, else every frame.
        unknown: where a track is unknown in a frame: leave out the frame, or the whole video.
        ids: "came": the ids of the imported file; "counted": videos, tracks and categories from 1, and only categories
            with a track; None: "came" if the project has an import, else "counted".
        videos, categories: names of those to export; None: all.
        valid: share of the videos, 0 to 1, for a validation set beside the training set; None: one file.
        seed: of the division into training and validation videos.
        pictures: frames of a video file as JPEG, or exact as PNG; "none": no pictures at all, only the annotations.
            Pictures of a folder are copied byte for byte. An import's names in .png are PNG with "jpg" too.
    """

    reviewed_only: bool = False
    version: str | None = None
    stride: int | None = None
    unknown: Unknown = "frames"
    ids: Ids | None = None
    videos: tuple[str, ...] | None = None
    categories: tuple[str, ...] | None = None
    valid: float | None = None
    seed: int = 0
    pictures: Pictures = "jpg"

    def __post_init__(self) -> None:
        if self.version is not None and self.version not in VERSIONS:
            raise BadInput(f"There is no YouTube-VIS {self.version}; choose one of {', '.join(VERSIONS)}.")
        if self.stride is not None and self.stride < 1:
            raise BadInput(f"Every {self.stride}th frame cannot be exported; use 1 or more.")
        if self.unknown not in UNKNOWN:
            raise BadInput(f"Unknown frames are handled by {' or '.join(UNKNOWN)}, not by {self.unknown!r}.")
        if self.ids is not None and self.ids not in IDS:
            raise BadInput(f"Ids are {' or '.join(IDS)}, not {self.ids!r}.")
        if self.pictures not in PICTURES:
            raise BadInput(f"Pictures are {', '.join(PICTURES)}, not {self.pictures!r}.")
        if self.valid is not None and not 0 < self.valid < 1:
            raise BadInput(f"The share of validation videos is {self.valid:g}; it must lie between 0 and 1.")

    def as_json(self) -> dict[str, Any]:
        """The choices as a job stores them; `of` reads them again."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> "ExportChoice":
        """The choices among the parameters of a job; missing ones have their defaults. Raises `BadInput`."""
        known = {name: parameters[name] for name in cls.__dataclass_fields__ if name in parameters}
        known["reviewed_only"] = bool(known.get("reviewed_only"))
        for name in ("videos", "categories"):
            if known.get(name) is not None:
                known[name] = tuple(known[name])
        return cls(**known)
