"""CVAT's XML 1.1 for its import: one file with tracks for each video, or one file with all images.

CVAT cannot track masks: of a track that begins with a `<mask>` its import takes the first one only. So the masks of
tracks leave as polygons along their pixels, and only those of images in run lengths.
"""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from storage.atomic import write_text
from storage.formats.attributes import FLAGS, AttributeValue, described, frame_values, track_values
from storage.formats.cvat import FILE
from storage.formats.cvat_head import IMAGES, TRACK_ID
from storage.formats.cvat_shapes import mask_attributes
from storage.formats.losses import Losses
from storage.formats.names import PlainVideo, plain_videos
from storage.formats.outlines import is_simple, one_ring
from storage.rle import Rle
from storage.youtube_vis import VisDataset, VisTrack, VisVideo

_OCCLUDED = "occluded"
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n'
_Values = dict[str, AttributeValue]


def write_videos(out: Path, dataset: VisDataset, losses: Losses) -> None:
    """Write "CVAT for video" into an empty folder: for each video a folder with its file."""
    plain = plain_videos(dataset, losses)
    for video in dataset.videos:
        own = plain[video.id]
        (out / own.name).mkdir(parents=True)
        write_text(out / own.name / FILE, _video_text(dataset, video, own, losses))


def picture_of_video(own: PlainVideo, frame: int) -> str:
    """The place of a picture beside the file of its video."""
    return f"{own.name}/{IMAGES}/{own.files[frame]}"


def _video_text(dataset: VisDataset, video: VisVideo, own: PlainVideo, losses: Losses) -> Iterator[str]:
    task = _meta(dataset, own.name, video.length, "interpolation")
    SubElement(task, "start_frame").text = "0"
    SubElement(task, "stop_frame").text = str(max(video.length - 1, 0))
    SubElement(task, "frame_filter").text = ""
    size = SubElement(task, "original_size")
    SubElement(size, "width").text = str(video.width)
    SubElement(size, "height").text = str(video.height)
    SubElement(task, "source").text = own.name
    yield _HEAD
    yield _element_text(_wrapped(task))
    labels = {category.id: category.name for category in dataset.categories}
    for track in dataset.tracks:
        if track.video_id == video.id:
            _count(track, losses)
            losses.count("holes", sum(mask is not None and not is_simple(mask) for mask in track.segmentations))
            if any(track.segmentations):
                yield _element_text(_track(track, labels[track.category_id]))
    yield "</annotations>\n"


def _count(track: VisTrack, losses: Losses) -> None:
    losses.count("crowd", int(bool(track.iscrowd)))
    losses.count("unknown", len(track.unknown))
    losses.count("empty_tracks", int(not any(track.segmentations)))


def _track(track: VisTrack, label: str) -> Element:
    element = Element("track", {"id": str(track.id), "label": label, "source": "manual"})
    own, lines = track_values(track), frame_values(track)
    last: Rle | None = None
    for frame, mask in enumerate(track.segmentations):
        shown = mask or last
        if mask is not None or last is not None:
            assert shown is not None
            # A thing that is gone is its last mask, with the mark `outside`.
            here = {name: line[frame] for name, line in lines.items()}
            more = {"frame": str(frame), "keyframe": "1", "outside": str(int(mask is None))}
            _shape(element, "polygon", {"points": _points(shown)}, own, here, more)
        last = mask
    return element


def _points(mask: Rle) -> str:
    return ";".join(f"{x:.2f},{y:.2f}" for x, y in one_ring(mask))


def _shape(
    parent: Element,
    tag: str,
    pixels: dict[str, str],
    own: _Values,
    here: dict[str, AttributeValue | None],
    more: dict[str, str],
) -> None:
    """Add a shape; ``pixels`` are the attributes with its outline or run lengths."""
    values: _Values = {**own, **{name: value for name, value in here.items() if value}}
    occluded = str(int(bool(values.pop(_OCCLUDED, False))))
    shape = SubElement(parent, tag, {**more, _OCCLUDED: occluded, **pixels, "z_order": "0"})
    for name, value in values.items():
        SubElement(shape, "attribute", {"name": name}).text = "true" if value is True else str(value)


def write_images(out: Path, dataset: VisDataset, losses: Losses) -> None:
    """Write "CVAT for images": one file, whole or not at all.

    The attribute `track_id` of a shape is its track, and its group too, which CVAT keeps where a label lacks the
    attribute. Both count from 1, since 0 means neither.
    """
    write_text(out, _images_text(dataset, losses))


def picture_of_image(own: PlainVideo, frame: int) -> str:
    """The place of a picture beside the file."""
    return f"{IMAGES}/{own.name}/{own.files[frame]}"


def _images_text(dataset: VisDataset, losses: Losses) -> Iterator[str]:
    plain = plain_videos(dataset, losses)
    labels = {category.id: category.name for category in dataset.categories}
    count = sum(video.length for video in dataset.videos)
    yield _HEAD
    yield _element_text(_wrapped(_meta(dataset, "images", count, "annotation")))
    number = 0
    first = int(any(track.id < 1 for track in dataset.tracks))
    for video in dataset.videos:
        tracks = [track for track in dataset.tracks if track.video_id == video.id]
        for track in tracks:
            _count(track, losses)
        for frame in range(video.length):
            name = f"{plain[video.id].name}/{plain[video.id].files[frame]}"
            size = {"width": str(video.width), "height": str(video.height)}
            image = Element("image", {"id": str(number), "name": name, **size})
            number += 1
            for track in tracks:
                mask = track.segmentations[frame]
                if mask is not None:
                    here = {name: line[frame] for name, line in frame_values(track).items()}
                    thing = str(track.id + first)
                    own = {**track_values(track), TRACK_ID: thing}
                    more = {"label": labels[track.category_id], "source": "manual", "group_id": thing}
                    _shape(image, "mask", mask_attributes(mask), own, here, more)
            yield _element_text(image)
    yield "</annotations>\n"


def _meta(dataset: VisDataset, name: str, size: int, mode: str) -> Element:
    task = Element("task")
    for tag, text in (("id", "1"), ("name", name), ("size", str(size)), ("mode", mode)):
        SubElement(task, tag).text = text
    labels = SubElement(task, "labels")
    attributes = {one: what for one, what in described(dataset).items() if one != _OCCLUDED}
    for category in sorted(dataset.categories, key=lambda one: one.id):
        label = SubElement(labels, "label")
        SubElement(label, "name").text = category.name
        SubElement(label, "type").text = "any"
        listed = SubElement(label, "attributes")
        for one, (per, choices) in attributes.items():
            kind = "checkbox" if one in FLAGS else "select"
            _attribute(listed, one, per, kind, choices)
        if mode == "annotation":
            _attribute(listed, TRACK_ID, "track", "number", ())
    return task


def _attribute(parent: Element, name: str, per: str, kind: str, choices: tuple[str, ...]) -> None:
    values = {"checkbox": ("false",), "number": ("0", "1000000", "1")}.get(kind, ("__undefined__", *choices))
    attribute = SubElement(parent, "attribute")
    SubElement(attribute, "name").text = name
    SubElement(attribute, "mutable").text = str(per == "frame")
    SubElement(attribute, "input_type").text = kind
    SubElement(attribute, "default_value").text = values[0]
    SubElement(attribute, "values").text = "\n".join(values)


def _wrapped(task: Element) -> Element:
    meta = Element("meta")
    meta.append(task)
    return meta


def _element_text(element: Element) -> str:
    indent(element)
    return tostring(element, encoding="unicode") + "\n"
