"""labelme's files."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from storage import rle
from storage.formats import Broken, FormatContent, FormatError, recognise
from storage.formats.attributes import frame_values
from storage.youtube_vis import no_check

POINTS = [[1.0, 1.0], [4.0, 1.0], [4.0, 3.0], [1.0, 3.0]]


def shape(**more: Any) -> dict[str, Any]:
    return {"label": "bee", "points": POINTS, "group_id": 1, "shape_type": "polygon", "flags": {}, **more}


def write(folder: Path, name: str, *shapes: dict[str, Any], **more: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    top = {"version": "5.5.0", "flags": {}, "shapes": shapes, "imagePath": f"{name}.jpg", "imageData": None}
    path = folder / f"{name}.json"
    path.write_text(json.dumps({**top, "imageHeight": 4, "imageWidth": 6, **more}))
    return path


def read(path: Path, *, keep_good: bool = False) -> FormatContent:
    found = recognise(path)
    assert found.format.name == "labelme"
    return found.format.read(found.path, Broken(keep_good=keep_good), no_check, None)


def test_a_folder_is_a_video_and_a_group_is_a_track(tmp_path: Path) -> None:
    folder = tmp_path / "clip"
    write(folder, "f9", shape(flags={"occluded": True, "x": True}), shape(label="wasp"))
    write(folder, "f10", shape())
    Image.new("RGB", (6, 4)).save(folder / "f11.jpg")
    for given in (folder, folder / "f9.json", tmp_path):
        found = read(given)
        assert found.dataset.videos[0].file_names == ("clip/f9.jpg", "clip/f10.jpg", "clip/f11.jpg")
        assert found.pictures == tmp_path
        tracks = found.dataset.tracks
        assert [[mask is not None for mask in one.segmentations] for one in tracks] == [
            [True, True, False],
            [True, False, False],
        ]
        assert [one.unknown for one in tracks] == [{2}, {2}]
        assert frame_values(tracks[0]) == {"occluded": [True, False, None]}


def test_a_mask_is_a_picture_of_its_box(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    picture = Image.new("1", (2, 3), 1)
    picture.putpixel((0, 0), 0)
    picture.save(buffer, format="PNG")
    text = base64.b64encode(buffer.getvalue()).decode()
    write(tmp_path, "a", shape(shape_type="mask", points=[[3.0, 1.0], [4.0, 3.0]], mask=text))
    mask = read(tmp_path).dataset.tracks[0].segmentations[0]
    assert mask is not None
    assert (rle.bbox(mask), rle.area(mask)) == ([3, 1, 2, 3], 5)


def test_a_shape_that_is_no_mask_is_unknown_and_one_without_a_group_is_alone(tmp_path: Path) -> None:
    write(tmp_path, "a", shape(shape_type="rectangle", points=POINTS[:2]), shape(group_id=None))
    dataset = read(tmp_path).dataset
    assert [track.unknown for track in dataset.tracks] == [{0}, frozenset()]
    assert "a.json: shapes[0]: is a rectangle" in str(dataset.notes[0])
    assert "(1)" in str(dataset.notes[1])


def test_the_size_comes_from_the_picture_if_the_file_lacks_it(tmp_path: Path) -> None:
    write(tmp_path, "a", shape(), imageHeight=None)
    with pytest.raises(FormatError, match=r"a\.jpg"):
        read(tmp_path)
    Image.new("RGB", (9, 8)).save(tmp_path / "a.jpg")
    video = read(tmp_path).dataset.videos[0]
    assert (video.width, video.height) == (9, 8)


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"points": [[1, 2], [3]]}, "b.json: shapes[0].points[1]"),
        ({"points": None}, "b.json: shapes[0].points"),
        ({"label": ""}, "b.json: shapes[0].label"),
        ({"group_id": "x"}, "b.json: shapes[0].group_id"),
        ({"shape_type": "mask", "points": POINTS[:2], "mask": "!"}, "b.json: shapes[0].mask"),
        ({"shape_type": "mask", "points": POINTS}, "b.json: shapes[0].points"),
    ],
)
def test_an_error_names_its_place_and_other_folders_can_be_kept(
    tmp_path: Path, given: dict[str, Any], place: str
) -> None:
    write(tmp_path / "good", "a", shape())
    write(tmp_path / "bad", "b", shape(**given))
    with pytest.raises(FormatError) as error:
        read(tmp_path)
    assert place in str(error.value)
    found = read(tmp_path, keep_good=True)
    assert [video.file_names for video in found.dataset.videos] == [("good/a.jpg",)]
    assert place in found.left_out[0]


def test_pictures_of_different_sizes_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "a", shape())
    write(tmp_path, "b", shape(), imageWidth=7)
    with pytest.raises(FormatError, match=r"b\.json: has another size"):
        read(tmp_path)


def test_a_file_with_its_picture_inside_is_known_by_its_size(tmp_path: Path) -> None:
    write(tmp_path, "a", *[shape()] * 700, imageData="x" * (1 << 17))
    assert len(read(tmp_path).dataset.tracks) == 1


@pytest.mark.parametrize("path", ["..\\images\\f1.jpg", "../images/f1.jpg"])
def test_pictures_may_be_in_a_folder_beside_to_which_the_path_leads(tmp_path: Path, path: str) -> None:
    write(tmp_path / "labels", "f1", shape(), imagePath=path, imageHeight=None, imageWidth=None)
    (tmp_path / "images").mkdir()
    Image.new("RGB", (6, 4)).save(tmp_path / "images" / "f1.jpg")
    found = read(tmp_path / "labels")
    assert (found.dataset.videos[0].file_names, found.pictures) == (("images/f1.jpg",), tmp_path)


def test_a_path_that_leads_out_is_taken_for_the_name_beside_the_file(tmp_path: Path) -> None:
    Image.new("RGB", (6, 4)).save(tmp_path / "f1.jpg")
    write(tmp_path / "set" / "labels", "f1", shape(), imagePath="../../f1.jpg")
    assert read(tmp_path / "set" / "labels").dataset.videos[0].file_names == ("labels/f1.jpg",)


@pytest.mark.parametrize("kind", ["rectangle", "circle", "line", "linestrip", "point", "points"])
def test_shapes_that_are_no_masks_are_unknown(tmp_path: Path, kind: str) -> None:
    write(tmp_path, "f1", shape(shape_type=kind, points=POINTS[:2]))
    dataset = read(tmp_path).dataset
    assert dataset.tracks[0].unknown == {0}
    assert f"shapes[0]: is a {kind}, which is no mask" in str(dataset.notes[0])


def test_a_polygon_of_two_points_is_unknown_and_one_of_no_named_kind_is_a_polygon(tmp_path: Path) -> None:
    write(tmp_path, "f1", shape(points=POINTS[:2]), shape(shape_type=None, group_id="7"))
    dataset = read(tmp_path).dataset
    assert [(track.id, sorted(track.unknown)) for track in dataset.tracks] == [(1, [0]), (7, [])]
    assert "shapes[0]: covers not one pixel" in str(dataset.notes[0])
