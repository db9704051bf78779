"""Counts what a format could not hold when a dataset was written, and says it in sentences."""

from collections import Counter
from typing import Literal, get_args

from storage.formats.attributes import frame_values, track_values
from storage.youtube_vis import VisTrack

Loss = Literal[
    "overlap",
    "unknown",
    "attributes",
    "crowd",
    "holes",
    "categories",
    "tracks",
    "names",
    "scores",
    "empty_tracks",
    "class_names",
]

# (sentence for one, sentence for several); {n} is the number.
_SENTENCES: dict[Loss, tuple[str, str]] = {
    "overlap": (
        "{n} pixel of a mask is lost, because masks overlap and the format holds one for each pixel (the smaller one).",
        "{n:,} pixels of masks are lost, because masks overlap and the format holds one for each pixel (the smaller "
        "one).",
    ),
    "unknown": (
        "{n} entry of a track is unknown, but leaves as absent: the format does not tell them apart.",
        "{n:,} entries of tracks are unknown, but leave as absent: the format does not tell them apart.",
    ),
    "attributes": ("{n} value of an attribute is left out.", "{n:,} values of attributes are left out."),
    "crowd": (
        "{n} track is marked as crowd, and the format has no such mark.",
        "{n:,} tracks are marked as crowd, and the format has no such mark.",
    ),
    "holes": (
        "{n} mask has holes or several parts; they are joined to one polygon by lines without width.",
        "{n:,} masks have holes or several parts; each is joined to one polygon by lines without width.",
    ),
    "categories": ("{n} category without a mask is left out.", "{n:,} categories without a mask are left out."),
    "tracks": (
        "The track that joins {n} mask is lost: the format has no track ids.",
        "The tracks that join {n:,} masks are lost: the format has no track ids.",
    ),
    "names": (
        "{n} picture name is changed, because the format or the file system cannot have it.",
        "{n:,} picture names are changed, because the format or the file system cannot have them.",
    ),
    "scores": ("{n} score is left out.", "{n:,} scores are left out."),
    "class_names": (
        "The category of {n} track is lost: the format has no categories.",
        "The categories of {n:,} tracks are lost: the format has no categories.",
    ),
    "empty_tracks": ("{n} track without a mask is left out.", "{n:,} tracks without a mask are left out."),
}
assert set(_SENTENCES) == set(get_args(Loss))


class Losses:
    """What was lost while a dataset was written, by kind."""

    def __init__(self) -> None:
        self._counts: Counter[Loss] = Counter()

    def count(self, kind: Loss, number: int = 1) -> None:
        """Add a number of lost things; 0 changes nothing."""
        if number:
            self._counts[kind] += number

    def attributes_of(self, track: VisTrack) -> None:
        """Count all attributes of a track and its masks, and its mark as crowd."""
        self.count("crowd", int(bool(track.iscrowd)))
        values = [*track_values(track).values(), *(value for line in frame_values(track).values() for value in line)]
        self.count("attributes", sum(bool(value) for value in values))

    def of(self, kind: Loss) -> int:
        """The number of lost things of a kind."""
        return self._counts[kind]

    def sentences(self) -> tuple[str, ...]:
        """One sentence for each kind that occurred."""
        return tuple(_SENTENCES[kind][number > 1].format(n=number) for kind, number in self._counts.items())
