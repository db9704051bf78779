"""Label Studio's JSON: tasks with pictures, whose regions are brushes, bitmaps or polygons. Reading only.

Nothing joins the regions of different pictures but the answer of a tag `track_id` for each region; without it each
region is a track of one frame.
"""

from dataclasses import dataclass, field
from pathlib import Path

from storage import rle
from storage.formats.content import DatasetDraft, FormatContent, TrackDraft
from storage.formats.errors import Broken, refuse
from storage.formats.json_files import Json
from storage.formats.label_studio_regions import Region
from storage.formats.label_studio_tasks import LabelledTask, groups_of, read_tasks, unmarked
from storage.formats.names import NAME, by_video
from storage.frames.image_folder import PICTURE_SUFFIXES
from storage.youtube_vis import Check, VisVideo, no_check

NO_PIXEL, BOX_OF_MASK = "regions without a pixel", "boxes of masks"
NO_MASKS, NO_IDS, EMPTY = "regions that are no masks", "masks without a track id", "tasks without a size"
_DRAW = (
    "regions of videos are boxes, which are no masks; label the frames as pictures, with brushes or polygons, or "
    "import the video alone and make masks of boxes here (tool *Box to mask*)"
)


def read(path: Path, broken: Broken, check: Check = no_check, *, frames: Path | None = None) -> FormatContent:
    """The regions of an export, or of a folder with the files of a storage; its pictures may be below ``frames``.

    Raises FormatError, OSError.
    """
    draft = DatasetDraft(str(path), broken)
    tasks = read_tasks(path, check)
    if tasks and not any(task.regions for task in tasks):
        refuse(str(path), f"no task has a brush or a polygon; {_DRAW}")
    reader = _RegionReader(draft, _stored(path, frames))
    for group in groups_of(tasks):
        reader.video(group, check)
    if reader.left:
        text = f"has tasks without a region ({reader.left}), whose size is unknown; they are left out."
        draft.note(EMPTY, "", text)
    if reader.without:
        text = f"has regions without a track id ({reader.without}); each is a track of one frame."
        draft.note(NO_IDS, "", text)
    return draft.content(pictures=path if path.is_dir() else path.parent)


def _stored(path: Path, frames: Path | None) -> frozenset[str]:
    """The names of the pictures in the folders where they are looked for."""
    if frames is not None and frames.is_dir():
        found = (one.name for one in frames.rglob("*"))
    else:
        folder = path if path.is_dir() else path.parent
        found = (one.name for place in (folder, folder / "images") if place.is_dir() for one in place.iterdir())
    return frozenset(name for name in found if Path(name).suffix.lower() in PICTURE_SUFFIXES)


@dataclass
class _RegionReader:
    draft: DatasetDraft
    stored: frozenset[str]
    left: int = 0
    without: int = 0
    things: dict[tuple[int, str, str], TrackDraft] = field(default_factory=dict)
    boxes: dict[tuple[int, int, str], list[list[int]]] = field(default_factory=dict)  # of masks by frame and label

    def video(self, tasks: list[LabelledTask], check: Check) -> None:
        """Add a video: pictures that nobody labelled are left out, in others a thing without a region is absent."""
        done = [task for task in tasks if task.done]
        self.left += len(tasks) - len(done)
        first = next((region for task in done for region in task.regions), None)
        if first is None:
            self.left += len(done)
            return
        width, height = first.width_height
        names = [self._name(name) for task in done for name in task.names]
        known = [*by_video(map(unmarked, names))]
        extra: Json | None = {NAME: known[0]} if len(known) == 1 and known != ["."] else None
        video = self.draft.video(width, height, names, extra=extra)
        with self.draft.broken.part(video.id):
            start = 0
            for task in done:
                for region in sorted(task.regions, key=lambda one: not one.is_mask):
                    check()
                    if region.frame >= len(task.names):
                        refuse(f"{region.place}.item_index", f"is {region.frame}, but there are {len(task.names)}")
                    self._region(video, start + region.frame, region)
                start += len(task.names)

    def _name(self, name: str) -> str:
        """The name of a picture, without the mark of an upload if the pictures are there without it."""
        folder, slash, last = name.rpartition("/")
        plain = unmarked(last)
        return f"{folder}{slash}{plain}" if last not in self.stored and plain in self.stored else name

    def _region(self, video: VisVideo, frame: int, region: Region) -> None:
        if region.width_height != (video.width, video.height):
            text = f"is in a picture of another size than the first of its video, {video.width} x {video.height}"
            refuse(region.place, text)
        place = region.place.removeprefix(f"{self.draft.where}: ")
        mask = region.mask(video.width, video.height)
        known = self.boxes.setdefault((video.id, frame, region.label), [])
        if mask is None and any(region.is_box_of(box, video.width, video.height) for box in known):
            self.draft.note(BOX_OF_MASK, place, "is the box of a mask beside it, and is left out.")
            return
        track = self._track(video, region)
        if mask is None:
            track.unknown.add(frame)
            self.draft.note(NO_MASKS, place, f"is of the type {region.kind}, which is no mask.")
            return
        if not rle.area(mask):
            track.unknown.add(frame)
            self.draft.note(NO_PIXEL, place, "covers not one pixel; what is there is unknown, not absent.")
        known.append(rle.bbox(mask))
        track.add(frame, mask)

    def _track(self, video: VisVideo, region: Region) -> TrackDraft:
        category = self.draft.category(region.label)
        if not region.thing:
            self.without += 1
            return self.draft.track(video.id, category)
        key = (video.id, region.label, region.thing)
        if key not in self.things:
            number = int(region.thing) if region.thing.isdecimal() and len(region.thing) < 12 else None
            self.things[key] = self.draft.track(video.id, category, number)
        return self.things[key]
