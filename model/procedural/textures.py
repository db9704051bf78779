"""Textures with the spectrum of natural surfaces: value noise of many sizes, stretched, striped or spotted.

A photograph of grass, fur, water or stone has less contrast the finer the detail. Here each octave of the noise has a
fixed share of the contrast of the one before.
"""

from dataclasses import dataclass

import numpy as np

from .field import Array, Colour, direction, hsv, smoothstep, wave

_SIDE = 64  # of the lattice, a power of 2
# (lowest hue, its range, lowest saturation, its range): wood and skin, leaves, sky and water, stone.
_NATURAL = ((0.04, 0.08, 0.15, 0.45), (0.20, 0.18, 0.12, 0.45), (0.54, 0.10, 0.08, 0.45), (0.0, 1.0, 0.0, 0.10))


@dataclass(frozen=True)
class Texture:
    """A surface: coordinates to colours. Lengths are in units of the coordinates.

    ``lattice`` float32 (64, 64) in 0..1; ``cells`` of the coarsest octave per unit; ``decay`` of the contrast from one
    octave to the next; ``stretch`` along ``turn`` (in turns); ``contrast`` of the tone around its middle; ``stripes``
    per unit (0: none); ``spots``: whether the tone has two values only; ``tints`` the colours of tone 0 and 1.
    """

    lattice: Array
    cells: float
    octaves: int
    decay: float
    turn: float
    stretch: float
    contrast: float
    stripes: float
    spots: bool
    tints: tuple[Colour, Colour]

    def tone(self, x: Array, y: Array) -> Array:
        """Tone in 0..1 at places (float32, any equal shape)."""
        along, across = direction(self.turn)
        u = (x * np.float32(along) + y * np.float32(across)) * np.float32(self.cells / self.stretch)
        v = (y * np.float32(along) - x * np.float32(across)) * np.float32(self.cells)
        total = np.zeros(x.shape, np.float32)
        weight, sum_of_weights = 1.0, 0.0
        for octave in range(self.octaves):
            total += np.float32(weight) * _noise(self.lattice, u, v, octave)
            sum_of_weights += weight
            weight *= self.decay
            u, v = (u * 2 + v * np.float32(0.13)).astype(np.float32), (v * 2 - u * np.float32(0.13)).astype(np.float32)
        total *= np.float32(1.0 / sum_of_weights)
        if self.stripes:
            bands = wave(y * np.float32(self.stripes) + total * np.float32(1.5)).astype(np.float32)
            total = np.float32(0.5) * total + np.float32(0.25) * (bands + 1)
        if self.spots:
            total = smoothstep(0.47, 0.55, total)
        return np.clip((total - np.float32(0.5)) * np.float32(self.contrast) + np.float32(0.5), 0.0, 1.0)

    def colour(self, x: Array, y: Array) -> Array:
        """Colours float32 (rows, columns, 3) in 0..1 at places (rows, columns)."""
        tone = self.tone(x, y)
        out = np.empty((*tone.shape, 3), np.float32)
        for channel in range(3):
            low, high = (np.float32(tint[channel]) for tint in self.tints)
            out[..., channel] = low + (high - low) * tone
        return out


def draw_texture(draw: np.random.Generator, *, vivid: float = 0.0) -> Texture:
    """A random surface for coordinates of about a frame's or a thing's height.

    ``vivid`` is the chance of colours as clothes and paint have them, instead of those of wood, leaves, sky and stone.
    """
    lattice = draw.random((_SIDE, _SIDE)).astype(np.float32)
    cells, octaves = 1.0 + 5.0 * float(draw.random()), 3 + int(draw.integers(3))
    decay, turn = 0.45 + 0.4 * float(draw.random()), float(draw.random())
    stretch = 1.0 + 5.0 * float(draw.random()) * float(draw.random())
    contrast = 0.4 + 2.2 * float(draw.random())
    stripes = (1.0 + 5.0 * float(draw.random())) if float(draw.random()) < 0.12 else 0.0
    spots = float(draw.random()) < 0.08
    return Texture(
        lattice, cells, octaves, decay, turn, stretch, contrast, stripes, spots, draw_tints(draw, vivid=vivid)
    )


def draw_tints(draw: np.random.Generator, *, vivid: float) -> tuple[Colour, Colour]:
    """Two related colours, the darker one first; ``vivid`` as in :func:`draw_texture`."""
    if float(draw.random()) < vivid:
        hue, saturation = float(draw.random()), 0.4 + 0.6 * float(draw.random())
    else:
        low, reach, least, more = _NATURAL[int(draw.integers(len(_NATURAL)))]
        hue, saturation = low + reach * float(draw.random()), least + more * float(draw.random())
    value = 0.12 + 0.6 * float(draw.random())
    bright = min(value + 0.12 + 0.4 * float(draw.random()), 1.0)
    step = 0.10 * (float(draw.random()) - 0.5)
    return hsv(hue, saturation, value), hsv(hue + step, saturation * (0.5 + 0.5 * float(draw.random())), bright)


def _noise(lattice: Array, u: Array, v: Array, octave: int) -> Array:
    """Smooth noise in 0..1 at lattice coordinates; octaves begin at different places of the lattice."""
    column, row = np.floor(u), np.floor(v)
    fu, fv = u - column, v - row
    fu, fv = fu * fu * (3 - 2 * fu), fv * fv * (3 - 2 * fv)
    left = (column.astype(np.int32) + 17 * octave) & (_SIDE - 1)
    top = (row.astype(np.int32) + 29 * octave) & (_SIDE - 1)
    right, below = (left + 1) & (_SIDE - 1), ((top + 1) & (_SIDE - 1)) * _SIDE
    top = top * _SIDE
    flat = lattice.reshape(-1)
    upper, lower = flat[top + left], flat[below + left]
    upper = upper + (flat[top + right] - upper) * fu
    lower = lower + (flat[below + right] - lower) * fu
    return upper + (lower - upper) * fv
