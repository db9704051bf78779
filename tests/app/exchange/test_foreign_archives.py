"""Archives as other tools write them come in from the file alone, with their pictures and masks on the right frames."""

import json
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.errors import BadInput
from storage import rle
from storage.formats import FormatError
from tests.app.exchange.scene import ExchangeScene

WIDTH, HEIGHT = 32, 24
POINTS = "4.00,4.00;20.00,4.00;20.00,16.00;4.00,16.00"
SQUARE = " ".join(
    f"{value:g}" for point in ((4, 4), (20, 4), (20, 16), (4, 16)) for value in (point[0] / WIDTH, point[1] / HEIGHT)
)
AREA = 16 * 12
LABELS = (
    "<labels><label><name>car</name><color>#fa3253</color><type>any</type><attributes></attributes></label></labels>"
)


def picture(shade: int, form: str = "PNG") -> bytes:
    """A grey picture of WIDTH x HEIGHT."""
    buffer = BytesIO()
    Image.new("RGB", (WIDTH, HEIGHT), (shade, shade, shade)).save(buffer, format=form)
    return buffer.getvalue()


def numbers(values: np.ndarray) -> bytes:
    """A PNG of 16 bits."""
    buffer = BytesIO()
    Image.fromarray(values.astype(np.uint16)).save(buffer, format="PNG")
    return buffer.getvalue()


def packed(path: Path, files: Mapping[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def came_in(exchange: ExchangeScene, archive: Path) -> list[dict[int, int]]:
    """Frame -> pixels of its masks (absent: 0) of each video, after an import of the archive alone."""
    done = exchange.bring(archive, None)  # type: ignore[arg-type]
    assert done.skipped == ()
    found: list[dict[int, int]] = []
    _, top = exchange.exported(archive.parent / "out", pictures="none", ids="counted")
    for video in top["videos"]:
        areas: dict[int, int] = {}
        for track in top["annotations"]:
            if track["video_id"] == video["id"]:
                for frame, mask in enumerate(track["segmentations"]):
                    size = 0 if mask is None else rle.area(rle.compress(mask["counts"], *mask["size"]))
                    areas[frame] = areas.get(frame, 0) + size
        found.append(areas)
    return found


def cvat(meta: str, content: str) -> str:
    head = f'<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n  <meta>{meta}'
    return f"{head}<dumped>2031-05-01 08:00:00+00:00</dumped></meta>{content}</annotations>"


def task(mode: str, size: int) -> str:
    frames = f"<start_frame>0</start_frame><stop_frame>{size - 1}</stop_frame><frame_filter></frame_filter>"
    more = f"<overlap>0</overlap><bugtracker></bugtracker><subset>Train</subset>{frames}<segments></segments>"
    picture_size = f"<original_size><width>{WIDTH}</width><height>{HEIGHT}</height></original_size>"
    source = f"{picture_size}<source>clip.mp4</source>" if mode == "interpolation" else ""
    return f"<task><id>4</id><name>my task</name><size>{size}</size><mode>{mode}</mode>{more}{LABELS}{source}</task>"


def polygon(frame: int, *, outside: int = 0) -> str:
    flags = f'keyframe="1" outside="{outside}" occluded="0"'
    return f'<polygon frame="{frame}" {flags} points="{POINTS}" z_order="0"></polygon>'


def test_cvat_for_video(exchange: ExchangeScene, tmp_path: Path) -> None:
    box = 'left="3" top="5" width="2" height="2"'
    mask = f'<mask frame="1" keyframe="1" outside="0" occluded="0" rle="1, 2, 1" {box} z_order="0"></mask>'
    track = f'<track id="0" label="car" source="manual">{polygon(0)}{mask}{polygon(2, outside=1)}</track>'
    files = {f"images/frame_{k:06d}.png": picture(k) for k in range(3)}
    archive = packed(tmp_path / "a.zip", {"annotations.xml": cvat(task("interpolation", 3), track), **files})
    assert came_in(exchange, archive) == [{0: AREA, 1: 2, 2: 0}]
    assert [video.name for video in exchange.videos()] == ["clip"]


def test_cvat_for_images_of_a_video_whose_names_have_no_suffix(exchange: ExchangeScene, tmp_path: Path) -> None:
    shape = f'<polygon label="car" source="manual" occluded="0" points="{POINTS}" z_order="0" group_id="1"></polygon>'
    size = f'width="{WIDTH}" height="{HEIGHT}"'
    images = (
        f'<image id="0" name="frame_000000" {size}>{shape}</image><image id="1" name="frame_000001" {size}></image>'
    )
    files = {f"images/frame_{k:06d}.PNG": picture(k) for k in range(2)}
    archive = packed(tmp_path / "a.zip", {"annotations.xml": cvat(task("interpolation", 2), images), **files})
    assert came_in(exchange, archive) == [{0: AREA, 1: 0}]


def test_cvat_for_images_in_folders_with_spaces(exchange: ExchangeScene, tmp_path: Path) -> None:
    shape = f'<polygon label="car" source="manual" occluded="0" points="{POINTS}" z_order="0" group_id="3"></polygon>'
    names = [f"day 1/cam/img ({k}).jpg" for k in (1, 2)]
    images = "".join(
        f'<image id="{k}" name="{name}" subset="default" width="{WIDTH}" height="{HEIGHT}">{shape}</image>'
        for k, name in enumerate(names)
    )
    files = {f"images/{name}": picture(9, "JPEG") for name in names}
    archive = packed(tmp_path / "a.zip", {"annotations.xml": cvat(task("annotation", 2), images), **files})
    assert came_in(exchange, archive) == [{0: AREA, 1: AREA}]


@pytest.mark.parametrize("inside", ["images/train/v/{}.jpg labels/train/v/{}.txt", "train/v/{}.jpg train/v/{}.txt"])
def test_yolo_with_texts_in_labels_or_beside_the_pictures(exchange: ExchangeScene, tmp_path: Path, inside: str) -> None:
    image, text = inside.split()
    files: dict[str, bytes | str] = {"data.yaml": "path: .\ntrain: train\nval: train\nnames:\n  0: car\n"}
    for k in range(2):
        files |= {image.format(k): picture(k, "JPEG"), text.format(k): f"0 {SQUARE}\n" if k else ""}
    assert came_in(exchange, packed(tmp_path / "a.zip", files)) == [{0: 0, 1: AREA}]


def test_mots_of_cvat(exchange: ExchangeScene, tmp_path: Path) -> None:
    values = np.zeros((HEIGHT, WIDTH), int)
    values[:2, :3] = 2001
    files: dict[str, bytes | str] = {"default/instances/labels.txt": "car\nbike\n"}
    for k in range(2):
        files[f"default/instances/frame_{k:06d}.png"] = numbers(values * (1 - k))
        files[f"default/images/frame_{k:06d}.jpg"] = picture(k, "JPEG")
    assert came_in(exchange, packed(tmp_path / "a.zip", files)) == [{0: 6, 1: 0}]


def test_coco_of_a_subset(exchange: ExchangeScene, tmp_path: Path) -> None:
    images = [{"id": k, "file_name": f"v/{k}.png", "width": WIDTH, "height": HEIGHT} for k in (1, 2)]
    shape = [[4.0, 4.0, 20.0, 4.0, 20.0, 16.0, 4.0, 16.0]]
    mask = {"id": 1, "image_id": 2.0, "category_id": 1, "segmentation": shape, "attributes": {"track_id": 1}}
    top = {"images": images, "annotations": [mask], "categories": [{"id": 1, "name": "car", "supercategory": ""}]}
    files: dict[str, bytes | str] = {"annotations/instances_Train.json": json.dumps(top)}
    files |= {f"images/Train/{image['file_name']}": picture(1) for image in images}
    archive = packed(tmp_path / "a.zip", files)
    assert came_in(exchange, archive) == [{0: 0, 1: AREA}]


def test_labelme_with_pictures_in_a_folder_beside(exchange: ExchangeScene, tmp_path: Path) -> None:
    shape = {"label": "car", "points": [[4, 4], [20, 4], [20, 16], [4, 16]], "group_id": 1, "shape_type": "polygon"}
    files: dict[str, bytes | str] = {}
    for k in range(2):
        top = {"version": "5.2.1", "flags": {}, "shapes": [shape] * k, "imagePath": f"..\\images\\f{k}.png"}
        files[f"labels/f{k}.json"] = json.dumps({**top, "imageData": None, "imageHeight": HEIGHT, "imageWidth": WIDTH})
        files[f"images/f{k}.png"] = picture(k)
    assert came_in(exchange, packed(tmp_path / "a.zip", files)) == [{0: 0, 1: AREA}]


def test_regions_of_a_video_of_label_studio_say_why_they_are_no_masks(exchange: ExchangeScene, tmp_path: Path) -> None:
    region = {"type": "videorectangle", "value": {"sequence": [], "labels": ["Car"]}}
    tasks = [{"data": {"video": "/data/upload/1/a.mp4"}, "annotations": [{"result": [region]}]}]
    archive = packed(tmp_path / "a.zip", {"result.json": json.dumps(tasks)})
    with pytest.raises((BadInput, FormatError), match=r"a\.zip: result\.json: no task has a brush or a polygon"):
        exchange.bring(archive, None)  # type: ignore[arg-type]
