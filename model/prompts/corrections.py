"""Clicks and strokes that mend a mask: only what is connected with them changes.

GrabCut draws the border anew near the points, where the points are certain and the mask is its first guess; around a
point half of the way to where the mask is right is guessed to be meant too. Of what it changes, the pieces that a point
lies in are taken: a point in the thing only adds pixels, one outside only removes. A piece that ends only where the
part that is looked at ends has no border of its own, and is not taken.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np

from model.prompts.boxes import SPECK, Window, box_of, without_specks
from model.prompts.grabcut import smaller
from model.prompts.prompt import Prompt, PromptedMask, Prompter, PromptPoint

CORRECTED = "corrected"
ITERATIONS = 2
# Share of a mask from which on a thing that holds it is the same thing.
SAME = 0.8
# The most that a thing under a click may add, as shares of the mask: where it is the same thing, and another part.
MOST_OF_SAME, MOST_ADDED = 2.0, 0.5
# Least distance of a click from the border of the mask that says that much is wrong, as a share of the mask's size.
FAR = 0.1
# How far around a point what is wrong is surely meant, as a share of the way to where the mask is right.
MEANT = 0.5
# Most of the border of a change that may lie at the frame of the part that is looked at.
MOST_AT_FRAME = 0.1
# Radius of a certain point, and of the part of the picture around it that is drawn anew: shares of the thing's size.
RADIUS, REACH = 0.02, 0.6
LEAST_RADIUS, LEAST_REACH = 1, 24


Under = Callable[[np.ndarray, PromptPoint], PromptedMask | None]


class WithCorrections:
    """A prompter whose boxes and clicks another one answers; points mend its mask, or one that is given."""

    def __init__(self, first: Prompter, under: Under | None = None) -> None:
        """``under``: finds the thing under one point of a picture, for `corrected`."""
        self.first, self._under = first, under

    def mask(self, picture: np.ndarray, prompt: Prompt) -> PromptedMask:
        """As the other prompter, for prompts with points beside a box or a mask too. Raises what it raises."""
        points = prompt.points
        if prompt.mask is not None:
            given = PromptedMask(prompt.mask, 1.0)
            return self._mended(picture, given, points) if points else given
        if prompt.box is not None and points:
            return self._mended(picture, self.first.mask(picture, replace(prompt, points=())), points)
        found = self.first.mask(picture, prompt)
        return self._mended(picture, found, points) if len(points) > 1 else found

    def _mended(self, picture: np.ndarray, found: PromptedMask, points: Sequence[PromptPoint]) -> PromptedMask:
        source = f"{found.source}, {CORRECTED}" if found.source else CORRECTED.capitalize()
        return replace(found, mask=corrected(picture, found.mask, points, self._under), source=source)


def corrected(
    picture: np.ndarray, mask: np.ndarray, points: Sequence[PromptPoint], under: Under | None = None
) -> np.ndarray:
    """The mask (bool H x W) after ``points``; each lies in it, or outside of it, as it says.

    picture: uint8 H x W x 3 RGB. Points beside the picture are left out. ``under`` finds the thing under one of them: a
    single click far from the border of the mask, which says that much is wrong, takes the whole of it.
    """
    now = mask
    if under is not None and len(points) == 1 and _within(points[0], mask.shape) and _says_much(mask, points[0]):
        now = _with_thing(mask, under(picture, points[0]), points[0])
    near = [point for point in points if _within(point, mask.shape)]
    for inside in (True, False):
        if any(point.inside == inside for point in near):
            now = _mended_near(picture, now, near, inside=inside)
    return now


def _mended_near(picture: np.ndarray, mask: np.ndarray, points: Sequence[PromptPoint], *, inside: bool) -> np.ndarray:
    """The mask after the points that lie in it, or else after those outside of it; all of ``points`` stay right."""
    # The rest of the picture takes no part, and costs most of the time in large ones.
    left, top, right, bottom = _around(mask, points)
    part = np.s_[top:bottom, left:right]
    moved = [replace(point, x=point.x - left, y=point.y - top) for point in points]
    chosen = [point for point in moved if point.inside == inside]
    result = mask.copy()
    result[part] = _towards(picture[part], mask[part], chosen, moved, inside=inside)
    return result


def _around(mask: np.ndarray, points: Sequence[PromptPoint]) -> Window:
    """What is looked at: the mask and the points, with all that a point may reach around them, and a pixel more.

    That pixel shows `_frame` that the picture goes on there.
    """
    columns, rows = [int(point.x) for point in points], [int(point.y) for point in points]
    tight = box_of(mask)
    if tight is not None:
        columns, rows = [*columns, tight[0], tight[2]], [*rows, tight[1], tight[3]]
    radius, reach = _radius_and_reach(mask)
    room = radius + 2 * reach + 1
    height, width = mask.shape
    left, top = max(0, min(columns) - room), max(0, min(rows) - room)
    return left, top, min(width, max(columns) + 1 + room), min(height, max(rows) + 1 + room)


def _radius_and_reach(mask: np.ndarray) -> tuple[int, int]:
    size = max(1.0, float(np.sqrt(mask.sum())))
    return max(LEAST_RADIUS, round(RADIUS * size)), max(LEAST_REACH, round(REACH * size))


def _says_much(mask: np.ndarray, point: PromptPoint) -> bool:
    """Whether a click contradicts the mask far from its border; beside the border it only draws the border anew."""
    same = mask == point.inside
    x, y = int(point.x), int(point.y)
    if same[y, x] or not mask.any() or not same.any():
        return False
    # Only a square around the click counts, as large as the distance that is asked for.
    far = FAR * float(np.sqrt(mask.sum()))
    reach = math.ceil(far)
    rows, columns = np.nonzero(same[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1])
    away = np.hypot(rows - min(y, reach), columns - min(x, reach))
    return not len(away) or bool(away.min() >= far)


def _with_thing(mask: np.ndarray, found: PromptedMask | None, point: PromptPoint) -> np.ndarray:
    """The mask with the thing under a click, or without it.

    A thing that holds most of the mask is the same thing: a click that is in it adds its rest, and a click that is not
    changes nothing here.
    """
    if found is None:
        return mask
    area, shared = int(mask.sum()), int((found.mask & mask).sum())
    same = shared > SAME * area
    if not point.inside:
        return mask if same else _without_slivers(mask & ~found.mask, found.mask)
    most = MOST_OF_SAME if same else MOST_ADDED
    return mask | found.mask if int(found.mask.sum()) - shared <= most * area else mask


def _without_slivers(left: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """What is left of a mask without the small pieces along the thing that was taken out of it.

    The border of the thing is not exactly that of the mask, so small pieces along it are noise; small ones elsewhere
    are not.
    """
    beside = cv2.dilate(taken.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return left & ~_pieces_with(left & ~without_specks(left), beside)


def _towards(
    picture: np.ndarray,
    mask: np.ndarray,
    chosen: Sequence[PromptPoint],
    points: Sequence[PromptPoint],
    *,
    inside: bool,
) -> np.ndarray:
    radius, reach = _radius_and_reach(mask)
    seeds = _discs(chosen, mask.shape, radius)
    if not (seeds & (mask != inside)).any():
        return mask
    against = _discs([point for point in points if point.inside != inside], mask.shape, radius)
    result = mask.copy()
    for wider in (1, 2):
        part = _part_around(seeds, wider * reach)
        wanted, at_frame = _changed(picture, mask, seeds, against, part, inside=inside)
        # What is cut off by the frame may end farther away.
        if at_frame <= MOST_AT_FRAME:
            break
    if at_frame > MOST_AT_FRAME:
        # What only the frame ends has no border of its own: it is left at what the points surely mean.
        wrong = mask[part] != inside
        wanted = _meant(wrong, seeds[part]) | (seeds[part] & wrong)
    result[part][wanted] = inside
    result[against] = not inside
    return result


Part = tuple[slice, slice]
"""Rows and columns of a picture."""


def _part_around(seeds: np.ndarray, reach: int) -> Part:
    rows, columns = np.flatnonzero(seeds.any(1)), np.flatnonzero(seeds.any(0))
    top, bottom = max(0, rows[0] - reach), min(seeds.shape[0], rows[-1] + 1 + reach)
    left, right = max(0, columns[0] - reach), min(seeds.shape[1], columns[-1] + 1 + reach)
    return slice(top, bottom), slice(left, right)


def _changed(
    picture: np.ndarray, mask: np.ndarray, seeds: np.ndarray, against: np.ndarray, part: Part, *, inside: bool
) -> tuple[np.ndarray, float]:
    """What changes in a part of the picture (bool h x w), and which share of its border lies at the part's frame."""
    wrong = mask[part] != inside
    known = np.where(mask[part] ^ _meant(wrong, seeds[part]), cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    # Nothing is known of what lies beyond the frame, so there the mask stays as it is.
    frame = _frame(mask.shape, part)
    known[frame] = np.where(mask[part][frame], cv2.GC_FGD, cv2.GC_BGD)
    known[against[part]] = cv2.GC_BGD if inside else cv2.GC_FGD
    known[seeds[part]] = cv2.GC_FGD if inside else cv2.GC_BGD
    thing = _cut(picture[part], known)
    wanted = _pieces_with(((thing == inside) | seeds[part]) & wrong, seeds[part])
    return wanted, _share_at(frame, wanted)


def _meant(wrong: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """What points most probably mean: around each seed half of the way to where the mask is right (bool h x w).

    People click into the middle of what is wrong, not beside its border. ``wrong``: where the mask says otherwise.
    """
    if wrong.all():
        # No pixel says how far the mask is from being right, so nothing but the points is known.
        return seeds
    depth = cv2.distanceTransform(np.pad(wrong, 1, mode="edge").astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    away = cv2.distanceTransform((~seeds).astype(np.uint8), cv2.DIST_L2, 5)
    deep = np.where(seeds & wrong, depth, 0)
    return wrong & (away <= MEANT * float(deep.max()))


def _frame(shape: tuple[int, ...], part: Part) -> np.ndarray:
    """The pixels (bool h x w) at the sides of a part of a picture that are no sides of the picture."""
    rows, columns = part
    frame = np.zeros((rows.stop - rows.start, columns.stop - columns.start), dtype=bool)
    frame[0] |= rows.start > 0
    frame[-1] |= rows.stop < shape[0]
    frame[:, 0] |= columns.start > 0
    frame[:, -1] |= columns.stop < shape[1]
    return frame


def _share_at(frame: np.ndarray, pixels: np.ndarray) -> float:
    """Share of the border of ``pixels`` (bool) that lies at the frame, 0 to 1."""
    # Only the frame, or the picture, ends what covers all that is looked at.
    if pixels.mean() > 1 - SPECK:
        return 1.0
    inner = cv2.erode(np.pad(pixels, 1).astype(np.uint8), np.ones((3, 3), np.uint8))[1:-1, 1:-1] > 0
    border = pixels & ~inner
    beside = cv2.dilate(frame.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return int((border & beside).sum()) / max(1, int(border.sum()))


def _cut(picture: np.ndarray, known: np.ndarray) -> np.ndarray:
    """What belongs to the thing (bool), where GrabCut has both kinds of pixels to learn from."""
    height, width = known.shape
    thing = np.bitwise_and(known, 1) > 0
    if thing.all() or not thing.any():
        return thing
    small, size = smaller(picture)
    labels = cv2.resize(known, size, interpolation=cv2.INTER_NEAREST)
    both = np.bitwise_and(labels, 1) > 0
    if both.all() or not both.any():
        return thing
    # Seeded: the same points give the same mask each time.
    cv2.setRNGSeed(0)
    back, fore = np.zeros((1, 65)), np.zeros((1, 65))
    bgr = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
    cv2.grabCut(bgr, labels, (0, 0, 1, 1), back, fore, ITERATIONS, cv2.GC_INIT_WITH_MASK)
    found = np.bitwise_and(labels, 1).astype(np.float32)
    return cv2.resize(found, (width, height), interpolation=cv2.INTER_LINEAR) > 0.5


def _pieces_with(pixels: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """The connected pieces of ``pixels`` (bool) in which a seed lies."""
    count, labels = cv2.connectedComponents(pixels.astype(np.uint8), connectivity=4)
    kept = np.zeros(count, dtype=bool)
    kept[np.unique(labels[seeds & pixels])] = True
    kept[0] = False
    return kept[labels]


def _discs(points: Sequence[PromptPoint], shape: tuple[int, ...], radius: int) -> np.ndarray:
    drawn = np.zeros(shape[:2], dtype=np.uint8)
    for point in points:
        if _within(point, shape):
            cv2.circle(drawn, (int(point.x), int(point.y)), radius, 1, thickness=-1)
    return drawn > 0


def _within(point: PromptPoint, shape: tuple[int, ...]) -> bool:
    return 0 <= point.x < shape[1] and 0 <= point.y < shape[0]
