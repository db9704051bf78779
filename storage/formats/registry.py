"""All formats: names, what each holds, and their readers and writers."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, get_args

from storage.formats import (
    coco,
    coco_writer,
    cvat,
    cvat_writer,
    davis,
    frame_masks,
    label_studio,
    labelme,
    mots,
    sav,
    variants,
    yolo,
)
from storage.formats.content import FormatContent
from storage.formats.errors import Broken, FormatError, refuse
from storage.formats.losses import Losses
from storage.formats.names import PlainVideo
from storage.youtube_vis import FRAMES_FOLDER, Check, VisDataset, write_dataset

_ANY = PlainVideo("video", (), ())
Feature = Literal[
    "tracks", "categories", "overlap", "exact", "lengths", "sizes", "unknown", "attributes", "flags", "crowd"
]
FEATURES: dict[Feature, tuple[str, str]] = {
    # (heading of the table, what it means that a format lacks it)
    "tracks": ("track ids", "It has no track ids: the masks of a thing in different frames are not connected."),
    "categories": ("categories", "It has no categories."),
    "overlap": ("overlap", "It holds one thing for each pixel: where masks overlap, the smaller one keeps the pixels."),
    "exact": ("holes", "It holds one polygon for each mask: holes and parts are joined by lines without width."),
    "lengths": ("every frame", "It has no entry for frames after the last mask of a video."),
    "sizes": ("picture size", "It has no size of the pictures, so they are needed to read it."),
    "unknown": ("unknown", "It does not tell unknown from absent."),
    "attributes": ("attributes", "It has no attributes with values."),
    "flags": ("occluded", "It has no mark for occluded things."),
    "crowd": ("crowd", "It has no mark for crowds."),
}
assert set(FEATURES) == set(get_args(Feature))

ReadFormat = Callable[[Path, Broken, Check, Path | None], FormatContent]
WriteFormat = Callable[[Path, VisDataset, Losses], None]
PicturePlace = Callable[[PlainVideo, int], str]


@dataclass(frozen=True)
class Format:
    """One format.

    name: its word on the command line. title: its name in sentences. holds: what it can express. file: the name of its
    file, if all of it is one; else its writer fills an empty folder. part: the place in there of the file of one video,
    if each has one. picture: the place of a picture beside it.
    """

    name: str
    title: str
    holds: frozenset[Feature]
    read: ReadFormat
    write: WriteFormat
    picture: PicturePlace
    file: str | None = None
    part: Callable[[PlainVideo], str] | None = None

    def is_file(self, out: Path, videos: int) -> bool:
        """Whether ``out`` names its one file: all of it, or that of its only video."""
        name = self.file or (self.part(_ANY) if self.part is not None and videos == 1 else None)
        return name is not None and not out.is_dir() and out.suffix.lower() == Path(name).suffix

    def lacks(self) -> tuple[str, ...]:
        """One sentence for each thing that it cannot hold."""
        return tuple(text for feature, (_, text) in FEATURES.items() if feature not in self.holds)


def _plain(reader: Callable[[Path, Broken, Check], FormatContent]) -> ReadFormat:
    """A reader that needs no folder of pictures."""
    return lambda path, broken, check, _frames: reader(path, broken, check)


def _in(folder: str) -> PicturePlace:
    return lambda own, frame: "/".join(part for part in (folder, own.name, own.files[frame]) if part)


def _write_youtube_vis(out: Path, dataset: VisDataset, losses: Losses) -> None:
    losses.count("unknown", sum(len(track.unknown) for track in dataset.tracks))
    write_dataset(out, dataset)


def _yolo(path: Path, broken: Broken, check: Check, frames: Path | None) -> FormatContent:
    return yolo.read(path, broken, check, frames=frames)


def _label_studio(path: Path, broken: Broken, check: Check, frames: Path | None) -> FormatContent:
    return label_studio.read(path, broken, check, frames=frames)


_JSON: frozenset[Feature] = frozenset(FEATURES) - {"unknown"}
_PIXELS: frozenset[Feature] = frozenset(("tracks", "categories", "exact", "lengths", "sizes"))
_CVAT: frozenset[Feature] = _JSON - {"crowd"}
_YOLO: frozenset[Feature] = frozenset(("categories", "overlap", "lengths"))

FORMATS: dict[str, Format] = {
    one.name: one
    for one in (
        Format(
            "youtube-vis",
            "YouTube-VIS",
            _JSON,
            _plain(variants.read),
            _write_youtube_vis,
            _in(FRAMES_FOLDER),
            "instances.json",
        ),
        Format(
            "coco",
            "COCO with track ids",
            _JSON,
            _plain(coco.read),
            coco_writer.write,
            _in(""),
            "instances.json",
        ),
        Format(
            "coco-polygons",
            "COCO with polygons",
            _JSON - {"exact"},
            _plain(coco.read),
            partial(coco_writer.write, polygons=True),
            _in(""),
            "instances.json",
        ),
        Format(
            "cocovid",
            "CocoVID",
            _JSON,
            _plain(coco.read),
            partial(coco_writer.write, videos=True),
            _in(""),
            "instances.json",
        ),
        Format(
            "cvat-video",
            "CVAT for video",
            _CVAT - {"exact"},
            _plain(cvat.read),
            cvat_writer.write_videos,
            cvat_writer.picture_of_video,
            part=lambda own: f"{own.name}/{cvat.FILE}",
        ),
        Format(
            "cvat-images",
            "CVAT for images",
            _CVAT,
            _plain(cvat.read),
            cvat_writer.write_images,
            cvat_writer.picture_of_image,
            cvat.FILE,
        ),
        Format(
            "davis",
            "PNG with a palette (DAVIS, YouTube-VOS)",
            _PIXELS,
            _plain(davis.read),
            partial(davis.write, per_thing=False),
            _in(FRAMES_FOLDER),
        ),
        Format(
            "masks",
            "one PNG for each thing",
            _PIXELS | {"overlap", "unknown"},
            _plain(davis.read),
            partial(davis.write, per_thing=True),
            _in(FRAMES_FOLDER),
        ),
        Format(
            "mots-png",
            "MOTS PNG",
            _PIXELS,
            _plain(mots.read_png),
            partial(mots.write, png=True),
            _in("images"),
        ),
        Format(
            "mots-txt",
            "MOTS text",
            _PIXELS,
            _plain(mots.read_txt),
            partial(mots.write, png=False),
            _in("images"),
        ),
        Format(
            "yolo",
            "YOLO segmentation",
            _YOLO,
            _yolo,
            partial(yolo.write, track_ids=False),
            _in("images/train"),
        ),
        Format(
            "yolo-tracks",
            "YOLO segmentation with track ids",
            _YOLO | {"tracks"},
            _yolo,
            partial(yolo.write, track_ids=True),
            _in("images/train"),
        ),
        Format(
            "labelme",
            "labelme",
            _JSON - {"attributes", "crowd"},
            _plain(labelme.read),
            labelme.write,
            _in(""),
        ),
        Format(
            "sa-v",
            "SA-V",
            frozenset(("tracks", "overlap", "exact", "lengths", "sizes")),
            _plain(sav.read),
            sav.write,
            _in(FRAMES_FOLDER),
            part=lambda own: f"{own.name}{sav.MANUAL}",
        ),
    )
}


def _only_read(out: Path, _dataset: VisDataset, _losses: Losses) -> None:
    refuse(str(out), "this format is only read; write one of those that `convert --formats` lists")


def _refuse_results(path: Path, _broken: Broken, _check: Check) -> FormatContent:
    refuse(str(path), "these are results of a model, tracks with scores; import them as proposals (--as proposals)")


LABEL_STUDIO = Format(
    "label-studio",
    "Label Studio",
    frozenset(("tracks", "categories", "overlap", "exact", "sizes")),
    _label_studio,
    _only_read,
    _in(""),
    "tasks.json",
)
FRAME_MASKS = Format(
    "frame-masks",
    "masks frame by frame (SAM 2, SAM 3)",
    frozenset(("tracks", "categories", "overlap", "exact", "lengths", "sizes", "unknown")),
    _plain(frame_masks.read),
    _only_read,
    _in(""),
    "masks.json",
)
RESULTS = Format(
    "youtube-vis-results",
    "YouTube-VIS results",
    frozenset(("tracks", "overlap", "exact", "lengths")),
    _plain(_refuse_results),
    _only_read,
    _in(""),
    "results.json",
)
"""Its content cannot be read without the videos that it belongs to; see `storage.youtube_vis.read_results`."""
READ_ONLY = {one.name: one for one in (LABEL_STUDIO, FRAME_MASKS, RESULTS)}
"""Formats that are only read; they are not among `FORMATS`."""


def format_named(name: str) -> Format:
    """The format of a name, to read. Raises FormatError."""
    return READ_ONLY[name] if name in READ_ONLY else format_to_write(name)


def format_to_write(name: str) -> Format:
    """The format of a name, to write. Raises FormatError."""
    if name not in FORMATS:
        raise FormatError(f"There is no format {name}; there are {', '.join(FORMATS)}.")
    return FORMATS[name]


def format_table() -> str:
    """What each format holds, as a table in Markdown."""
    heads = [heading for heading, _ in FEATURES.values()]
    lines = [f"| `--to` | format | {' | '.join(heads)} |", f"|---|---|{'---|' * len(heads)}"]
    for one in FORMATS.values():
        cells = ["yes" if feature in one.holds else "no" for feature in FEATURES]
        lines.append(f"| `{one.name}` | {one.title} | {' | '.join(cells)} |")
    return "\n".join(lines)
