"""Import of YouTube-VIS files: every mask to the pixel, categories by name, and what is refused or left out."""

import json
from pathlib import Path

import numpy as np
import pytest

from app.errors import BadInput
from app.settings import Settings
from model.procedural import render_video, synthesize
from storage import edits, imports, masks, projects, rle
from storage.database import Database
from storage.formats import FormatError
from storage.youtube_vis import YouTubeVisError, read_dataset
from tests.app.exchange.scene import ExchangeScene, foreign
from tests.app.made import project_with


def test_imported_rows_are_unreviewed_and_null_is_absent(exchange: ExchangeScene, tmp_path: Path) -> None:
    exchange.bring(foreign(tmp_path / "source"), tmp_path / "source")
    rows = exchange.rows()
    with exchange.database.read() as tx:
        [log] = edits.history(tx, video=exchange.videos()[0].id)
    assert {(row.source, row.review) for row in rows} == {("imported", "unreviewed")}
    assert {row.state for row in rows} == {"present", "absent"}
    assert log.kind == "import" and log.author.startswith("run:")


def test_masks_are_the_renderers_to_the_pixel(exchange: ExchangeScene, tmp_path: Path) -> None:
    synthesize(tmp_path / "source", domain="demo", videos=1, frames=4, size=(64, 40), seed=5)
    exchange.bring(tmp_path / "source" / "instances.json", tmp_path / "source")
    truth = render_video("demo", index=0, seed=5, frames=4, size=(64, 40))
    assert len(exchange.videos()) == 1
    rows = [row for row in exchange.rows() if row.hash is not None]
    with exchange.database.read() as tx:
        blobs = masks.get_blobs(tx, {str(row.hash) for row in rows})
    stored = sorted((row.frame, rle.decode(blobs[str(row.hash)]).tobytes()) for row in rows)
    wanted = sorted(
        (frame, np.asarray(mask, bool).tobytes())
        for track in truth.tracks
        for frame, mask in enumerate(track.masks)
        if np.asarray(mask).any()
    )
    assert stored == wanted


def test_categories_of_the_project_are_used_again_by_name(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    file = foreign(tmp_path / "source")
    name = read_dataset(file).categories[0].name
    project, _ = project_with(database, name.upper(), name="has one")
    done = ExchangeScene(database, settings, project).bring(file, tmp_path / "source")
    with database.read() as tx:
        names = [category.name for category in projects.list_categories(tx, project.id)]
    assert names[0] == name.upper() and name not in names
    assert name not in done.new_categories


def test_a_video_whose_pictures_are_missing_is_told_and_the_others_come(
    exchange: ExchangeScene, tmp_path: Path
) -> None:
    file = foreign(tmp_path / "source")
    lost = tmp_path / "source" / "JPEGImages" / read_dataset(file).videos[0].file_names[2]
    lost.unlink()
    done = exchange.bring(file, tmp_path / "source")
    assert len(done.videos) == 1
    [sentence] = done.skipped
    assert lost.name in sentence


def test_pictures_of_another_size_are_refused(exchange: ExchangeScene, tmp_path: Path) -> None:
    synthesize(tmp_path / "source", domain="demo", videos=1, frames=2, size=(64, 40), seed=5)
    synthesize(tmp_path / "other", domain="demo", videos=1, frames=2, size=(48, 40), seed=5)
    with pytest.raises(BadInput, match="48 x 40"):
        exchange.bring(tmp_path / "source" / "instances.json", tmp_path / "other")


@pytest.mark.parametrize("name", ["../outside.jpg", "/etc/passwd", "a/../../b.jpg"])
def test_names_that_lead_out_of_the_folder_are_refused(exchange: ExchangeScene, tmp_path: Path, name: str) -> None:
    file = tmp_path / "bad.json"
    video = {"id": 1, "width": 4, "height": 4, "length": 1, "file_names": [name]}
    file.write_text(json.dumps({"videos": [video], "categories": [], "annotations": []}))
    with pytest.raises(BadInput, match="outside"):
        exchange.bring(file, tmp_path)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"images": [], "annotations": [], "categories": []}', "no json"]
)
def test_what_is_not_youtube_vis_is_refused_and_nothing_is_stored(
    exchange: ExchangeScene, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "bad.json"
    file.write_text(text)
    with pytest.raises((YouTubeVisError, FormatError, BadInput), match=r"bad\.json"):
        exchange.bring(file, tmp_path)
    with exchange.database.read() as tx:
        assert exchange.videos() == () and imports.list_imports(tx, exchange.project.id) == ()


def test_a_file_or_folder_that_is_not_there_is_named(exchange: ExchangeScene, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.json"):
        exchange.bring(tmp_path / "none.json", tmp_path)
    file = foreign(tmp_path / "source")
    with pytest.raises(BadInput, match="nowhere"):
        exchange.bring(file, tmp_path / "nowhere")
