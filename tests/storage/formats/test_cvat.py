"""CVAT's XML as its documentation has it, and broken files."""

from pathlib import Path

import pytest

from storage import rle
from storage.formats import Broken, FormatContent, FormatError, recognise
from storage.formats.attributes import frame_values, track_values
from storage.youtube_vis import no_check

# The mask of CVAT's documentation (13 x 15 pixels).
EXAMPLE = "3, 5, 7, 7, 5, 9, 3, 11, 2, 11, 2, 12, 1, 12, 1, 26, 1, 12, 1, 12, 2, 11, 3, 9, 5, 7, 7, 5, 3"
LABELS = """<labels><label><name>car</name><type>any</type><attributes>
<attribute><name>model</name><mutable>False</mutable><input_type>select</input_type></attribute>
<attribute><name>lights</name><mutable>True</mutable><input_type>select</input_type></attribute>
</attributes></label></labels>"""
POLYGON = 'points="1.00,1.00;4.00,1.00;4.00,3.00;1.00,3.00" z_order="0"'


def video(tracks: str, *, size: int = 4, more: str = "", width: int = 20) -> str:
    return f"""<?xml version="1.0" encoding="utf-8"?><annotations><version>1.1</version><meta><task><id>7</id>
<name>my task</name><size>{size}</size><mode>interpolation</mode>{more}{LABELS}
<original_size><width>{width}</width><height>20</height></original_size><source>clip one.mp4</source></task></meta>
{tracks}</annotations>"""


def polygon(frame: int, *, outside: int = 0, inside: str = "", more: str = POLYGON) -> str:
    start = f'<polygon frame="{frame}" keyframe="1" outside="{outside}" occluded="0" {more}>'
    return f"{start}{inside}</polygon>"


def track(shapes: str, label: str = "car", number: int = 3) -> str:
    return f'<track id="{number}" label="{label}" source="manual">{shapes}</track>'


def read(folder: Path, text: str, *, keep_good: bool = False) -> FormatContent:
    path = folder / "cvat.xml"
    path.write_text(text, encoding="utf-8")
    found = recognise(path)
    return found.format.read(found.path, Broken(keep_good=keep_good), no_check, None)


def test_a_mask_has_the_run_lengths_of_its_rows(tmp_path: Path) -> None:
    shape = f'<mask frame="1" outside="0" occluded="1" rle="{EXAMPLE}" left="2" top="1" width="13" height="15"/>'
    found = read(tmp_path, video(track(shape))).dataset
    mask = found.tracks[0].segmentations[1]
    assert mask is not None
    pixels = rle.decode(mask)
    assert rle.bbox(mask) == [2, 1, 13, 15]
    assert pixels[1].nonzero()[0].tolist() == [5, 6, 7, 8, 9]
    assert rle.area(mask) == sum(int(part) for part in EXAMPLE.split(", ")[1::2])
    assert frame_values(found.tracks[0]) == {"occluded": [None, True, None, None]}


def test_before_the_first_shape_and_after_outside_a_track_is_absent_between_shapes_unknown(tmp_path: Path) -> None:
    shapes = polygon(1) + polygon(3) + polygon(4, outside=1)
    found = read(tmp_path, video(track(shapes), size=7)).dataset
    only = found.tracks[0]
    assert [mask is not None for mask in only.segmentations] == [False, True, False, True, False, False, False]
    assert only.unknown == {2}
    assert "(1 in all)" in str(found.notes[0])
    assert only.id == 3


def test_frames_have_the_numbers_of_the_video(tmp_path: Path) -> None:
    more = "<start_frame>10</start_frame><stop_frame>20</stop_frame><frame_filter>step=5</frame_filter>"
    found = read(tmp_path, video(track(polygon(15)), size=3, more=more)).dataset
    assert found.videos[0].file_names == ("clip one/000010.jpg", "clip one/000015.jpg", "clip one/000020.jpg")
    assert [mask is not None for mask in found.tracks[0].segmentations] == [False, True, False]


def test_fixed_attributes_are_the_tracks_and_others_the_masks(tmp_path: Path) -> None:
    values = '<attribute name="model">vw</attribute><attribute name="lights">on</attribute>'
    found = read(tmp_path, video(track(polygon(0, inside=values) + polygon(1, outside=1)))).dataset.tracks[0]
    assert track_values(found) == {"model": "vw"}
    assert frame_values(found) == {"lights": ["on", None, None, None]}


def test_a_box_is_unknown_and_noted_with_its_place(tmp_path: Path) -> None:
    box = '<box frame="2" keyframe="1" outside="0" occluded="0" xtl="1" ytl="1" xbr="3" ybr="3"/>'
    found = read(tmp_path, video(track(box + polygon(3)))).dataset
    assert found.tracks[0].unknown == {2}
    assert str(found.notes[0]).startswith("cvat.xml: track 3, frame 2: is a box")


def test_tasks_of_a_project_are_videos(tmp_path: Path) -> None:
    size = "<original_size><width>9</width><height>9</height></original_size>"
    tasks = "".join(
        f"<task><id>{k}</id><name>t{k}</name><size>2</size><mode>interpolation</mode>{size}</task>" for k in (4, 5)
    )
    start = f"<annotations><meta><project><name>p</name>{LABELS}<tasks>{tasks}</tasks></project></meta>"
    one = f'<track id="0" label="car" task_id="5">{polygon(1)}</track>'
    found = read(tmp_path, f"{start}{one}</annotations>").dataset
    assert [item.file_names[0] for item in found.videos] == ["t4/000000.jpg", "t5/000000.jpg"]
    assert found.tracks[0].video_id == 2


def test_images_are_a_video_by_folder_and_tracks_come_from_group_or_attribute(tmp_path: Path) -> None:
    def image(number: int, shapes: str) -> str:
        return f'<image id="{number}" name="v/f{number}.png" width="20" height="20">{shapes}</image>'

    grouped = f'<polygon label="car" group_id="5" occluded="0" {POLYGON}></polygon>'
    named = f'<polygon label="car" {POLYGON}><attribute name="track_id">8</attribute></polygon>'
    alone = f'<polygon label="bus" {POLYGON}></polygon>'
    text = f"<annotations>{image(0, grouped + named)}{image(1, grouped + named + alone)}</annotations>"
    found = read(tmp_path, text).dataset
    assert [(one.id, sum(mask is not None for mask in one.segmentations)) for one in found.tracks] == [
        (1, 2),
        (2, 2),
        (3, 1),
    ]
    assert found.videos[0].file_names == ("v/f0.png", "v/f1.png")
    assert "`group_id` (1)" in str(found.notes[0])


def test_pictures_in_the_archives_folder_are_named(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    for k in range(4):
        (tmp_path / "images" / f"frame_{k:06d}.PNG").write_bytes(b"")
    found = read(tmp_path, video(track(polygon(0))))
    assert found.dataset.videos[0].file_names[3] == "images/frame_000003.PNG"
    assert found.dataset.videos[0].extra == {"name": "clip one"}
    assert found.pictures == tmp_path


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (video(track(polygon(12))), "cvat.xml: track 3, frame 12: this frame is not part of the task"),
        (video(track(polygon(2, more='points="1,1;x,2"'))), "cvat.xml: track 3, frame 2: `points` must be"),
        (video(track('<mask frame="2" rle="4, 5" left="0" top="0" width="2" height="2"/>')), "frame 2: `rle` adds up"),
        (video(track('<mask frame="2" rle="4" left="19" top="0" width="2" height="2"/>')), "frame 2: its box"),
        (video(track('<mask frame="2" rle="a" left="0" top="0" width="2" height="2"/>')), "frame 2: `rle` must be"),
        (video(track('<mask frame="2" rle="4" left="" top="0" width="2" height="2"/>')), "frame 2: `left` must be"),
        (video(track(polygon(0), label="")), "track 3: has no label"),
        (video("").replace("original_size", "other"), "has no `original_size`"),
        (video("", more="<frame_filter>step=0</frame_filter>"), "`frame_filter` must be"),
        (video("", size=10**8), "has 100000000 frames"),
        (video("", width=10**8), "which is empty or above"),
        (video(track(polygon(0)))[:-20], "this is not whole XML"),
        ('<!DOCTYPE a [<!ENTITY b "c">]>' + video("").partition("?>")[2], "declares a document type"),
        ("<annotations>" + "<a>" * 60 + "</a>" * 60 + "</annotations>", "nested more than 50"),
        (f"<annotations>{track(polygon(0))}</annotations>", "tracks before its head"),
    ],
)
def test_an_error_names_its_place(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(FormatError) as error:
        read(tmp_path, text)
    assert reason in str(error.value)


def job(tracks: str, start: int, stop: int, more: str = "<frame_filter></frame_filter>") -> str:
    """A job of a task with a video, as CVAT writes it."""
    head = f"<id>9</id><size>{stop - start + 1}</size><mode>interpolation</mode><overlap>0</overlap>"
    frames = f"<start_frame>{start}</start_frame><stop_frame>{stop}</stop_frame>{more}"
    size = "<original_size><width>20</width><height>20</height></original_size>"
    segments = f"<segments><segment><id>9</id><start>{start}</start><stop>{stop}</stop></segment></segments>"
    meta = f"<meta><job>{head}{frames}{segments}{LABELS}{size}</job><dumped>2031</dumped></meta>"
    return f"<annotations><version>1.1</version>{meta}{tracks}</annotations>"


def pictures(folder: Path, numbers: range) -> None:
    """Empty pictures `images/frame_000000.PNG`, ..."""
    (folder / "images").mkdir()
    for number in numbers:
        (folder / "images" / f"frame_{number:06d}.PNG").write_bytes(b"")


def test_a_job_is_a_part_of_its_video(tmp_path: Path) -> None:
    found = read(tmp_path, job(track(polygon(5) + polygon(6, outside=1)), 5, 7)).dataset
    assert found.videos[0].numbers == range(5, 8)
    assert [mask is not None for mask in found.tracks[0].segmentations] == [True, False, False]


def test_shapes_of_a_job_have_the_numbers_of_the_video_its_head_those_of_the_task(tmp_path: Path) -> None:
    text = job(track(polygon(25) + polygon(30, outside=1)), 5, 7, "<frame_filter>step=5</frame_filter>")
    found = read(tmp_path, text).dataset
    assert found.videos[0].numbers == range(25, 36, 5)
    assert [mask is not None for mask in found.tracks[0].segmentations] == [True, False, False]


@pytest.mark.parametrize("there", [range(5, 8), range(10)])
def test_pictures_of_a_job_are_its_own_or_those_of_the_whole_video(tmp_path: Path, there: range) -> None:
    pictures(tmp_path, there)
    found = read(tmp_path, job(track(polygon(5)), 5, 7)).dataset
    assert found.videos[0].file_names == tuple(f"images/frame_{number:06d}.PNG" for number in (5, 6, 7))


def test_a_video_that_left_as_images_keeps_its_masks(tmp_path: Path) -> None:
    pictures(tmp_path, range(2))
    shape = f'<polygon label="car" source="manual" occluded="0" {POLYGON}></polygon>'
    images = "".join(f'<image id="{k}" name="frame_{k:06d}" width="20" height="20">{shape}</image>' for k in range(2))
    found = read(tmp_path, video(images, size=2))
    assert found.dataset.videos[0].file_names == ("images/frame_000000.PNG", "images/frame_000001.PNG")
    assert len(found.dataset.tracks) == 2


def test_a_name_that_leads_out_is_not_looked_for(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    text = '<annotations><image id="0" name="../../a" width="20" height="20"></image></annotations>'
    assert read(tmp_path, text).dataset.videos[0].file_names == ("../../a",)
