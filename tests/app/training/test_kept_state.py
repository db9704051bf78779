"""What a retraining keeps on the disk: the frozen corrections come back as they were, and nothing foreign is built."""

import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from app.settings import Settings
from app.training.kept_state import KeptState
from app.training.project_clips import ProjectClips
from model.adapting import Adapted
from model.adapting.choice import Choice
from model.config import named
from model.network.tevit import build
from model.weights.checkpoint import from_network
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.training.corrected_project import CLASSES


def test_frozen_corrections_come_back_as_they_were(
    database: Database, settings: Settings, project: tuple[Project, list[Video]]
) -> None:
    source = ProjectClips(database, project_id=project[0].id)
    state = KeptState(settings, "job")
    assert state.begun() is None and not state.has_begun
    state.begin(source, {"snapshot": "hash", "steps": None})
    found = KeptState(settings, "job").begun()
    assert found is not None and found[1] == {"snapshot": "hash", "steps": None}
    again = found[0]
    assert (again.videos, again.categories, again.truth) == (source.videos, source.categories, source.truth)
    assert (again.snapshot, again.corrected) == (source.snapshot, source.corrected)
    assert np.array_equal(again.read_frames(1, [0, 3]), source.read_frames(1, [0, 3]))
    again.close()
    source.close()


def test_a_kept_network_is_the_same_network(settings: Settings) -> None:
    torch.manual_seed(0)
    made = from_network(build(named("tevit_tiny")), CLASSES, provenance={"note": 1})
    adapted = Adapted(made.build(), made, ("leaf",), 7, 0.5, "it stopped", {"steps": 7}, {1: 2.5})
    state = KeptState(settings, "job")
    assert not state.has(0) and state.kept(0, "cpu") is None
    state.training_path(0).parent.mkdir(parents=True)
    state.training_path(0).write_bytes(b"half")
    state.keep(0, adapted, CLASSES[:4])
    assert state.has(0) and not state.training_path(0).exists()
    again = state.kept(0, "cpu")
    assert again is not None and again.losses == {1: 2.5}
    assert (again.kept, again.steps, again.blend, again.stopped, again.facts) == (
        ("leaf",),
        7,
        0.5,
        "it stopped",
        {"steps": 7},
    )
    assert again.checkpoint.provenance == {"note": 1} and again.network.config.classes == 4
    assert all(torch.equal(value, again.checkpoint.state[key]) for key, value in made.state.items())


def test_a_state_file_with_anything_else_in_it_is_refused(settings: Settings) -> None:
    state = KeptState(settings, "job")
    path: Path = state.training_path(0).with_name("state.pt")
    path.parent.mkdir(parents=True)
    torch.save({"source": Counter(), "facts": Path("/")}, path)
    with pytest.raises(Exception, match="Weights only"):
        state.begun()


def test_what_is_kept_last_is_known_by_its_time_and_unfinished_files_do_not_count(settings: Settings) -> None:
    state = KeptState(settings, "job")
    assert state.last_kept == 0
    state.choosing_folder.mkdir(parents=True)
    for name in (".state.pt.new", "fold-0-state.pt", ".fold-0-state.pt.new"):
        (state.choosing_folder / name).touch()
    before = state.last_kept
    assert before == (state.choosing_folder / "fold-0-state.pt").stat().st_mtime_ns
    state.training_path(0).touch()
    os.utime(state.training_path(0), ns=(before + 1, before + 1))
    assert state.last_kept == before + 1


def test_a_choice_comes_back_with_what_stopped_its_folds_and_the_trainings_that_made_it_go(settings: Settings) -> None:
    state = KeptState(settings, "job")
    assert state.kept_choice() is None
    state.choosing_folder.mkdir(parents=True)
    choice = Choice(100, 0.75, [{"steps": 100, "blend": 0.75, "AP": 0.5}], ("A fold stopped.",))
    state.keep_choice(choice)
    assert KeptState(settings, "job").kept_choice() == choice and not state.choosing_folder.exists()
