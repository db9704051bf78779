"""The `train` use case: a YouTube-VIS file becomes a checkpoint, the same one each time; bad input is named."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from app.train import TrainOrder, recipe_of, train
from app.vis_clips import MissingFrames, YoutubeVisClips
from model import checkpoint
from model.config import named
from model.procedural import synthesize
from model.targets import ABSENT, PRESENT
from model.training import StepReport


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("train") / "set"
    synthesize(folder, domain="demo", videos=2, frames=4, size=(64, 48), seed=3)
    return folder


def order(data: Path, out: Path, **changes: object) -> TrainOrder:
    base = TrainOrder(data / "instances.json", data / "JPEGImages", "tevit_tiny", out, steps=2, batch=1, seed=5)
    return replace(base, **changes)  # type: ignore[arg-type]


def test_training_writes_a_checkpoint_that_loads(data: Path, tmp_path: Path) -> None:
    steps: list[StepReport] = []
    path = train(order(data, tmp_path / "run"), report=steps.append)
    made = checkpoint.load(path)
    assert made.categories == ("fish", "star", "jelly", "wheel", "leaf")
    assert made.provenance["steps"] == 2 and made.provenance["seed"] == 5
    assert [step.step for step in steps] == [1, 2]
    assert len((tmp_path / "run" / "losses.jsonl").read_text().splitlines()) == 2
    made.build()


def test_a_run_started_from_a_checkpoint_remembers_its_parent(data: Path, tmp_path: Path) -> None:
    first = train(order(data, tmp_path / "a"), report=lambda _: None)
    second = train(order(data, tmp_path / "b", init=first), report=lambda _: None)
    assert checkpoint.load(second).parent == checkpoint.file_hash(first)


def test_the_same_order_gives_the_same_weights(data: Path, tmp_path: Path) -> None:
    one = checkpoint.load(train(order(data, tmp_path / "a"), report=lambda _: None)).state
    two = checkpoint.load(train(order(data, tmp_path / "b"), report=lambda _: None)).state
    assert all(torch.equal(one[key], two[key]) for key in one)


def test_decay_steps_keep_their_share_of_a_shorter_run(data: Path, tmp_path: Path) -> None:
    recipe = recipe_of(named("tevit_msgshift"), order(data, tmp_path, config="tevit_msgshift", steps=920))
    assert recipe.steps == 920 and recipe.decay_steps == (610, 850) and recipe.warmup_steps == 92


def test_a_frames_folder_without_the_named_frames_is_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingFrames, match=r"00000\.png"):
        YoutubeVisClips(data / "instances.json", tmp_path)


def test_null_means_absent_and_labels_follow_the_ids(data: Path) -> None:
    source = YoutubeVisClips(data / "instances.json", data / "JPEGImages")
    assert source.read_frames(0, [2, 0]).shape == (2, 48, 64, 3)
    for video in source.videos:
        for track in video.tracks:
            for state, mask, box in zip(track.states, track.segmentations, track.boxes, strict=True):
                assert (state == PRESENT) == (mask is not None) == (box is not None)
                assert state in (PRESENT, ABSENT)
