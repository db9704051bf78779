"""Certificates of files: what each known loader does with them, and a mended file."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.errors import BadInput, CannotStore
from app.exchange.foreign_files import VisCopy, as_youtube_vis
from app.sentences import counted
from storage.certificate import Certificate, LoaderReport, certify, mend
from storage.youtube_vis import (
    VisContent,
    VisDataset,
    YouTubeVisError,
    dataset_outline,
    note_lines,
    parse_dataset,
    parse_results,
    read_content,
    write_dataset,
)


@dataclass(frozen=True)
class FileCheck:
    """What was found about a file.

    Attributes:
        kind: "dataset" or "results".
        amounts: a phrase such as "2 videos, 5 tracks and 80 masks", of what can be read.
        broken: sentences about entries that this program cannot read; notes: about those that it reads with a change.
        certificate: None for results, which loaders only evaluate.
        source: the other format of the file, which loaders would read after it was converted to YouTube-VIS; else None.
    """

    kind: str
    amounts: str
    broken: tuple[str, ...]
    notes: tuple[str, ...]
    certificate: Certificate | None
    source: str | None = None

    @property
    def sound(self) -> bool:
        """Whether this program and every known loader read the file rightly, and the trainers train on it."""
        return not self.broken and (self.certificate is None or self.certificate.sound)

    def as_json(self) -> dict[str, Any]:
        """The check for ``--json``."""
        loaders = None if self.certificate is None else self.certificate.as_json()
        facts = {"kind": self.kind, "amounts": self.amounts, "sound": self.sound}
        facts["format"] = self.source or "YouTube-VIS"
        return {**facts, "broken": self.broken, "notes": self.notes, "loaders": loaders}


@dataclass(frozen=True)
class FileFix:
    """A mended file: ``changes`` are sentences, ``after`` its own check."""

    path: Path
    changes: tuple[str, ...]
    after: FileCheck


def check_file(path: Path) -> FileCheck:
    """Check a YouTube-VIS file; or a file, archive or folder of another format, with what loaders do with its copy.

    Raises `BadInput`, `storage.formats.FormatError`, `storage.youtube_vis.YouTubeVisError` for what is none at all.
    """
    with as_youtube_vis(path) as copy:
        found = _check_youtube_vis(copy)
        if copy.converted is None:
            return replace(found, broken=copy.as_given(found.broken), notes=copy.as_given(found.notes))
        return replace(found, broken=copy.converted.left_out, notes=copy.converted.notes, source=copy.title)


def _check_youtube_vis(copy: VisCopy) -> FileCheck:
    read = _content(copy)
    if isinstance(read.content, list):
        return _check_results(copy.file, read)
    dataset = parse_dataset(read.content, where=str(copy.file), keep_good=True)
    notes = note_lines((*read.notes, *dataset.notes))
    return FileCheck("dataset", amounts(dataset), dataset.left_out, notes, certify(read.as_written))


def fix_file(path: Path, out: Path) -> FileFix:
    """Write a mended copy of a data set of any format to the new YouTube-VIS file ``out``, whole or not at all.

    Videos with an entry that cannot be read are left out. Raises `BadInput`, `CannotStore`, `YouTubeVisError`,
    `storage.formats.FormatError`.
    """
    if out.exists():
        raise BadInput(f"{out} is already there; choose a new file for the mended one.")
    with as_youtube_vis(path) as copy:
        content = _content(copy).content
        if isinstance(content, list):
            raise BadInput(f"{path} is a results file, of which nothing is mended.")
        dataset = parse_dataset(content, where=str(copy.file), keep_good=True)
        broken = copy.as_given(dataset.left_out) if copy.converted is None else copy.converted.left_out
    if not dataset.videos:
        raise BadInput(broken[0] if broken else f"{path} holds no video.")
    mended = mend(dataset)
    try:
        write_dataset(out, mended.dataset)
    except OSError as error:
        raise CannotStore(f"The file {out} could not be written", error) from error
    left_out = [f"Left out with its video: {sentence}" for sentence in broken]
    converted: list[str] = []
    if copy.converted is not None:
        converted = [f"Converted from {copy.title}.", *copy.converted.notes, *copy.converted.losses]
    return FileFix(out, (*converted, *left_out, *mended.notes), check_file(out))


def dataset_certificate(dataset: VisDataset, *, trained_on: bool = True) -> Certificate:
    """The certificate of the file that `storage.youtube_vis.write_dataset` writes; see `certify`."""
    return certify(dataset_outline(dataset), trained_on=trained_on)


def certificate_lines(certificate: Certificate) -> Iterator[str]:
    """The certificate as a table of text: one line for each loader, below it its findings."""
    width = max(len(report.title) for report in certificate.reports)
    for report in certificate.reports:
        yield f"{report.title:<{width}}  {report.verdict()}"
        yield from (f"    {finding}" for finding in report.findings)


def doubtful(certificate: Certificate) -> tuple[str, ...]:
    """One sentence for each loader that does not read the file rightly, or does not train on it."""
    return tuple(_sentence(one) for one in certificate.reports if not one.right or one.trains is False)


def amounts(dataset: VisDataset) -> str:
    """The numbers of videos, tracks and masks of a data set, as a phrase."""
    masks = sum(mask is not None for track in dataset.tracks for mask in track.segmentations)
    found = (counted(len(dataset.videos), "video"), counted(len(dataset.tracks), "track"), counted(masks, "mask"))
    return f"{found[0]}, {found[1]} and {found[2]}"


def _sentence(report: LoaderReport) -> str:
    first, *others = report.findings
    more = f" ({counted(len(others), 'further finding')})" if others else ""
    return f"{report.title} {report.verdict()}: {first}{more}."


def _check_results(path: Path, read: VisContent) -> FileCheck:
    notes = note_lines(read.notes)
    try:
        results = parse_results(read.content, where=str(path))
    except YouTubeVisError as error:
        return FileCheck("results", counted(len(read.content), "result"), (str(error),), notes, None)
    masks = sum(mask is not None for result in results for mask in result.segmentations)
    phrase = f"{counted(len(results), 'result')} and {counted(masks, 'mask')}"
    return FileCheck("results", phrase, (), notes, None)


def _content(copy: VisCopy) -> VisContent:
    try:
        return read_content(copy.file, keep_good=True)
    except OSError as error:
        [name] = copy.as_given([str(copy.file)])
        raise BadInput(f"{name} cannot be read ({error.strerror or error}).") from error
