"""Names of videos and pictures that a writer makes are plain, differ, and lead to no other folder."""

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.formats.losses import Losses
from storage.formats.names import by_video, plain, plain_videos, video_folder
from storage.youtube_vis import VisDataset, VisVideo

NAMES = st.text(st.characters(exclude_categories=("Cs",)), max_size=90)


def dataset(*videos: tuple[tuple[str, ...], dict[str, object]]) -> VisDataset:
    listed = tuple(VisVideo(k, 4, 4, len(names), names, extra) for k, (names, extra) in enumerate(videos, start=1))
    return VisDataset(info={}, licenses=(), videos=listed, categories=(), tracks=())


@given(NAMES)
def test_a_plain_name_is_one_part_of_a_path(name: str) -> None:
    found = plain(name)
    assert found and "/" not in found and "\\" not in found and "\0" not in found
    assert found not in (".", "..") and not found.startswith(".") and len(found) <= 60
    assert plain(found) == found


@given(st.lists(NAMES, min_size=1, max_size=6))
def test_videos_and_frames_of_any_names_get_different_ones(names: list[str]) -> None:
    given_names = tuple(f"{name}/{name}.png" for name in names)
    found = plain_videos(dataset(*(((name,), {}) for name in given_names), (given_names, {})))
    folders = [one.name.casefold() for one in found.values()]
    assert len(set(folders)) == len(folders)
    assert all(len(set(one.stems)) == len(one.stems) == len(one.files) for one in found.values())
    assert all(PurePosixPath(file).name == file for one in found.values() for file in one.files)


def test_a_changed_name_is_counted_for_each_frame() -> None:
    losses = Losses()
    found = plain_videos(dataset((("a/1.jpg", "a/2.jpg"), {}), (("b:c/1.jpg", "b:c/2.jpg"), {})), losses)
    assert [one.name for one in found.values()] == ["a", "b_c"]
    assert losses.of("names") == 2


@pytest.mark.parametrize(
    ("names", "extra", "folder"),
    [
        (("a/b/1.jpg",), {}, "a/b"),
        (("JPEGImages/a/1.jpg",), {}, "a"),
        (("..\\a\\1.jpg",), {}, "a"),
        (("/data/a/1.jpg",), {}, "data/a"),
        (("1.jpg",), {}, ""),
        ((), {}, ""),
        (("a/1.jpg",), {"name": "clip one"}, "clip one"),
        (("a/1.jpg",), {"name": " "}, "a"),
        (("a/1.jpg",), {"name": 5}, "a"),
    ],
)
def test_a_video_is_called_by_its_key_or_its_folder(
    names: tuple[str, ...], extra: dict[str, object], folder: str
) -> None:
    assert video_folder(VisVideo(1, 4, 4, len(names), names, extra)) == folder


def test_frames_without_names_are_numbered_and_equal_names_too() -> None:
    [nameless] = plain_videos(dataset(((), {}))).values()
    assert nameless.name == "video_1"
    video = VisVideo(1, 4, 4, 2, ())
    [numbered] = plain_videos(VisDataset(info={}, licenses=(), videos=(video,), categories=(), tracks=())).values()
    assert numbered.files == ("00000.jpg", "00001.jpg")
    [same] = plain_videos(dataset((("a/x/1.png", "a/y/1.bmp"), {}))).values()
    assert same.files == ("00000.png", "00001.bmp")


def test_pictures_belong_to_their_folder_or_to_those_of_their_name_without_its_number() -> None:
    names = ["a/1.jpg", "b\\1.jpg", "a/2.jpg", "dog_0001.jpg", "dog_0002.jpg", "dog-3.jpg", "7.jpg", "8.jpg", "cat.jpg"]
    assert by_video(names) == {"a": [0, 2], "b": [1], "dog": [3, 4, 5], ".": [6, 7], "cat": [8]}


@given(st.lists(NAMES.filter(bool), max_size=20))
def test_each_picture_belongs_to_one_video(names: list[str]) -> None:
    assert sorted(position for found in by_video(names).values() for position in found) == list(range(len(names)))
