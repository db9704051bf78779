"""The background: muted two-tone value noise, rendered once per video and moved per frame."""

from dataclasses import dataclass

import numpy as np

from .field import Array, direction, hsv, smoothstep, wave

# (hue, saturation, value) of the darker and the lighter tone.
PALETTES = (
    ((0.10, 0.26, 0.50), (0.11, 0.20, 0.74)),  # sand
    ((0.60, 0.20, 0.30), (0.57, 0.16, 0.52)),  # slate
    ((0.47, 0.26, 0.26), (0.44, 0.18, 0.47)),  # pond
    ((0.05, 0.24, 0.34), (0.07, 0.20, 0.58)),  # clay
    ((0.72, 0.16, 0.30), (0.66, 0.13, 0.54)),  # dusk
    ((0.25, 0.18, 0.36), (0.20, 0.18, 0.60)),  # moss
    ((0.58, 0.08, 0.58), (0.12, 0.06, 0.80)),  # stone
)
MARGIN = 0.14
"""How far, in frame heights, the texture reaches beyond each side of the frame."""


@dataclass(frozen=True)
class Background:
    """``texture`` float32 (rows, columns, 3) in 0..1 with ``margin`` pixels around the frame; drift in pixels."""

    texture: Array
    margin: int
    reach: float
    rate: tuple[float, float]
    phase: tuple[float, float]

    def offset(self, frame: float) -> tuple[float, float]:
        """Camera offset (x, y) in pixels at a frame."""
        x, y = (self.reach * float(wave(f * frame + p)) for f, p in zip(self.rate, self.phase, strict=True))
        return x, y

    def view(self, frame: float, pad: int) -> Array:
        """The ground of one frame with ``pad`` pixels around it: float32 (rows + 2 pad, columns + 2 pad, 3) in 0..1."""
        x, y = self.offset(frame)
        left, top = int(np.floor(x)), int(np.floor(y))
        fx, fy = np.float32(x - left), np.float32(y - top)
        start = self.margin - pad
        rows = self.texture.shape[0] - 2 * start
        columns = self.texture.shape[1] - 2 * start
        part = self.texture[start + top : start + top + rows + 1, start + left : start + left + columns + 1]
        across = part[:, :-1] + (part[:, 1:] - part[:, :-1]) * fx
        return across[:-1] + (across[1:] - across[:-1]) * fy


def value_noise(draw: np.random.Generator, xs: Array, ys: Array, cells: float, turn: float) -> Array:
    """Smooth noise in 0..1, float32 (len(ys), len(xs)), of ``cells`` cells per frame height on a turned lattice.

    ``xs`` and ``ys`` are in frame heights, within -1..4; the lattice does not depend on how many there are, so a
    video's ground is the same at every resolution. Turning each octave differently hides the axes.
    """
    lattice = draw.random((128, 128)).astype(np.float32).reshape(-1)
    c, s = (value * cells for value in direction(turn))

    def lookup(values: Array) -> tuple[Array, Array]:
        base = np.floor(values)
        part = (values - base).astype(np.float32)
        return base.astype(np.int64) & 127, part * part * (3 - 2 * part)

    ix, fx = lookup(xs[None, :] * c + ys[:, None] * s)
    iy, fy = lookup(ys[:, None] * c - xs[None, :] * s)
    right, row, below = (ix + 1) & 127, iy * 128, ((iy + 1) & 127) * 128
    upper = lattice[row + ix]
    upper += (lattice[row + right] - upper) * fx
    lower = lattice[below + ix]
    lower += (lattice[below + right] - lower) * fx
    return upper + (lower - upper) * fy


def make_background(draw: np.random.Generator, width: int, height: int, pad: int) -> Background:
    """Draws the ground of one video for a frame of ``width`` x ``height`` pixels, usable with up to ``pad`` pixels."""
    margin = pad + int(np.ceil(MARGIN * height)) + 2
    xs = (np.arange(-margin, width + margin) + 0.5) / height
    ys = (np.arange(-margin, height + margin) + 0.5) / height
    dark, light = PALETTES[int(draw.integers(len(PALETTES)))]
    shift = 0.06 * (float(draw.random()) - 0.5)
    tone = np.zeros((len(ys), len(xs)), np.float32)
    for cells, weight, turn in ((1.6, 0.46, 0.03), (3.9, 0.26, 0.17), (8.5, 0.17, 0.08), (18.0, 0.11, 0.21)):
        tone += np.float32(weight) * value_noise(draw, xs, ys, cells, turn)
    tone = smoothstep(0.2, 0.8, tone)
    # A faint web of light, as on the floor of shallow water: the places where a noise crosses its middle.
    web = np.abs(value_noise(draw, xs, ys, 3.0, 0.12) - np.float32(0.5)) + np.float32(0.12) * (1.0 - tone)
    tone += np.float32(0.22) * smoothstep(0.17, 0.05, web)
    # Light comes from the upper left, as on the things.
    slope = (1.10 - 0.10 * (xs[None, :] + ys[:, None])).astype(np.float32)
    low, high = hsv(dark[0] + shift, *dark[1:]), hsv(light[0] + shift, *light[1:])
    texture = np.empty((len(ys), len(xs), 3), np.float32)
    for channel in range(3):
        span = np.float32(high[channel] - low[channel])
        texture[..., channel] = (np.float32(low[channel]) + span * tone) * slope
    np.clip(texture, 0.0, 1.0, out=texture)
    rate = (0.004 + 0.006 * float(draw.random()), 0.004 + 0.006 * float(draw.random()))
    phase = (float(draw.random()), float(draw.random()))
    return Background(texture, margin, 0.12 * height, rate, phase)
