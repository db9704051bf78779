"""Converts annotations from one format to another, without a project."""

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from app.errors import BadInput
from app.exchange.import_frames import Pictures, find_pictures
from app.exchange.open_source import Crowd, OpenedSource, open_source, read_opened
from app.progress import Report, quiet
from app.sentences import counted
from storage import frames
from storage.atomic import new_folder, put_in_place, replacing, work_folder
from storage.formats import Format, FormatContent, Losses, format_to_write, plain_videos, without_unknown_frames
from storage.youtube_vis import PictureFinder, VisDataset, note_lines

_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the same for every file, so that equal data gives equal bytes
_FILES = (".json", ".xml", ".txt", ".png", ".yaml")  # endings by which a person means a file
READING = 0.4
"""The share of the progress at which the source is read."""


@dataclass(frozen=True)
class Converted:
    """The result of a conversion.

    ``lacks``: what the target format cannot hold at all; ``losses``: what was lost of this data, with numbers;
    ``notes``: how the source was read; ``left_out``: a sentence for each video with an error.
    """

    source: str
    target: str
    out: str
    videos: int
    tracks: int
    masks: int
    pictures: int
    lacks: tuple[str, ...]
    losses: tuple[str, ...]
    notes: tuple[str, ...]
    left_out: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The result for machines."""
        return asdict(self)


@dataclass(frozen=True)
class PicturePlaces:
    """Where the pictures to copy are, and the folder that they pass on their way."""

    frames: Path
    work: Path


def convert(
    source: Path,
    *,
    to: str,
    out: Path,
    frames_folder: Path | None = None,
    with_pictures: bool = False,
    keep_good: bool = False,
    crowd: Crowd = "ask",
    report: Report = quiet,
) -> Converted:
    """Read ``source`` and write it as the format named ``to``; ``out`` appears whole or not at all.

    out: a new folder, a .zip, or for formats of one file also that file. frames_folder: where the pictures are, if not
    beside the source. with_pictures: copy them too, to the places where readers of the format look for them.

    Raises `BadInput`, `storage.formats.FormatError`, `storage.youtube_vis.YouTubeVisError`,
    `storage.frames.VideoError`.
    """
    form = format_to_write(to)
    _refuse_bad_target(form, out, 1, with_pictures=with_pictures)
    out.parent.mkdir(parents=True, exist_ok=True)
    with work_folder(out.with_name(f"{out.name}.work")) as work:
        report(0.0, f"Reading {source.name}")
        opened = open_source(source, work / "unpacked")
        content = read_opened(opened, frames=frames_folder, keep_good=keep_good, crowd=crowd)
        frames_of = frames_folder or content.pictures or opened.folder
        return write_opened(
            opened, content, form, out, PicturePlaces(frames_of, work) if with_pictures else None, report
        )


def write_opened(
    opened: OpenedSource,
    content: FormatContent,
    form: Format,
    out: Path,
    copying: PicturePlaces | None = None,
    report: Report = quiet,
) -> Converted:
    """As `convert`, of a source that was opened and read before; with ``copying`` also its pictures."""
    if not content.dataset.videos:
        raise BadInput(f"{opened.given} holds no video.")
    dataset = content.dataset if "unknown" in form.holds else without_unknown_frames(content.dataset)
    _refuse_bad_target(form, out, len(dataset.videos), with_pictures=copying is not None)
    found: dict[int, Pictures] = {}
    if copying is not None:
        found = _found(opened, dataset, PictureFinder(copying.frames), report)
        dataset = _named_as_written(dataset, found)
    losses = Losses()
    with _target(out, form, dataset) as place:
        report(READING, f"Writing {form.title}")
        form.write(place.file or place.folder, dataset, losses)
        if copying is not None:
            _copy_pictures(dataset, form, found, place.folder, copying.work, report)
    return _result(opened.format, form, out, dataset, content, losses, pictures=copying is not None)


def _result(
    source: Format, form: Format, out: Path, dataset: VisDataset, content: FormatContent, losses: Losses, pictures: bool
) -> Converted:
    cut = sum(video.length for video in content.dataset.videos) - sum(video.length for video in dataset.videos)
    left = (f"{counted(cut, 'frame')} without a word about any track are left out.",) if cut else ()
    return Converted(
        source=source.name,
        target=form.name,
        out=str(out),
        videos=len(dataset.videos),
        tracks=len(dataset.tracks),
        masks=sum(mask is not None for track in dataset.tracks for mask in track.segmentations),
        pictures=sum(video.length for video in dataset.videos) if pictures else 0,
        lacks=form.lacks(),
        losses=(*left, *losses.sentences()),
        notes=note_lines(content.dataset.notes),
        left_out=content.left_out,
    )


def _refuse_bad_target(form: Format, out: Path, videos: int, *, with_pictures: bool) -> None:
    if out.is_dir() and any(out.iterdir()):
        raise BadInput(f"The folder {out} is not empty; name a new one.")
    if out.is_dir() or out.suffix.lower() not in _FILES:
        return
    if not form.is_file(out, videos):
        many = f", one file for each of the {counted(videos, 'video')}" if form.part and videos > 1 else ""
        raise BadInput(f"{form.title} is a folder{many}; name a folder or a .zip, not {out.name}.")
    if with_pictures:
        raise BadInput(f"With pictures, {form.title} is a folder; name a folder or a .zip, not {out.name}.")


@dataclass(frozen=True)
class _WritePlace:
    """Where to write: a folder, and the file in it for formats of one file."""

    folder: Path
    file: Path | None


@contextmanager
def _target(out: Path, form: Format, dataset: VisDataset) -> Iterator[_WritePlace]:
    if form.is_file(out, len(dataset.videos)):
        with work_folder(out) as folder, replacing(out) as part:
            yield _WritePlace(folder, part if form.file else None)
            if form.part is not None:
                place = form.part(plain_videos(dataset)[dataset.videos[0].id])
                shutil.copyfile(folder / place, part)
        return
    if out.suffix.lower() == ".zip":
        with work_folder(out) as folder, replacing(out) as part:
            yield _WritePlace(folder, folder / form.file if form.file else None)
            _zip(folder, part)
        return
    with new_folder(out) as folder:
        yield _WritePlace(folder, folder / form.file if form.file else None)


def _zip(folder: Path, out: Path) -> None:
    """Pack a folder; equal content gives equal bytes."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.name.startswith(".held"):
                record = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _ZIP_DATE)
                record.compress_type = zipfile.ZIP_DEFLATED
                record.external_attr = 0o644 << 16
                with path.open("rb") as source, archive.open(record, "w") as target:
                    shutil.copyfileobj(source, target)


def _found(opened: OpenedSource, dataset: VisDataset, finder: PictureFinder, report: Report) -> dict[int, Pictures]:
    found = {}
    for number, video in enumerate(dataset.videos):
        report(READING * number / len(dataset.videos), f"Looking at the frames of video {number + 1}")
        try:
            found[video.id] = find_pictures(video, finder)
        except (BadInput, frames.VideoError) as error:
            raise BadInput(f"Video {video.id}: {opened.as_given(str(error))}") from error
    return found


def _named_as_written(dataset: VisDataset, found: dict[int, Pictures]) -> VisDataset:
    """The dataset with the names under which its pictures are written."""
    named = replace(dataset, videos=tuple(replace(video, file_names=found[video.id].names) for video in dataset.videos))
    plain = plain_videos(named)
    return replace(
        named,
        videos=tuple(
            replace(video, file_names=tuple(f"{plain[video.id].name}/{file}" for file in plain[video.id].files))
            for video in named.videos
        ),
    )


def _copy_pictures(
    dataset: VisDataset, form: Format, found: dict[int, Pictures], folder: Path, work: Path, report: Report
) -> None:
    plain = plain_videos(dataset)
    for number, video in enumerate(dataset.videos):
        own, pictures = plain[video.id], found[video.id]

        def progress(done: int, total: int, number: int = number, name: str = own.name) -> None:
            share = (number + done / max(total, 1)) / len(dataset.videos)
            report(READING + (1 - READING) * share, f"Writing frame {done} of {total} of {name}")

        place = work / f"pictures-{video.id}"
        frames.write_frames_folder(
            pictures.index,
            place,
            names=own.files,
            chosen=[pictures.frame(entry) for entry in range(video.length)],
            image="png" if own.files[0].lower().endswith(".png") else "jpg",
            progress=progress,
        )
        for frame, file in enumerate(own.files):
            target = folder / form.picture(own, frame)
            target.parent.mkdir(parents=True, exist_ok=True)
            put_in_place(place / file, target)
