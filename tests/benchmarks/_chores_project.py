"""A project for the chores of an annotator: procedural videos with tracks in which one kind of mistake is planted."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from pycocotools import mask as coco

from app.demo.make import encode_video
from model.procedural import render_video
from model.procedural.domains import DEMO_CATEGORIES
from tests.benchmarks._served import Served
from tests.benchmarks.annotator.person import Person
from tests.benchmarks.annotator.plan import Action, ShownTrack, TrueTrack, plan

FRAMES, SIZE = 40, (640, 360)
SEED = 5
AUTHOR = "seed"

Masks = dict[int, np.ndarray]  # frame -> bool (H, W)


@dataclass(frozen=True)
class Seed:
    """A track as it is put into a video: name of its category, and its masks; elsewhere it is *absent*."""

    label: str
    masks: Masks
    score: float = 0.8


@dataclass
class ChoreVideo:
    """A video in the server: its id, the true masks of its things in the scene's order, the ids of its tracks."""

    id: str
    served: Served
    truth: list[Masks]
    labels: list[str]
    tracks: list[str] = field(default_factory=list)

    def stored(self) -> dict[int, ShownTrack]:
        """The tracks that are neither rejected nor deleted, as the database has them, by number."""
        rows = self.served.call("GET", f"/data/videos/{self.id}/tracks")["tracks"]
        numbers = {track["id"]: int(track["number"]) for track in rows}
        categories = self.served.call("GET", f"/data/projects/{self.served.project}")["categories"]
        person = Person(self.served.call, {one["name"]: one["id"] for one in categories})
        return {numbers[track.id]: track for track in person.shown(self.id)}

    def wrong(self) -> list[Action]:
        """What a person would still correct; verdicts on what is right are not among it."""
        truth = [TrueTrack(label, masks) for label, masks in zip(self.labels, self.truth, strict=True)]
        actions = plan(list(self.stored().values()), truth, FRAMES, complete=True)
        return [action for action in actions if action.kind not in {"accept", "absent"}]


@dataclass(frozen=True)
class Scene:
    """A rendered video: its true things, before it has tracks."""

    frames: np.ndarray
    truth: list[Masks]
    labels: list[str]


def render(index: int, *, domain: str = "demo", frames: int = FRAMES, size: tuple[int, int] = SIZE) -> Scene:
    """A video of a domain with the demo's categories; a mask of the truth has at least 40 pixels."""
    video = render_video(domain, index=index, seed=SEED, frames=frames, size=size)
    truth = [{t: m for t, m in enumerate(thing.masks) if m.sum() >= 40} for thing in video.tracks]
    return Scene(video.frames, truth, [DEMO_CATEGORIES[thing.label] for thing in video.tracks])


def part(masks: Masks, start: int, stop: int) -> Masks:
    """The masks of frames ``start`` to ``stop``, the latter excluded."""
    return {t: mask for t, mask in masks.items() if start <= t < stop}


def moved(mask: np.ndarray, across: float, down: float) -> np.ndarray:
    """A mask moved by so many pixels; what leaves the frame is cut off."""
    height, width = mask.shape
    shift = np.array([[1, 0, across], [0, 1, down]], np.float32)
    return cv2.warpAffine(mask.astype(np.uint8), shift, (width, height), flags=cv2.INTER_NEAREST).astype(bool)


def swapped(scene: Scene) -> list[Seed]:
    """The first two things exchange their tracks from the middle on."""
    first, second, *others = right(scene)
    at = FRAMES // 2
    one = part(first.masks, 0, at) | part(second.masks, at, FRAMES)
    two = part(second.masks, 0, at) | part(first.masks, at, FRAMES)
    return [Seed(first.label, one), Seed(second.label, two), *others]


def broken(scene: Scene) -> list[Seed]:
    """The last thing has two tracks with a hole of three frames between them."""
    *others, last = right(scene)
    at = FRAMES // 2
    return [
        *others,
        Seed(last.label, part(last.masks, 0, at - 3)),
        Seed(last.label, part(last.masks, at, FRAMES)),
    ]


def two_in_time(scene: Scene) -> list[Seed]:
    """The track of the first thing shows the last one from the middle on; neither has another track there."""
    first, *others, last = right(scene)
    at = FRAMES // 2
    return [Seed(first.label, part(first.masks, 0, at) | part(last.masks, at, FRAMES)), *others]


def two_in_space(scene: Scene) -> list[Seed]:
    """One track has the pixels of the first two things in every frame."""
    first, second, *others = right(scene)
    both = {t: first.masks[t] | second.masks[t] for t in first.masks.keys() & second.masks.keys()}
    return [Seed(first.label, both), *others]


def drifted(scene: Scene) -> list[Seed]:
    """The first thing's masks of ten frames lie beside it."""
    first, *others = right(scene)
    start, stop = REDRAWN
    bad = {t: moved(mask, 90, 40) for t, mask in part(first.masks, start, stop).items()}
    return [Seed(first.label, first.masks | bad, score=0.5), *others]


def with_false_tracks(scene: Scene) -> list[Seed]:
    """Five tracks of nothing beside the right ones."""
    things = right(scene)
    shape = things[0].masks[0]
    places = [(-260, -120), (-200, 140), (180, -130), (230, 120), (20, 160)]
    found = []
    for across, down in places:
        small = cv2.erode(shape.astype(np.uint8), np.ones((15, 15), np.uint8)).astype(bool)
        at = np.argwhere(small).mean(axis=0)
        to = np.array([SIZE[1] / 2 + down, SIZE[0] / 2 + across]) - at
        masks = {t: moved(small, to[1] + t, to[0]) for t in range(4, 30)}
        found.append(Seed(things[0].label, {t: m for t, m in masks.items() if m.sum() > 40}, score=0.4))
    return [*things, *found]


def right(scene: Scene) -> list[Seed]:
    """Each thing has its track."""
    return [Seed(label, masks) for label, masks in zip(scene.labels, scene.truth, strict=True)]


def apart(scene: Scene) -> list[Seed]:
    """What is right where the first thing is of interest up to the middle, and the last one from there on."""
    first, *others, last = right(scene)
    at = FRAMES // 2
    return [Seed(first.label, part(first.masks, 0, at)), *others, Seed(last.label, part(last.masks, at, FRAMES))]


REDRAWN = (10, 20)
Planted = Callable[[Scene], list[Seed]]
# Name of the video: number of the scene, what is wrong in it, and what would be right.
VIDEOS: Mapping[str, tuple[int, Planted, Planted]] = {
    "swap": (17, swapped, right),
    "broken": (5, broken, right),
    "two in time": (10, two_in_time, apart),
    "two in space": (7, two_in_space, right),
    "interpolate": (23, drifted, right),
    "spread": (14, drifted, right),
    "false": (0, with_false_tracks, right),
    "keys": (3, right, right),
    "next": (11, right, right),
}


def add_video(
    served: Served, folder: Path, name: str, scene: Scene, seeds: Sequence[Seed], wanted: Sequence[Seed]
) -> ChoreVideo:
    """Writes a scene as a file, adds it to the project, stores its tracks as a model's; ``wanted`` would be right."""
    path = folder / f"{name}.mp4"
    encode_video(path, scene.frames)
    video = ChoreVideo(served.add(path), served, [one.masks for one in wanted], [one.label for one in wanted])
    served.wait_until_counted(video.id)
    video.tracks = store(served, video.id, seeds, len(scene.frames))
    return video


def store(served: Served, video: str, seeds: Iterable[Seed], count: int) -> list[str]:
    """Stores tracks as one edit each; returns their ids."""
    names = {row["name"]: row["id"] for row in served.call("GET", f"/data/projects/{served.project}")["categories"]}
    ids = []
    for seed in seeds:
        track = str(uuid.uuid4())
        rows = [_row(track, t, seed) for t in range(count)]
        whole = {"track": track, "frame": None, "before_version": 0, "after": {"category": names[seed.label]}}
        edit = {"id": str(uuid.uuid4()), "kind": "propose", "changes": [whole, *rows]}
        body = {"author": AUTHOR, "edits": [edit]}
        answer = served.call("POST", f"/data/videos/{video}/edits", body)["results"][0]
        assert answer["status"] == "applied", answer
        ids.append(track)
    return ids


def _row(track: str, frame: int, seed: Seed) -> dict[str, object]:
    mask = seed.masks.get(frame)
    row: dict[str, object] = {"source": "proposed", "review": "unreviewed", "score": seed.score}
    if mask is None:
        row |= {"state": "absent", "mask": None}
    else:
        code = coco.encode(np.asfortranarray(mask, dtype=np.uint8))
        row |= {"state": "present", "rle": {"size": list(code["size"]), "counts": code["counts"].decode()}}
    return {"track": track, "frame": frame, "before_version": 0, "after": row}
