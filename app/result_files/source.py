"""What a file of results holds, whatever its format: videos by name, and tracks with class names and scores."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from storage.rle import Rle


@dataclass(frozen=True)
class SourceVideo:
    """One video as a file names it.

    ``names`` are those of its pictures, one for each entry; empty if the file has none. ``size``: (width, height) in
    pixels. ``by_number``: entry k is frame k, and the video may be longer than the file. ``content_hash`` and
    ``stored`` (an id of the database) say which video it is, where the file or an import of it does.
    """

    id: int
    name: str
    names: tuple[str, ...] = ()
    length: int | None = None
    size: tuple[int, int] | None = None
    by_number: bool = False
    content_hash: str | None = None
    stored: str | None = None

    @property
    def shown(self) -> str:
        """Its name in messages."""
        return f"video {self.id} ({self.name})" if self.name else f"video {self.id}"


@dataclass(frozen=True)
class SourceTrack:
    """One track of a file; ``place`` names it in errors.

    ``segmentations`` has one entry for each entry of its video, None: absent, or unknown where ``unknown`` has the
    entry. ``score``: 0 to 1, None in formats without scores; ``scores`` by entry where the file has them.
    """

    video: int
    label: str
    score: float | None
    segmentations: tuple[Rle | None, ...]
    place: str
    unknown: frozenset[int] = frozenset()
    scores: tuple[float | None, ...] = ()

    @property
    def masks(self) -> int:
        """The number of its masks."""
        return sum(mask is not None for mask in self.segmentations)


@dataclass(frozen=True)
class NamedVideos:
    """What says which videos and categories the ids of results mean: ``where`` is its name in messages.

    ``model``: the name of the model, as far as a meta file has it.
    """

    where: str
    videos: Mapping[int, SourceVideo]
    categories: Mapping[int, str]
    model: str | None = None


@dataclass(frozen=True)
class ResultFile:
    """A file of results.

    ``digest``: SHA-256 of the file. ``title``: its format, in sentences. ``model``: the name of the model, as far as
    the file says it. ``left_out``: one sentence for each video with an error, where only the good ones are wanted.
    """

    name: str
    digest: str
    title: str
    videos: tuple[SourceVideo, ...]
    tracks: tuple[SourceTrack, ...]
    model: str | None = None
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def scored(self) -> bool:
        """Whether its tracks have scores."""
        return any(track.score is not None for track in self.tracks)

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The classes of its tracks in all videos, each once."""
        return tuple(dict.fromkeys(track.label for track in self.tracks))
