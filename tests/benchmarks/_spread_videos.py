"""Videos with masks for the benchmark of spreading: real ones of the optional material, and procedural ones."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from app.spreading.truth_file import VideoPlaces, read_given
from model.procedural import render_video
from storage import frames, rle
from tests.material import material_root

# Truth file and its frames, below the folder of the material.
REAL = (
    ("data/annotated_nc/davis16_a/instances.json", "data/annotated_nc/davis16_a/JPEGImages"),
    ("data/annotated_nc/davis17_schoolgirls/instances.json", "data/annotated_nc/davis17_schoolgirls"),
    ("data/annotated/pumavos_caps/instances_mp4.json", "data/annotated/pumavos_caps/caps_360x640.mp4"),
)
# Videos in which tracks pass each other; in some a track is fully hidden and comes back.
PROCEDURAL = (("occlusion", 0), ("occlusion", 3), ("long", 2))
# Of the first 24 of each domain, those in which a track of the first frame is fully hidden for a while.
HIDING = (*(("occlusion", index) for index in (3, 9, 16, 19, 20, 21)), ("long", 2), ("long", 3))
COUNT, SIZE, SEED = 45, (640, 360), 5


@dataclass(frozen=True, eq=False)
class AnnotatedVideo:
    """frames: uint8 T x H x W x 3 RGB; masks: bool T x N x H x W; annotated: frames whose masks are known."""

    name: str
    frames: np.ndarray
    masks: np.ndarray
    annotated: frozenset[int]
    procedural: bool = False


def real_videos() -> Iterator[AnnotatedVideo]:
    """The videos of `REAL` that are there."""
    for truth, place in REAL:
        file = material_root() / truth
        if not file.is_file():
            continue
        outlines = read_given(file, []).videos
        places = VideoPlaces(material_root() / place, [one.video for one in outlines])
        for outline in outlines:
            video = outline.video
            known = outline.annotated or frozenset(range(video.length))
            [whole] = [one for one in read_given(file, sorted(known)).videos if one.video.id == video.id]
            path, names = places.find(video)
            index = frames.index(path) if names is None else frames.index_files(path, names)
            with frames.open_reader(index) as reader:
                pixels = np.stack([frame for _, frame in reader.read_range(0, index.count)])
            masks = np.zeros((video.length, len(whole.tracks), video.height, video.width), bool)
            for number, track in enumerate(whole.tracks):
                for k, mask in track.masks.items():
                    if mask is not None:
                        masks[k, number] = rle.decode(mask)
            name = video.file_names[0].split("/")[0].split("_")[0]
            yield AnnotatedVideo(name, pixels, masks, known)


def procedural_videos() -> Iterator[AnnotatedVideo]:
    """The videos of `PROCEDURAL`."""
    yield from (_made(domain, index) for domain, index in PROCEDURAL)


def hiding_videos() -> Iterator[AnnotatedVideo]:
    """The videos of `HIDING`, in which things hide each other, some of them fully."""
    yield from (_made(domain, index) for domain, index in HIDING)


def _made(domain: str, index: int) -> AnnotatedVideo:
    video = render_video(domain, index=index, seed=SEED, frames=COUNT, size=SIZE)
    masks = np.stack([track.masks for track in video.tracks], axis=1)
    return AnnotatedVideo(f"{domain} {index}", video.frames, masks, frozenset(range(COUNT)), procedural=True)
