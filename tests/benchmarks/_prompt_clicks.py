"""Clicks instead of boxes: a simulated person clicks where the mask is most wrong, as in interactive segmentation.

The first click is the most inner point of the thing. Each next one is the most inner point of the largest piece that is
missing or too much, and corrects the mask as in the editor: with one point at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from app.prompting.from_truth import TruthPrompts
from model.procedural import render_video
from model.prompts import SURE, Prompt, PromptedMask, Prompter, PromptPoint
from model.prompts.boxes import overlap
from storage import frames, rle
from storage.youtube_vis import PictureFinder
from tests.benchmarks._tables import Table, progress

CLICKS = (1, 2, 3, 5)
WRONG = 0.5
LEAST = 200  # pixels of a procedural thing


@dataclass(frozen=True)
class Thing:
    """A picture (uint8 H x W x 3 RGB) and the true mask (bool H x W) of one thing in it."""

    picture: np.ndarray
    truth: np.ndarray


def real_things(asked: TruthPrompts) -> Iterator[Thing]:
    """The first annotated frame of each track."""
    finder = PictureFinder(asked.frames) if asked.frames.is_dir() else None
    videos = {video.id: video for video in asked.dataset.videos}
    for track in asked.dataset.tracks:
        first = next((at for at, mask in enumerate(track.segmentations) if mask is not None and rle.area(mask)), None)
        if first is None:
            continue
        if finder is None:
            index = frames.index(asked.frames)
        else:
            found = finder.find(videos[track.video_id])
            index = frames.index_files(found.place, found.files)
        mask = track.segmentations[first]
        assert mask is not None
        with frames.open_reader(index) as reader:
            yield Thing(reader.read(first), rle.decode(mask))


def procedural_things(videos: int) -> Iterator[Thing]:
    """The things of the first frames of videos that nothing was chosen by."""
    for index in range(videos):
        video = render_video("demo", index=index, seed=4242, frames=1, size=(640, 360))
        for track in video.tracks:
            if track.masks[0].sum() >= LEAST:
                yield Thing(video.frames[0], track.masks[0])


@dataclass(frozen=True)
class ClickFigures:
    """``iou``: mean IoU after each of `CLICKS` that was reached.

    sure, wrong: masks of the first click that were called sure, and that have an IoU below one half in spite of it.
    """

    videos: str
    things: int
    iou: tuple[float, ...]
    sure: int
    wrong: int


def measure(name: str, things: Iterator[Thing], prompter: Prompter, most: int = max(CLICKS)) -> ClickFigures:
    """The figures of one set, with ``most`` clicks a thing."""
    rounds: list[tuple[float, ...]] = []
    sure = wrong = 0
    for number, thing in enumerate(things):
        progress(f"{name}, clicks: thing {number + 1}")
        first, *_ = masks = list(clicked(thing, prompter, most))
        scores = [overlap(found.mask, thing.truth) for found in masks]
        rounds.append(tuple(scores[at - 1] for at in CLICKS if at <= most))
        sure += first.confidence >= SURE
        wrong += first.confidence >= SURE and scores[0] < WRONG
    means = np.array(rounds).mean(0)
    return ClickFigures(name, len(rounds), tuple(float(one) for one in means), sure, wrong)


def clicked(thing: Thing, prompter: Prompter, most: int) -> Iterator[PromptedMask]:
    """The mask after each of ``most`` clicks."""
    found = prompter.mask(thing.picture, Prompt(points=(_inner(thing.truth, inside=True),)))
    yield found
    for _ in range(most - 1):
        missing, extra = thing.truth & ~found.mask, found.mask & ~thing.truth
        if missing.any() or extra.any():
            pieces = [(*_largest(missing), True), (*_largest(extra), False)]
            piece, _, inside = max(pieces, key=lambda one: one[1])
            point = _inner(piece, inside=inside)
            found = prompter.mask(thing.picture, Prompt(mask=found.mask, points=(point,)))
        yield found


def _largest(mask: np.ndarray) -> tuple[np.ndarray, int]:
    """The largest connected piece of a mask, and its pixels."""
    _, labels, facts, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    areas = facts[1:, cv2.CC_STAT_AREA]
    if not len(areas):
        return np.zeros_like(mask), 0
    at = int(areas.argmax())
    return labels == at + 1, int(areas[at])


def _inner(mask: np.ndarray, *, inside: bool) -> PromptPoint:
    depth = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    return PromptPoint(float(column) + 0.5, float(row) + 0.5, inside)


def click_table(found: Sequence[ClickFigures]) -> Table:
    """Every set in a row."""
    rows = [
        (line.videos, str(line.things), *(f"{iou:.3f}" for iou in line.iou), str(line.sure), str(line.wrong))
        for line in found
    ]
    after = tuple(f"IoU after {count}" for count in CLICKS[: max(len(line.iou) for line in found)])
    columns = ("videos", "things", *after, "called sure after 1", "of these wrong")
    notes = ("Each click is where the mask is most wrong; a mask with an IoU below 0.5 is wrong.",)
    return Table("Clicks to mask", columns, rows, [line.__dict__ for line in found], notes)
