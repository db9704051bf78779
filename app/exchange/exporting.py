"""Exports a project as YouTube-VIS: ``instances.json`` beside ``JPEGImages/<video>/00000.jpg``, whole or not at all.

The same project gives the same bytes. Imported videos, categories and tracks keep their ids, file names and unknown
keys; all others get the next free ids. Null means *absent*: frames in which a track is unknown are not in the file.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from app.errors import BadInput, CannotStore
from app.exchange.certificates import doubtful
from app.exchange.export_choice import ExportChoice
from app.exchange.export_content import export_content, read_blobs
from app.exchange.export_frames import gap_sentences
from app.exchange.export_numbers import ExportNumbers
from app.exchange.export_parts import ExportPart, export_parts, write_all_pictures
from app.exchange.export_plan import plan_export, require_content
from app.exchange.versions import checked_name, discard, freeze
from app.progress import Report, quiet
from app.settings import Settings
from storage.atomic import new_folder
from storage.database import Database
from storage.plain_data import no_cycle_search

__all__ = ["Exported", "FrozenName", "export_dataset", "export_numbers", "prepare_export"]


@dataclass(frozen=True)
class Exported:
    """The written files, and numbers and sentences about them.

    ``annotations`` is the file, with a division that of the training set. ``left_out`` has one sentence for each reason
    why something was not exported, ``background`` one for each thing that loaders take for background; ``gaps`` one for
    each gap and each damaged part of a video, and for each video whose frames are not all counted; ``notes`` sentences
    about ids and names that differ from the import. ``parts`` has for each file its numbers and what each known loader
    does with it; ``doubts`` a sentence for each loader that does not read it, or does not train.
    """

    out: Path
    annotations: Path
    videos: int
    tracks: int
    masks: int
    left_out: tuple[str, ...]
    gaps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    background: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    numbers: Mapping[str, Any] = field(default_factory=dict)
    parts: Sequence[Mapping[str, Any]] = ()

    def as_json(self) -> dict[str, Any]:
        """The result that a job stores."""
        return {**asdict(self), "out": str(self.out), "annotations": str(self.annotations)}


@dataclass(frozen=True)
class FrozenName:
    """The name under which an export is kept as a version, in the data folder of ``settings``."""

    name: str
    settings: Settings


def export_numbers(database: Database, *, project_id: str, choice: ExportChoice | None = None) -> ExportNumbers:
    """The numbers of an export, without writing anything. Raises `BadInput`."""
    with database.read() as tx:
        return plan_export(tx, project_id, choice or ExportChoice()).numbers


def export_dataset(
    database: Database,
    *,
    project_id: str,
    out: Path,
    choice: ExportChoice | None = None,
    frozen: FrozenName | None = None,
    report: Report = quiet,
    cancelled: Callable[[], bool] = lambda: False,
    ready: Callable[[Exported], None] = lambda _: None,
) -> Exported:
    """Write a project into the new folder ``out``.

    Rejected and deleted tracks, and tracks without a category in the file, are not exported. A frame in which an
    exported track is unknown (nobody looked, the mask was rejected, or with ``reviewed_only`` nobody judged it) is left
    out. What is left out is counted in ``numbers``. ``frozen``: keep the export as a version of that name (needs the
    pictures). ``ready`` is called before the folder gets its name.

    Raises `BadInput` (the folder or the version exists already, or there is nothing to export),
    `storage.frames.VideoError` (a source is gone or changed), `Cancelled`; nothing is written then.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInput(f"{out} is already there; choose a new folder for the export.")
    choice = choice or ExportChoice()
    if frozen is not None:
        checked_name(frozen.settings, project_id, frozen.name, choice)
    parts, done = prepare_export(database, project_id=project_id, out=out, choice=choice)
    try:
        with _version_goes_with_the_folder(frozen, project_id), new_folder(out) as folder:
            if choice.pictures != "none":
                write_all_pictures(parts, folder, report, cancelled)
            for part in parts:
                part.write(folder)
            if frozen is not None:
                freeze(frozen.settings, project_id, frozen.name, parts, folder)
            ready(done)
    except OSError as error:
        raise CannotStore(f"The export {out} could not be written", error) from error
    return done


@contextmanager
def _version_goes_with_the_folder(frozen: FrozenName | None, project_id: str) -> Iterator[None]:
    """Remove the version again if the export does not get its folder after all."""
    try:
        yield
    except BaseException:
        if frozen is not None:
            discard(frozen.settings, project_id, frozen.name)
        raise


@no_cycle_search()
def prepare_export(
    database: Database, *, project_id: str, out: Path, choice: ExportChoice
) -> tuple[tuple[ExportPart, ...], Exported]:
    """The folders of an export, and what is to be said about it; nothing is written. Raises `BadInput`."""
    with database.read() as tx:
        plan = plan_export(tx, project_id, choice)
        require_content(plan)
        blobs = read_blobs(tx, plan)
    content = export_content(plan, blobs)
    parts, numbers = export_parts(plan, content), plan.numbers
    done = Exported(
        out=out,
        annotations=out / parts[0].file,
        videos=numbers.videos,
        tracks=numbers.tracks,
        masks=numbers.masks,
        left_out=plan.left_out,
        gaps=tuple(sentence for one in plan.videos for sentence in gap_sentences(one.source.video)),
        notes=content.notes,
        background=numbers.taken_for_background(),
        doubts=tuple(_doubts(parts)),
        numbers=numbers.as_json(),
        parts=[part.as_json() for part in parts],
    )
    return parts, done


def _doubts(parts: Sequence[ExportPart]) -> list[str]:
    return [
        f"{part.name}: {sentence}" if part.name else sentence
        for part in parts
        for sentence in doubtful(part.certificate)
    ]
