"""`propose --annotations` against what the official test script would write, worked out here step by step.

The network with the reference weights looks at the frames of two small sets. From its logits to the entries everything
is done in the plainest way: the video as one clip, mean of the scores, the ten best pairs, class + 1, one mask a frame.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from pycocotools import mask as coco

from app.conform.recipe import Recipe
from model.config import named
from model.network.input import fit, prepare_clip
from model.network.tevit import TeViT, build
from model.tracking.paste import paste
from tests.app.command_line import runner
from tests.material import material

CONFIG = "tevit_msgshift"


@dataclass(frozen=True)
class Official:
    """The reference network, the same weights as a file in the official layout, and the recipe that made them."""

    network: TeViT
    file: Path
    recipe: Recipe


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Official]:
    recipe = Recipe(material("reference/recipe"))
    network = build(named(CONFIG))
    recipe.fill.fill_model(network, "")
    file = tmp_path_factory.mktemp("weights") / f"{CONFIG}.pth"
    torch.save({"meta": {}, "state_dict": network.state_dict()}, file)
    yield Official(network.eval(), file, recipe)
    file.unlink()


def shortened(content: dict[str, Any], chosen: dict[int, slice]) -> dict[str, Any]:
    """Some videos of a data set with some of their frames, in the order of ``chosen``, and their truth."""
    by_id = {video["id"]: video for video in content["videos"]}
    videos = []
    for number, span in chosen.items():
        names = by_id[number]["file_names"][span]
        videos.append({**by_id[number], "file_names": names, "length": len(names)})
    kept = [
        {**one, **{key: one[key][chosen[one["video_id"]]] for key in ("segmentations", "bboxes", "areas")}}
        for one in content["annotations"]
        if one["video_id"] in chosen
    ]
    return {**content, "videos": videos, "annotations": kept}


@torch.inference_mode()
def expected(network: TeViT, content: dict[str, Any], frames: Path) -> list[dict[str, Any]]:
    """Entries of all videos, best first, with soft masks (T, H, W) in place of their codes."""
    entries = []
    for video in content["videos"]:
        pictures = np.stack([cv2.imread(str(frames / name))[..., ::-1] for name in video["file_names"]])
        size = fit(pictures.shape[1:3], named(CONFIG).scales.test)
        features = network.encode(prepare_clip(pictures, size)[None], torch.tensor([size.img_hw], dtype=torch.float32))
        queries = network.decode(features)
        scores = queries.logits[0].sigmoid().mean(dim=0).numpy()  # (queries, classes)
        for flat in np.argsort(-scores.ravel(), kind="stable")[:10].tolist():
            query, label = divmod(flat, scores.shape[1])
            soft = []
            for t in range(len(pictures)):
                place = [torch.tensor([value]) for value in (t, query, label)]
                probability = network.masks(features, queries, *place)[0].numpy()
                box = queries.boxes[0, t, query].numpy() / size.scale_factor
                soft.append(paste(probability, box, size.frame_hw))
            entry = {"video_id": video["id"], "score": float(scores[query, label]), "category_id": label + 1}
            entries.append({**entry, "soft": np.stack(soft)})
    return entries


def require_same(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> None:
    """Every entry in its place; masks may differ only where a pixel is as good as on the threshold."""
    keys = ("video_id", "category_id")
    assert [[one[key] for key in keys] for one in found] == [[one[key] for key in keys] for one in wanted]
    for own, entry in zip(found, wanted, strict=True):
        assert set(own) == {"video_id", "score", "category_id", "segmentations"}
        assert own["score"] == pytest.approx(entry["score"], abs=1e-5)
        assert len(own["segmentations"]) == len(entry["soft"])
        for code, soft in zip(own["segmentations"], entry["soft"], strict=True):
            assert type(code["counts"]) is str and code["size"] == list(soft.shape)  # an empty mask is no null
            different = coco.decode(code) != (soft >= 0.5)
            assert not (different & (np.abs(soft - 0.5) > 1e-4)).any()


def require_official(
    official: Official, content: dict[str, Any], frames: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> list[dict[str, Any]]:
    """Propose for a data set by the command, require what the official script would write, and return it."""
    annotations, out = folder / "valid.json", folder / "results.json"
    annotations.write_text(json.dumps(content))
    source = ("--annotations", annotations, "--frames", frames)
    ran = runner(capsys)(
        "propose", *source, "--model", official.file, "--out", out, "--config", CONFIG, "--device", "cpu"
    )
    assert ran.code == 0, ran.errors
    found = json.loads(out.read_text())
    require_same(found, expected(official.network, content, frames))
    return found


def test_the_tiny_set_gives_what_the_official_script_writes(
    official: Official, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    official.recipe.make_ytvis.main(str(tmp_path / "set"), 0)
    content = json.loads((tmp_path / "set/annotations.json").read_text())
    # A portrait video before a landscape one, and a single frame: the order of the file, not of the ids.
    content = shortened(content, {2: slice(0, 2), 1: slice(1, 3), 5: slice(2, 3)})
    content["annotations"] = [{"id": "truth is not read"}]
    found = require_official(official, content, tmp_path / "set/frames", tmp_path, capsys)
    assert [one["video_id"] for one in found] == [2] * 10 + [1] * 10 + [5] * 10


def test_real_frames_give_what_the_official_script_writes(
    official: Official, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = material("data/annotated_nc/davis16_a")
    content = shortened(json.loads((folder / "instances.json").read_text()), {2: slice(0, 20, 10), 4: slice(5, 6)})
    found = require_official(official, content, folder / "JPEGImages", tmp_path, capsys)
    assert len(found) == 20 and any(coco.area(code) for one in found for code in one["segmentations"])
