"""CVAT's XML 1.1: "CVAT for video" with tracks, and "CVAT for images"; alone, or with `images/` as in its archives."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element

from storage.formats.attributes import FLAGS
from storage.formats.content import MOST_FRAMES, DatasetDraft, FormatContent, TrackDraft
from storage.formats.cvat_shapes import MASKS, OTHERS, flag, mask_of, number, values
from storage.formats.errors import Broken, refuse
from storage.formats.names import NAME, by_video, plain
from storage.formats.picture_folders import folders_below
from storage.formats.xml_files import elements, root_of
from storage.frames import picture_names
from storage.frames.image_folder import PICTURE_SUFFIXES
from storage.rle import area
from storage.youtube_vis import Check, VisVideo, no_check

FILE, IMAGES, TRACK_ID = "annotations.xml", "images", "track_id"
NO_MASKS, GAPS, NO_IDS = "shapes that are no masks", "frames without a shape", "masks without a group"
_UNDEFINED = "__undefined__"


def find_files(path: Path) -> tuple[Path, ...]:
    """The XML files of CVAT in a folder, or in the folders in it; or the file itself."""
    if path.is_file():
        return (path,)
    found = sorted(file for file in path.glob("*.xml") if root_of(file) == "annotations")
    inside = [folder / FILE for folder in folders_below(path) if (folder / FILE).is_file()]
    return tuple(found or (file for file in inside if root_of(file) == "annotations"))


def is_video(path: Path) -> bool:
    """Whether a file has tracks, or nothing and is of a task with a video; else it has images.

    A task with a video leaves as "CVAT for images" too.
    """
    of_video = False
    for element in elements(path):
        if element.tag == "meta":
            of_video = (element.findtext(".//mode") or "").strip() == "interpolation"
        elif element.tag in ("track", "image"):
            return element.tag == "track"
    return of_video


def read(path: Path, broken: Broken, check: Check = no_check) -> FormatContent:
    """The masks and polygons of one file or several ones. Raises FormatError, OSError."""
    files = find_files(path)
    if not files:
        refuse(str(path), "has no XML file of CVAT")
    root = path if path.is_dir() else path.parent
    draft = DatasetDraft(path.name if path.is_file() else str(path), broken)
    for file in files:
        where = file.name if len(files) == 1 else file.relative_to(root).as_posix()
        if is_video(file):
            _VideoReader(draft, file, where, root).read(check)
        else:
            _ImageReader(draft, file, where, root).read(check)
    return draft.content(pictures=root)


@dataclass
class _Labels:
    """What the head of a file says about labels: (label, attribute) of those that hold for a whole track."""

    fixed: set[tuple[str, str]] = field(default_factory=set)

    def add(self, meta: Element, draft: DatasetDraft) -> None:
        for label in meta.iter("label"):
            name = (label.findtext("name") or "").strip()
            if name and (label.findtext("type") or "") != "skeleton":
                draft.category(name)
            for one in label.iter("attribute"):
                if (one.findtext("mutable") or "").strip().lower() == "false":
                    self.fixed.add((name, (one.findtext("name") or "").strip()))

    def apply(self, track: TrackDraft, label: str, shape: Element, frame: int) -> None:
        """Give a track the attributes of one of its shapes."""
        if flag(shape, "occluded"):
            track.mark(frame, "occluded", value=True)
        for name, text in values(shape).items():
            if not text or text == _UNDEFINED or name == TRACK_ID:
                continue
            value = True if name in FLAGS and text.lower() == "true" else text
            if name in FLAGS and value is not True:
                continue
            if (label, name) in self.fixed:
                track.attributes[name] = value
            else:
                track.mark(frame, name, value)


@dataclass(frozen=True)
class _Task:
    """The frames of a task: the numbers of its frames in the video, and the place of each in the list."""

    video: VisVideo
    position: dict[int, int]


class _VideoReader:
    """A file with tracks. A task of a project is a video of its own."""

    def __init__(self, draft: DatasetDraft, file: Path, where: str, root: Path) -> None:
        self._draft, self._file, self._where, self._root = draft, file, where, root
        self._labels = _Labels()
        self._tasks: dict[str, _Task] = {}
        self._gaps = 0

    def read(self, check: Check) -> None:
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
            self._draft.note(GAPS, self._where, text)

    def _meta(self, meta: Element) -> None:
        self._labels.add(meta, self._draft)
        tasks = [*meta.iter("task")] or [*meta.iter("job")]
        if not tasks:
            refuse(self._where, "its head `meta` has no `task` or `job`, so the size of its frames is unknown")
        for task in tasks:
            key = (task.findtext("id") or "").strip()
            self._tasks[key] = self._task(task, len(tasks) == 1)

    def _task(self, task: Element, alone: bool) -> _Task:
        where = f"{self._where}: meta"
        size = task.find(".//original_size")
        if size is None:
            refuse(where, "has no `original_size`, so the size of its frames is unknown")
        width, height = _whole(size, "width", where), _whole(size, "height", where)
        start = _whole(task, "start_frame", where, default=0)
        step = _step(task.findtext(".//frame_filter") or "", where)
        count = _whole(task, "size", where, default=0)
        stop = _whole(task, "stop_frame", where, default=start + max(count - 1, 0) * step)
        numbers = range(start, stop + 1, step)
        if task.tag == "job":
            # The head of a job counts the frames of its task, its shapes have the numbers of the video.
            numbers = range(start * step, stop * step + 1, step)
        if len(numbers) > MOST_FRAMES:
            refuse(where, f"has {len(numbers)} frames, more than {MOST_FRAMES}")
        name = self._name(task)
        frames = self._names(name, numbers, alone)
        video = self._draft.video(width, height, frames, extra={NAME: name}, numbers=numbers)
        return _Task(video, {frame: k for k, frame in enumerate(numbers)})

    def _name(self, task: Element) -> str:
        """The name of the video: that of its file, else that of the task."""
        source = (task.findtext("source") or task.findtext("./name") or "").strip()
        given = PurePosixPath(source.replace("\\", "/"))
        return plain(given.stem if given.suffix else given.name) if source else self._file.stem

    def _names(self, name: str, numbers: range, alone: bool) -> list[str]:
        """The pictures in `images/` beside the file, if there is one for each frame, or all of the video; else names by
        their numbers.
        """
        place = self._file.parent / IMAGES
        listed = picture_names(place) if alone and place.is_dir() else ()
        if numbers and len(listed) > max(len(numbers), numbers[-1]):
            listed = tuple(listed[number] for number in numbers)
        if len(listed) == len(numbers):
            return [(place / one).relative_to(self._root).as_posix() for one in listed]
        return [f"{name}/{frame:06d}.jpg" for frame in numbers]

    def _task_of(self, track: Element, where: str) -> _Task:
        if not self._tasks:
            refuse(self._where, "has tracks before its head `meta`, so the size of its frames is unknown")
        key = track.get("task_id")
        if key is None or len(self._tasks) == 1:
            return next(iter(self._tasks.values()))
        if key not in self._tasks:
            refuse(where, f"belongs to task {key}, which is not in the head of the file")
        return self._tasks[key]

    def _track(self, element: Element, task: _Task, where: str) -> None:
        label = element.get("label", "").strip()
        if not label:
            refuse(where, "has no label")
        ordinal = int(element.get("id", "")) if element.get("id", "").isdecimal() else None
        shapes: dict[int, Element] = {}
        for shape in element:
            if shape.tag in (*MASKS, *OTHERS):
                frame = number(shape, "frame", where)
                if frame not in task.position:
                    refuse(f"{where}, frame {frame}", "this frame is not part of the task")
                shapes[task.position[frame]] = shape
        if not shapes:
            return
        track = self._draft.track(task.video.id, self._draft.category(label), ordinal)
        numbers = {k: frame for frame, k in task.position.items()}
        for frame, shape in sorted(shapes.items()):
            self._shape(track, label, shape, frame, f"{where}, frame {numbers[frame]}")
        self._between(track, shapes, task.video.length)

    def _shape(self, track: TrackDraft, label: str, shape: Element, frame: int, where: str) -> None:
        if flag(shape, "outside"):
            return
        if shape.tag in OTHERS:
            track.unknown.add(frame)
            self._draft.note(NO_MASKS, where.removeprefix(f"{self._draft.where}: "), _no_mask(shape))
            return
        video = self._draft.videos[track.video]
        mask = mask_of(shape, video.height, video.width, where)
        if not area(mask):
            track.unknown.add(frame)
        track.add(frame, mask)
        self._labels.apply(track, label, shape, frame)

    def _between(self, track: TrackDraft, shapes: dict[int, Element], length: int) -> None:
        """Frames without a shape: absent before the first one and after an `outside`, else unknown.

        CVAT writes the shape of every frame, so there are none where the file was cut or made by another program.
        """
        inside = False
        for frame in range(length):
            if frame in shapes:
                inside = not flag(shapes[frame], "outside")
            elif inside:
                track.unknown.add(frame)
                self._gaps += 1


def _suffixes() -> tuple[str, ...]:
    """Endings of pictures, first those that CVAT writes."""
    plain_suffixes = sorted(PICTURE_SUFFIXES)
    return (".PNG", ".png", ".jpg", ".JPEG", *plain_suffixes, *(suffix.upper() for suffix in plain_suffixes))


def _no_mask(shape: Element) -> str:
    return f"is a {shape.tag}, which is no mask; what is there is unknown, not absent."


def _whole(element: Element, name: str, where: str, *, default: int | None = None) -> int:
    text = (element.findtext(f".//{name}") or "").strip()
    if not text and default is not None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        refuse(where, f'`{name}` must be a whole number, not "{text[:40]}"')
    return int(text)


def _step(text: str, where: str) -> int:
    """The step of a frame filter such as "step=5"; 1 without one."""
    plain_text = text.strip().removeprefix("step=").strip()
    if not plain_text:
        return 1
    if not (plain_text.isascii() and plain_text.isdigit() and 0 < int(plain_text) < 1 << 31):
        refuse(where, f'`frame_filter` must be step=N, not "{text[:40]}"')
    return int(plain_text)


class _ImageReader:
    """A file with images; those of a folder, or with a common name and a number, are a video."""

    def __init__(self, draft: DatasetDraft, file: Path, where: str, root: Path) -> None:
        self._draft, self._file, self._where, self._root = draft, file, where, root
        self._labels = _Labels()
        self._without = 0

    def read(self, check: Check) -> None:
        images: list[Element] = []
        for element in elements(self._file, check):
            if element.tag == "meta":
                self._labels.add(element, self._draft)
            elif element.tag == "image":
                images.append(element)
        names = [image.get("name", "").strip() for image in images]
        if not all(names):
            refuse(f"{self._where}: image {images[names.index('')].get('id', '?')}", "has no name")
        for folder, positions in by_video(names).items():
            self._video(folder, [images[k] for k in positions], check)
        if self._without:
            text = f"has masks without `{TRACK_ID}` and `group_id` ({self._without}); each is a track of one frame."
            self._draft.note(NO_IDS, self._where, text)

    def _video(self, folder: str, images: list[Element], check: Check) -> None:
        where = f"{self._where}: image {images[0].get('id', '?')}"
        width, height = number(images[0], "width", where), number(images[0], "height", where)
        names = [self._picture(image.get("name", "")) for image in images]
        video = self._draft.video(width, height, names, extra={NAME: folder})
        with self._draft.broken.part(video.id):
            tracks: dict[tuple[str, str], TrackDraft] = {}
            for frame, image in enumerate(images):
                check()
                where = f"{self._where}: image {image.get('id', '?')}"
                if (number(image, "width", where), number(image, "height", where)) != (width, height):
                    refuse(where, f"has another size than the first picture of its video, {width} x {height}")
                for k, shape in enumerate(_shapes(image)):
                    self._shape(video, frame, shape, f"{where}, shape {k}", tracks)

    def _picture(self, name: str) -> str:
        """The picture of a name below `images/`; a frame of a video has a name without suffix."""
        if ".." in PurePosixPath(name).parts or PurePosixPath(name).is_absolute():
            return name
        place = self._file.parent / IMAGES / name
        found = (place.with_name(place.name + suffix) for suffix in ("", *_suffixes()))
        there = next((one for one in found if one.is_file()), None)
        return name if there is None else there.relative_to(self._root).as_posix()

    def _shape(
        self, video: VisVideo, frame: int, shape: Element, where: str, tracks: dict[tuple[str, str], TrackDraft]
    ) -> None:
        label = shape.get("label", "").strip()
        if not label:
            refuse(where, "has no label")
        group = values(shape).get(TRACK_ID) or shape.get("group_id") or ""
        key = (label, group)
        if group in ("", "0"):
            self._without += 1
            track = self._draft.track(video.id, self._draft.category(label))
        else:
            if key not in tracks:
                given = int(group) if group.isdecimal() and len(group) < 12 else None
                tracks[key] = self._draft.track(video.id, self._draft.category(label), given)
            track = tracks[key]
        if shape.tag in OTHERS:
            track.unknown.add(frame)
            self._draft.note(NO_MASKS, where.removeprefix(f"{self._draft.where}: "), _no_mask(shape))
            return
        mask = mask_of(shape, video.height, video.width, where)
        if not area(mask):
            track.unknown.add(frame)
        track.add(frame, mask)
        self._labels.apply(track, label, shape, frame)


def _shapes(image: Element) -> Iterator[Element]:
    for shape in image:
        if shape.tag in (*MASKS, *OTHERS):
            yield shape
