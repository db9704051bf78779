"""A state on the disk is that of the run that goes on with it, or one sentence says why it is not."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from model.config import TrainingConfig
from model.training.run_state import UnusableState
from model.training.trainer import Trainer, TrainingSettings
from tests.model.small import CONFIG, made_source, small_network, with_recipe


def trainer(path: Path, *, recipe: TrainingConfig | None = None, classes: int = CONFIG.classes, **more: int) -> Trainer:
    recipe = recipe or with_recipe(steps=2)
    network = small_network(config=replace(CONFIG, classes=classes, training=recipe))
    return Trainer(network, made_source(), recipe, TrainingSettings(resume_path=path, keep_every=1, **more))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The state of a run of seed 7 after its first step."""
    made = trainer(tmp_path / "resume.pt", seed=7)
    made.run(on_step=lambda report: None, cancelled=lambda: made.step >= 1)
    return tmp_path / "resume.pt"


def test_another_run_does_not_go_on_from_it(path: Path) -> None:
    for other, words in (
        (trainer(path), "is of a run with --seed 7, and this one has 0; go on with"),
        (trainer(path, seed=7, accumulate=2), "--accumulate 1, and this one has 2"),
        (trainer(path, seed=7, recipe=with_recipe(steps=2, batch=1)), "--batch 2, and this one has 1"),
        (trainer(path, seed=7, classes=CONFIG.classes + 1), "another network, or of another number of classes"),
    ):
        with pytest.raises(UnusableState, match=words):
            other.resume()
        assert other.step == 0


def test_other_annotations_are_another_run(path: Path) -> None:
    made, source = trainer(path, seed=7), made_source()
    other = Trainer(made.network, replace(source, videos=source.videos[:1]), made.recipe, made.settings)
    with pytest.raises(UnusableState, match="is of a run with other annotations; go on"):
        other.resume()


def test_a_state_of_an_earlier_version_is_taken_as_it_is(path: Path) -> None:
    state = torch.load(path, weights_only=True)
    del state["run"]
    torch.save(state, path)
    other = trainer(path)
    assert other.resume() and other.step == 1


@pytest.mark.parametrize("content", [b"", b"garbage", b"PK\x03\x04 cut off", "half", [1, 2], {"step": 1}])
def test_a_file_that_holds_no_state_is_refused(path: Path, content: object) -> None:
    if content == "half":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif isinstance(content, bytes):
        path.write_bytes(content)
    else:
        torch.save(content, path)
    with pytest.raises(UnusableState, match=r"resume\.pt is no .*state of a training run.*leave out --resume"):
        trainer(path, seed=7).resume()
