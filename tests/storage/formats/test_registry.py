"""The list of all formats: names, what each holds, and the files that their writers make."""

from pathlib import Path

import pytest

from storage.formats import FORMATS, FormatError, Losses, format_named, format_to_write
from storage.formats.names import PlainVideo
from storage.formats.registry import FEATURES, LABEL_STUDIO, format_table
from storage.youtube_vis import VisDataset

EMPTY = VisDataset({}, (), (), (), ())
ONE = PlainVideo("clip", ("1",), ("1.png",))


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_found_by_its_name_and_says_what_it_lacks(name: str) -> None:
    form = format_to_write(name)
    assert form.name == name and format_named(name) is form
    assert len(form.lacks()) == len(FEATURES) - len(form.holds)
    assert all(text.endswith(".") for text in form.lacks())
    assert form.picture(ONE, 0).endswith("1.png") and not form.picture(ONE, 0).startswith("/")


def test_the_table_has_a_line_for_each_format() -> None:
    head, line, *rows = format_table().splitlines()
    assert head.count("|") == line.count("|") == len(FEATURES) + 3
    assert [row.split("`")[1] for row in rows] == list(FORMATS)


def test_unknown_formats_and_those_that_are_only_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="There is no format x; there are youtube-vis, coco"):
        format_named("x")
    with pytest.raises(FormatError, match="is only read"):
        LABEL_STUDIO.write(tmp_path, EMPTY, Losses())


@pytest.mark.parametrize(
    ("name", "out", "videos", "is_file"),
    [
        ("coco", "a.json", 3, True),
        ("coco", "a", 3, False),
        ("cvat-images", "a.xml", 3, True),
        ("cvat-video", "a.xml", 1, True),
        ("cvat-video", "a.xml", 2, False),
        ("sa-v", "a.JSON", 1, True),
        ("yolo", "a.json", 1, False),
    ],
)
def test_a_name_with_the_suffix_is_the_one_file_of_a_format(
    tmp_path: Path, name: str, out: str, videos: int, is_file: bool
) -> None:
    assert FORMATS[name].is_file(tmp_path / out, videos) == is_file
    (tmp_path / out).mkdir()
    assert not FORMATS[name].is_file(tmp_path / out, videos)
