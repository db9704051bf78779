"""How well tracks follow objects: identity switches and IDF1 (py-motmetrics), AP, identities at window borders."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pycocotools import mask as coco

from model.evaluation import evaluate
from model.procedural import ProceduralVideo
from model.tracking.whole_video import WholeVideo

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import motmetrics

Rle = dict[str, Any]
SAME = 0.5  # least mask IoU of a thing and the track that shows it


@dataclass(frozen=True)
class Thing:
    """One true track: its label and its mask per frame, None where it is not to be seen."""

    label: int
    segmentations: tuple[Rle | None, ...]


@dataclass(frozen=True)
class Borders:
    """Things shown by a track before and behind a border between windows, and those of them with the same one."""

    met: int = 0
    kept: int = 0

    def __add__(self, other: "Borders") -> "Borders":
        return Borders(self.met + other.met, self.kept + other.kept)

    @property
    def recall(self) -> float:
        """Share that keeps its track; 1 where no border was met."""
        return self.kept / self.met if self.met else 1.0


def things_of(video: ProceduralVideo) -> list[Thing]:
    """The truth of a procedural video."""
    return [Thing(track.label, tuple(_rle(mask) for mask in track.masks)) for track in video.tracks]


def _rle(mask: np.ndarray) -> Rle | None:
    if not mask.any():
        return None
    code = coco.encode(np.asfortranarray(mask, dtype=np.uint8))
    return {"size": [int(side) for side in code["size"]], "counts": code["counts"].decode("ascii")}


def frame_overlaps(things: Sequence[Thing], whole: WholeVideo, frame: int) -> tuple[list[int], list[int], np.ndarray]:
    """Things and tracks with a mask in a frame, and the IoU (things, tracks) of their masks."""
    true = [number for number, thing in enumerate(things) if thing.segmentations[frame] is not None]
    found = [track.track for track in whole.tracks if _shown(track.segmentations[frame])]
    masks = [track.segmentations[frame] for track in whole.tracks if _shown(track.segmentations[frame])]
    if not true or not found:
        return true, found, np.zeros((len(true), len(found)))
    table = coco.iou([things[number].segmentations[frame] for number in true], masks, [0] * len(masks))
    return true, found, np.asarray(table).reshape(len(true), len(found))


def _shown(mask: Rle | None) -> bool:
    return mask is not None and int(coco.area(mask)) > 0


def accumulated(things: Sequence[Thing], whole: WholeVideo) -> Any:
    """What py-motmetrics needs to know of one video, class aside."""
    account = motmetrics.MOTAccumulator(auto_id=True)
    for frame in range(whole.count):
        true, found, table = frame_overlaps(things, whole, frame)
        account.update(true, found, np.where(table >= SAME, 1.0 - table, np.nan))
    return account


def identity(accounts: Sequence[Any]) -> dict[str, float]:
    """IDF1, identity switches, fragmentations, and the share of true masks that some track shows, over all videos."""
    metrics = ["idf1", "num_switches", "num_fragmentations", "recall", "precision"]
    names = [str(number) for number in range(len(accounts))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = motmetrics.metrics.create().compute_many(accounts, metrics=metrics, names=names, generate_overall=True)
    return {name: float(table.loc["OVERALL", name]) for name in metrics}


def border_identities(things: Sequence[Thing], whole: WholeVideo, borders: Sequence[tuple[int, int]]) -> Borders:
    """Whether things keep their track over borders, given as the frames (last before, first behind) of each."""
    met = kept = 0
    for before, behind in borders:
        first, second = (_shown_by(things, whole, frame) for frame in (before, behind))
        both = set(first) & set(second)
        met += len(both)
        kept += sum(first[thing] == second[thing] for thing in both)
    return Borders(met, kept)


def _shown_by(things: Sequence[Thing], whole: WholeVideo, frame: int) -> dict[int, int]:
    """Thing to the track that shows it in a frame."""
    true, found, table = frame_overlaps(things, whole, frame)
    if not table.size:
        return {}
    return {thing: found[int(row.argmax())] for thing, row in zip(true, table, strict=True) if row.max() >= SAME}


def average_precision(
    videos: Sequence[tuple[Sequence[Thing], WholeVideo]], categories: Sequence[str], size: tuple[int, int]
) -> dict[str, float]:
    """YouTube-VIS AP of whole videos of ``size`` (width, height), see `model.evaluation`."""
    described = [
        {"id": number, "width": size[0], "height": size[1], "length": whole.count}
        for number, (_, whole) in enumerate(videos, start=1)
    ]
    truth = [
        {"video_id": number, "category_id": thing.label + 1, "segmentations": list(thing.segmentations), "iscrowd": 0}
        for number, (things, _) in enumerate(videos, start=1)
        for thing in things
    ]
    results = [
        {
            "video_id": number,
            "category_id": track.label + 1,
            "score": track.score,
            "segmentations": list(track.segmentations),
        }
        for number, (_, whole) in enumerate(videos, start=1)
        for track in whole.tracks
    ]
    content = {
        "videos": described,
        "categories": [{"id": label + 1, "name": name} for label, name in enumerate(categories)],
        "annotations": [{"id": number, **entry} for number, entry in enumerate(truth, start=1)],
    }
    return {key: float(value) for key, value in evaluate(content, results).stats.items() if key in ("AP", "AP50")}
