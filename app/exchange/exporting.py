"""Exports a project as YouTube-VIS: ``instances.json`` beside ``JPEGImages/<video>/00000.jpg``, whole or not at all.

The same project gives the same bytes. Imported videos, categories and tracks keep their ids, file names and unknown
keys; all others get the next free ids. Null means *absent*: frames in which a track is unknown are not in the file.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from app.errors import BadInput, Cancelled, CannotStore
from app.exchange.attributes import write_attributes
from app.exchange.certificates import dataset_certificate, doubtful
from app.exchange.export_choice import ExportChoice
from app.exchange.export_content import ExportContent, export_content, read_blobs
from app.exchange.export_frames import gap_sentences, write_pictures
from app.exchange.export_numbers import ExportNumbers
from app.exchange.export_plan import ExportPlan, plan_export, require_content
from app.exchange.export_states_file import STATES, write_states
from app.progress import Report, quiet
from storage.atomic import new_folder
from storage.database import Database
from storage.youtube_vis import FRAMES_FOLDER, write_dataset

__all__ = ["ANNOTATIONS", "Exported", "export_dataset", "export_numbers"]

ANNOTATIONS = "instances.json"
ATTRIBUTES = "attributes.json"


@dataclass(frozen=True)
class Exported:
    """The written files, and numbers and sentences about them.

    ``left_out`` has one sentence for each reason why something was not exported, ``background`` one for each thing that
    loaders take for background; ``gaps`` one for each gap and each damaged part of a video, and for each video whose
    frames are not all counted; ``notes`` sentences about ids and names that differ from the import. ``certificate`` is
    what each known loader does with the file; ``doubts`` has a sentence for each that does not read it or not train.
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
    numbers: Mapping[str, Any] = field(default_factory=dict)
    certificate: Sequence[Mapping[str, Any]] = ()
    doubts: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The result that a job stores."""
        return {**asdict(self), "out": str(self.out), "annotations": str(self.annotations)}


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
    with_frames: bool = True,
    report: Report = quiet,
    cancelled: Callable[[], bool] = lambda: False,
    ready: Callable[[Exported], None] = lambda _: None,
) -> Exported:
    """Write a project into the new folder ``out``.

    Rejected and deleted tracks, and tracks without a category in the file, are not exported. A frame in which an
    exported track is unknown (nobody looked, the mask was rejected, or with ``reviewed_only`` nobody judged it) is left
    out. What is left out is counted in ``numbers``. ``ready`` is called before the folder gets its name.

    Raises `BadInput` (the folder exists already, or there is nothing to export), `storage.frames.VideoError` (a source
    is gone or changed), `Cancelled`; nothing is written then.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInput(f"{out} is already there; choose a new folder for the export.")
    with database.read() as tx:
        plan = plan_export(tx, project_id, choice or ExportChoice())
        require_content(plan)
        content = export_content(plan, read_blobs(tx, plan))
    done = _exported(out, plan, content)
    try:
        with new_folder(out) as part:
            if with_frames:
                _write_frames(plan, content, part, report, cancelled)
            write_dataset(part / ANNOTATIONS, content.dataset)
            write_attributes(part / ATTRIBUTES, content.dataset)
            write_states(part / STATES, plan, content)
            ready(done)
    except OSError as error:
        raise CannotStore(f"The export {out} could not be written", error) from error
    return done


def _exported(out: Path, plan: ExportPlan, content: ExportContent) -> Exported:
    numbers = plan.numbers
    certificate = dataset_certificate(content.dataset)
    return Exported(
        out=out,
        annotations=out / ANNOTATIONS,
        videos=numbers.videos,
        tracks=numbers.tracks,
        masks=numbers.masks,
        left_out=plan.left_out,
        gaps=tuple(sentence for one in plan.videos for sentence in gap_sentences(one.source.video)),
        notes=content.notes,
        background=numbers.taken_for_background(),
        numbers=numbers.as_json(),
        certificate=certificate.as_json(),
        doubts=doubtful(certificate),
    )


def _write_frames(
    plan: ExportPlan, content: ExportContent, part: Path, report: Report, cancelled: Callable[[], bool]
) -> None:
    names = {video.id: video.file_names for video in content.dataset.videos}
    for position, one in enumerate(plan.videos):
        video = one.source.video

        def progress(done: int, total: int, position: int = position, name: str = video.name) -> None:
            if cancelled():
                raise Cancelled
            share = (position + done / max(total, 1)) / len(plan.videos)
            report(share, f"Writing frame {done} of {total} of {name}")

        write_pictures(video, one.frames, names[content.video_ids[video.id]], part / FRAMES_FOLDER, progress)
