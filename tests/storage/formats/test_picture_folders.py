"""Folders of pictures and masks: which are videos, and where the pictures of masks are."""

from pathlib import Path

import pytest

from storage.formats.picture_folders import BESIDE, MaskFolders, folders_below, pictures_beside, pngs


def files(root: Path, *names: str) -> Path:
    """Empty files below a folder."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"")
    return root


def test_folders_and_pngs_are_in_natural_order_without_hidden_ones(tmp_path: Path) -> None:
    files(tmp_path, "v10/a", "v9/a", ".v/a", "__MACOSX/a", "10.png", "9.PNG", "x.jpg", ".y.png")
    assert [one.name for one in folders_below(tmp_path)] == ["v9", "v10"]
    assert pngs(tmp_path) == ("9.PNG", "10.png")
    assert folders_below(tmp_path / "none") == []


@pytest.mark.parametrize("name", BESIDE)
def test_pictures_are_beside_the_masks_or_at_their_counterpart(tmp_path: Path, name: str) -> None:
    files(tmp_path, "Annotations/480p/v/1.png", f"{name}/480p/v/1.jpg")
    assert pictures_beside(tmp_path / "Annotations" / "480p", tmp_path) == tmp_path / name / "480p"
    files(tmp_path / "other", "masks/v/1.png", f"{name}/v/1.jpg")
    assert pictures_beside(tmp_path / "other/masks", tmp_path / "other/masks") == tmp_path / "other" / name


def test_masks_are_not_their_own_pictures(tmp_path: Path) -> None:
    files(tmp_path, "images/v/1.png")
    assert pictures_beside(tmp_path / "images", tmp_path) is None


def test_frames_are_the_pictures_if_all_masks_have_one(tmp_path: Path) -> None:
    files(tmp_path, "masks/v/2.png", "JPEGImages/v/1.jpg", "JPEGImages/v/2.jpg", "JPEGImages/v/10.jpg")
    found = MaskFolders(tmp_path / "masks", ("v",), tmp_path / "JPEGImages")
    assert found.frames("v", ["2"]) == ("v/1.jpg", "v/2.jpg", "v/10.jpg")
    assert found.frames("v", ["2", "3"]) == ("v/2.jpg", "v/3.jpg"), "there is no picture of 3"
    assert MaskFolders(tmp_path / "masks", ("",), None).frames("", ["2"]) == ("2.jpg",)
