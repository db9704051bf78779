"""CVAT for images: a file with the shapes of each image; images of a folder, or with a common name and a number, are a
video. A task with a video leaves as images too: their names have no suffix.
"""

from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element

from storage.formats.content import DatasetDraft, TrackDraft
from storage.formats.cvat_head import IMAGES, TRACK_ID, Labels, id_in, id_of, source_of, tasks_of
from storage.formats.cvat_shapes import MASKS, NO_MASKS, OTHERS, PARTS, join, mask_of, no_mask, number
from storage.formats.errors import refuse
from storage.formats.names import NAME, by_video, plain
from storage.formats.xml_files import elements
from storage.frames.image_folder import PICTURE_SUFFIXES
from storage.youtube_vis import Check, VisVideo

NO_IDS = "masks without a group"
_Things = dict[tuple[str, str], TrackDraft]


class ImageReader:
    """A file with images. Images of different tasks of a project are different videos."""

    def __init__(self, draft: DatasetDraft, file: Path, where: str, root: Path) -> None:
        self._draft, self._file, self._where, self._root = draft, file, where, root
        self._labels = Labels()
        self._videos: dict[str, str] = {}  # task -> name of its video
        self._without = 0

    def read(self, check: Check) -> None:
        """Add the videos and tracks of the file. Raises FormatError."""
        images: dict[str, list[Element]] = {}
        for element in elements(self._file, check):
            if element.tag == "meta":
                self._labels.add(element, self._draft)
                self._name_videos(element)
            elif element.tag == "image":
                if not element.get("name", "").strip():
                    refuse(f"{self._where}: image {element.get('id', '?')}", "has no name")
                images.setdefault(element.get("task_id", ""), []).append(element)
        for task, own in images.items():
            for folder, positions in by_video([image.get("name", "").strip() for image in own]).items():
                name = self._videos.get(task) or folder
                self._video(name, [own[k] for k in positions], check)
        if self._without:
            text = f"has masks without `{TRACK_ID}` and `group_id` ({self._without}); each is a track of one frame."
            self._draft.note(NO_IDS, "", text)

    def _name_videos(self, meta: Element) -> None:
        """The names of tasks with a video; in the file of one task its images do not name it."""
        tasks = tasks_of(meta)
        for task in tasks:
            source = PurePosixPath(source_of(task).replace("\\", "/"))
            if (task.findtext(".//mode") or "").strip() == "interpolation" and source.name:
                name = plain(source.stem if source.suffix else source.name)
                self._videos |= {key: name for key in (id_of(task), *([""] if len(tasks) == 1 else []))}

    def _video(self, name: str, images: list[Element], check: Check) -> None:
        where = f"{self._where}: image {images[0].get('id', '?')}"
        width, height = number(images[0], "width", where), number(images[0], "height", where)
        names = [self._picture(image) for image in images]
        video = self._draft.video(width, height, names, extra={NAME: name})
        with self._draft.broken.part(video.id):
            things: _Things = {}
            for frame, image in enumerate(images):
                check()
                where = f"{self._where}: image {image.get('id', '?')}"
                if (number(image, "width", where), number(image, "height", where)) != (width, height):
                    refuse(where, f"has another size than the first picture of its video, {width} x {height}")
                shapes = (shape for shape in image if shape.tag in (*MASKS, *OTHERS))
                for k, shape in enumerate(shapes):
                    self._shape(video, frame, shape, f"{where}, shape {k}", things)

    def _picture(self, image: Element) -> str:
        """The picture of an image below `images/`, or below the folder of its subset there."""
        name, subset = image.get("name", "").strip(), image.get("subset", "").strip()
        if ".." in PurePosixPath(name).parts or PurePosixPath(name).is_absolute():
            return name
        folder = self._file.parent / IMAGES
        for place in (folder / name, folder / plain(subset) / name) if subset else (folder / name,):
            found = (place.with_name(place.name + suffix) for suffix in ("", *_suffixes()))
            there = next((one for one in found if one.is_file()), None)
            if there is not None:
                return there.relative_to(self._root).as_posix()
        return name

    def _shape(self, video: VisVideo, frame: int, shape: Element, where: str, things: _Things) -> None:
        label = shape.get("label", "").strip()
        if not label:
            refuse(where, "has no label")
        place = where.removeprefix(f"{self._draft.where}: ")
        track = self._thing(video, label, shape, things)
        if shape.tag in OTHERS:
            track.unknown.add(frame)
            self._draft.note(NO_MASKS, place, no_mask(shape))
            return
        if join(track, frame, mask_of(shape, video.height, video.width, where)):
            self._draft.note(PARTS, place, "is a second shape of its thing in this image; they are joined.")
        self._labels.apply(track, label, shape, frame)

    def _thing(self, video: VisVideo, label: str, shape: Element, things: _Things) -> TrackDraft:
        group = id_in(iter([shape])) or shape.get("group_id") or ""
        if group in ("", "0"):
            self._without += 1
            return self._draft.track(video.id, self._draft.category(label))
        if (label, group) not in things:
            given = int(group) if group.isdecimal() and len(group) < 12 else None
            things[label, group] = self._draft.track(video.id, self._draft.category(label), given)
        return things[label, group]


def _suffixes() -> tuple[str, ...]:
    """Endings of pictures, first those that CVAT writes."""
    plain_suffixes = sorted(PICTURE_SUFFIXES)
    return (".PNG", ".png", ".jpg", ".JPEG", *plain_suffixes, *(suffix.upper() for suffix in plain_suffixes))
