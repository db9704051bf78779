"""Masks frame by frame, as scripts around SAM 2 and SAM 3 write them: three forms, one meaning."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import rle
from storage.formats import BY_NUMBER, FRAME_SCORES, Broken, FormatContent, FormatError, recognise
from storage.formats.registry import FRAME_MASKS
from tests.storage.formats.datasets import masks

HEIGHT, WIDTH = 6, 8
Scene = dict[int, dict[int, tuple[rle.Rle, float]]]
"""Frame -> object -> its mask and score."""


def code(left: int) -> rle.Rle:
    pixels = np.zeros((HEIGHT, WIDTH), bool)
    pixels[1:4, left : left + 3] = True
    return rle.encode(pixels)


SCENE: Scene = {0: {1: (code(0), 0.9), 7: (code(4), 0.5)}, 2: {1: (code(1), 0.7)}, 3: {}}


def as_demo(scene: Scene) -> str:
    def row(thing: int, mask: rle.Rle, score: float) -> dict[str, Any]:
        return {"object_id": thing, "mask": dict(mask), "score": score, "label": f"thing {thing}"}

    lines = [
        {"frame_index": frame, "results": [row(thing, *found) for thing, found in things.items()]}
        for frame, things in scene.items()
    ]
    return json.dumps(lines)


def as_lines(scene: Scene) -> str:
    return "\n".join(json.dumps(line) for line in json.loads(as_demo(scene)))


def as_sam3(scene: Scene) -> str:
    frames = {
        frame: {
            "out_obj_ids": list(things),
            "out_probs": [score for _, score in things.values()],
            "out_binary_masks": [dict(mask) for mask, _ in things.values()],
        }
        for frame, things in scene.items()
    }
    return json.dumps({"frames": frames})


def as_notebook(scene: Scene) -> str:
    return json.dumps({frame: {thing: dict(mask) for thing, (mask, _) in one.items()} for frame, one in scene.items()})


FORMS: dict[str, Callable[[Scene], str]] = {
    "the server of SAM 2's demo": as_demo,
    "one object a line": as_lines,
    "SAM 3": as_sam3,
    "the notebook of SAM 2": as_notebook,
}


def read(path: Path, text: str) -> FormatContent:
    path.write_text(text)
    found = recognise(path)
    assert found.format.name == "frame-masks"
    return found.format.read(path, Broken(keep_good=False), lambda: None, None)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_read(tmp_path: Path, form: str) -> None:
    dataset = read(tmp_path / "dog.json", FORMS[form](SCENE)).dataset
    [video] = dataset.videos
    assert (video.width, video.height, video.length) == (WIDTH, HEIGHT, 4)
    assert video.file_names[3] == "dog/00003.jpg" and video.extra[BY_NUMBER] is True
    first, second = dataset.tracks
    assert (first.id, second.id) == (1, 7)
    assert first.segmentations == (code(0), None, code(1), None)
    assert first.unknown == {1} == second.unknown  # the file has nothing about frame 1, and no object in frame 3
    assert second.segmentations == (code(4), None, None, None)
    scores = [0.9, None, 0.7, None]
    assert first.extra.get(FRAME_SCORES) == (None if form == "the notebook of SAM 2" else scores)


def test_labels_are_categories(tmp_path: Path) -> None:
    dataset = read(tmp_path / "a.json", as_demo(SCENE)).dataset
    assert [category.name for category in dataset.categories] == ["thing 1", "thing 7"]
    assert [category.name for category in read(tmp_path / "b.json", as_sam3(SCENE)).dataset.categories] == ["object"]


@given(masks(HEIGHT, WIDTH).filter(lambda mask: mask is not None), st.integers(0, 40), st.integers(0, 99))
def test_any_mask_comes_back(tmp_path_factory: pytest.TempPathFactory, mask: rle.Rle, frame: int, thing: int) -> None:
    scene: Scene = {frame: {thing: (mask, 1.0)}}
    for form in FORMS.values():
        [track] = read(tmp_path_factory.mktemp("masks") / "a.json", form(scene)).dataset.tracks
        assert track.id == thing
        assert track.segmentations[frame] == mask


WRONG: dict[str, tuple[Any, str]] = {
    "a frame twice": ([{"frame_index": 1, "results": []}] * 2, r"\[1\]: is frame 1 a second time"),
    "no frame number": ([{"frame_index": 0, "results": []}, {"results": []}], r"\[1\]: has no `frame_index`"),
    "no object": ({"0": [{"mask": dict(code(0))}]}, r"0\[0\]: has no `object_id`"),
    "no mask": ({"0": {"results": [{"object_id": 1, "counts": 1}]}}, r"0\.results\[0\]: has no `mask`"),
    "lists of two lengths": (
        {"0": {"out_obj_ids": [1, 2], "out_binary_masks": [dict(code(0))]}},
        "must be lists of the same length",
    ),
    "a score above one": (
        {"0": {"out_obj_ids": [1], "out_probs": [2.0], "out_binary_masks": [dict(code(0))]}},
        r"out_binary_masks\[0\]: has a score that is no number from 0 to 1",
    ),
    "another size": ({"0": {"1": dict(code(0))}, "1": {"1": {"size": [2, 2], "counts": "04"}}}, r"1\.1\.size: is"),
    "no size anywhere": ({"0": {"1": None}, "1": {"counts": None}}, "no mask with a `size`|must be a whole number"),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_error_names_its_place(tmp_path: Path, name: str) -> None:
    content, reason = WRONG[name]
    path = tmp_path / "masks.json"
    path.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=reason) as caught:
        FRAME_MASKS.read(path, Broken(keep_good=False), lambda: None, None)
    assert str(path) in str(caught.value)


def test_a_file_of_results_is_recognised_and_told_from_annotations(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text(json.dumps([{"video_id": 1, "category_id": 1, "score": 0.5, "segmentations": [dict(code(0))]}]))
    found = recognise(path)
    assert found.format.name == "youtube-vis-results"
    with pytest.raises(FormatError, match="--as proposals"):
        found.format.read(path, Broken(keep_good=False), lambda: None, None)
