"""Grounds of the lifelike domain: textures, a horizon, ground in perspective, and clutter that belongs to no track."""

import numpy as np

from .background import Background
from .field import Array, smoothstep
from .textures import Texture, draw_texture

REACH = 0.22
"""How far the camera moves from its middle, in frame heights."""


def make_lifelike_ground(draw: np.random.Generator, width: int, height: int, pad: int) -> Background:
    """Draws the ground of one video for a frame of ``width`` x ``height`` pixels, usable with up to ``pad`` pixels."""
    reach = REACH * float(draw.random()) * height
    margin = pad + int(np.ceil(REACH * height)) + 2
    xs = ((np.arange(-margin, width + margin) + 0.5) / height).astype(np.float32)
    ys = ((np.arange(-margin, height + margin) + 0.5) / height).astype(np.float32)
    x, y = (np.ascontiguousarray(part) for part in np.meshgrid(xs, ys))
    picture = draw_texture(draw).colour(x, y)
    aspect = width / height
    horizon = None
    if float(draw.random()) < 0.7:
        horizon = 0.1 + 0.6 * float(draw.random())
        _paint_floor(draw, picture, x, y, horizon)
    for _ in range(int(draw.integers(6))):
        _CLUTTER[int(draw.integers(len(_CLUTTER)))](draw, picture, x, y, aspect)
    _light(draw, picture, x, y)
    rate = (0.004 + 0.02 * float(draw.random()), 0.004 + 0.012 * float(draw.random()))
    phase = (float(draw.random()), float(draw.random()))
    return Background(picture, margin, reach, rate, phase)


def _paint_floor(draw: np.random.Generator, picture: Array, x: Array, y: Array, horizon: float) -> None:
    """Ground below a wavy line at height ``horizon``, whose texture is finer the farther away it is."""
    edge = Texture.tone(draw_texture(draw), x, np.zeros_like(x))
    line = np.float32(horizon) + np.float32(0.25 * float(draw.random())) * (edge - np.float32(0.5))
    below = y - line
    sharp = 0.008 + 0.06 * float(draw.random()) * float(draw.random())
    cover = smoothstep(-sharp, sharp, below)
    depth = np.float32(0.5) / (np.maximum(below, 0) + np.float32(0.25))
    middle = np.float32(0.9)
    _lay(picture, draw_texture(draw), (x - middle) * depth * 2 + middle, depth * 3, cover)


def _paint_trunk(draw: np.random.Generator, picture: Array, x: Array, y: Array, aspect: float) -> None:
    """An upright band from beyond one edge of the frame: a trunk, a post, a corner of a house."""
    centre, half = aspect * float(draw.random()), 0.02 + 0.16 * float(draw.random())
    lean = 0.16 * (float(draw.random()) - 0.5)
    side = np.abs(x - np.float32(centre) - np.float32(lean) * y) - np.float32(half)
    end = np.float32(0.2 + 0.9 * float(draw.random()))
    outside = np.maximum(side, y - end) if float(draw.random()) < 0.5 else np.maximum(side, np.float32(0.2) - y)
    _lay(picture, draw_texture(draw), x * 2, y, smoothstep(0.012, -0.004, outside))


def _paint_bush(draw: np.random.Generator, picture: Array, x: Array, y: Array, aspect: float) -> None:
    """A ragged patch without a clear outline: leaves, foam, a stain, a shadow."""
    cx, cy = aspect * float(draw.random()), float(draw.random())
    wide, high = 0.12 + 0.5 * float(draw.random()), 0.08 + 0.3 * float(draw.random())
    dx, dy = (x - np.float32(cx)) * np.float32(1 / wide), (y - np.float32(cy)) * np.float32(1 / high)
    ragged = draw_texture(draw).tone(x, y) - np.float32(0.5)
    inside = np.float32(1.0) - np.sqrt(dx * dx + dy * dy) + np.float32(1.6) * ragged
    softness = 0.05 + 0.6 * float(draw.random())
    strength = np.float32(0.4 + 0.6 * float(draw.random()))
    _lay(picture, draw_texture(draw), x, y, smoothstep(0.0, softness, inside) * strength)


def _paint_wall(draw: np.random.Generator, picture: Array, x: Array, y: Array, aspect: float) -> None:
    """A half plane at any angle: a wall, a road, the shade of a house."""
    turn = float(draw.random()) * 2 - 1
    offset = np.float32(0.2 + 0.6 * float(draw.random()))
    distance = (x - np.float32(aspect) * offset) + np.float32(turn) * (y - np.float32(0.5))
    distance = distance if float(draw.random()) < 0.5 else -distance
    strength = np.float32(0.35 + 0.65 * float(draw.random()))
    _lay(picture, draw_texture(draw), x, y, smoothstep(-0.01, 0.01, distance) * strength)


_CLUTTER = (_paint_trunk, _paint_trunk, _paint_bush, _paint_bush, _paint_bush, _paint_wall)


def _lay(picture: Array, texture: Texture, x: Array, y: Array, cover: Array) -> None:
    """Blends a texture over the picture; ``cover`` (rows, columns) in 0..1. Only where it covers is it computed."""
    rows, columns = np.flatnonzero(cover.max(axis=1) > 0), np.flatnonzero(cover.max(axis=0) > 0)
    if not len(rows) or not len(columns):
        return
    part = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    picture[part] += (texture.colour(x[part], y[part]) - picture[part]) * cover[part][..., None]


def _light(draw: np.random.Generator, picture: Array, x: Array, y: Array) -> None:
    """Light that falls off across the ground, and soft patches of shade."""
    slope = [0.5 * (float(draw.random()) - 0.5) for _ in range(2)]
    light = (
        np.float32(1.0) + np.float32(slope[0]) * (x - np.float32(0.9)) + np.float32(slope[1]) * (y - np.float32(0.5))
    )
    if float(draw.random()) < 0.4:
        shade = smoothstep(0.45, 0.6, draw_texture(draw).tone(x * np.float32(0.7), y * np.float32(0.7)))
        light -= np.float32(0.45 * float(draw.random())) * shade
    picture *= np.clip(light, 0.3, 1.4)[..., None]
    np.clip(picture, 0.0, 1.0, out=picture)
