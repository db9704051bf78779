"""Painters of the categories that the demo domain does not have: other outlines and other textures."""

import numpy as np

from .field import Array, blend, cosine_multiple, flat, hsv, radius, smoothstep, wave
from .motion import Thing
from .shapes import Painter


def paint_butterfly(x: Array, y: Array, thing: Thing, frame: float) -> tuple[Array, Array]:
    """Four wings that open and close around a dark body, with an eye spot on each."""
    style = thing.style
    flap = 0.86 + 0.14 * float(wave(frame * (0.05 + 0.03 * style[1]) + style[2]))
    side = np.abs(y) / np.float32(flap)
    fore = (1.0 - radius((x - 0.30 - 0.35 * side) / np.float32(0.46), (side - 0.48) / np.float32(0.44))) * 0.42
    hind = (1.0 - radius((x + 0.42 + 0.15 * side) / np.float32(0.40), (side - 0.36) / np.float32(0.36))) * 0.36
    body = (1.0 - radius(x / np.float32(0.62), y / np.float32(0.15))) * 0.15
    wings = np.maximum(fore, hind)
    depth = np.maximum(wings, body)
    colour = flat(hsv(0.62 + 0.2 * thing.hue, 0.75, 0.95), x)
    blend(colour, hsv(0.08 + 0.1 * thing.hue, 0.85, 0.98), smoothstep(0.10, -0.15, x))
    blend(colour, (0.12, 0.08, 0.14), smoothstep(0.12, 0.06, wings))
    spots = np.minimum(radius(x - 0.46, side - 0.5), radius(x + 0.46, side - 0.38))
    blend(colour, (0.98, 0.97, 0.92), smoothstep(0.16, 0.12, spots))
    blend(colour, (0.10, 0.08, 0.16), smoothstep(0.09, 0.06, spots))
    blend(colour, (0.16, 0.11, 0.12), smoothstep(-0.02, 0.03, body))
    return depth.astype(np.float32), colour


def paint_crystal(x: Array, y: Array, thing: Thing, frame: float) -> tuple[Array, Array]:
    """A cut gem: a six-sided outline with flat facets of alternating brightness around a table."""
    root = np.float32(0.8660254)
    planes = [x, 0.5 * x + root * y, 0.5 * x - root * y]
    planes = [sign * plane for plane in planes for sign in (1.0, -1.0)]
    depth = np.full_like(x, 9.0)
    facet = np.zeros_like(x)
    for number, plane in enumerate(planes):
        distance = np.float32(0.80) - plane
        facet = np.where(distance < depth, np.float32((0.15, 0.85, 0.45, 0.65, 0.95, 0.3)[number]), facet)
        depth = np.minimum(depth, distance)
    hue = 0.42 + 0.5 * thing.hue
    colour = flat(hsv(hue, 0.85, 0.55), x)
    blend(colour, hsv(hue, 0.25, 1.0), facet.astype(np.float32))
    blend(colour, hsv(hue, 0.45, 0.95), smoothstep(0.34, 0.37, depth))
    blend(colour, (1.0, 1.0, 1.0), smoothstep(0.035, 0.015, np.abs(depth - np.float32(0.355))) * np.float32(0.6))
    return depth.astype(np.float32), colour


def paint_beetle(x: Array, y: Array, thing: Thing, frame: float) -> tuple[Array, Array]:
    """A ladybird: a round spotted shell split down the middle, with a dark head ahead."""
    style = thing.style
    side = np.abs(y)
    shell = (1.0 - radius((x + 0.12) / np.float32(0.80), y / np.float32(0.68))) * 0.68
    head = (1.0 - radius((x - 0.66) / np.float32(0.26), y / np.float32(0.36))) * 0.26
    depth = np.maximum(shell, head)
    colour = flat(hsv(0.97 + 0.14 * thing.hue, 0.88, 0.88), x)
    spots = np.minimum(radius(x - 0.18, side - 0.30), radius(x + 0.30, side - 0.34 - 0.06 * np.float32(style[1])))
    spots = np.minimum(spots, radius(x + 0.68, side - 0.16))
    blend(colour, (0.08, 0.07, 0.08), smoothstep(0.17, 0.12, spots))
    blend(colour, (0.10, 0.08, 0.09), smoothstep(0.045, 0.02, side))
    blend(colour, (0.12, 0.11, 0.13), smoothstep(0.42, 0.47, x))
    blend(colour, (0.95, 0.94, 0.9), smoothstep(0.10, 0.07, radius(x - 0.66, side - 0.2)))
    return depth.astype(np.float32), colour


def paint_clover(x: Array, y: Array, thing: Thing, frame: float) -> tuple[Array, Array]:
    """A four-leaved clover: heart-shaped lobes with a pale chevron on each."""
    r = radius(x, y)
    four = cosine_multiple(x, y, r, 4)
    eight = cosine_multiple(x, y, r, 8)
    breath = np.float32(0.03 * float(wave(frame * 0.03 + thing.style[2])))
    outline = np.float32(0.74) + (np.float32(0.20) + breath) * four - np.float32(0.07) * eight
    depth = (outline - r) * np.float32(0.8)
    hue = 0.36 + 0.10 * thing.hue
    colour = flat(hsv(hue, 0.85, 0.58), x)
    blend(colour, hsv(hue, 0.9, 0.36), smoothstep(0.35, 0.9, r))
    band = np.abs(r - np.float32(0.34) - np.float32(0.14) * four)
    blend(colour, hsv(hue - 0.06, 0.25, 0.95), smoothstep(0.10, 0.05, band) * smoothstep(-0.2, 0.5, four))
    return depth.astype(np.float32), colour


UNSEEN_PAINTERS: dict[str, Painter] = {
    "butterfly": paint_butterfly,
    "crystal": paint_crystal,
    "beetle": paint_beetle,
    "clover": paint_clover,
}
