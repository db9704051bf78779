"""What answers prompts, why one cannot, and what mends that."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.checkpoints.choice import CheckpointChoice
from app.prompting.answering import OWN, PROMPTERS
from app.prompting.choices import PrompterState, own_model, prompter_states
from app.settings import make_settings
from storage.checkpoints import Checkpoint

CHECKPOINT = Checkpoint(
    id="c",
    project_id=None,
    name="pets",
    path="checkpoints/pets.safetensors",
    sha256="ab",
    config="tevit_tiny",
    categories=("cat", "dog"),
    parent_sha256=None,
    provenance=None,
    metrics=None,
    size_bytes=1,
    created=0.0,
    removed=None,
)
CHOICE = CheckpointChoice(CHECKPOINT, ("dog",), (), ("dog",), ("cat",), None, "cpu", ())


@pytest.fixture(autouse=True)
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEVIT_SEGMENTER", raising=False)
    monkeypatch.setenv("TEVIT_WEIGHTS", str(tmp_path / "none"))


def states(folder: Path, choice: CheckpointChoice | None = None) -> dict[str, PrompterState]:
    return {state.name: state for state in prompter_states(make_settings(data=folder), choice)}


def test_every_prompter_is_there_and_what_cannot_run_has_a_command(tmp_path: Path) -> None:
    found = states(tmp_path, replace(CHOICE, checkpoint=None))
    assert set(found) == {*PROMPTERS, OWN}
    assert {name for name, state in found.items() if not state.reason} == {"cursor", "grabcut"}
    assert all(state.command and state.reason.endswith(".") for state in found.values() if state.reason)
    assert found["cursor"].command == found["u2netp"].command == "python3 launch.py weights"
    assert found["segmenter"].command == "TEVIT_SEGMENTER=FOLDER python3 launch.py"


def test_a_missing_package_has_the_command_that_installs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEVIT_SEGMENTER", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert states(tmp_path)["segmenter"].command.endswith("-m pip install transformers")


def test_the_checkpoint_of_the_project_says_what_it_lacks(tmp_path: Path) -> None:
    assert "depends on the project" in states(tmp_path)[OWN].reason
    assert "no checkpoint yet" in states(tmp_path, replace(CHOICE, checkpoint=None))[OWN].reason
    assert "pets knows none" in states(tmp_path, replace(CHOICE, known=()))[OWN].reason
    assert "is gone" in states(tmp_path, CHOICE)[OWN].reason
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / CHECKPOINT.path).touch()
    assert (found := states(tmp_path, CHOICE)[OWN]).reason == "" and "pets" in found.about


def test_only_a_checkpoint_that_knows_a_category_and_is_there_answers(tmp_path: Path) -> None:
    settings = make_settings(data=tmp_path, device="cpu")
    assert own_model(settings, CHOICE) is None
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / CHECKPOINT.path).touch()
    found = own_model(settings, CHOICE)
    assert found is not None and (found.name, found.classes, found.device) == ("pets", ("cat", "dog"), "cpu")
    assert found.path == tmp_path / CHECKPOINT.path
    for without in (replace(CHOICE, known=()), replace(CHOICE, checkpoint=None)):
        assert own_model(settings, without) is None
