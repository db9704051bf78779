"""Painters of the demo categories.

A painter gets the sample grid in the thing's own frame (``x`` ahead, ``y`` to its right, 1 = half its extent), the
thing and the frame number, and returns the depth (float32, positive inside, about the distance to the outline) and the
unlit colour (rows, columns, 3). Every outline is fat: nothing is thinner than a few pixels in a frame 96 high.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from .field import Array, blend, cosine_multiple, flat, hsv, radius, smoothstep, wave
from .motion import Thing

Painter: TypeAlias = Callable[[Array, Array, Thing, float], tuple[Array, Array]]


def _ellipse(x: Array, y: Array, across: float, along: float) -> Array:
    """About the signed distance to an ellipse's outline, positive inside."""
    return (1.0 - radius(x / np.float32(across), y / np.float32(along))) * np.float32(min(across, along))


def paint_fish(x: Array, y: Array, thing: Thing, frame: float) -> tuple[Array, Array]:
    """A fish seen from above: striped spindle body, forked tail that wags, two side fins."""
    style = thing.style
    beat = 0.05 + 0.04 * style[1]
    lag = np.clip(np.float32(0.55) - x, 0.0, 2.0)
    swing = wave(np.float32(0.28) * x + np.float32(frame * beat + style[2])).astype(np.float32)
    y = y - np.float32(0.11) * lag * lag * swing
    side = np.abs(y)
    wide = 0.40 + 0.06 * style[3]
    body = _ellipse(x - 0.18, y, 0.78, wide)
    fork = np.minimum(0.10 - 0.62 * (x + 0.42) - side, x + 0.98 - 0.35 * np.maximum(0.30 - side, 0.0))
    tail = np.minimum(fork, -0.36 - x + 0.10) * 0.85
    fins = _ellipse(x - 0.18 + 0.55 * (side - wide), side - wide - 0.02, 0.26, 0.17)
    depth = np.maximum(np.maximum(body, tail), fins)
    hue = 0.005 + 0.125 * thing.hue
    colour = flat(hsv(hue, 0.92, 0.95), x)
    blend(colour, hsv(hue + 0.03, 0.70, 0.98), smoothstep(0.02, -0.10, body))
    bars = wave((1.25 + 0.5 * style[4]) * x + np.float32(style[5])).astype(np.float32)
    stripes = smoothstep(0.15, 0.5, bars) * smoothstep(0.0, 0.04, body)
    blend(colour, (0.99, 0.96, 0.90) if style[6] < 0.55 else hsv(hue, 0.75, 0.26), stripes * np.float32(0.92))
    eyes = radius(x - 0.62, side - 0.22)
    blend(colour, (0.98, 0.98, 0.96), smoothstep(0.125, 0.095, eyes))
    blend(colour, (0.05, 0.05, 0.08), smoothstep(0.075, 0.05, eyes))
    return depth, colour


def paint_star(x: Array, y: Array, thing: Thing, frame: float) -> tuple[Array, Array]:
    """A starfish: five soft arms with a ridge of pale studs, darker towards the tips."""
    style = thing.style
    r = radius(x, y)
    curl = np.float32(0.22 * float(wave(frame * 0.03 + style[2]))) * r
    x, y = x - curl * y, y + curl * x
    five = cosine_multiple(x, y, radius(x, y), 5)
    plump = 0.27 + 0.08 * style[1]
    outline = np.float32(0.93 * (1.0 - plump)) / (1.0 - np.float32(plump) * five)
    depth = (outline - r) * np.float32(0.75)
    hue = 0.86 + 0.12 * thing.hue
    colour = flat(hsv(hue, 0.72, 0.96), x)
    blend(colour, hsv(hue - 0.04, 0.90, 0.62), smoothstep(0.25, 0.95, r))
    ridge = smoothstep(0.55, 0.95, five) * smoothstep(0.12, 0.22, r) * smoothstep(0.0, 0.10, depth)
    studs = smoothstep(-0.35, 0.35, wave(np.float32(4.2) * r + 0.1).astype(np.float32))
    blend(colour, hsv(hue + 0.08, 0.28, 1.0), ridge * studs * np.float32(0.85))
    blend(colour, hsv(hue + 0.08, 0.30, 1.0), smoothstep(0.15, 0.09, r) * np.float32(0.85))
    return depth, colour


def paint_jelly(x: Array, y: Array, thing: Thing, frame: float) -> tuple[Array, Array]:
    """A moon jelly: a soft pulsating bell with a glassy rim, four rings inside and a frill."""
    style = thing.style
    pulse = float(wave(frame * (0.025 + 0.02 * style[1]) + style[2]))
    sway = float(wave(frame * 0.017 + style[3]))
    x, y = x / np.float32(1.0 + 0.10 * pulse), y / np.float32(1.0 - 0.10 * pulse)
    r = radius(x, y)
    three = cosine_multiple(x, y, r, 3)
    frill = cosine_multiple(x, y, r, 10)
    outline = 0.87 + np.float32(0.07 * sway) * three + np.float32(0.025) * frill
    depth = outline - r
    hue = 0.50 + 0.24 * thing.hue
    colour = flat(hsv(hue, 0.62, 0.92), x)
    blend(colour, hsv(hue + 0.03, 0.85, 0.62), smoothstep(0.10, 0.55, r) * smoothstep(0.0, 0.16, depth))
    blend(colour, hsv(hue - 0.02, 0.22, 1.0), smoothstep(0.14, 0.03, depth) * np.float32(0.9))
    ax, ay = np.abs(x), np.abs(y)
    rings = np.abs(radius(ax - 0.25, ay - 0.25) - np.float32(0.15))
    blend(colour, hsv(hue + 0.10, 0.16, 1.0), smoothstep(0.085, 0.035, rings) * np.float32(0.88))
    spots = smoothstep(0.55, 0.85, frill) * smoothstep(0.10, 0.03, np.abs(r - np.float32(0.65)))
    blend(colour, hsv(hue + 0.05, 0.10, 1.0), spots * np.float32(0.75))
    return depth, colour


def paint_wheel(x: Array, y: Array, thing: Thing, frame: float) -> tuple[Array, Array]:
    """A wheel: a dark tyre around a bright disc with painted spokes and a hub."""
    style = thing.style
    r = radius(x, y)
    depth = np.float32(0.92) - r
    hue = 0.10 + 0.06 * style[1] if thing.hue < 0.35 else 0.46 + 0.22 * thing.hue
    spokes = cosine_multiple(x, y, r, 5 + int(3.999 * style[2]))
    colour = flat(hsv(hue, 0.20, 0.94), x)
    blend(colour, hsv(hue, 0.88, 0.72), smoothstep(0.20, -0.15, spokes))
    blend(colour, hsv(hue, 0.30, 0.98), smoothstep(0.26, 0.22, r))
    blend(colour, hsv(hue, 0.90, 0.50), smoothstep(0.14, 0.10, r))
    blend(colour, hsv(hue, 0.35, 0.16), smoothstep(0.64, 0.69, r))
    tread = smoothstep(0.05, 0.02, np.abs(r - np.float32(0.79)))
    blend(colour, hsv(hue, 0.55, 0.52), tread * np.float32(0.7))
    return depth, colour


def paint_leaf(x: Array, y: Array, thing: Thing, frame: float) -> tuple[Array, Array]:
    """A leaf: a pointed lens that bends, with a pale midrib and slanted veins."""
    style = thing.style
    bend = 0.10 * float(wave(frame * 0.022 + style[2])) + 0.16 * (style[3] - 0.5)
    y = y - np.float32(bend) * (x * x - 0.3)
    side = np.abs(y)
    wide = 0.46 + 0.10 * style[1]
    lens = np.float32(wide) * (1.0 - x * x / np.float32(0.92)) * (1.0 + 0.28 * x)
    teeth = wave(np.float32(3.0) * (x - 0.6 * side)).astype(np.float32) * np.float32(0.012)
    depth = (lens + teeth - side) * np.float32(0.8)
    stalk = np.minimum(np.float32(0.10) - side, np.minimum(x + 1.06, -0.6 - x))
    depth = np.maximum(depth, stalk)
    hue = 0.20 + 0.19 * thing.hue
    colour = flat(hsv(hue, 0.82, 0.72), x)
    blend(colour, hsv(hue + 0.03, 0.92, 0.46), smoothstep(0.10, wide, side))
    veins = wave(np.float32(2.1) * (x - 0.85 * side) + np.float32(style[4])).astype(np.float32)
    blend(colour, hsv(hue - 0.04, 0.50, 0.92), smoothstep(0.55, 0.95, veins) * np.float32(0.8))
    blend(colour, hsv(hue - 0.05, 0.38, 0.97), smoothstep(0.075, 0.035, side))
    return depth, colour


DEMO_PAINTERS: dict[str, Painter] = {
    "fish": paint_fish,
    "star": paint_star,
    "jelly": paint_jelly,
    "wheel": paint_wheel,
    "leaf": paint_leaf,
}
