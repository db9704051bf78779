"""Procedural videos whose tracks hold planted errors of known place: the truth for the order of the review queue.

The masks are made as a network makes them: the truth at 28 x 28 cells in a box that trembles by some per cent. Scores
tremble around 0.75, and lie 0.1 lower where a network would be less sure: under false tracks, drifts and missed ends.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from pycocotools import mask as coco

from model.likely_errors import TrackInput
from model.procedural import render_video

KINDS = ("swap", "merge", "drift", "false track", "missed end", "broken track")
_CELLS = 28


@dataclass(frozen=True)
class Planted:
    """One planted error: the tracks it concerns and its frames, both ends included."""

    kind: str
    tracks: tuple[str, ...]
    first: int
    last: int


@dataclass
class PlantedVideo:
    """Frames uint8 RGB (T, H, W, 3), the tracks with their errors, and where these are."""

    frames: np.ndarray
    tracks: list[TrackInput]
    planted: list[Planted]


class Scene:
    """Masks (track -> frame -> bool (H, W)) into which errors are planted."""

    def __init__(self, domain: str, *, seed: int, index: int, frames: int, size: tuple[int, int]) -> None:
        # The slow domain is shown at every third frame, so that things leave the picture and come back.
        pace = 3 if domain == "long" else 1
        video = render_video(domain, index=index, seed=seed, frames=frames * pace, size=size)
        self.draw = np.random.default_rng([seed, index, 77])
        # Of its own, so that the other errors are the same with and without broken tracks.
        self.draw_cuts = np.random.default_rng([seed, index, 78])
        self.frames = video.frames[::pace]
        self.count = frames
        least = 0.0012 * size[0] * size[1]
        self.truth = {str(n): _present(track.masks[::pace], least) for n, track in enumerate(video.tracks)}
        self.masks = {name: self._trembling(masks) for name, masks in self.truth.items() if len(masks) >= 6}
        self.truth = {name: self.truth[name] for name in self.masks}
        self.categories = {str(n): str(track.label) for n, track in enumerate(video.tracks)}
        self.unsure: set[tuple[str, int]] = set()
        self.taken: set[str] = set()

    def _trembling(self, masks: dict[int, np.ndarray]) -> dict[int, np.ndarray]:
        tremble = np.zeros(4)
        out = {}
        for frame, mask in masks.items():
            tremble = 0.6 * tremble + self.draw.normal(0, 0.012, 4)
            out[frame] = coarse(mask, tremble)
        return {frame: mask for frame, mask in out.items() if mask.any()}

    def free(self, *, least: int) -> list[str]:
        """Tracks without a planted error and with at least so many masks, in a drawn order."""
        names = [name for name, masks in self.masks.items() if name not in self.taken and len(masks) >= least]
        return [names[i] for i in self.draw.permutation(len(names))]

    def input(self) -> list[TrackInput]:
        out = []
        for name, masks in self.masks.items():
            level, scores = self.draw.normal(0.75, 0.05), {}
            wander = 0.0
            for frame in sorted(masks):
                wander = 0.7 * wander + self.draw.normal(0, 0.04)
                lower = 0.1 if (name, frame) in self.unsure else 0.0
                scores[frame] = float(np.clip(level + wander - lower, 0.05, 0.99))
            rles = {frame: rle(mask) for frame, mask in sorted(masks.items())}
            absent = frozenset(range(self.count)) - set(rles)
            out.append(TrackInput(name, rles, scores, absent, score=float(np.mean(list(scores.values())))))
        return out


def _present(masks: np.ndarray, least: float) -> dict[int, np.ndarray]:
    return {int(t): masks[t] for t in np.flatnonzero(masks.sum(axis=(1, 2)) >= least)}


def coarse(mask: np.ndarray, tremble: np.ndarray) -> np.ndarray:
    """A mask as 28 x 28 cells in its box; ``tremble`` moves left, top, right and bottom by shares of the size."""
    ys, xs = np.nonzero(mask)
    x0, x1, y0, y1 = xs.min(), xs.max() + 1, ys.min(), ys.max() + 1
    cells = cv2.resize(mask[y0:y1, x0:x1].astype(np.float32), (_CELLS, _CELLS), interpolation=cv2.INTER_AREA)
    w, h = x1 - x0, y1 - y0
    left, top = round(x0 + tremble[0] * w), round(y0 + tremble[1] * h)
    right, bottom = max(round(x1 + tremble[2] * w), left + 1), max(round(y1 + tremble[3] * h), top + 1)
    part = cv2.resize(cells, (right - left, bottom - top), interpolation=cv2.INTER_LINEAR) >= 0.5
    return _placed(part, left, top, mask.shape)


def _placed(part: np.ndarray, left: int, top: int, hw: tuple[int, ...]) -> np.ndarray:
    out = np.zeros(hw, bool)
    y0, x0 = max(top, 0), max(left, 0)
    y1, x1 = min(top + part.shape[0], hw[0]), min(left + part.shape[1], hw[1])
    if y1 > y0 and x1 > x0:
        out[y0:y1, x0:x1] = part[y0 - top : y1 - top, x0 - left : x1 - left]
    return out


def _moved(mask: np.ndarray, dx: float, dy: float) -> np.ndarray:
    return _placed(mask, round(dx), round(dy), mask.shape)


def rle(mask: np.ndarray) -> dict:
    code = coco.encode(np.asfortranarray(mask, dtype=np.uint8))
    return {"size": list(code["size"]), "counts": code["counts"].decode("ascii")}


def plant_swap(scene: Scene) -> Planted | None:
    names = scene.free(least=8)
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            both = sorted(set(scene.masks[first]) & set(scene.masks[second]))
            inner = [t for t in both if 3 <= t < scene.count - 3]
            if not inner:
                continue
            at = int(scene.draw.choice(inner))
            a, b = scene.masks[first], scene.masks[second]
            if min(sum(t < at for t in one) for one in (a, b)) < 2:
                continue
            for frame in range(at, scene.count):
                left, right = a.pop(frame, None), b.pop(frame, None)
                if right is not None:
                    a[frame] = right
                if left is not None:
                    b[frame] = left
            scene.taken |= {first, second}
            return Planted("swap", (first, second), at - 1, at + 1)
    return None


def _merge(scene: Scene) -> Planted | None:
    names = scene.free(least=8)
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            both = sorted(set(scene.masks[first]) & set(scene.masks[second]))
            if len(both) < 6:
                continue
            start = int(scene.draw.choice(both[: len(both) - 4]))
            length = int(scene.draw.integers(4, scene.count))
            part = [t for t in both if start <= t < start + length]
            if len(part) < 4:
                continue
            for frame in part:
                scene.masks[first][frame] = scene.masks[first][frame] | scene.masks[second].pop(frame)
            scene.taken |= {first, second}
            return Planted("merge", (first, second), part[0], part[-1])
    return None


def _drift(scene: Scene) -> Planted | None:
    for name in scene.free(least=12):
        frames = sorted(scene.masks[name])
        start = int(scene.draw.integers(3, len(frames) - 7))
        part = frames[start : start + int(scene.draw.integers(7, 16))]
        angle, speed = scene.draw.uniform(0, 2 * np.pi), scene.draw.uniform(0.05, 0.1)
        side = np.sqrt(np.median([scene.masks[name][t].sum() for t in part]))
        moved = {
            t: _moved(scene.masks[name][t], *(speed * (k + 1) * side * np.array([np.cos(angle), np.sin(angle)])))
            for k, t in enumerate(part)
        }
        if any(mask.sum() < 0.4 * scene.masks[name][t].sum() for t, mask in moved.items()):
            continue  # it would drift out of the frame
        scene.masks[name].update(moved)
        scene.unsure |= {(name, t) for t in part}
        scene.taken.add(name)
        return Planted("drift", (name,), part[0], part[-1])
    return None


def _false_track(scene: Scene) -> Planted | None:
    shapes = [mask for masks in scene.masks.values() for mask in masks.values() if mask.sum() > 60]
    if not shapes:
        return None
    height, width = shapes[0].shape
    for _ in range(60):
        shape = shapes[int(scene.draw.integers(len(shapes)))]
        length = int(scene.draw.integers(5, scene.count))
        start = int(scene.draw.integers(0, scene.count - length + 1))
        to = scene.draw.uniform([-width, -height], [width, height])
        speed = scene.draw.normal(0, 0.6, 2)
        masks = {start + k: _moved(shape, *(to + speed * k)) for k in range(length)}
        if any(mask.sum() < 0.7 * shape.sum() for mask in masks.values()):
            continue
        covered = [np.any([one[t] for one in scene.truth.values() if t in one], axis=0) for t in masks]
        on_things = [
            float((mask & cover).sum() / mask.sum()) for mask, cover in zip(masks.values(), covered, strict=True)
        ]
        if max(on_things) > 0.15:
            continue
        name = f"false {len(scene.masks)}"
        scene.masks[name] = {t: coarse(mask, scene.draw.normal(0, 0.012, 4)) for t, mask in masks.items()}
        scene.unsure |= {(name, t) for t in masks}
        scene.taken.add(name)
        return Planted("false track", (name,), start, start + length - 1)
    return None


def _missed_end(scene: Scene) -> Planted | None:
    for name in scene.free(least=6):
        frames = sorted(scene.masks[name])
        largest = np.median([scene.masks[name][t].sum() for t in frames])
        ends = [t for t in frames if t + 1 not in scene.truth[name] and t + 5 < scene.count]
        for end in ends:
            stuck = end
            while stuck > frames[0] and scene.masks[name][stuck].sum() < 0.35 * largest and end - stuck < 4:
                stuck = max(t for t in frames if t < stuck)
            after = [t for t in range(end + 1, scene.count) if t not in scene.truth[name]]
            length = next((k for k, t in enumerate(after) if t != end + 1 + k), len(after))
            length = min(length, int(scene.draw.integers(5, 20)))
            if length < 4 or scene.masks[name][stuck].sum() < 40:
                continue
            for t in range(stuck + 1, end + 1 + length):
                scene.masks[name][t] = coarse(scene.masks[name][stuck], scene.draw.normal(0, 0.012, 4))
            scene.unsure |= {(name, t) for t in range(stuck + 1, end + 1 + length)}
            scene.taken.add(name)
            return Planted("missed end", (name,), stuck + 1, end + length)
    return None


def plant_broken_track(scene: Scene) -> Planted | None:
    """Cut a track in two, and leave out up to three masks in between."""
    names = [name for name, masks in scene.masks.items() if name not in scene.taken and len(masks) >= 12]
    if not names:
        return None
    name = str(scene.draw_cuts.choice(names))
    frames = sorted(scene.masks[name])
    at, hole = int(scene.draw_cuts.integers(4, len(frames) - 7)), int(scene.draw_cuts.integers(0, 4))
    other = f"rest of {name}"
    scene.masks[other] = {frame: scene.masks[name][frame] for frame in frames[at + hole :]}
    scene.masks[name] = {frame: scene.masks[name][frame] for frame in frames[:at]}
    scene.taken |= {name, other}
    return Planted("broken track", (name, other), frames[at - 1], frames[at + hole])


_PLANT: dict[str, Callable[[Scene], Planted | None]] = {
    "swap": plant_swap,
    "merge": _merge,
    "drift": _drift,
    "false track": _false_track,
    "missed end": _missed_end,
}


def planted_video(
    domain: str, *, seed: int, index: int, frames: int = 40, size: tuple[int, int] = (320, 192)
) -> PlantedVideo:
    """A video of a procedural domain with one to three planted errors, of kinds that take turns.

    Only in the domain ``long`` do many things leave the picture, so there a missed end is tried first. Every other
    video has a broken track as well, if it has a track left for it.
    """
    scene = Scene(domain, seed=seed, index=index, frames=frames, size=size)
    planted = []
    for turn in range(int(scene.draw.integers(1, 4))):
        for other in range(len(_PLANT)):
            first = len(_PLANT) - 1 if domain == "long" and turn == 0 else index + turn
            error = _PLANT[KINDS[(first + other) % len(_PLANT)]](scene)
            if error is not None:
                planted.append(error)
                break
    cut = plant_broken_track(scene) if index // 4 % 2 == 0 else None
    planted += [cut] if cut is not None else []
    return PlantedVideo(scene.frames, scene.input(), planted)
