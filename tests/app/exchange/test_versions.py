"""A frozen version stays as it was, is compared with others, and is made again to the byte."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from app.errors import BadInput
from app.exchange.export_choice import ExportChoice
from app.exchange.exporting import Exported, FrozenName
from app.exchange.version_diff import compare_versions
from app.exchange.versions import MANIFEST, checked_name, find_version, list_versions, make_version, remove_version
from storage.errors import NotFound
from storage.jobs import JobOver
from tests.app.exchange.scene import ExchangeScene
from tests.app.exchange.test_export_split import four_videos
from tests.app.exchange.test_exporting import content
from tests.app.made import square


def freeze(scene: ExchangeScene, out: Path, name: str, **more: Any) -> Exported:
    return scene.export(out, frozen=FrozenName(name, scene.settings), **more)


def made(scene: ExchangeScene, name: str, out: Path) -> None:
    make_version(scene.database, scene.settings, project_id=scene.project.id, name=name, out=out)


def draw(scene: ExchangeScene) -> None:
    """One more mask of the dog, and one of its masks elsewhere."""
    [video] = scene.videos()
    moved = next(row for row in scene.rows() if row.frame == 1)

    def drawn(frame: int, version: int, x: int) -> dict[str, Any]:
        mask = {"state": "present", "rle": square(x, 20)}
        return {"track": moved.track_id, "frame": frame, "before_version": version, "after": mask}

    scene.change(video, [drawn(1, moved.version, 20), drawn(3, 0, 9)])


def test_a_version_is_made_again_to_the_byte_after_more_work(worked: ExchangeScene, tmp_path: Path) -> None:
    freeze(worked, tmp_path / "first", "one")
    draw(worked)
    worked.export(tmp_path / "later")
    made(worked, "one", tmp_path / "again")
    assert content(tmp_path / "again") == content(tmp_path / "first") != content(tmp_path / "later")
    [version] = list_versions(worked.settings, worked.project.id)
    assert (version.name, version.project, version.numbers["masks"]) == ("one", "worked", 2)


def test_two_versions_are_compared_by_what_changed(worked: ExchangeScene, tmp_path: Path) -> None:
    freeze(worked, tmp_path / "first", "one")
    freeze(worked, tmp_path / "same", "two")
    draw(worked)
    freeze(worked, tmp_path / "later", "three")
    one, two, three = (find_version(worked.settings, worked.project.id, name) for name in ("one", "two", "three"))
    assert compare_versions(one, two).is_empty
    found = compare_versions(one, three)
    assert (found.added_masks, found.removed_masks, found.changed_masks) == (1, 0, 1)
    assert found.changed_videos == ("clip",) and not found.is_empty
    assert list(found.lines()) == ["Changed videos: clip.", "1 mask added, 1 mask changed."]
    back = compare_versions(three, one)
    assert (back.added_masks, back.removed_masks, back.changed_masks) == (0, 1, 1)


def test_videos_tracks_and_categories_that_came_or_went_are_named(worked: ExchangeScene, tmp_path: Path) -> None:
    freeze(worked, tmp_path / "first", "dogs")
    freeze(worked, tmp_path / "second", "cats", categories=("cat",))
    found = compare_versions(*(find_version(worked.settings, worked.project.id, name) for name in ("dogs", "cats")))
    assert (found.removed_tracks, found.removed_masks, found.removed_categories) == (1, 2, ("dog",))
    assert any(line == "Removed categories: dog." for line in found.lines())


def test_a_name_is_used_once(worked: ExchangeScene, tmp_path: Path) -> None:
    freeze(worked, tmp_path / "first", "one")
    with pytest.raises(BadInput, match="There is a version 'one' already"):
        freeze(worked, tmp_path / "second", "one")
    assert not (tmp_path / "second").exists()
    for wrong in ("", " ", "x" * 81):
        with pytest.raises(BadInput, match="needs a name"):
            freeze(worked, tmp_path / "second", wrong)
    freeze(worked, tmp_path / "third", "ONE / ä")
    assert [one.name for one in list_versions(worked.settings, worked.project.id)] == ["ONE / ä", "one"]
    remove_version(worked.settings, worked.project.id, "one")
    with pytest.raises(BadInput, match="no version 'one' of this project; there is ONE / ä"):
        find_version(worked.settings, worked.project.id, "one")


def test_a_version_needs_its_pictures(worked: ExchangeScene, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="kept with its pictures"):
        freeze(worked, tmp_path / "bare", "one", pictures="none")
    freeze(worked, tmp_path / "exact", "one", pictures="png")
    made(worked, "one", tmp_path / "again")
    assert content(tmp_path / "again") == content(tmp_path / "exact")


def test_an_export_that_comes_to_nothing_leaves_no_version(worked: ExchangeScene, tmp_path: Path) -> None:
    def refuse(_done: Exported) -> None:
        raise JobOver("it was given up")

    with pytest.raises(JobOver):
        freeze(worked, tmp_path / "first", "one", ready=refuse)
    assert list_versions(worked.settings, worked.project.id) == () and not (tmp_path / "first").exists()


def test_a_version_whose_files_or_pictures_changed_is_not_made(worked: ExchangeScene, tmp_path: Path) -> None:
    freeze(worked, tmp_path / "first", "one")
    [version] = list_versions(worked.settings, worked.project.id)
    with pytest.raises(BadInput, match="already there"):
        made(worked, "one", tmp_path / "first")
    manifest = (version.folder / MANIFEST).read_text()
    (version.folder / MANIFEST).write_text(manifest.replace(version.videos[0].sha256, "0" * 64))
    with pytest.raises(BadInput, match="pictures of clip are not those of the version"):
        made(worked, "one", tmp_path / "again")
    (version.folder / MANIFEST).write_text(manifest)
    with (version.folder / "files" / "instances.json").open("a") as file:
        file.write(" ")
    with pytest.raises(BadInput, match="was changed since the version was frozen"):
        made(worked, "one", tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_the_folders_of_a_division_are_frozen_too(exchange: ExchangeScene, tmp_path: Path) -> None:
    four_videos(exchange, tmp_path)
    freeze(exchange, tmp_path / "first", "one", valid=0.25)
    made(exchange, "one", tmp_path / "again")
    assert content(tmp_path / "again") == content(tmp_path / "first")
    shutil.rmtree(tmp_path / "first")
    found = find_version(exchange.settings, exchange.project.id, "one")
    assert compare_versions(found, found).is_empty


@pytest.mark.parametrize("project_id", ["..", "a/b", "", "x" * 5000, "\0"])
def test_what_is_no_id_of_a_project_names_no_folder(worked: ExchangeScene, project_id: str) -> None:
    with pytest.raises(NotFound, match="no project"):
        list_versions(worked.settings, project_id)
    with pytest.raises(NotFound, match="no project"):
        checked_name(worked.settings, project_id, "one", ExportChoice())
