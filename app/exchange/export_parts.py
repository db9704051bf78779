"""The folders of an export: one data set, or a training and a validation set, each with its files beside."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.errors import Cancelled
from app.exchange.attributes import write_attributes
from app.exchange.certificates import dataset_certificate
from app.exchange.export_content import ExportContent
from app.exchange.export_frames import write_pictures
from app.exchange.export_numbers import PlannedVideo
from app.exchange.export_plan import ExportPlan
from app.exchange.export_provenance import PROVENANCE, write_provenance
from app.exchange.export_split import VALID, parts_of
from app.exchange.export_states_file import STATES, write_states
from app.progress import Report
from storage.certificate import Certificate
from storage.videos import Video
from storage.youtube_vis import FRAMES_FOLDER, write_dataset

ANNOTATIONS = "instances.json"
ATTRIBUTES = "attributes.json"


@dataclass(frozen=True)
class ExportPictures:
    """The exported frames of a video with their picture names, in the folder ``part`` of the export."""

    part: str
    video: Video
    frames: tuple[int, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class ExportPart:
    """One folder of an export: ``name`` is "train", "valid", or empty for the export's own folder."""

    name: str
    plan: ExportPlan
    content: ExportContent
    certificate: Certificate

    @property
    def file(self) -> str:
        """The annotations file, relative to the folder of the export."""
        return f"{self.name}/{ANNOTATIONS}" if self.name else ANNOTATIONS

    @property
    def masks(self) -> int:
        """The number of masks."""
        return sum(mask is not None for track in self.content.dataset.tracks for mask in track.segmentations)

    def as_json(self) -> dict[str, Any]:
        """The numbers and the certificate of the folder."""
        dataset = self.content.dataset
        numbers = {"videos": len(dataset.videos), "tracks": len(dataset.tracks), "masks": self.masks}
        return {"file": self.file, **numbers, "sound": self.certificate.sound, "loaders": self.certificate.as_json()}

    def write(self, out: Path) -> None:
        """Write the files of the folder below ``out``, without the pictures."""
        folder = out / self.name
        folder.mkdir(exist_ok=True)
        write_dataset(folder / ANNOTATIONS, self.content.dataset)
        write_attributes(folder / ATTRIBUTES, self.content.dataset)
        write_states(folder / STATES, self.plan, self.content)
        write_provenance(folder / PROVENANCE, self.plan, self.content, part=self.name)

    def pictures(self) -> Iterator[ExportPictures]:
        """The pictures of each video."""
        names = {video.id: video.file_names for video in self.content.dataset.videos}
        for one in self.plan.videos:
            video = one.source.video
            yield ExportPictures(self.name, video, one.frames, names[self.content.video_ids[video.id]])


def export_parts(plan: ExportPlan, content: ExportContent) -> tuple[ExportPart, ...]:
    """The folders of an export; ids are those of the whole in each. Raises `BadInput`."""
    return tuple(_part(name, plan, content, found) for name, found in parts_of(plan.videos, plan.choice).items())


def _part(name: str, plan: ExportPlan, content: ExportContent, videos: tuple[PlannedVideo, ...]) -> ExportPart:
    ids = {content.video_ids[one.source.video.id] for one in videos}
    dataset = replace(
        content.dataset,
        videos=tuple(video for video in content.dataset.videos if video.id in ids),
        tracks=tuple(track for track in content.dataset.tracks if track.video_id in ids),
    )
    certificate = dataset_certificate(dataset, trained_on=name != VALID)
    return ExportPart(name, replace(plan, videos=videos), replace(content, dataset=dataset), certificate)


def write_all_pictures(parts: Sequence[ExportPart], out: Path, report: Report, cancelled: Callable[[], bool]) -> None:
    """Write the pictures of all videos below ``out``. Raises `storage.frames.VideoError`, `Cancelled`."""
    waiting = [found for part in parts for found in part.pictures()]
    for position, found in enumerate(waiting):

        def progress(done: int, total: int, position: int = position, name: str = found.video.name) -> None:
            if cancelled():
                raise Cancelled
            share = (position + done / max(total, 1)) / len(waiting)
            report(share, f"Writing frame {done} of {total} of {name}")

        write_pictures(found.video, found.frames, found.names, out / found.part / FRAMES_FOLDER, progress)
