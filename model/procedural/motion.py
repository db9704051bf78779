"""Position of each thing of a video, frame by frame: smooth closed paths that turn near or beyond the edge."""

from dataclasses import dataclass

import numpy as np

from .domains import Domain
from .field import direction, wave


@dataclass(frozen=True)
class Thing:
    """One thing of a scene; lengths in frame heights, angles and phases in turns, rates per frame.

    ``centre``, ``reach``, ``rate`` and ``phase`` are (x, y) of the path ``centre + reach * wave(rate t + phase)``;
    ``depth`` orders things (a higher one is in front); ``style`` holds eight draws in 0..1 that a painter interprets.
    """

    label: int
    hue: float
    size: float
    centre: tuple[float, float]
    reach: tuple[float, float]
    rate: tuple[float, float]
    phase: tuple[float, float]
    spin: float
    turn: float
    depth: int
    style: tuple[float, ...]

    def position(self, frame: float) -> tuple[float, float]:
        """Centre (x, y) in frame heights from the upper left corner of the frame."""
        x, y = (
            c + r * float(wave(f * frame + p))
            for c, r, f, p in zip(self.centre, self.reach, self.rate, self.phase, strict=True)
        )
        return x, y

    def heading(self, frame: float) -> tuple[float, float]:
        """Unit vector along the path, averaged over a few frames so that it turns gradually."""
        (ax, ay), (bx, by) = self.position(frame - 7.0), self.position(frame + 7.0)
        dx, dy = bx - ax, by - ay
        norm = float(np.sqrt(dx * dx + dy * dy))
        return (dx / norm, dy / norm) if norm > 1e-6 else direction(self.turn)

    def extent(self, frame: float) -> float:
        """Extent (about the diameter) in frame heights; it oscillates by 6 %."""
        return self.size * (1.0 + 0.06 * float(wave(frame * 0.021 + self.style[0])))


def _between(draw: np.random.Generator, bounds: tuple[float, float]) -> float:
    return bounds[0] + (bounds[1] - bounds[0]) * float(draw.random())


def _path(draw: np.random.Generator, domain: Domain, aspect: float, leaves: bool) -> dict[str, tuple[float, float]]:
    """Centre, reach, rate and phase of one path; the rates follow from the wanted mean speed."""
    half = (aspect / 2, 0.5)
    speed = _between(draw, domain.speed)
    slant = 0.15 + 0.7 * float(draw.random())
    shares = (1.0 - 0.5 * slant, 0.35 + 0.5 * slant)
    bounds = (1.15, 1.6) if leaves else domain.roam
    reach = (_between(draw, bounds) * half[0], min(_between(draw, domain.roam), 0.75) * half[1])
    room = tuple(max(0.0, 0.72 * h - r) for h, r in zip(half, reach, strict=True))
    centre = tuple(h + r * (2.0 * float(draw.random()) - 1.0) for h, r in zip(half, room, strict=True))
    # A wave's mean speed is four reaches per period.
    rate = tuple(speed * share / (4.0 * r) for share, r in zip(shares, reach, strict=True))
    phase = (float(draw.random()), float(draw.random()))
    return {"centre": centre, "reach": reach, "rate": rate, "phase": phase}  # type: ignore[dict-item]


def plan_things(draw: np.random.Generator, domain: Domain, aspect: float) -> tuple[Thing, ...]:
    """Draws the things of one video, back to front; ``aspect`` is frame width over frame height.

    The one in front never leaves the frame, so that every video has a visible thing.
    """
    count = domain.counts[int(draw.integers(len(domain.counts)))]
    things: list[Thing] = []
    for depth in range(count):
        label, hue = int(draw.integers(len(domain.categories))), float(draw.random())
        twin, alike = float(draw.random()) < domain.twin, float(draw.random()) < domain.alike
        if things and twin:
            label = things[-1].label
            step = 0.1 * hue if alike else 0.35 + 0.3 * hue
            hue = (things[-1].hue + step) % 1.0
        leaves = float(draw.random()) < domain.leave and depth < count - 1
        path = _path(draw, domain, aspect, leaves)
        spin = (0.004 + 0.010 * float(draw.random())) * (1.0 if float(draw.random()) < 0.5 else -1.0)
        style = tuple(float(value) for value in draw.random(8))
        size, turn = _between(draw, domain.size), float(draw.random())
        things.append(
            Thing(label=label, hue=hue, size=size, spin=spin, turn=turn, depth=depth, style=style, **path),
        )
    return tuple(things)
