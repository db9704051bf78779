"""Procedural videos in which the identities of tracks are wrong at known places: the truth for the identity doctor."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from model.likely_errors import TrackInput
from tests.benchmarks._planted_errors import Planted, Scene, plant_broken_track, plant_swap

KINDS = ("crossing swap", "broken track", "joined track", "swap", "hidden track", "joined at a distance")
MENDED_BY = {
    "crossing swap": "swap",
    "swap": "swap",
    "broken track": "merge",
    "hidden track": "merge",
    "joined track": "split",
    "joined at a distance": "split",
}
_SIDE = 5  # masks of each thing before and after a place


@dataclass
class PlantedIdentities:
    """Frames uint8 RGB (T, H, W, 3), the tracks with their errors, their categories, and where the errors are."""

    frames: np.ndarray
    tracks: list[TrackInput]
    categories: dict[str, str]
    planted: list[Planted]


def _pairs(scene: Scene) -> Iterable[tuple[str, str, list[int]]]:
    """Free tracks with the frames that both have, with enough masks of each before and after."""
    names = scene.free(least=2 * _SIDE)
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            a, b = scene.masks[first], scene.masks[second]
            inner = [
                t
                for t in sorted(set(a) & set(b))
                if min(sum(u < t for u in one) for one in (a, b)) >= _SIDE
                and min(sum(u >= t for u in one) for one in (a, b)) >= _SIDE
            ]
            if inner:
                yield first, second, inner


def _nearest(scene: Scene, first: str, second: str, frames: Sequence[int]) -> tuple[int, float]:
    """The frame on which two tracks lie nearest, and how far apart, in sides of the larger one."""
    found = []
    for t in frames:
        places = [np.argwhere(scene.masks[name][t]) for name in (first, second)]
        apart = np.linalg.norm(places[0].mean(axis=0) - places[1].mean(axis=0))
        found.append((float(apart / np.sqrt(max(len(place) for place in places))), t))
    apart, at = min(found)
    return at, apart


def _crossing_swap(scene: Scene) -> Planted | None:
    """Two tracks exchange their things where these meet."""
    for first, second, inner in _pairs(scene):
        at, apart = _nearest(scene, first, second, inner)
        if apart > 1.2:
            continue
        a, b = scene.masks[first], scene.masks[second]
        later_a, later_b = ({t: one.pop(t) for t in sorted(one) if t >= at} for one in (a, b))
        a.update(later_b)
        b.update(later_a)
        scene.taken |= {first, second}
        return Planted("crossing swap", (first, second), at - 1, at + 1)
    return None


def _joined(scene: Scene, kind: str, *, near: bool) -> Planted | None:
    """A track goes over to another thing; the rest of its own thing, and the other one's masks before, are missing."""
    for first, second, inner in _pairs(scene):
        at, apart = _nearest(scene, first, second, inner)
        if (apart <= 1.2) != near:
            continue
        if not near:
            at = inner[int(scene.draw_cuts.integers(len(inner)))]
        a, b = scene.masks[first], scene.masks.pop(second)
        scene.masks[first] = {t: mask for t, mask in a.items() if t < at} | {t: b[t] for t in sorted(b) if t >= at}
        scene.taken |= {first, second}
        return Planted(kind, (first,), at - 1, at + 1)
    return None


def _hidden_track(scene: Scene) -> Planted | None:
    """Cut a track in two, five to twenty frames apart, as behind another thing."""
    names = scene.free(least=30)
    if not names:
        return None
    name = names[0]
    frames = sorted(scene.masks[name])
    hole = int(scene.draw_cuts.integers(5, 21))
    at = int(scene.draw_cuts.integers(_SIDE, len(frames) - hole - _SIDE + 1))
    other = f"rest of {name}"
    scene.masks[other] = {frame: scene.masks[name][frame] for frame in frames[at + hole :]}
    scene.masks[name] = {frame: scene.masks[name][frame] for frame in frames[:at]}
    scene.taken |= {name, other}
    return Planted("hidden track", (name, other), frames[at - 1], frames[at + hole])


def _leave_and_come(scene: Scene) -> None:
    """Let one free track end early and another one begin late, as things do that leave and come: no error."""
    for name, leaves in zip(scene.free(least=4 * _SIDE), (True, False), strict=False):
        frames = sorted(scene.masks[name])
        at = frames[int(scene.draw_cuts.integers(2 * _SIDE, len(frames) - 2 * _SIDE + 1)) - 1]
        scene.masks[name] = {t: mask for t, mask in scene.masks[name].items() if (t < at if leaves else t >= at)}


_PLANT: dict[str, Callable[[Scene], Planted | None]] = {
    "crossing swap": _crossing_swap,
    "broken track": plant_broken_track,
    "joined track": lambda scene: _joined(scene, "joined track", near=True),
    "swap": plant_swap,
    "hidden track": _hidden_track,
    "joined at a distance": lambda scene: _joined(scene, "joined at a distance", near=False),
}


def planted_identities(
    domain: str, *, seed: int, index: int, frames: int = 60, size: tuple[int, int] = (320, 192)
) -> PlantedIdentities:
    """A video of a procedural domain with up to three planted errors, of kinds that take turns.

    Of its other tracks one ends early and one begins late.
    """
    scene = Scene(domain, seed=seed, index=index, frames=frames, size=size)
    planted = []
    for turn in range(int(scene.draw.integers(1, 4))):
        for other in range(len(KINDS)):
            error = _PLANT[KINDS[(index + turn + other) % len(KINDS)]](scene)
            if error is not None:
                planted.append(error)
                break
    _leave_and_come(scene)
    tracks = scene.input()
    return PlantedIdentities(scene.frames, tracks, _categories(scene, tracks), planted)


def _categories(scene: Scene, tracks: Sequence[TrackInput]) -> dict[str, str]:
    """The categories of tracks; one in ten is wrong, as a network's may be."""
    every = sorted(set(scene.categories.values()))
    found = {}
    for track in tracks:
        own = scene.categories[track.id.removeprefix("rest of ")]
        found[track.id] = str(scene.draw_cuts.choice(every)) if scene.draw_cuts.random() < 0.1 else own
    return found
