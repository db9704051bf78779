"""CVAT for images: tasks of a project, names of their videos, and the folders of their pictures."""

from pathlib import Path

from storage.formats import FormatContent
from tests.storage.formats.test_cvat import LABELS, POLYGON, read

SIZE = 'width="20" height="20"'


def image(number: int, name: str, more: str = "", shapes: int = 1, group: int = 3) -> str:
    drawn = f'<polygon label="car" source="manual" occluded="0" group_id="{group}" {POLYGON}></polygon>' * shapes
    return f'<image id="{number}" name="{name}" {more} {SIZE}>{drawn}</image>'


def project(folder: Path) -> FormatContent:
    """A project with two videos, whose frames have the same names, and a task of pictures in a folder."""
    tasks = "".join(
        f"<task><id>{k}</id><name>{name}</name><size>2</size><mode>{mode}</mode></task>"
        for k, name, mode in ((4, "one", "interpolation"), (5, "two", "interpolation"), (6, "three", "annotation"))
    )
    images = "".join(
        image(k, name, f'subset="{subset}" task_id="{task}"')
        for task, subset, names in (
            (4, "train", ("frame_000000", "frame_000001")),
            (5, "default", ("frame_000000", "frame_000001")),
            (6, "default", ("dog/1.png", "dog/2.png")),
        )
        for k, name in enumerate(names)
    )
    head = f"<meta><project><name>p</name>{LABELS}<tasks>{tasks}</tasks></project></meta>"
    return read(folder, f"<annotations>{head}{images}</annotations>")


def test_tasks_of_a_project_are_videos_also_where_their_frames_have_the_same_names(tmp_path: Path) -> None:
    found = project(tmp_path).dataset
    assert [(one.extra["name"], one.length) for one in found.videos] == [("one", 2), ("two", 2), ("dog", 2)]
    assert [sum(mask is not None for mask in track.segmentations) for track in found.tracks] == [2, 2, 2]


def test_pictures_are_in_the_folder_of_the_subset(tmp_path: Path) -> None:
    for name in ("train/frame_000001.PNG", "default/frame_000001.PNG", "default/dog/2.png"):
        place = tmp_path / "images" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"")
    found = project(tmp_path).dataset
    assert [one.file_names[1] for one in found.videos] == [
        "images/train/frame_000001.PNG",
        "images/default/frame_000001.PNG",
        "images/default/dog/2.png",
    ]


def test_a_video_has_the_name_of_its_file_where_its_images_have_none(tmp_path: Path) -> None:
    head = "<meta><task><id>1</id><name>t</name><mode>interpolation</mode><source>a/film.mp4</source></task></meta>"
    found = read(tmp_path, f"<annotations>{head}{image(0, 'frame_000000')}</annotations>").dataset
    assert found.videos[0].extra == {"name": "film"}


def test_two_shapes_of_a_group_in_an_image_are_joined_and_noted(tmp_path: Path) -> None:
    found = read(tmp_path, f"<annotations>{image(0, 'v/1.png', shapes=2)}</annotations>").dataset
    assert len(found.tracks) == 1
    assert str(found.notes[0]).startswith("cvat.xml: image 0, shape 1: is a second shape of its thing")
