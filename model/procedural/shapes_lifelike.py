"""Painters of the lifelike domain: bodies with limbs, heads and wheels, covered with natural textures.

They stand upright in the frame: ``x`` points to where they face, ``y`` down. Each thing has a dress of three textures
that its hue and ``style`` decide; the proportions vary more than those of any one kind of animal or vehicle.
"""

from functools import lru_cache

import numpy as np

from .field import Array, cosine_multiple, radius, smoothstep, wave
from .motion import Thing
from .shapes import DEMO_PAINTERS, Painter
from .textures import Texture, draw_texture

_Part = tuple[Array, int]  # depth, positive inside; number of the texture
_BORROWED = ("star", "leaf", "jelly", "wheel")


@lru_cache(maxsize=64)
def _dress(thing: Thing) -> tuple[tuple[Texture, ...], tuple[float, ...]]:
    """The textures of a thing, and twelve more numbers in 0..1."""
    draw = np.random.Generator(np.random.PCG64([int(value * 2**32) for value in (thing.hue, *thing.style)]))
    first = draw_texture(draw, vivid=0.35)
    others = [draw_texture(draw, vivid=0.35) if float(draw.random()) < 0.6 else first for _ in range(2)]
    return (first, *others), tuple(float(value) for value in draw.random(12))


def _capsule(
    x: Array, y: Array, start: tuple[float, float], end: tuple[float, float], thick: tuple[float, float]
) -> Array:
    """About the distance to the outline of a limb from ``start`` to ``end`` whose radius goes from one to the other."""
    ax, ay = end[0] - start[0], end[1] - start[1]
    length = max(ax * ax + ay * ay, 1e-6)
    dx, dy = x - np.float32(start[0]), y - np.float32(start[1])
    share = np.clip((dx * np.float32(ax) + dy * np.float32(ay)) * np.float32(1 / length), 0.0, 1.0)
    away = radius(dx - share * np.float32(ax), dy - share * np.float32(ay))
    return np.float32(thick[0]) + np.float32(thick[1] - thick[0]) * share - away


def _oval(x: Array, y: Array, centre: tuple[float, float], half: tuple[float, float]) -> Array:
    dx, dy = (x - np.float32(centre[0])) / np.float32(half[0]), (y - np.float32(centre[1])) / np.float32(half[1])
    return (np.float32(1.0) - radius(dx, dy)) * np.float32(min(half))


def _box(x: Array, y: Array, centre: tuple[float, float], half: tuple[float, float], round_: float) -> Array:
    dx = np.abs(x - np.float32(centre[0])) - np.float32(half[0] - round_)
    dy = np.abs(y - np.float32(centre[1])) - np.float32(half[1] - round_)
    outside = radius(np.maximum(dx, 0), np.maximum(dy, 0))
    return np.float32(round_) - outside - np.minimum(np.maximum(dx, dy), 0)


def _covered(parts: list[_Part], x: Array, y: Array, thing: Thing) -> tuple[Array, Array]:
    """Depth and colour of parts that lie on each other, the later ones in front."""
    textures, more = _dress(thing)
    depth, colour = parts[0][0], textures[parts[0][1]].colour(x, y)
    pictures = {parts[0][1]: colour.copy()}
    for part, number in parts[1:]:
        if number not in pictures:
            pictures[number] = textures[number].colour(x, y)
        edge = smoothstep(-0.02, 0.02, part)[..., None]
        colour += (pictures[number] - colour) * edge
        crease = smoothstep(0.06, 0.0, np.abs(part)) * np.float32(0.3 * more[11])
        colour *= (1 - crease * smoothstep(0.0, 0.05, depth))[..., None]
        depth = np.maximum(depth, part)
    return depth.astype(np.float32), colour.astype(np.float32)


def paint_walker(x: Array, y: Array, thing: Thing, frame: float) -> tuple[Array, Array]:
    """A body on four legs with neck, head and tail, seen from the side; legs swing."""
    _, d = _dress(thing)
    x = x if thing.style[0] < 0.5 else -x
    pace, phase = 0.02 + 0.06 * d[0], thing.style[1]
    back, length, belly = -0.25 + 0.2 * d[1], 0.42 + 0.18 * d[2], 0.17 + 0.15 * d[3]
    thin = 0.05 + 0.06 * d[4]
    parts: list[_Part] = []
    for leg in range(4):
        hip = (length * (0.7 if leg % 2 else -0.7), back + belly * 0.5)
        swing = 0.18 * float(wave(frame * pace + phase + 0.25 * leg + (0.5 if leg > 1 else 0.0)))
        knee = (hip[0] + swing, (hip[1] + 0.82) / 2)
        foot = (hip[0] + 1.5 * swing, 0.82)
        parts.append((_capsule(x, y, hip, knee, (thin * 1.6, thin * 1.1)), 0 if d[5] < 0.6 else 1))
        parts.append((_capsule(x, y, knee, foot, (thin * 1.1, thin)), 0 if d[5] < 0.6 else 1))
    wag = 0.15 * float(wave(frame * pace * 1.3 + phase))
    tail = (-length - 0.12 - 0.2 * d[6], back + 0.5 * (d[7] - 0.3) + wag)
    parts.append((_capsule(x, y, (-length * 0.85, back), tail, (0.08, 0.03)), 0))
    parts.append((_oval(x, y, (0.0, back), (length + 0.12, belly)), 0))
    nod = 0.04 * float(wave(frame * pace + phase))
    head = (length + 0.1 + 0.18 * d[8], back - 0.55 * d[9] + 0.1 + nod)
    parts.append((_capsule(x, y, (length * 0.75, back), head, (belly * 0.7, 0.1)), 0))
    parts.append((_oval(x, y, head, (0.15 + 0.08 * d[10], 0.11 + 0.06 * d[3])), 2 if d[5] > 0.8 else 0))
    return _covered(parts, x, y, thing)


def paint_figure(x: Array, y: Array, thing: Thing, frame: float) -> tuple[Array, Array]:
    """An upright body with head, arms and two legs; arms and legs swing."""
    _, d = _dress(thing)
    pace, phase = 0.02 + 0.05 * d[0], thing.style[1]
    wide, thin = 0.14 + 0.12 * d[1], 0.06 + 0.04 * d[2]
    bow = 0.2 * (d[3] - 0.5)
    hips, shoulders = (0.0, 0.05 + 0.1 * d[4]), (bow, -0.52)
    parts: list[_Part] = []
    for side in (-1, 1):
        swing = 0.28 * d[5] * side * float(wave(frame * pace + phase)) + 0.06 * side
        knee = (hips[0] + 0.7 * swing, 0.5)
        parts.append((_capsule(x, y, hips, knee, (thin * 1.7, thin * 1.3)), 1))
        parts.append((_capsule(x, y, knee, (hips[0] + 1.4 * swing, 0.92), (thin * 1.3, thin)), 1))
        raised = 0.75 * d[6] - 0.1
        hand = (shoulders[0] + side * (wide + 0.35 * d[7]) - swing, 0.05 - raised)
        parts.append(
            (_capsule(x, y, (shoulders[0] + side * wide * 0.8, shoulders[1] + 0.05), hand, (thin * 1.2, thin)), 0)
        )
    parts.append((_capsule(x, y, shoulders, hips, (wide, wide * (0.7 + 0.5 * d[8]))), 0))
    nod = 0.02 * float(wave(frame * pace * 2 + phase))
    parts.append((_oval(x, y, (bow * 1.3 + nod, -0.80), (0.12 + 0.04 * d[9], 0.16)), 2))
    return _covered(parts, x, y, thing)


def paint_carrier(x: Array, y: Array, thing: Thing, frame: float) -> tuple[Array, Array]:
    """A body on wheels with a cabin and windows."""
    _, d = _dress(thing)
    x = x if thing.style[0] < 0.5 else -x
    high, floor = 0.16 + 0.14 * d[0], 0.25 + 0.1 * d[1]
    wheel = 0.12 + 0.1 * d[2]
    cabin = (0.3 * (d[3] - 0.5), floor - high - 0.1 - 0.22 * d[4])
    half = (0.3 + 0.3 * d[5], 0.14 + 0.2 * d[4])
    parts: list[_Part] = [
        (_box(x, y, cabin, (half[0], half[1]), 0.02 + 0.12 * d[6]), 0),
        (_box(x, y, (cabin[0], cabin[1]), (half[0] * 0.8, half[1] * 0.55), 0.03), 2),
        (_box(x, y, (0.0, floor - high * 0.4), (0.92, high), 0.03 + 0.1 * d[7]), 0),
    ]
    for place in (-0.55, 0.55):
        parts.append((_oval(x, y, (place, floor + high * 0.5), (wheel, wheel)), 1))
        parts.append((_oval(x, y, (place, floor + high * 0.5), (wheel * 0.5, wheel * 0.5)), 0 if d[8] < 0.5 else 2))
    return _covered(parts, x, y, thing)


def paint_lump(x: Array, y: Array, thing: Thing, frame: float) -> tuple[Array, Array]:
    """A thing of any outline that changes slowly: round, lobed or long; sometimes the outline of a demo category."""
    _, d = _dress(thing)
    borrowed = int(d[0] * 10)
    if borrowed < len(_BORROWED):
        depth, colour = DEMO_PAINTERS[_BORROWED[borrowed]](x, y, thing, frame)
        return depth, colour if d[1] < 0.4 else _dress(thing)[0][0].colour(x, y)
    flat = np.float32(1.0 + 1.4 * d[2])
    r = radius(x, y * flat)
    outline = np.full_like(r, 0.66)
    for multiple in (2, 3, 4, 5):
        size = 0.16 * d[2 + multiple] / multiple * 2
        slow = 1.0 + 0.4 * float(wave(frame * 0.02 + d[multiple]))
        part = cosine_multiple(x, y * flat, r, multiple)
        outline += np.float32(size * slow) * part
    depth = (outline - r) * np.float32(0.8)
    inner = _oval(x, y, (0.3 * d[8], 0.2 * d[9]), (0.25, 0.18))
    return _covered([(depth, 0), (np.minimum(inner, depth), 1)], x, y, thing)


LIFELIKE_PAINTERS: dict[str, Painter] = {
    "walker": paint_walker,
    "figure": paint_figure,
    "carrier": paint_carrier,
    "lump": paint_lump,
}
