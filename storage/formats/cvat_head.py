"""The head `meta` of CVAT's XML: labels with their attributes, and the tasks or jobs with their frames."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from storage.formats.attributes import FLAGS
from storage.formats.content import MOST_FRAMES, DatasetDraft, TrackDraft
from storage.formats.cvat_shapes import flag, values
from storage.formats.errors import refuse

IMAGES, TRACK_ID = "images", "track_id"
"""The folder of the pictures in an archive, and the attribute with the id of a thing, 0 for none."""
_UNDEFINED = "__undefined__"
_SUBSET = "default"


@dataclass
class Labels:
    """(label, attribute) of the attributes that hold for a whole track."""

    fixed: set[tuple[str, str]] = field(default_factory=set)

    def add(self, meta: Element, draft: DatasetDraft) -> None:
        """Add the labels of a head; they become categories."""
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


def tasks_of(meta: Element) -> list[Element]:
    """The tasks of a head, else its job."""
    return [*meta.iter("task")] or [*meta.iter("job")]


def id_of(task: Element) -> str:
    """The id of a task, to which images and tracks of a project refer."""
    return (task.findtext("id") or "").strip()


def subset_of(task: Element) -> str:
    """The folder below `images/` in the archive of a project."""
    return (task.findtext("subset") or "").strip() or _SUBSET


def source_of(task: Element) -> str:
    """The file of a video, else the name of its task; "" for neither."""
    return (task.findtext("source") or task.findtext("./name") or "").strip()


def frames_of(task: Element, where: str) -> range:
    """The numbers that the frames of a task or job have in its video. Raises FormatError."""
    start = whole(task, "start_frame", where, default=0)
    step = _step(task.findtext(".//frame_filter") or "", where)
    count = whole(task, "size", where, default=0)
    stop = whole(task, "stop_frame", where, default=start + max(count - 1, 0) * step)
    numbers = range(start, stop + 1, step)
    if task.tag == "job":
        # The head of a job counts the frames of its task, its shapes have the numbers of the video.
        numbers = range(start * step, stop * step + 1, step)
    if len(numbers) > MOST_FRAMES:
        refuse(where, f"has {len(numbers)} frames, more than {MOST_FRAMES}")
    return numbers


def whole(element: Element, name: str, where: str, *, default: int | None = None) -> int:
    """A whole number in an element below. Raises FormatError."""
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


def id_in(shapes: Iterator[Element]) -> str:
    """The id of a thing in the attribute `track_id` of one of its shapes; "" for none."""
    found = (values(shape).get(TRACK_ID, "") for shape in shapes)
    return next((text for text in found if text not in ("", "0")), "")
