"""PNG masks of DAVIS, YouTube-VOS and SA-V."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from storage import rle
from storage.formats import Broken, FormatContent, FormatError, Losses, recognise
from storage.formats.davis import MOST_THINGS, write
from storage.formats.png_files import write_mask, write_palette
from storage.youtube_vis import VisCategory, VisDataset, VisTrack, VisVideo, no_check

FULL = rle.encode(np.ones((2, 2), bool))


def read(folder: Path, name: str, *, keep_good: bool = False) -> FormatContent:
    found = recognise(folder)
    assert found.format.name == name
    return found.format.read(found.path, Broken(keep_good=keep_good), no_check, None)


def values(*rows: list[int]) -> np.ndarray:
    return np.array(rows)


def shown(content: FormatContent) -> dict[int, list[list[list[int]] | None]]:
    return {
        track.id: [None if mask is None else rle.decode(mask).astype(int).tolist() for mask in track.segmentations]
        for track in content.dataset.tracks
    }


def test_values_are_things_and_the_pictures_beside_give_the_frames(tmp_path: Path) -> None:
    masks, pictures = tmp_path / "Annotations/480p/dog", tmp_path / "JPEGImages/480p/dog"
    pictures.mkdir(parents=True)
    for k in range(3):
        Image.new("RGB", (2, 1)).save(pictures / f"{k:05d}.jpg")
    write_palette(masks / "00000.png", values([1, 2]))
    write_palette(masks / "00002.png", values([0, 2]))
    content = read(tmp_path, "davis")
    assert content.dataset.videos[0].file_names == ("dog/00000.jpg", "dog/00001.jpg", "dog/00002.jpg")
    assert content.pictures == tmp_path / "JPEGImages/480p"
    assert shown(content) == {1: [[[1, 0]], None, None], 2: [[[0, 1]], None, [[0, 1]]]}
    assert [track.unknown for track in content.dataset.tracks] == [{1}, {1}]


def test_meta_json_of_youtube_vos_names_the_categories(tmp_path: Path) -> None:
    write_palette(tmp_path / "Annotations/v/00000.png", values([1, 2]))
    objects = {"1": {"category": "owl", "frames": ["00000"]}, "2": {"category": "fox", "frames": []}}
    (tmp_path / "meta.json").write_text(json.dumps({"videos": {"v": {"objects": objects}}}))
    assert recognise(tmp_path / "meta.json").format.name == "davis"
    dataset = read(tmp_path, "davis").dataset
    names = {category.id: category.name for category in dataset.categories}
    assert [names[track.category_id] for track in dataset.tracks] == ["owl", "fox"]


def test_a_picture_of_0_and_255_is_one_thing_as_in_davis_2016(tmp_path: Path) -> None:
    write_mask(tmp_path / "Annotations/v/1.png", values([1, 0]) > 0)
    write_mask(tmp_path / "Annotations/v/2.png", values([0, 0]) > 0)
    assert shown(read(tmp_path, "davis")) == {1: [[[1, 0]], None]}


def test_255_beside_things_is_void_and_noted(tmp_path: Path) -> None:
    write_palette(tmp_path / "Annotations/v/1.png", values([3, 255]))
    content = read(tmp_path, "davis")
    assert shown(content) == {3: [[[1, 0]]]}
    assert "1.png: has pixels of the value 255" in str(content.dataset.notes[0])


def test_one_folder_for_each_thing(tmp_path: Path) -> None:
    for thing, frame in (("000", "00000"), ("000", "00004"), ("001", "00004")):
        write_mask(tmp_path / "Annotations_6fps/v" / thing / f"{frame}.png", values([1, 1]) > 0)
    content = read(tmp_path, "masks")
    assert shown(content) == {0: [[[1, 1]], [[1, 1]]], 1: [None, [[1, 1]]]}
    assert [track.unknown for track in content.dataset.tracks] == [frozenset(), {0}]


def test_a_folder_of_png_is_one_video_and_one_png_stands_for_its_folder(tmp_path: Path) -> None:
    write_palette(tmp_path / "clip/a1.png", values([1, 0]))
    write_palette(tmp_path / "clip/a2.png", values([0, 1]))
    content = read(tmp_path / "clip", "davis")
    assert content.dataset.videos[0].file_names == ("a1.jpg", "a2.jpg")
    assert recognise(tmp_path / "clip/a2.png").path == tmp_path / "clip"


@pytest.mark.parametrize("kind", ["size", "colours", "broken"])
def test_an_error_names_the_picture_and_other_videos_can_be_kept(tmp_path: Path, kind: str) -> None:
    write_palette(tmp_path / "Annotations/good/1.png", values([1, 0]))
    write_palette(tmp_path / "Annotations/v/1.png", values([1, 0]))
    bad = tmp_path / "Annotations/v/2.png"
    if kind == "size":
        write_palette(bad, values([1, 0, 0]))
    elif kind == "colours":
        Image.new("RGB", (2, 1)).save(bad)
    else:
        bad.write_bytes((tmp_path / "Annotations/v/1.png").read_bytes()[:60])
    with pytest.raises(FormatError, match=r"2\.png"):
        read(tmp_path, "davis")
    content = read(tmp_path, "davis", keep_good=True)
    assert [video.file_names[0] for video in content.dataset.videos] == ["good/1.jpg"]
    assert "2.png" in content.left_out[0]


def test_too_many_things_for_a_palette_are_refused_and_fit_one_by_one(tmp_path: Path) -> None:
    tracks = tuple(VisTrack(k, 1, 1, (FULL,)) for k in range(1, MOST_THINGS + 2))
    video = VisVideo(1, 2, 2, 1, ("v/1.jpg",))
    dataset = VisDataset({}, (), (video,), (VisCategory(1, "bee"),), tracks)
    with pytest.raises(FormatError, match="255 things"):
        write(tmp_path, dataset, Losses(), per_thing=False)
    write(tmp_path, dataset, Losses(), per_thing=True)
    assert len(list((tmp_path / "Annotations/v").iterdir())) == 255


def test_the_palette_is_that_of_davis(tmp_path: Path) -> None:
    write_palette(tmp_path / "a.png", values([0, 1, 2, 3, 4]))
    with Image.open(tmp_path / "a.png") as picture:
        colours = picture.getpalette()
    assert colours is not None
    assert colours[:15] == [0, 0, 0, 128, 0, 0, 0, 128, 0, 128, 128, 0, 0, 0, 128]


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_folder_of_ordinary_pictures_is_not_taken_for_masks(tmp_path: Path, mode: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (40, 40, 3), np.uint8)
    (tmp_path / "v").mkdir()
    Image.fromarray(pixels).convert(mode).save(tmp_path / "v" / "1.png")
    for folder in (tmp_path, tmp_path / "v"):
        with pytest.raises(FormatError, match="holds nothing that can be read"):
            recognise(folder)
