"""Arithmetic of the renderer.

Only ``+ - * /``, ``sqrt``, ``floor`` and comparisons touch pixels: IEEE 754 fixes these to the bit, while ``sin``,
``exp`` and the like differ in the last place between processors and would make the bytes depend on the machine.
"""

from typing import TypeAlias, overload

import numpy as np

Array: TypeAlias = np.ndarray
Colour: TypeAlias = tuple[float, float, float]


@overload
def wave(turns: float) -> float: ...
@overload
def wave(turns: Array) -> Array: ...
def wave(turns: Array | float) -> Array | float:
    """A sine of period 1 (argument in turns) to within 0.1 %, by two parabolas; same type and shape as ``turns``."""
    u = turns - np.floor(turns + 0.5)
    y = 16.0 * u * (0.5 - abs(u))
    return y * (0.775 + 0.225 * abs(y))


def direction(turns: float) -> tuple[float, float]:
    """Unit vector (x, y) at an angle in turns."""
    x, y = float(wave(turns + 0.25)), float(wave(turns))
    norm = float(np.sqrt(x * x + y * y))
    return x / norm, y / norm


def smoothstep(low: float, high: float, value: Array) -> Array:
    """0 at or below ``low``, 1 at or above ``high``, cubic in between; shape of ``value``."""
    t = np.clip((value - np.float32(low)) * np.float32(1.0 / (high - low)), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def radius(x: Array, y: Array) -> Array:
    """Euclidean length of (x, y)."""
    return np.sqrt(x * x + y * y)


def cosine_multiple(x: Array, y: Array, r: Array, multiple: int) -> Array:
    """cos(multiple * angle of (x, y)) without trigonometry: the real part of the unit complex number to a power."""
    inverse = 1.0 / np.maximum(r, np.float32(1e-6))
    c, s = x * inverse, y * inverse
    re, im = c, s
    for _ in range(multiple - 1):
        re, im = re * c - im * s, re * s + im * c
    return re


def hsv(hue: float, saturation: float, value: float) -> Colour:
    """RGB in 0..1 of a hue in turns (any real), saturation and value in 0..1."""
    h = (hue - float(np.floor(hue))) * 6.0
    channels = []
    for shift in (5.0, 3.0, 1.0):
        k = (shift + h) % 6.0
        channels.append(value - value * saturation * max(0.0, min(k, 4.0 - k, 1.0)))
    return channels[0], channels[1], channels[2]


def flat(colour: Colour, like: Array) -> Array:
    """A float32 image (rows, columns, 3) of one colour, as large as ``like`` (rows, columns)."""
    return np.broadcast_to(np.asarray(colour, np.float32), (*like.shape, 3)).copy()


def blend(image: Array, colour: Colour, weight: Array) -> None:
    """Moves ``image`` (rows, columns, 3) towards ``colour`` by ``weight`` (rows, columns) in 0..1, in place."""
    for channel in range(3):
        plane = image[..., channel]
        plane += (np.float32(colour[channel]) - plane) * weight
