"""Holes in the numbers of a folder of pictures are noted; other steps, times and names without numbers are not."""

from pathlib import Path

import pytest
from PIL import Image

from storage import frames
from storage.frames.numbering import numbering_note


def names(*numbers: int, form: str = "{:05d}.jpg") -> list[str]:
    return [form.format(number) for number in numbers]


@pytest.mark.parametrize(
    ("listed", "where"),
    [
        (names(0, 1, 2, 4, 5, 6), "names jump from 00002 to 00004"),
        (names(0, 5, 10, 20, 25), "names jump from 00010 to 00020"),
        (names(1, 2, 3, 10, 11, 20, 21), "names jump from 00003 to 00010, from 00011 to 00020"),
        (names(0, 1, 2, 4, form="img_{}.png"), "names jump from img_2 to img_4"),
        (names(0, 1, 2, 4, form="a/b-{:03d}.png"), "names jump from b-002 to b-004"),
    ],
)
def test_a_jump_is_named(listed: list[str], where: str) -> None:
    assert str(numbering_note(listed)).startswith(f"{where}; pictures may be missing")


def test_many_jumps_are_counted() -> None:
    listed = [number for start in range(0, 80, 10) for number in range(start, start + 8)]
    assert "from 00027 to 00030 and 4 more times;" in str(numbering_note(names(*listed)))


@pytest.mark.parametrize(
    "listed",
    [
        [],
        names(7),
        names(3, 4, 5),
        names(0, 5, 10, 15),
        names(0, 3),
        names(100, 133, 167, 200, 234, 300),
        ["a.jpg", "b.jpg", "d.jpg"],
        ["a1.jpg", "a2.jpg", "a3.jpg", "b7.jpg", "b8.jpg"],
        ["1a.jpg", "4b.jpg", "9c.jpg"],
    ],
)
def test_what_has_no_hole_has_no_note(listed: list[str]) -> None:
    assert numbering_note(listed) is None


def folder(place: Path, *listed: str) -> Path:
    place.mkdir()
    for name in listed:
        Image.new("RGB", (32, 24)).save(place / name)
    return place


def test_the_index_of_a_folder_has_the_note_and_a_list_of_names_has_none(tmp_path: Path) -> None:
    place = folder(tmp_path / "seq", *names(0, 1, 2, 4))
    (place / "notes.txt").touch()
    first, second = frames.index(place).notes
    assert first == "1 other file in the folder left out" and second.startswith("names jump from 00002 to 00004")
    assert frames.index_files(place, names(0, 1, 2, 4)).notes == ()


def test_a_folder_whose_name_is_not_utf_8_is_counted(tmp_path: Path) -> None:
    place = folder(tmp_path / "S\udce4ngerin", "\udce4.png")
    assert frames.index(place).count == 1
