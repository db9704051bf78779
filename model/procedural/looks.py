"""How the videos of a domain are lit and filmed: the demo's pillows under one lamp, or as a camera films a place."""

from dataclasses import dataclass

import cv2
import numpy as np

from .background import Background, make_background
from .field import Array, direction, wave
from .lifelike_ground import make_lifelike_ground


@dataclass(frozen=True)
class Look:
    """Light on the things, and the camera.

    ``light`` and ``halfway`` are unit vectors (x, y, towards the camera); ``ambient``, ``diffuse`` and ``gloss`` are
    shares of a thing's own colour; ``rim`` darkens the outline; ``shadow`` the ground beside a thing. ``exposure`` and
    ``tint`` (RGB) multiply the pixels, ``flicker`` varies the exposure over time; ``blur`` is the sigma of the lens in
    frame heights, ``grain`` the largest error of a pixel (0..1).
    """

    light: tuple[float, float, float] = (-0.46, -0.56, 0.69)
    halfway: tuple[float, float, float] = (-0.25, -0.30, 0.92)
    ambient: float = 0.42
    diffuse: float = 0.82
    gloss: float = 0.22
    rim: float = 0.26
    shadow: float = 0.48
    exposure: float = 1.0
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    flicker: float = 0.0
    blur: float = 0.0
    grain: float = 0.0

    def shade(self, depth: Array, colour: Array, pitch: float) -> Array:
        """Shades a colour, in place, by the slope of a pillow whose height rises from the outline.

        ``depth`` float32 (rows, columns), ``colour`` (rows, columns, 3), ``pitch`` the distance of two samples.
        """
        rise = np.clip(depth * np.float32(1 / 0.42), 0.0, 1.0)
        height = np.float32(0.34) * rise * (2.0 - rise)
        nx, ny = np.zeros_like(height), np.zeros_like(height)
        scale = np.float32(-0.5 / pitch)
        nx[:, 1:-1] = (height[:, 2:] - height[:, :-2]) * scale
        ny[1:-1] = (height[2:] - height[:-2]) * scale
        inverse = 1.0 / np.sqrt(1.0 + nx * nx + ny * ny)
        diffuse = _product(nx, ny, self.light) * inverse
        gloss = _product(nx, ny, self.halfway) * inverse
        for _ in range(4):
            gloss = gloss * gloss
        rim = np.float32(1 - self.rim) + np.float32(self.rim) * np.clip(depth * np.float32(9.0), 0.0, 1.0)
        light = (np.float32(self.ambient) + np.float32(self.diffuse) * np.maximum(diffuse, 0.0)) * rim
        colour *= light[..., None]
        colour += (np.float32(self.gloss) * gloss * gloss)[..., None] * (1.0 - np.minimum(colour, 1.0))
        return np.clip(colour, 0.0, 1.0, out=colour)

    def film(self, canvas: Array, frame: int, seeds: tuple[int, ...]) -> Array:
        """The picture of a canvas: float32 (rows, columns, 3) of any range -> uint8 of the same shape."""
        if self == Look():
            return _quantised(canvas)
        light = self.exposure * (1.0 + self.flicker * float(wave(0.037 * frame)))
        gains = np.array([light * share for share in self.tint], np.float32)
        picture = _quantised(canvas * gains)
        if self.blur:
            # An 8-bit Gaussian blur is computed in fixed point, the same on every machine.
            picture = cv2.GaussianBlur(picture, (0, 0), self.blur * len(picture))
        if self.grain:
            draw = np.random.Generator(np.random.PCG64([*seeds, frame]))
            reach = max(int(self.grain * 255), 1)
            error = draw.integers(-reach, reach + 1, picture.shape, np.int16)
            picture = np.clip(picture + error, 0, 255).astype(np.uint8)
        return picture


def make_look(draw: np.random.Generator, lifelike: bool) -> Look:
    """The look of one video; that of the demo's domains is always the same and draws nothing."""
    if not lifelike:
        return Look()
    share = [float(value) for value in draw.random(12)]
    x, y = direction(share[0])
    slant = 0.3 + 0.6 * share[1]
    up = float(np.sqrt(1 - slant * slant))
    strong = share[2]
    return Look(
        light=(x * slant, y * slant, up),
        halfway=(x * slant * 0.55, y * slant * 0.55, float(np.sqrt(1 - 0.3025 * slant * slant))),
        ambient=0.85 - 0.4 * strong,
        diffuse=0.15 + 0.65 * strong,
        gloss=0.15 * share[3] * share[3],
        rim=0.2 * share[4],
        shadow=0.5 * share[5] * share[5],
        exposure=0.65 + 0.6 * share[6],
        tint=(1.0, 0.9 + 0.15 * share[7], 0.8 + 0.35 * share[8]),
        flicker=0.05 * share[9],
        blur=0.006 * share[10] if share[10] > 0.3 else 0.0,
        grain=0.04 * share[11],
    )


def make_ground(draw: np.random.Generator, lifelike: bool, width: int, height: int, pad: int) -> Background:
    """The ground of one video; one in eight of the lifelike domain has the ground of the demo."""
    if lifelike and float(draw.random()) >= 0.125:
        return make_lifelike_ground(draw, width, height, pad)
    return make_background(draw, width, height, pad)


def _product(nx: Array, ny: Array, vector: tuple[float, float, float]) -> Array:
    return nx * np.float32(vector[0]) + ny * np.float32(vector[1]) + np.float32(vector[2])


def _quantised(canvas: Array) -> Array:
    return (np.clip(canvas, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
