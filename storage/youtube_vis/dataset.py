"""The content of YouTube-VIS files as frozen dataclasses, and the category lists of the versions."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from storage.rle import Rle
from storage.youtube_vis.notes import VisNote

Json = dict[str, Any]
Box = tuple[float, float, float, float]  # x, y, width, height in pixels of the frame

FRAMES_FOLDER = "JPEGImages"
"""The folder of the frames, beside the file, in every published data set."""


@dataclass(frozen=True)
class VisVideo:
    """One video: `length` frames of `width` x `height` pixels, stored as `file_names` (empty if the file names none).

    extra: all keys that the format does not define, unchanged.
    numbers: the frames of the whole video, from 0, that its entries are, where the format says so; None: it does not.
    """

    id: int
    width: int
    height: int
    length: int
    file_names: tuple[str, ...]
    extra: Json = field(default_factory=dict)
    numbers: range | None = None


@dataclass(frozen=True)
class VisCategory:
    """One category. `supercategory` is "object" if the file has none, and None if the file has null."""

    id: int
    name: str
    supercategory: str | None = "object"
    extra: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Stated:
    """Boxes and areas from a file, one entry per frame (None if unusable), or no entry at all.

    areas: in pixels; None if the file has null instead of the list.
    """

    boxes: tuple[Box | None, ...] = ()
    areas: tuple[float | None, ...] | None = ()


@dataclass(frozen=True)
class VisTrack:
    """One thing through one video. `segmentations` has one entry per frame: a compressed RLE, or None (absent).

    unknown: frames in which it is neither present nor absent, because the file has an invalid mask there;
    `segmentations` has None there. stated: boxes and areas of the file, which are not written again. measures: area and
    box [x, y, width, height] of each mask, in pixels, if they are known already.
    """

    id: int
    video_id: int
    category_id: int
    segmentations: tuple[Rle | None, ...]
    iscrowd: int = 0
    extra: Json = field(default_factory=dict)
    unknown: frozenset[int] = frozenset()
    stated: Stated = field(default=Stated(), compare=False)
    measures: tuple[tuple[int, list[int]], ...] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class VisDataset:
    """One YouTube-VIS file. `version` is "2019" or "2021" if it has exactly the categories of that version, else None.

    notes: deviations from the format that were accepted, each with its place. left_out: broken entries, for a reader
    that leaves out their videos; one sentence for each. astray: those of them about tracks that may be in any video,
    since nothing says in which.
    """

    info: Json
    licenses: tuple[Any, ...]
    videos: tuple[VisVideo, ...]
    categories: tuple[VisCategory, ...]
    tracks: tuple[VisTrack, ...]
    extra: Json = field(default_factory=dict)
    version: str | None = None
    notes: tuple[VisNote, ...] = field(default=(), compare=False)
    left_out: tuple[str, ...] = field(default=(), compare=False)
    astray: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class VisResult:
    """One predicted track of a results file: like `VisTrack`, with a score from 0 to 1 and without an id."""

    video_id: int
    category_id: int
    segmentations: tuple[Rle | None, ...]
    score: float
    extra: Json = field(default_factory=dict)


_NAMES_2019 = """
    person giant_panda lizard parrot skateboard sedan ape dog snake monkey hand rabbit duck cat cow fish train
    horse turtle bear motorbike giraffe leopard fox deer owl surfboard airplane truck zebra tiger elephant
    snowboard boat shark mouse frog eagle earless_seal tennis_racket
"""
_NAMES_2021 = """
    airplane bear bird boat car cat cow deer dog duck earless_seal elephant fish flying_disc fox frog
    giant_panda giraffe horse leopard lizard monkey motorbike mouse parrot person rabbit shark skateboard snake
    snowboard squirrel surfboard tennis_racket tiger train truck turtle whale zebra
"""
_PRESETS = {"2019": tuple(_NAMES_2019.split()), "2021": tuple(_NAMES_2021.split())}

# Names of 2019 -> their names of 2021; eagle and owl became one category, and so did ape and monkey.
SAME_NAME = {"sedan": "car", "owl": "bird", "eagle": "bird", "ape": "monkey"}


def categories_preset(version: Literal["2019", "2021"]) -> tuple[VisCategory, ...]:
    """The 40 categories of a version, with ids 1 to 40 in order. Version 2022 has those of 2021."""
    return tuple(VisCategory(k, name) for k, name in enumerate(_PRESETS[version], start=1))


def version_of(categories: Iterable[VisCategory]) -> str | None:
    """The version with exactly these names and ids, or None."""
    found = {category.id: normalised_name(category.name) for category in categories}
    for version, names in _PRESETS.items():
        if found == dict(enumerate(names, start=1)):
            return version
    return None


def normalised_name(name: str) -> str:
    """`name` in lower case with single underscores: "Tennis racket" becomes "tennis_racket"."""
    return "_".join(name.casefold().replace("-", " ").replace("_", " ").split())


def match_category(name: str, among: Iterable[str]) -> str | None:
    """The name in `among` with the same meaning as `name`, or None.

    In order of preference: the same spelling, the same normalised name, the 2019 or 2021 name of the same category
    (`SAME_NAME`; only if exactly one fits).
    """
    names = list(among)
    if name in names:
        return name
    wanted = normalised_name(name)
    same = [other for other in names if normalised_name(other) == wanted]
    if same:
        return same[0]
    common = SAME_NAME.get(wanted, wanted)
    kin = [other for other in names if SAME_NAME.get(normalised_name(other), normalised_name(other)) == common]
    return kin[0] if len(kin) == 1 else None
