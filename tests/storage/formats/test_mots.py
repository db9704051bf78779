"""MOTS as PNG and as text."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from storage import rle
from storage.formats import Broken, FormatContent, FormatError, Losses, recognise
from storage.formats.mots import class_numbers, write
from storage.formats.png_files import write_16_bits
from storage.youtube_vis import VisCategory, VisDataset, VisTrack, VisVideo, no_check

LEFT = rle.encode(np.array([[1, 0]], bool))["counts"]


def read(path: Path, name: str, *, keep_good: bool = False) -> FormatContent:
    found = recognise(path)
    assert found.format.name == name
    return found.format.read(found.path, Broken(keep_good=keep_good), no_check, None)


def categories(content: FormatContent) -> list[tuple[int, str]]:
    names = {category.id: category.name for category in content.dataset.categories}
    return [(track.id, names[track.category_id]) for track in content.dataset.tracks]


def test_a_value_is_a_thousand_times_the_class_and_the_thing(tmp_path: Path) -> None:
    write_16_bits(tmp_path / "instances/0002/000000.png", np.array([[2001, 1005, 10000, 0]]))
    content = read(tmp_path, "mots-png")
    assert categories(content) == [(1005, "car"), (2001, "pedestrian")]
    assert "region that is to be ignored" in str(content.dataset.notes[0])
    assert content.dataset.videos[0].file_names == ("0002/000000.jpg",)


def test_labels_name_the_classes(tmp_path: Path) -> None:
    write_16_bits(tmp_path / "instances/v/0.png", np.array([[1001, 2001, 3001]]))
    (tmp_path / "labels.txt").write_text("bee\nwasp\n")
    assert categories(read(tmp_path, "mots-png")) == [(1001, "bee"), (2001, "wasp"), (3001, "class 3")]


def test_frames_of_motschallenge_count_from_1_by_the_pictures(tmp_path: Path) -> None:
    folder = tmp_path / "MOTS20-02"
    (folder / "gt").mkdir(parents=True)
    (folder / "img1").mkdir()
    for k in (1, 2, 3):
        Image.new("RGB", (2, 1)).save(folder / f"img1/{k:06d}.jpg")
    (folder / "gt/gt.txt").write_text(f"2 2001 2 1 2 {LEFT}\n3 2001 2 1 2 {LEFT}\n")
    content = read(tmp_path, "mots-txt")
    assert [mask is not None for mask in content.dataset.tracks[0].segmentations] == [False, True, True]
    assert content.dataset.videos[0].file_names[0] == "MOTS20-02/img1/000001.jpg"
    assert content.pictures == tmp_path


@pytest.mark.parametrize(("frames", "expected"), [((0, 2), 3), ((1, 2), 2)])
def test_without_pictures_frames_count_from_0_if_there_is_a_frame_0(
    tmp_path: Path, frames: tuple[int, int], expected: int
) -> None:
    (tmp_path / "v.txt").write_text("".join(f"{frame} 1001 1 1 2 {LEFT}\n" for frame in frames))
    assert read(tmp_path / "v.txt", "mots-txt").dataset.videos[0].length == expected


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("0 1001 1 1 2", "line 2: must be frame, id"),
        (f"99999999 1001 1 1 2 {LEFT}", "has 100000000 frames"),
        (f"x 1001 1 1 2 {LEFT}", "line 2: must be frame, id"),
        (f"0 1001 1 7 7 {LEFT}", "line 2: counts does not add up"),
        ("0 1001 1 1 2 !!", "line 2: counts is not"),
    ],
)
def test_an_error_names_its_line(tmp_path: Path, line: str, reason: str) -> None:
    (tmp_path / "instances_txt").mkdir()
    (tmp_path / "instances_txt/v.txt").write_text(f"0 1001 1 1 2 {LEFT}\n{line}\n")
    with pytest.raises(FormatError, match=r"v\.txt") as error:
        read(tmp_path, "mots-txt")
    assert reason in str(error.value)


def test_masks_of_several_sizes_and_values_without_a_class_are_refused(tmp_path: Path) -> None:
    big = rle.encode(np.ones((2, 2), bool))["counts"]
    (tmp_path / "v.txt").write_text(f"0 1001 1 1 2 {LEFT}\n1 1001 1 2 2 {big}\n")
    with pytest.raises(FormatError, match="several sizes"):
        read(tmp_path / "v.txt", "mots-txt")
    write_16_bits(tmp_path / "p/instances/v/0.png", np.array([[7]]))
    with pytest.raises(FormatError, match="below 1000"):
        read(tmp_path / "p", "mots-png")


def test_official_classes_keep_their_numbers_and_10_is_left_free() -> None:
    official = (VisCategory(4, "Pedestrian"), VisCategory(9, "car"))
    assert class_numbers(official) == {4: 2, 9: 1}
    many = tuple(VisCategory(k, f"c{k}") for k in range(1, 13))
    assert sorted(class_numbers(many).values()) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13]
    with pytest.raises(FormatError, match="too many"):
        class_numbers(tuple(VisCategory(k, f"c{k}") for k in range(1, 70)))


def test_more_things_than_a_class_can_number_are_refused(tmp_path: Path) -> None:
    tracks = tuple(VisTrack(k, 1, 1, (None,)) for k in range(1, 1001))
    dataset = VisDataset({}, (), (VisVideo(1, 2, 2, 1, ("v/1.jpg",)),), (VisCategory(1, "bee"),), tracks)
    with pytest.raises(FormatError, match="1000 things"):
        write(tmp_path, dataset, Losses(), png=True)


def test_an_archive_of_cvat_has_a_folder_of_its_subset_and_its_labels_beside_the_masks(tmp_path: Path) -> None:
    write_16_bits(tmp_path / "default/instances/frame_000000.png", np.array([[1001, 2003, 0]]))
    (tmp_path / "default/instances/labels.txt").write_text("cat\ndog")
    (tmp_path / "default/images").mkdir()
    (tmp_path / "default/images/frame_000000.jpg").write_bytes(b"")
    content = read(tmp_path, "mots-png")
    assert categories(content) == [(1001, "cat"), (2003, "dog")]
    assert content.pictures == tmp_path / "default/images"


def test_class_10_is_ignored_also_where_the_labels_say_so(tmp_path: Path) -> None:
    write_16_bits(tmp_path / "instances/0002/000000.png", np.array([[1001, 10000]]))
    names = [*(f"c{k}" for k in range(1, 10)), "Ignored", "last"]
    (tmp_path / "instances/labels.txt").write_text("\n".join(names))
    assert categories(read(tmp_path, "mots-png")) == [(1001, "c1")]


def test_every_class_up_to_the_last_has_a_line_because_datumaro_counts_those_that_are_not_empty(tmp_path: Path) -> None:
    listed = tuple(VisCategory(k, f"c{k}") for k in range(1, 12))
    video = VisVideo(1, 2, 1, 1, ("v/0.jpg",))
    track = VisTrack(1, 1, 11, ({"size": [1, 2], "counts": LEFT},))
    dataset = VisDataset(info={}, licenses=(), videos=(video,), categories=listed, tracks=(track,))
    write(tmp_path, dataset, Losses(), png=True)
    lines = (tmp_path / "instances/labels.txt").read_text().splitlines()
    assert lines == [*(f"c{k}" for k in range(1, 10)), "ignored", "c10", "c11"]
    assert categories(read(tmp_path, "mots-png")) == [(12001, "c11")]
