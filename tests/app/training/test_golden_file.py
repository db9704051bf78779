"""What the plan says of the user's golden set, and that a retraining does not begin with one that cannot be used."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.errors import BadInput
from app.settings import Settings
from app.training import retrain
from app.training.golden_file import GoldenFile, golden_file, path_in
from storage import checkpoints
from storage.database import Database
from tests.app.made import add_checkpoint, new_track, project_with, send, square, video_in


def test_it_is_checked_and_counted_and_configurations_with_a_set_of_their_own_do_not_ask(tmp_path: Path) -> None:
    assert golden_file(tmp_path, "tevit_msgshift") is None
    folder = path_in(tmp_path).parent
    (folder / "JPEGImages" / "v").mkdir(parents=True)
    video = {"id": 1, "file_names": ["v/0.png"], "height": 20, "width": 30, "length": 1}
    path_in(tmp_path).write_text(json.dumps({"videos": [video], "categories": [], "annotations": []}))
    missing = golden_file(tmp_path, "tevit_msgshift")
    assert missing is not None and missing.problem is not None and "cannot be used" in missing.sentence

    Image.fromarray(np.zeros((20, 30, 3), np.uint8)).save(folder / "JPEGImages" / "v" / "0.png")
    path_in(tmp_path).write_text(json.dumps({"videos": [video], "categories": [], "annotations": [], "info": {}}))
    assert golden_file(tmp_path, "tevit_msgshift") == GoldenFile(1)
    assert golden_file(tmp_path, "tevit_lite") is None
    path_in(tmp_path).write_text("no JSON")
    broken = golden_file(tmp_path, "tevit_msgshift")
    assert broken is not None and broken.problem is not None
    assert GoldenFile(1).sentence.startswith("What it knew before is judged by 1 video of YouTube-VIS")


def test_a_retraining_does_not_begin_with_a_set_that_cannot_be_used(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    made, categories = project_with(database, "fish")
    send(database, video_in(database, settings, made, tmp_path), new_track(categories["fish"].id, {0: square(4, 4)})[1])
    path_in(settings.data).parent.mkdir()
    path_in(settings.data).write_text("no JSON")
    own = add_checkpoint(database, "fish", chosen_in=made.id)
    assert own.config == "tevit_tiny" and retrain.golden_file(settings.data, own.config) is None
    with database.atomic() as tx:
        other = checkpoints.add_checkpoint(
            tx, name="r50", path="r50", sha256="r50", config="tevit_r50", categories=["fish"], size_bytes=1
        )
        checkpoints.activate(tx, made.id, other.id)
    with pytest.raises(BadInput, match="golden set in the folder golden cannot be used"):
        retrain.start(database, settings, project_id=made.id)
