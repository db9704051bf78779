"""YOLO segmentation folders."""

from pathlib import Path

import pytest
import yaml as yaml_files
from PIL import Image

from storage.formats import Broken, FormatContent, FormatError, Losses, recognise
from storage.formats.yolo import write
from storage.rle import area
from storage.youtube_vis import VisCategory, VisDataset, no_check

SQUARE = "0.25 0.25 0.75 0.25 0.75 0.75 0.25 0.75"


def folder(root: Path, texts: dict[str, str], *, yaml: str = "names: [bee, wasp]\n") -> Path:
    """A data set with one picture of 8 x 4 pixels for each text."""
    (root / "labels").mkdir(parents=True)
    (root / "data.yaml").write_text(yaml)
    for name, text in texts.items():
        for kind, suffix in (("images", ".jpg"), ("labels", ".txt")):
            (root / kind / name).parent.mkdir(parents=True, exist_ok=True)
            if suffix == ".txt":
                (root / kind / name).with_suffix(suffix).write_text(text)
        Image.new("RGB", (8, 4)).save((root / "images" / name).with_suffix(".jpg"))
    return root


def read(path: Path, *, keep_good: bool = False) -> FormatContent:
    found = recognise(path)
    assert found.format.name == "yolo"
    return found.format.read(found.path, Broken(keep_good=keep_good), no_check, None)


def test_polygons_are_masks_of_their_picture_and_ids_join_them(tmp_path: Path) -> None:
    root = folder(tmp_path, {"train/v/1": f"1 {SQUARE} 6\n0 {SQUARE}\n", "train/v/2": f"1 {SQUARE} 6\n"})
    for given in (root, root / "data.yaml", root / "labels"):
        content = read(given)
        tracks = content.dataset.tracks
        assert [[mask and area(mask) for mask in track.segmentations] for track in tracks] == [[8, 8], [8, None]]
        names = {category.id: category.name for category in content.dataset.categories}
        assert [names[track.category_id] for track in tracks] == ["wasp", "bee"]
        assert content.dataset.videos[0].extra == {"name": "v"}
        assert content.pictures == root
        assert content.dataset.videos[0].file_names == ("images/train/v/1.jpg", "images/train/v/2.jpg")


def test_names_by_number_and_classes_without_a_name(tmp_path: Path) -> None:
    root = folder(tmp_path, {"a1": f"3 {SQUARE}\n5 {SQUARE}\n"}, yaml="names:\n  3: 'fox: red'\n")
    assert [category.name for category in read(root).dataset.categories] == ["fox: red", "class 5"]


def test_an_empty_or_missing_text_means_nothing_is_there(tmp_path: Path) -> None:
    root = folder(tmp_path, {"a1": f"0 {SQUARE} 1\n", "a2": "", "a3": ""})
    (root / "labels/a3.txt").unlink()
    dataset = read(root).dataset
    assert [mask is None for mask in dataset.tracks[0].segmentations] == [False, True, True]
    assert dataset.tracks[0].unknown == frozenset()


@pytest.mark.parametrize("line", ["0 0.5 0.5 0.2 0.2", "0 0.1 0.1 0.1 0.1 0.1 0.1"])
def test_boxes_and_polygons_without_a_pixel_are_unknown_and_noted(tmp_path: Path, line: str) -> None:
    dataset = read(folder(tmp_path, {"a1": line})).dataset
    assert dataset.tracks[0].unknown == {0}
    assert "a1.txt: line 1" in str(dataset.notes[0])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f"bee {SQUARE}", "line 1: must begin with the number of a class"),
        ("0 0.1 x 0.3 0.4 0.5 0.6", "line 1: must be numbers"),
        ("0 0.1 nan 0.3 0.4 0.5 0.6", "line 1: has a coordinate that is not between 0 and 1"),
        ("0 10 20 30 40 50 60", "line 1: has a coordinate that is not between 0 and 1"),
        (f"0 {SQUARE} 1.7", "line 1: has an odd number of coordinates"),
    ],
)
def test_an_error_names_its_line_and_other_videos_can_be_kept(tmp_path: Path, line: str, reason: str) -> None:
    root = folder(tmp_path, {"v/1": line, "w/1": f"0 {SQUARE}"})
    with pytest.raises(FormatError) as error:
        read(root)
    assert reason in str(error.value)
    content = read(root, keep_good=True)
    assert [video.file_names for video in content.dataset.videos] == [("images/w/1.jpg",)]
    assert reason in content.left_out[0]


def test_a_text_without_its_picture_and_bad_names_are_refused(tmp_path: Path) -> None:
    root = folder(tmp_path / "a", {"a1": f"0 {SQUARE}"})
    (root / "labels/b.txt").write_text(f"0 {SQUARE}")
    with pytest.raises(FormatError, match=r"b\.txt: has no picture"):
        read(root)
    with pytest.raises(FormatError, match="names"):
        read(folder(tmp_path / "b", {"a1": ""}, yaml="names: {a: b}\n"))
    with pytest.raises(FormatError, match="no YAML"):
        read(folder(tmp_path / "c", {"a1": ""}, yaml="names: [\n"))


def test_folders_of_splits_as_roboflow_has_them(tmp_path: Path) -> None:
    for split in ("train", "valid"):
        folder(tmp_path / split, {"dog_1": f"0 {SQUARE}", "dog_2": ""})
        (tmp_path / split / "data.yaml").unlink()
    (tmp_path / "data.yaml").write_text("train: ../train/images\nval: ../valid/images\nnames: ['bee']\n")
    for given in (tmp_path, tmp_path / "data.yaml"):
        dataset = read(given).dataset
        assert sorted(video.file_names[0] for video in dataset.videos) == [
            "train/images/dog_1.jpg",
            "valid/images/dog_1.jpg",
        ]
        assert len(dataset.tracks) == 2


def test_a_yaml_elsewhere_names_its_folder(tmp_path: Path) -> None:
    folder(tmp_path / "sets" / "bees", {"a1": f"0 {SQUARE}"})
    (tmp_path / "bees.yaml").write_text("path: sets/bees\nnames: [fly]\n")
    content = read(tmp_path / "bees.yaml")
    assert [category.name for category in content.dataset.categories] == ["fly"]
    assert content.pictures == tmp_path / "sets" / "bees"


def test_pictures_may_be_elsewhere(tmp_path: Path) -> None:
    root = folder(tmp_path / "a", {"v/1": f"0 {SQUARE}"})
    (root / "images").rename(tmp_path / "frames")
    found = recognise(root)
    content = found.format.read(found.path, Broken(keep_good=False), no_check, tmp_path / "frames")
    assert (content.pictures, content.dataset.videos[0].file_names) == (tmp_path / "frames", ("v/1.jpg",))


def test_texts_beside_their_pictures_are_found_with_a_yaml(tmp_path: Path) -> None:
    for split in ("train", "val"):
        (tmp_path / split).mkdir()
        Image.new("RGB", (8, 4)).save(tmp_path / split / f"{split}_1.jpg")
        (tmp_path / split / f"{split}_1.txt").write_text(f"0 {SQUARE}\n")
    (tmp_path / "data.yaml").write_text("path: .\ntrain: train\nval: val\nnames: {0: bee}\n")
    for given in (tmp_path, tmp_path / "data.yaml"):
        content = read(given)
        assert sorted(one.file_names for one in content.dataset.videos) == [("train/train_1.jpg",), ("val/val_1.jpg",)]
        assert (len(content.dataset.tracks), content.pictures) == (2, tmp_path)


def test_pictures_and_texts_without_a_yaml_are_not_taken_for_yolo(tmp_path: Path) -> None:
    Image.new("RGB", (8, 4)).save(tmp_path / "a_1.jpg")
    (tmp_path / "a_1.txt").write_text("a caption\n")
    with pytest.raises(FormatError):
        recognise(tmp_path)


@pytest.mark.parametrize("names", ["{'0': bee, '1': wasp}", "{0: bee, 1: wasp}", "['bee', 'wasp']", "[bee, wasp]"])
def test_names_may_be_a_list_or_by_number(tmp_path: Path, names: str) -> None:
    yaml = f"path: ../datasets/x  # root\ntrain: images/train\nval: images/val\nnc: 2\nnames: {names}\n"
    dataset = read(folder(tmp_path, {"train/v/1": f"1.0 {SQUARE}\r\n\r\n"}, yaml=yaml)).dataset
    assert [category.name for category in dataset.categories] == ["bee", "wasp"]
    assert dataset.tracks[0].category_id == 2


@pytest.mark.parametrize(
    ("endings", "ids", "scores"),
    [
        (("0.91", "0.5"), (1, 2), 2),  # `save_conf`
        (("0.91 7", "0.5 3"), (7, 3), 2),  # and tracking
        (("0.91 7", "0.5 0"), (7, 0), 2),
        (("7", "3"), (7, 3), 0),
        (("", "0.25 1"), (1, 2), 0),  # a point at the edge of the picture
    ],
)
def test_confidences_of_a_model_are_left_out(
    tmp_path: Path, endings: tuple[str, str], ids: tuple[int, int], scores: int
) -> None:
    lines = [f"0 {SQUARE} {end}" for end in endings]
    dataset = read(folder(tmp_path, {"v/1": lines[0], "v/2": lines[1]})).dataset
    assert tuple(track.id for track in dataset.tracks) == ids
    assert [area(mask) for track in dataset.tracks for mask in track.segmentations if mask] == [8, 8]
    assert any(f"has confidences ({scores})" in str(note) for note in dataset.notes) == (scores > 0)


def test_a_folder_without_a_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels/classes.txt").write_text("")
    (tmp_path / "data.yaml").write_text("names: [bee]\n")
    with pytest.raises(FormatError, match="has no picture below"):
        read(tmp_path)


def test_the_head_names_folders_beside_it_and_classes_in_their_order(tmp_path: Path) -> None:
    categories = tuple(VisCategory(100 - k, f"c{k}: #") for k in range(12))
    write(tmp_path, VisDataset({}, (), (), categories, ()), Losses(), track_ids=False)
    head = yaml_files.safe_load((tmp_path / "data.yaml").read_text())
    assert list(head) == ["train", "val", "names"], "with a path Ultralytics leaves the folder of the file"
    assert list(head["names"].items()) == [(k, f"c{11 - k}: #") for k in range(12)]
    (tmp_path / "empty").mkdir()
    write(tmp_path / "empty", VisDataset({}, (), (), (), ()), Losses(), track_ids=False)
    assert yaml_files.safe_load((tmp_path / "empty" / "data.yaml").read_text())["names"] == {}
