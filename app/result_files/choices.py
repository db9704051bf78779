"""What a person chooses for an import of results as proposals."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class ProposalChoices:
    """How a file is imported as proposals.

    annotations: the YouTube-VIS file that names the videos and categories of results. frames: the folder with the
    frames of videos that the project lacks, or the only video of the file itself. video: the name of the project's
    video that the only one of the file is; None: the one of its name. source: the name of the model, as people see it;
    None: as the file says it, else the file's own. least_score: tracks with a smaller score are left out. stride: the
    file has one entry in so many frames. keep_good: leave out the videos with an error. again: store also what is
    stored already.
    """

    annotations: Path | None = None
    frames: Path | None = None
    video: str | None = None
    source: str | None = None
    least_score: float = 0.0
    stride: int | None = None
    keep_good: bool = False
    again: bool = False

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> "ProposalChoices":
        """The choices among the parameters of a job."""
        named, frames = parameters.get("annotations"), parameters.get("frames")
        return cls(
            annotations=Path(named) if named else None,
            frames=Path(frames) if frames else None,
            video=parameters.get("video"),
            source=parameters.get("source"),
            least_score=float(parameters.get("min_score") or 0.0),
            stride=parameters.get("stride"),
            keep_good=bool(parameters.get("keep_good")),
            again=parameters.get("repeat") in ("again", "replace"),
        )


AS_THEY_ARE = ProposalChoices()
