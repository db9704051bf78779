"""AP of a network on videos with partial ground truth, over the frames that people have judged.

A frame counts if the state of every judged track is known in it. A detection that touches no judged track can be
neither right nor wrong while the frames are not complete for its class, and is left out; so is one on a mask that
nobody judged.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pycocotools import mask as coco

from model.evaluation import Evaluation, evaluate
from model.evaluation.mask_overlap import track_iou
from model.network.short_of_memory import with_memory
from model.network.tevit import TeViT
from model.tracking.settings import ProposeSettings
from model.tracking.whole_video import WholeVideo, gather
from model.tracking.windows import propose
from model.training.clips import ClipSource, ClipVideo
from model.training.targets import PRESENT, UNKNOWN

STATS = ("AP", "AP50", "AP75", "AR1", "AR10")
_TOUCHES = 0.1  # mask IoU from which a detected track touches a judged one
_SHOWS = 0.5  # mask IoU from which it shows that one, whatever else it overlaps
_ON_UNKNOWN = 0.3  # mask IoU in a frame from which it may be an object that nobody judged


@dataclass(frozen=True)
class Score:
    """AP and related figures over some videos, 0 to 1; None without ground truth."""

    stats: dict[str, float | None]
    per_category: tuple[tuple[str, int, float | None], ...]  # name, truth tracks, AP
    per_video: tuple[tuple[str, float | None], ...]  # name, AP


def judged_frames(video: ClipVideo) -> list[int]:
    """Frames in which no judged track is unknown, and some track is present or a person declared the frame complete.

    Without any, the frames with a present track.
    """
    tracks = [track for track in video.tracks if any(state != UNKNOWN for state in track.states)]
    whole = [
        frame
        for frame in range(video.count)
        if (any(track.states[frame] == PRESENT for track in tracks) or bool(video.complete and video.complete[frame]))
        and all(track.states[frame] != UNKNOWN for track in tracks)
    ]
    if whole:
        return whole
    return [frame for frame in range(video.count) if any(track.states[frame] == PRESENT for track in tracks)]


def frames_of(source: ClipSource, video: int) -> Iterator[np.ndarray]:
    """The frames of one video, uint8 RGB (H, W, 3), in order."""
    for frame in range(source.videos[video].count):
        yield source.read_frames(video, [frame])[0]


def find_tracks(network: TeViT, source: ClipSource, video: int, *, precision: str = "float32") -> list[dict[str, Any]]:
    """Tracks of one video under the published rule: `label`, `score`, `segmentations` (COCO RLE or None per frame)."""
    count = source.videos[video].count

    def found() -> WholeVideo:
        results = propose(
            network,
            frames_of(source, video),
            expected=count,
            config=network.config,
            settings=ProposeSettings(rule="published", precision=precision),
            keep_state=False,
        )
        return gather(results)

    return [
        {"label": track.label, "score": track.score, "segmentations": list(track.segmentations)}
        for track in with_memory(network, found).tracks
    ]


def score(
    network: TeViT,
    source: ClipSource,
    videos: Sequence[int],
    *,
    frames: Callable[[ClipVideo], list[int]] = judged_frames,
    on_video: Callable[[int], None] = lambda done: None,
    find: Callable[[TeViT, ClipSource, int], list[dict[str, Any]]] | None = None,
) -> Score:
    """AP of ``network`` on ``source.videos[i]`` for i in ``videos``, over the frames that ``frames`` selects.

    ``find`` gives the tracks of a video as :func:`find_tracks`, which it replaces where they are known already.
    """
    truth, results = [], []
    for done, index in enumerate(videos):
        video = source.videos[index]
        picked = frames(video)
        entries = truth_of(video, picked, video_id=index + 1, first_id=len(truth) + 1)
        found = results_of((find or find_tracks)(network, source, index), picked, video_id=index + 1)
        results += judged(found, entries, video, picked, classes=len(source.categories))
        truth += entries
        on_video(done + 1)
    whole = evaluated(source, videos, truth, results, frames)
    stats = {key: number_or_none(whole.stats[key]) for key in STATS}
    per_video = []
    for index in videos:
        own_truth = [entry for entry in truth if entry["video_id"] == index + 1]
        own_results = [entry for entry in results if entry["video_id"] == index + 1]
        own = evaluated(source, [index], own_truth, own_results, frames)
        per_video.append((source.videos[index].name, number_or_none(own.stats["AP"])))
    return Score(stats, _per_category(source, truth, whole.stats), tuple(per_video))


def truth_of(video: ClipVideo, frames: Sequence[int], *, video_id: int, first_id: int) -> list[dict[str, Any]]:
    """The true tracks of a video in ``frames``, in YouTube-VIS format, numbered from ``first_id``."""
    entries: list[dict[str, Any]] = []
    for track in video.tracks:
        masks = [track.segmentations[frame] if track.states[frame] == PRESENT else None for frame in frames]
        if any(mask is not None for mask in masks):
            entries.append(
                {
                    "id": first_id + len(entries),
                    "video_id": video_id,
                    "category_id": track.label + 1,
                    "segmentations": masks,
                    "iscrowd": int(track.iscrowd),
                }
            )
    return entries


def results_of(found: Sequence[dict[str, Any]], frames: Sequence[int], *, video_id: int) -> list[dict[str, Any]]:
    """Tracks as :func:`find_tracks` gives them, in ``frames``, as YouTube-VIS results."""
    return [
        {
            "video_id": video_id,
            "category_id": track["label"] + 1,
            "score": track["score"],
            "segmentations": [track["segmentations"][frame] for frame in frames],
        }
        for track in found
    ]


def judged(
    results: list[dict[str, Any]],
    truth: list[dict[str, Any]],
    video: ClipVideo,
    frames: Sequence[int],
    *,
    classes: int,
) -> list[dict[str, Any]]:
    """The results that can be right or wrong; ``classes`` is the number of the source's categories.

    One that shows a true track is right or wrong. One on masks that nobody judged may be an object, so it counts for
    neither; a crowd is neither a thing nor background. Any other is wrong where the frames are complete for its
    class, and counts for neither where they are not.
    """
    if not results:
        return []
    masks = [result["segmentations"] for result in results]
    best = [0.0] * len(results)
    if truth:
        best = track_iou(masks, [true["segmentations"] for true in truth]).max(axis=1).tolist()
    unknown = _unknown_in(video, frames)
    kept = []
    for result, overlap in zip(results, best, strict=True):
        on_unknown = overlap < _SHOWS and _mostly_on(result["segmentations"], unknown)
        touches = overlap >= _TOUCHES
        if not on_unknown and (touches or _complete_for(video, frames, result, classes)):
            kept.append(result)
    return kept


def _complete_for(video: ClipVideo, frames: Sequence[int], result: dict[str, Any], classes: int) -> bool:
    """Whether every frame that a result shows is complete for its class; for one that the source lacks: for all."""
    if video.complete is None:
        return True
    label = result["category_id"] - 1
    wanted = {label} if label < classes else set(range(classes))
    return all(
        wanted <= video.complete[frame]
        for frame, mask in zip(frames, result["segmentations"], strict=True)
        if mask is not None
    )


def _unknown_in(video: ClipVideo, frames: Sequence[int]) -> list[tuple[list[Any], list[bool]]]:
    """Per frame the masks that nobody judged, and which of them are crowds."""
    by_frame: dict[int, tuple[list[Any], list[bool]]] = {}
    for frame, mask, is_crowd in video.unknown:
        masks, crowds = by_frame.setdefault(frame, ([], []))
        masks.append(mask)
        crowds.append(is_crowd)
    return [by_frame.get(frame, ([], [])) for frame in frames]


def _mostly_on(masks: Sequence[Any], unknown: Sequence[tuple[list[Any], list[bool]]]) -> bool:
    """Whether a track overlaps masks that nobody judged in at least half of the frames that it shows."""
    shown = hit = 0
    for mask, (others, crowds) in zip(masks, unknown, strict=True):
        if mask is None:
            continue
        shown += 1
        # With a crowd, pycocotools gives the share of the mask inside it.
        hit += bool(others) and float(np.max(coco.iou([mask], others, crowds))) >= _ON_UNKNOWN
    return hit > 0 and 2 * hit >= shown


def evaluated(
    source: ClipSource,
    videos: Sequence[int],
    truth: list[dict[str, Any]],
    results: list[dict[str, Any]],
    frames: Callable[[ClipVideo], list[int]],
) -> Evaluation:
    """The evaluation of results against the truth of ``source.videos[i]`` for i in ``videos``."""
    described = [
        {
            "id": index + 1,
            "height": source.videos[index].height,
            "width": source.videos[index].width,
            "length": len(frames(source.videos[index])),
        }
        for index in videos
    ]
    categories = [{"id": label + 1, "name": name} for label, name in enumerate(source.categories)]
    return evaluate({"videos": described, "categories": categories, "annotations": truth}, results)


def _per_category(
    source: ClipSource, truth: list[dict[str, Any]], stats: dict[str, Any]
) -> tuple[tuple[str, int, float | None], ...]:
    values = stats["per_category_AP"]
    table = []
    for label, name in enumerate(source.categories):
        count = sum(entry["category_id"] == label + 1 for entry in truth)
        if count:
            value = values.get(name) if isinstance(values, dict) else values[label]
            table.append((name, count, number_or_none(value)))
    return tuple(table)


def number_or_none(value: float | None) -> float | None:
    """A figure of the evaluation, where -1 stands for one without ground truth."""
    return None if value is None or value < 0 else float(value)
