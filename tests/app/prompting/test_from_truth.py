"""Prompts from true masks: what the prompter is given, and what is written."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from app.errors import BadInput
from app.prompting.from_truth import TruthPrompts, prompted_results
from model.prompts import Prompt, PromptedMask, PromptError
from storage import rle
from tests.storage.made_videos import make_video

SIZE = (40, 60)


def block(x: int, y: int, width: int, height: int) -> np.ndarray:
    mask = np.zeros(SIZE, dtype=bool)
    mask[y : y + height, x : x + width] = True
    return mask


MASKS = {7: [block(10, 5, 20, 10), None, block(12, 5, 20, 10)], 9: [None, block(0, 0, 8, 8), None]}


class Recording:
    """A prompter that fills the box, or marks the points, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Prompt] = []

    def mask(self, picture: np.ndarray, prompt: Prompt) -> PromptedMask:
        self.asked.append(prompt)
        assert picture.shape == (*SIZE, 3)
        if prompt.box is None:
            (point,) = prompt.points
            return PromptedMask(block(int(point.x), int(point.y), 1, 1), 0.25, "points")
        x0, y0, x1, y1 = (int(side) for side in prompt.box)
        return PromptedMask(block(x0, y0, x1 - x0, y1 - y0), 0.75, "box")


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A YouTube-VIS file with two videos, and its frames; the second video's are missing."""
    (tmp_path / "JPEGImages" / "a").mkdir(parents=True)
    for frame in range(3):
        cv2.imwrite(str(tmp_path / "JPEGImages" / "a" / f"{frame:05}.jpg"), np.full((*SIZE, 3), 90, np.uint8))
    video = {"width": SIZE[1], "height": SIZE[0], "length": 3}
    tracks = [
        {
            "id": at,
            "video_id": 1,
            "category_id": 1,
            "segmentations": [None if mask is None else rle.encode(mask) for mask in masks],
        }
        for at, masks in MASKS.items()
    ]
    content = {
        "videos": [
            {"id": 1, **video, "file_names": [f"a/{k:05}.jpg" for k in range(3)]},
            {"id": 2, **video, "file_names": [f"b/{k:05}.jpg" for k in range(3)]},
        ],
        "categories": [{"id": 1, "name": "thing"}],
        "annotations": tracks,
    }
    (tmp_path / "truth.json").write_text(json.dumps(content))
    return tmp_path / "truth.json", tmp_path / "JPEGImages"


def quiet(share: float, text: str) -> None:
    assert 0 <= share <= 1 and text


def test_each_true_mask_gives_its_box_and_nothing_else(files: tuple[Path, Path]) -> None:
    prompter = Recording()
    done = prompted_results(TruthPrompts.read(*files), prompter, report=quiet)

    assert sorted(prompt.box for prompt in prompter.asked if prompt.box) == [
        (0, 0, 8, 8),
        (10, 5, 30, 15),
        (12, 5, 32, 15),
    ]
    assert all(prompt.mask is None and not prompt.points for prompt in prompter.asked)
    first, second = done.results
    assert first.extra == {"track_id": 7, "confidence": [0.75, None, 0.75], "source": ["box", None, "box"]}
    assert [mask is not None for mask in second.segmentations] == [False, True, False]
    for result in done.results:
        for found, true in zip(result.segmentations, MASKS[result.extra["track_id"]], strict=True):
            assert (found is None) == (true is None)
            assert found is None or true is None or np.array_equal(rle.decode(found), true)


def test_clicks_lie_in_the_middle_of_the_mask(files: tuple[Path, Path]) -> None:
    prompter = Recording()
    prompted_results(TruthPrompts.read(*files, clicks=True, at=[0]), prompter, report=quiet)

    ((point,),) = [prompt.points for prompt in prompter.asked]
    assert point.inside and 14 <= point.x <= 26 and 9 <= point.y <= 11


def test_only_the_frames_that_are_named_are_asked(files: tuple[Path, Path]) -> None:
    prompter = Recording()
    done = prompted_results(TruthPrompts.read(*files, at=[1, 2]), prompter, report=quiet)

    assert len(prompter.asked) == 2
    assert done.results[0].extra["source"] == [None, None, "box"]


def test_a_prompt_that_is_refused_is_an_answer_without_a_mask(files: tuple[Path, Path]) -> None:
    class Refusing(Recording):
        def mask(self, picture: np.ndarray, prompt: Prompt) -> PromptedMask:
            raise PromptError("no")

    (first, _) = prompted_results(TruthPrompts.read(*files, at=[0]), Refusing(), report=quiet).results

    assert first.segmentations[0] is None and first.extra["confidence"][0] == 0 and first.score == 0


def test_a_video_without_its_pictures_is_named(files: tuple[Path, Path], tmp_path: Path) -> None:
    content = json.loads(files[0].read_text())
    content["annotations"].append({**content["annotations"][0], "id": 11, "video_id": 2})
    files[0].write_text(json.dumps(content))

    done = prompted_results(TruthPrompts.read(*files), Recording(), report=quiet)

    assert [video for video, _ in done.failed] == ["video 2"] and len(done.results) == 2


def test_files_that_cannot_be_asked_about_are_refused(files: tuple[Path, Path], tmp_path: Path) -> None:
    empty = tmp_path / "empty.json"
    empty.write_text(json.dumps({**json.loads(files[0].read_text()), "annotations": []}))
    for truth, frames, words in (
        (tmp_path / "none.json", files[1], "cannot be read"),
        (files[0], tmp_path / "none", "no folder"),
        (empty, files[1], "no track"),
        (files[0], files[0], "has 2 videos"),
    ):
        with pytest.raises(BadInput, match=words):
            TruthPrompts.read(truth, frames)


def test_pictures_of_another_size_are_told_instead_of_asked(files: tuple[Path, Path]) -> None:
    content = json.loads(files[0].read_text())
    content["videos"][0] |= {"width": 2 * SIZE[1], "height": 2 * SIZE[0]}
    for track in content["annotations"]:
        masks = [mask and rle.decode(mask).repeat(2, 0).repeat(2, 1) for mask in track["segmentations"]]
        track["segmentations"] = [None if mask is None else rle.encode(mask) for mask in masks]
    files[0].write_text(json.dumps(content))

    done = prompted_results(TruthPrompts.read(*files), Recording(), report=quiet)

    assert done.failed == (("video 1", "The file says 3 frames of 120 x 80, but there are 3 of 60 x 40."),)


def test_a_video_file_shorter_than_the_truth_is_told(files: tuple[Path, Path], tmp_path: Path) -> None:
    content = json.loads(files[0].read_text())
    content["videos"] = content["videos"][:1]
    files[0].write_text(json.dumps(content))
    short = make_video(tmp_path / "short.mp4", frames=2, size=SIZE[::-1])

    done = prompted_results(TruthPrompts.read(files[0], short), Recording(), report=quiet)

    assert done.failed == (("video 1", "The file says 3 frames of 60 x 40, but there are 2 of 60 x 40."),)
