"""CVAT for video as CVAT writes masks: it cannot track them, so each is a track of one frame."""

from pathlib import Path

import pytest

from storage.formats import FormatContent
from storage.youtube_vis import VisTrack
from tests.storage.formats.test_cvat import LABELS, POLYGON, polygon, read, video

BOX = 'points="6.00,6.00;8.00,6.00;8.00,8.00" z_order="0"'


def drawn(frame: int, last: int, *, more: str = "", inside: str = "", where: str = POLYGON, number: int = 0) -> str:
    """A mask that was drawn in one frame, as CVAT writes it: it ends in the next frame, if that is not the last."""
    shapes = polygon(frame, inside=inside, more=where)
    if frame + 1 < last:
        shapes += polygon(frame + 1, outside=1, inside=inside, more=where)
    return f'<track id="{number}" label="car" source="manual"{more}>{shapes}</track>'


def shown(track: VisTrack) -> list[int]:
    return [frame for frame, mask in enumerate(track.segmentations) if mask is not None]


def named(number: int) -> str:
    return f'<attribute name="track_id">{number}</attribute>'


@pytest.mark.parametrize("last", [4, 5])
def test_masks_of_one_group_are_one_thing_which_is_absent_between(tmp_path: Path, last: int) -> None:
    parts = "".join(drawn(frame, last, more=' group_id="7"', number=frame) for frame in (0, 1, 3))
    found = read(tmp_path, video(parts, size=last + 1)).dataset
    assert [shown(track) for track in found.tracks] == [[0, 1, 3]]
    assert found.tracks[0].unknown == frozenset()


def test_masks_with_one_track_id_are_one_thing_whatever_their_group(tmp_path: Path) -> None:
    parts = drawn(0, 5, inside=named(8)) + drawn(2, 5, inside=named(8), more=' group_id="3"')
    parts += drawn(1, 5, inside=named(9), more=' group_id="3"')
    found = read(tmp_path, video(parts, size=6)).dataset
    assert [shown(track) for track in found.tracks] == [[0, 2], [1]]


@pytest.mark.parametrize("more", ["", ' group_id="0"'])
def test_without_a_group_each_mask_is_a_thing_and_zero_is_no_id(tmp_path: Path, more: str) -> None:
    parts = drawn(0, 5, more=more, inside=named(0)) + drawn(1, 5, more=more, inside=named(0))
    found = read(tmp_path, video(parts, size=6)).dataset
    assert [shown(track) for track in found.tracks] == [[0], [1]]


def test_tracks_of_a_group_that_have_several_frames_stay_apart(tmp_path: Path) -> None:
    long = polygon(0) + polygon(1) + polygon(2, outside=1)
    parts = "".join(f'<track id="{k}" label="car" group_id="2">{long}</track>' for k in (0, 1))
    assert [shown(track) for track in read(tmp_path, video(parts)).dataset.tracks] == [[0, 1], [0, 1]]


def test_two_shapes_of_a_thing_in_one_frame_are_joined_and_noted(tmp_path: Path) -> None:
    parts = drawn(0, 5, more=' group_id="7"') + drawn(0, 5, more=' group_id="7"', where=BOX, number=1)
    found = read(tmp_path, video(parts, size=6)).dataset
    assert [shown(track) for track in found.tracks] == [[0]]
    assert str(found.notes[0]).startswith("cvat.xml: track 1, frame 0: is a second shape of its thing")


def project(folder: Path, subsets: tuple[str, str]) -> FormatContent:
    """A project with two videos of two frames."""
    size = "<original_size><width>20</width><height>20</height></original_size>"
    tasks = "".join(
        f"<task><id>{k}</id><name>t{k}</name><size>2</size><mode>interpolation</mode><subset>{subset}</subset>"
        f"{size}<source>film {k}.mp4</source></task>"
        for k, subset in zip((4, 5), subsets, strict=True)
    )
    tracks = "".join(f'<track id="{k}" label="car" task_id="{k}">{polygon(0)}</track>' for k in (4, 5))
    head = f"<meta><project><name>p</name>{LABELS}<tasks>{tasks}</tasks></project></meta>"
    return read(folder, f"<annotations>{head}{tracks}</annotations>")


def test_pictures_of_a_project_are_in_the_folders_of_its_subsets(tmp_path: Path) -> None:
    for subset in ("train", "default"):
        (tmp_path / "images" / subset).mkdir(parents=True)
        for k in range(2):
            (tmp_path / "images" / subset / f"frame_{k:06d}.PNG").write_bytes(b"")
    found = project(tmp_path, ("train", "")).dataset
    assert [one.file_names[1] for one in found.videos] == [
        "images/train/frame_000001.PNG",
        "images/default/frame_000001.PNG",
    ]
    # CVAT writes the frames of two videos of a subset over each other.
    both = project(tmp_path, ("train", "train")).dataset
    assert [one.file_names[1] for one in both.videos] == ["film 4/000001.jpg", "film 5/000001.jpg"]
