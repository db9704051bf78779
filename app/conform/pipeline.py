"""Golden inputs: frames prepared for the network, and training items of a tiny data set."""

import contextlib
import io
import random
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from pycocotools import mask as coco

from app.conform.checks import Case, UnreadableCase, all_used, no_arrays, read_arrays, read_json
from app.conform.recipe import Recipe
from app.training.file_clips import YoutubeVisClips
from model.config import ScaleConfig, TeViTConfig, named
from model.network.input import fit, prepare_clip, prepare_frame
from model.training.clips import clip_targets, draw_scale, fit_video, labelled_frames, usable
from model.training.targets import PRESENT, ClipTargets

_BOUND = 1e-6  # normalised values
_BOX = 1e-3  # pixels


def pipeline_test_case(case: Case, folder: Path, recipe: Recipe) -> None:
    """Frames resized, normalised and padded for each configuration."""
    about, arrays = read_json(folder / f"{case.name}.json"), read_arrays(folder / f"{case.name}.npz")
    parts = ("resized_uint8_rgb_hwc_sample", "tensor_sample", "rows")
    all_used(case, arrays, {f"{name}/{part}" for name in about for part in parts})
    for name, wanted in about.items():
        config = named(name.rsplit("/", 1)[-1])
        frame = recipe.fill.make_clip(1, *wanted["ori_shape"][:2], wanted["seed"])[0]
        size = fit(frame.shape[:2], config.scales.test)
        case.equal(f"{name} img_shape", [*size.img_hw, 3], wanted["img_shape"])
        case.equal(f"{name} pad_shape", [*size.pad_hw, 3], wanted["pad_shape"])
        case.equal(f"{name} tensor_shape", [3, *size.pad_hw], wanted["tensor_shape"])
        case.close(f"scale_factor/{name}", size.scale_factor, wanted["scale_factor"], atol=1e-7)
        resized = frame
        if frame.shape[:2] != size.img_hw:
            resized = cv2.resize(frame, size.img_hw[::-1], interpolation=cv2.INTER_LINEAR)
        bytes_sample = resized.reshape(-1)[:: wanted["resized_step"]]
        case.close(f"resized/{name}", bytes_sample, arrays[f"{name}/resized_uint8_rgb_hwc_sample"], atol=1e-9)
        case.equal(f"{name} resized_sum", int(resized.sum(dtype=np.int64)), wanted["resized_sum"])
        tensor = prepare_frame(frame, size)
        case.close(
            f"tensor/{name}", tensor.reshape(-1)[:: wanted["step"]], arrays[f"{name}/tensor_sample"], atol=_BOUND
        )
        height = size.img_hw[0]
        rows = tensor[:, [0, 1, height // 2, height - 1]]
        case.close(f"rows/{name}", rows, arrays[f"{name}/rows"], atol=_BOUND)
        values = tensor.astype(np.float64)
        figures = (
            ("mean", values.mean(), 1.0),
            ("std", values.std(ddof=1), 1.0),
            ("abs_sum", np.abs(values).sum(), values.size),
        )
        for key, value, count in figures:
            case.close(f"{key}/{name}", float(value), wanted[key], atol=_BOUND * count)


@dataclass(frozen=True)
class _Item:
    """A training item as drawn at random."""

    video: int
    frames: list[int]
    scale: tuple[int, int]
    flip: bool


def pipeline_train_case(case: Case, folder: Path, recipe: Recipe) -> None:
    """A tiny data set as it is parsed, and items of it under fixed random seeds."""
    seed = seed_of(case.name)
    if seed is None:
        raise UnreadableCase(f"{case.name} does not say which seed made its data set")
    entries, arrays = read_json(folder / f"{case.name}.json"), read_arrays(folder / f"{case.name}.npz")
    with tempfile.TemporaryDirectory() as made:
        with contextlib.redirect_stdout(io.StringIO()):
            recipe.make_ytvis.main(made, seed)
        content = read_json(Path(made) / "annotations.json")
        stored = folder / annotations_of(seed)
        if stored.exists():
            # Only the recipe counts; the stored annotations are there for people to read.
            case.equal("annotations", content, read_json(stored))
        _complete(case, entries, arrays)
        source = YoutubeVisClips(Path(made) / "annotations.json", Path(made) / "frames")
        kept = [labelled_frames(video) for video in source.videos]
        for entry in entries:
            config = named(entry["config"])
            if "dataset" in entry:
                _dataset(case, source, kept, content, entry)
            else:
                _item(case, source, kept, config, entry, arrays)


def seed_of(name: str) -> int | None:
    """The seed of a case's data set, from the name of the case; None if the name has none."""
    found = re.search(r"seed(\d+)", name)
    return int(found.group(1)) if found else None


def annotations_of(seed: int) -> str:
    """Name of the annotation file of a seed; the training set that was drawn from it lies in the same folder."""
    return f"ytvis_seed{seed}_annotations.json"


def annotations_case(case: Case, folder: Path, recipe: Recipe) -> None:
    """Annotations without a training set: compared with those that the recipe makes from the seed in their name."""
    seed = seed_of(case.name)
    if seed is None:
        case.fail("known", "its name says no seed, and no training set was drawn from it")
        return
    no_arrays(case, folder)
    with tempfile.TemporaryDirectory() as made:
        with contextlib.redirect_stdout(io.StringIO()):
            recipe.make_ytvis.main(made, seed)
        case.equal("annotations", read_json(Path(made) / "annotations.json"), read_json(folder / f"{case.name}.json"))


def _complete(case: Case, entries: list[dict[str, Any]], arrays: dict[str, np.ndarray]) -> None:
    """Checks that each configuration has one data set, items numbered without gaps, and no array without an item."""
    items = [entry for entry in entries if "dataset" not in entry]
    sets = [entry["config"] for entry in entries if "dataset" in entry]
    case.equal("configurations with a data set", len(sets) == len(set(sets)) > 0, True)
    case.equal("configurations with items", sorted({item["config"] for item in items}), sorted(set(sets)))
    for config in sets:
        numbers = [item["n"] for item in items if item["config"] == config]
        case.equal(f"{config} items", numbers, list(range(len(numbers))))
    used = {f"{item['config']}/{item['n']}/img_sample" for item in items}
    for item in items:
        used |= {f"{item['config']}/{item['n']}/masks{frame}" for frame in range(len(item["filenames"]))}
    all_used(case, arrays, used)


def _flags(source: YoutubeVisClips, items: list[tuple[int, int]]) -> list[int]:
    """1 for landscape, 0 for portrait and square, per item."""
    return [int(source.videos[video].width > source.videos[video].height) for video, _ in items]


def _items(kept: list[list[int]]) -> list[tuple[int, int]]:
    return [(video, frame) for video, frames in enumerate(kept) for frame in frames]


def _dataset(
    case: Case, source: YoutubeVisClips, kept: list[list[int]], content: dict[str, Any], entry: dict[str, Any]
) -> None:
    items, wanted, title = _items(kept), entry["dataset"], entry["config"]
    case.equal(f"{title} len", len(items), wanted["len"])
    case.equal(f"{title} data_infos", [list(item) for item in items], wanted["data_infos"])
    case.equal(f"{title} flag", _flags(source, items), wanted["flag"])
    ids = {category["name"]: category["id"] for category in content["categories"]}
    labels = {str(ids[name]): label for label, name in enumerate(source.categories)}
    case.equal(f"{title} cat2label", labels, wanted["cat2label"])
    for number, (info, (video, frame)) in enumerate(zip(entry["ann_info"], items, strict=True)):
        tracks = [track for track in source.videos[video].tracks if usable(track, frame)]
        boxes = [(x, y, x + w, y + h) for x, y, w, h in (track.boxes[frame] for track in tracks)]  # type: ignore[misc]
        place = f"{title} {number}"
        case.close(f"bboxes/{place}", np.reshape(boxes, (-1, 4)), np.reshape(info["bboxes"], (-1, 4)), atol=_BOX)
        case.equal(f"labels {place}", [track.label for track in tracks], info["labels"])
        case.equal(f"ids {place}", [track.id - 1 for track in tracks], info["ids"])
        areas = [int(coco.area(track.segmentations[frame])) for track in tracks]
        case.equal(f"masks {place}", areas, info["masks"])


def draw_item(
    items: list[tuple[int, int]],
    kept: list[list[int]],
    flags: list[int],
    scales: ScaleConfig,
    *,
    index: int,
    seed: int,
    frames: int,
) -> _Item:
    """The official draws in their order: other frames, another key frame if they do not suffice, scale, flip."""
    drawn, draws = random.Random(seed), np.random.RandomState(seed % 2**32)
    while True:
        video, key = items[index]
        pool = [frame for frame in kept[video] if frame != key]
        if len(pool) >= frames - 1:
            break
        index = int(draws.choice([other for other, flag in enumerate(flags) if flag == flags[index]]))
    chosen = [key, *drawn.sample(pool, frames - 1)]
    scale = draw_scale(scales, draws)
    flip = draws.choice(2, p=[0.5, 0.5]) == 0  # the first of (horizontal, none)
    return _Item(video, chosen, scale, bool(flip))


def _item(
    case: Case,
    source: YoutubeVisClips,
    kept: list[list[int]],
    config: TeViTConfig,
    entry: dict[str, Any],
    arrays: dict[str, np.ndarray],
) -> None:
    items = _items(kept)
    drawn = draw_item(
        items,
        kept,
        _flags(source, items),
        config.scales,
        index=entry["idx"],
        seed=entry["py_seed"],
        frames=config.training.clip_frames,
    )
    video, title = source.videos[drawn.video], f"{entry['config']}/{entry['n']}"
    names = [source.file_name(drawn.video, frame) for frame in drawn.frames]
    case.equal(f"{title} filenames", names, entry["filenames"])
    size = fit_video(video, drawn.scale)
    count = len(drawn.frames)
    case.equal(f"{title} img_shape", [[*size.img_hw, 3]] * count, entry["img_shape"])
    case.equal(f"{title} pad_shape", [[*size.pad_hw, 3]] * count, entry["pad_shape"])
    case.equal(f"{title} ori_shape", [[video.height, video.width, 3]] * count, entry["ori_shape"])
    case.equal(f"{title} flip", [drawn.flip] * count, entry["flip"])
    case.close(f"scale_factor/{title}", [size.scale_factor] * count, entry["scale_factor"], atol=1e-6)
    if names != entry["filenames"]:
        return  # the comparisons below would be of different frames
    clip = prepare_clip(source.read_frames(drawn.video, drawn.frames), size, flip=drawn.flip)
    case.equal(f"{title} img_tensor_shape", list(clip.shape), entry["img_tensor_shape"])
    sample = clip.reshape(-1)[:: entry["img_step"]]
    case.close(f"img_sample/{title}", sample, arrays[f"{title}/img_sample"], atol=_BOUND)
    values = clip.double()
    case.close(f"img_mean/{title}", float(values.mean()), entry["img_mean"], atol=_BOUND)
    case.close(f"img_abs_sum/{title}", float(values.abs().sum()), entry["img_abs_sum"], atol=_BOUND * values.numel())
    targets = clip_targets(video, drawn.frames, size, flip=drawn.flip, classes=len(source.categories))
    for frame in range(count):
        _truth(case, f"{title} {frame}", targets, frame, entry, arrays[f"{title}/masks{frame}"])


def _truth(case: Case, title: str, targets: ClipTargets, frame: int, entry: dict[str, Any], packed: np.ndarray) -> None:
    """Boxes, labels, ids and masks of one frame, in the order in which the case lists them."""
    there = (targets.states[frame] == PRESENT).nonzero()[:, 0].tolist()
    own = {int(targets.ids[track]) - 1: track for track in there}
    wanted = entry["gt_ids"][frame]
    case.equal(f"gt_ids {title}", sorted(own), sorted(wanted))
    if sorted(own) != sorted(wanted):
        return
    order = torch.tensor([own[number] for number in wanted], dtype=torch.int64)
    case.equal(f"gt_labels {title}", targets.labels[order].tolist(), entry["gt_labels"][frame])
    case.close(f"gt_bboxes/{title}", targets.boxes[frame, order], entry["gt_bboxes"][frame], atol=_BOX)
    masks = targets.masks[frame, order].numpy()
    case.equal(f"mask_shape {title}", list(masks.shape), entry["mask_shape"][frame])
    case.equal(f"mask_area {title}", masks.sum(axis=(1, 2)).tolist(), entry["mask_area"][frame])
    case.equal(f"masks {title}", bool(np.array_equal(np.packbits(masks), packed)), True)
