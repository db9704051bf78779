"""CVAT for video: a file with tracks, whose shapes have the numbers of the video's frames.

CVAT cannot track masks. A mask that was drawn in a video is a track of one frame, and ends in the next one with the
mark `outside`; such tracks are one thing if they have the same `track_id` among their attributes, or the same group.
"""

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element

from storage.formats.content import DatasetDraft, TrackDraft
from storage.formats.cvat_head import IMAGES, Labels, frames_of, id_in, id_of, source_of, subset_of, tasks_of, whole
from storage.formats.cvat_shapes import MASKS, NO_MASKS, OTHERS, PARTS, flag, join, mask_of, no_mask, number
from storage.formats.errors import refuse
from storage.formats.names import NAME, plain
from storage.formats.xml_files import elements
from storage.frames import picture_names
from storage.youtube_vis import Check, VisVideo

GAPS = "frames without a shape"


@dataclass(frozen=True)
class _CvatTask:
    """The frames of a task: the place in its list of each number in the video, and its things by label and id."""

    video: VisVideo
    position: dict[int, int]
    things: dict[tuple[str, str], TrackDraft] = field(default_factory=dict)


class VideoReader:
    """A file with tracks. A task of a project is a video of its own."""

    def __init__(self, draft: DatasetDraft, file: Path, where: str, root: Path) -> None:
        self._draft, self._file, self._where, self._root = draft, file, where, root
        self._labels = Labels()
        self._tasks: dict[str, _CvatTask] = {}
        self._gaps = 0

    def read(self, check: Check) -> None:
        """Add the videos and tracks of the file. Raises FormatError."""
        count = 0
        for element in elements(self._file, check):
            if element.tag == "meta":
                self._meta(element)
            elif element.tag == "track":
                where = f"{self._where}: track {element.get('id', count)}"
                task = self._task_of(element, where)
                with self._draft.broken.part(task.video.id):
                    self._track(element, task, where)
                count += 1
        if self._gaps:
            text = f"has tracks without a shape between two shapes; there they are unknown ({self._gaps} in all)."
            self._draft.note(GAPS, "", text)

    def _meta(self, meta: Element) -> None:
        self._labels.add(meta, self._draft)
        tasks = tasks_of(meta)
        if not tasks:
            refuse(self._where, "its head `meta` has no `task` or `job`, so the size of its frames is unknown")
        subsets = [subset_of(task) for task in tasks]
        for task, subset in zip(tasks, subsets, strict=True):
            places = [IMAGES] if len(tasks) == 1 else []
            if subsets.count(subset) == 1:
                places.append(f"{IMAGES}/{plain(subset)}")
            self._tasks[id_of(task)] = self._task(task, places)

    def _task(self, task: Element, places: list[str]) -> _CvatTask:
        where = f"{self._where}: meta"
        size = task.find(".//original_size")
        if size is None:
            refuse(where, "has no `original_size`, so the size of its frames is unknown")
        width, height = whole(size, "width", where), whole(size, "height", where)
        numbers = frames_of(task, where)
        name = self._name(source_of(task))
        frames = self._names(name, numbers, places)
        video = self._draft.video(width, height, frames, extra={NAME: name}, numbers=numbers)
        return _CvatTask(video, {frame: k for k, frame in enumerate(numbers)})

    def _name(self, source: str) -> str:
        """The name of the video: that of its file, else that of the task."""
        given = PurePosixPath(source.replace("\\", "/"))
        return plain(given.stem if given.suffix else given.name) if source else self._file.stem

    def _names(self, name: str, numbers: range, places: list[str]) -> list[str]:
        """The pictures beside the file, if there is one for each frame, or all of the video; else names by numbers."""
        for place in (self._file.parent / one for one in places):
            listed = picture_names(place) if place.is_dir() else ()
            if numbers and len(listed) > max(len(numbers), numbers[-1]):
                listed = tuple(listed[frame] for frame in numbers)
            if len(listed) == len(numbers):
                return [(place / one).relative_to(self._root).as_posix() for one in listed]
        return [f"{name}/{frame:06d}.jpg" for frame in numbers]

    def _task_of(self, track: Element, where: str) -> _CvatTask:
        if not self._tasks:
            refuse(self._where, "has tracks before its head `meta`, so the size of its frames is unknown")
        key = track.get("task_id")
        if key is None or len(self._tasks) == 1:
            return next(iter(self._tasks.values()))
        if key not in self._tasks:
            refuse(where, f"belongs to task {key}, which is not in the head of the file")
        return self._tasks[key]

    def _track(self, element: Element, task: _CvatTask, where: str) -> None:
        label = element.get("label", "").strip()
        if not label:
            refuse(where, "has no label")
        shapes: dict[int, Element] = {}
        for shape in element:
            if shape.tag in (*MASKS, *OTHERS):
                frame = number(shape, "frame", where)
                if frame not in task.position:
                    refuse(f"{where}, frame {frame}", "this frame is not part of the task")
                shapes[task.position[frame]] = shape
        if not shapes:
            return
        track = self._thing(element, label, shapes, task)
        numbers = {k: frame for frame, k in task.position.items()}
        for frame, shape in sorted(shapes.items()):
            self._shape(track, label, shape, frame, f"{where}, frame {numbers[frame]}")
        self._between(track, shapes, task.video.length)

    def _thing(self, element: Element, label: str, shapes: dict[int, Element], task: _CvatTask) -> TrackDraft:
        """The track of an element: a new one, or that of an earlier element which is the same thing."""
        ordinal = int(element.get("id", "")) if element.get("id", "").isdecimal() else None
        shown = [shape for shape in shapes.values() if not flag(shape, "outside")]
        key = id_in(iter(shown))
        if not key and len(shown) == 1 and element.get("group_id", "0") not in ("", "0"):
            key = f"group {element.get('group_id')}"
        if key and (label, key) in task.things:
            return task.things[label, key]
        track = self._draft.track(task.video.id, self._draft.category(label), ordinal)
        if key:
            task.things[label, key] = track
        return track

    def _shape(self, track: TrackDraft, label: str, shape: Element, frame: int, where: str) -> None:
        if flag(shape, "outside"):
            return
        place = where.removeprefix(f"{self._draft.where}: ")
        if shape.tag in OTHERS:
            track.unknown.add(frame)
            self._draft.note(NO_MASKS, place, no_mask(shape))
            return
        video = self._draft.videos[track.video]
        if join(track, frame, mask_of(shape, video.height, video.width, where)):
            self._draft.note(PARTS, place, "is a second shape of its thing in this frame; they are joined.")
        self._labels.apply(track, label, shape, frame)

    def _between(self, track: TrackDraft, shapes: dict[int, Element], length: int) -> None:
        """Frames without a shape: absent before the first one and after an `outside`, else unknown.

        CVAT writes the shape of every frame, so there are none where the file was cut or made by another program; but
        it writes no `outside` in the last frame after a single shape.
        """
        if len(shapes) == 1 and next(iter(shapes)) == length - 2:
            return
        inside = False
        for frame in range(length):
            if frame in shapes:
                inside = not flag(shapes[frame], "outside")
            elif inside:
                track.unknown.add(frame)
                self._gaps += 1
