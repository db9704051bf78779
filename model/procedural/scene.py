"""Renders procedural videos: frames, visible masks and identities from domain, seed, index, frames and size."""

import zlib
from dataclasses import dataclass

import cv2
import numpy as np

from .domains import find_domain
from .field import Array, direction
from .looks import Look, make_ground, make_look
from .motion import Thing, plan_things
from .shapes import DEMO_PAINTERS, Painter
from .shapes_lifelike import LIFELIKE_PAINTERS
from .shapes_unseen import UNSEEN_PAINTERS

PAINTERS: dict[str, Painter] = {**DEMO_PAINTERS, **UNSEEN_PAINTERS, **LIFELIKE_PAINTERS}
_ALIGNED = {"fish", "beetle"}
_SWAYING = {"leaf", "butterfly"}
_UPRIGHT = {"walker", "figure", "carrier"}
_PAD = 0.12
_SAMPLES = 2
"""Samples per pixel and axis; the painters' outlines are soft over one sample on top."""


@dataclass(frozen=True)
class ProceduralTrack:
    """One thing: ``label`` indexes the domain's categories; ``masks`` bool (T, H, W), its visible pixels per frame."""

    label: int
    masks: np.ndarray


@dataclass(frozen=True)
class ProceduralVideo:
    """``frames`` uint8 RGB (T, H, W, 3); ``tracks`` each with at least one visible frame."""

    frames: np.ndarray
    tracks: tuple[ProceduralTrack, ...]


@dataclass(frozen=True)
class _Layer:
    """One thing in one frame: where its crop lies on the padded canvas, its colour times cover, and its cover."""

    rows: slice
    columns: slice
    colour: Array
    cover: Array


def _orientation(thing: Thing, category: str, frame: float) -> tuple[float, float]:
    """Unit vector of the thing's own x axis in the frame."""
    if category in _ALIGNED:
        return thing.heading(frame)
    if category in _SWAYING:
        return direction(thing.turn + 0.35 * thing.spin * frame + 0.04 * float(direction(0.02 * frame)[1]))
    if category in _UPRIGHT:
        lean = 0.12 * (thing.turn - 0.5) * (thing.turn - 0.5) * (1.0 if thing.turn < 0.5 else -1.0)
        return direction(lean + 0.01 * float(direction(thing.spin * frame)[1]))
    if category == "wheel":
        # Rolling: a turn for each circumference travelled sideways.
        return direction(thing.turn + thing.position(frame)[0] / (3.14159 * thing.size))
    return direction(thing.turn + thing.spin * frame)


def _shrink(image: Array, factor: int) -> Array:
    """Area mean over ``factor`` x ``factor`` blocks, summed in a fixed order."""
    total = image[0::factor, 0::factor].copy()
    for i in range(factor):
        for j in range(factor):
            if i or j:
                total += image[i::factor, j::factor]
    total *= np.float32(1.0 / (factor * factor))
    return total


def _layer(
    thing: Thing, category: str, frame: float, canvas: tuple[int, int], *, height: int, pad: int, look: Look
) -> _Layer | None:
    """Paints one thing, supersampled, in a crop of the padded canvas; ``None`` if it lies wholly outside."""
    cx, cy = thing.position(frame)
    half = thing.extent(frame) / 2
    grown = 1.15 * half * height
    centre = (cx * height + pad, cy * height + pad)
    left, right = (int(np.floor(centre[0] - grown)), int(np.ceil(centre[0] + grown)))
    top, bottom = (int(np.floor(centre[1] - grown)), int(np.ceil(centre[1] + grown)))
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, canvas[1]), min(bottom, canvas[0])
    if right - left < 1 or bottom - top < 1:
        return None
    unit = half * height
    across = (((np.arange((right - left) * _SAMPLES) + 0.5) / _SAMPLES + left - centre[0]) / unit).astype(np.float32)
    down = (((np.arange((bottom - top) * _SAMPLES) + 0.5) / _SAMPLES + top - centre[1]) / unit).astype(np.float32)
    c, s = (np.float32(value) for value in _orientation(thing, category, frame))
    x = across[None, :] * c + down[:, None] * s
    y = down[:, None] * c - across[None, :] * s
    depth, colour = PAINTERS[category](x, y, thing, frame)
    pitch = 1.0 / (unit * _SAMPLES)
    cover = np.clip(depth * np.float32(1.0 / pitch) + np.float32(0.5), 0.0, 1.0).astype(np.float32)
    colour = look.shade(depth, colour, pitch) * cover[..., None]
    return _Layer(slice(top, bottom), slice(left, right), _shrink(colour, _SAMPLES), _shrink(cover, _SAMPLES))


def _cast_shadow(canvas: Array, layer: _Layer, height: int, strength: float) -> None:
    """Darkens the canvas under a thing, softly and a little to the lower right."""
    sigma, shift = 0.022 * height, round(0.026 * height)
    grow = int(np.ceil(2.6 * sigma)) + shift
    # An 8-bit Gaussian blur is computed in fixed point, the same on every machine.
    cover = cv2.copyMakeBorder(
        (layer.cover * 255.0 + 0.5).astype(np.uint8), grow, grow, grow, grow, cv2.BORDER_CONSTANT
    )
    soft = cv2.GaussianBlur(cover, (0, 0), sigma)
    top, left = layer.rows.start - grow + shift, layer.columns.start - grow + shift
    rows = slice(max(top, 0), min(top + soft.shape[0], canvas.shape[0]))
    columns = slice(max(left, 0), min(left + soft.shape[1], canvas.shape[1]))
    part = soft[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    canvas[rows, columns] *= (1.0 - part.astype(np.float32) * np.float32(strength / 255.0))[..., None]


def _compose(canvas: Array, layers: list[_Layer | None], height: int, shadow: float) -> list[Array | None]:
    """Draws the layers back to front on the canvas; returns each one's visible cover on its crop."""
    seen: list[Array | None] = [None] * len(layers)
    for layer in layers:
        if layer is None:
            continue
        _cast_shadow(canvas, layer, height, shadow)
        part = canvas[layer.rows, layer.columns]
        part *= (1.0 - layer.cover)[..., None]
        part += layer.colour
    free = np.ones(canvas.shape[:2], np.float32)
    for number in range(len(layers) - 1, -1, -1):
        layer = layers[number]
        if layer is not None:
            part = free[layer.rows, layer.columns]
            seen[number] = layer.cover * part
            part *= 1.0 - layer.cover
    return seen


def render_video(domain: str, *, index: int, seed: int, frames: int, size: tuple[int, int]) -> ProceduralVideo:
    """Renders video ``index`` of a domain and seed: ``frames`` frames of ``size`` = (width, height) pixels.

    The scene is laid out in frame heights, so the same aspect ratio gives the same scene at every resolution. A mask
    holds the pixels of which the thing covers at least half after what lies in front. A thing that never shows more
    than a speck (12 pixels in a frame of 160 x 96) is not a track. Same arguments, same bytes. Raises
    ``UnknownDomainError``, and ``ValueError`` for a frame count or size out of range.
    """
    chosen = find_domain(domain)
    width, height = size
    if frames < 1 or width < 32 or height < 32:
        raise ValueError(f"cannot render {frames} frames of {width} x {height}: at least 1 frame of 32 x 32 is needed")
    seeds = (seed, index, zlib.crc32(domain.encode()))
    draw = np.random.Generator(np.random.PCG64(list(seeds)))
    pad = int(np.ceil(_PAD * height))
    look = make_look(draw, chosen.lifelike)
    ground = make_ground(draw, chosen.lifelike, width, height, pad)
    things = plan_things(draw, chosen, width / height)
    movie = np.empty((frames, height, width, 3), np.uint8)
    masks = np.zeros((len(things), frames, height, width), bool)
    inside = (slice(pad, pad + height), slice(pad, pad + width))
    for t in range(frames):
        canvas = ground.view(float(t), pad)
        shape = (canvas.shape[0], canvas.shape[1])
        layers = [
            _layer(thing, chosen.categories[thing.label], float(t), shape, height=height, pad=pad, look=look)
            for thing in things
        ]
        taken = np.zeros(shape, bool)
        visible = _compose(canvas, layers, height, look.shadow)
        movie[t] = look.film(canvas[inside], t, seeds)
        for number in range(len(things) - 1, -1, -1):
            layer, cover = layers[number], visible[number]
            if layer is None or cover is None:
                continue
            whole = np.zeros(shape, bool)
            whole[layer.rows, layer.columns] = (cover >= 0.5) & ~taken[layer.rows, layer.columns]
            taken |= whole
            masks[number, t] = whole[inside]
    speck = 12 * width * height / (160 * 96)
    largest = masks.sum(axis=(2, 3)).max(axis=1)
    kept = (n for n in range(len(things)) if largest[n] >= speck)
    return ProceduralVideo(movie, tuple(ProceduralTrack(things[n].label, masks[n].copy()) for n in kept))
