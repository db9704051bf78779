"""Which video of the project a file means, and which frame each of its entries."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from app.result_files.matching_videos import frames_of, match_videos
from app.result_files.source import SourceVideo
from storage.frames import FrameIndex
from storage.videos import Video


def stored(name: str, *, count: int = 12, pictures: tuple[str, ...] = (), path: str = "", **other: object) -> Video:
    kind = "images" if pictures else "video"
    index = FrameIndex(
        kind, Path(path or f"/videos/{name}"), count, 64, 48, 0, 0, (1, 10), tuple(range(count)), (), (), True, 1, ""
    )
    known: dict[str, object] = {
        **dict.fromkeys(Video.__dataclass_fields__),
        **{"id": f"id of {name}", "name": name, "kind": kind, "path": path or f"/videos/{name}", "stride": 1},
        **{"count": count, "confirmed": count, "width": 64, "height": 48, "created": 1.0},
        "index": replace(index, names=pictures).to_dict(),
        **other,
    }
    return Video(**known)  # type: ignore[arg-type]


def numbered(*numbers: int, name: str = "dog") -> tuple[str, ...]:
    return tuple(f"{name}/{number:05d}.jpg" for number in numbers)


def test_names_are_compared_without_case_folders_and_endings() -> None:
    known = (stored("Dog.mp4"), stored("cats"))
    found = match_videos([SourceVideo(1, "DAVIS/dog"), SourceVideo(2, "cats.mov"), SourceVideo(3, "fox")], known)
    assert {number: video.name for number, video in found.found.items()} == {1: "Dog.mp4", 2: "cats"}
    assert [source.id for source in found.missing] == [3]


def test_pictures_and_content_come_before_names() -> None:
    pictures = numbered(0, 1)
    known = (
        stored("dog"),
        stored("first", file_names=list(pictures)),
        stored("second", file_names=list(pictures), created=2.0),
        stored("third", content_hash="abc"),
    )
    sources = [SourceVideo(1, "dog", pictures), SourceVideo(2, "dog", content_hash="abc")]
    found = match_videos(sources, known).found
    assert [found[number].name for number in (1, 2)] == ["second", "third"]


def test_a_name_of_two_videos_is_refused_and_so_are_two_names_of_one() -> None:
    with pytest.raises(BadInput, match=r"video 1 \(dog\) of the file could be several .* \(dog\.mp4, dog\)"):
        match_videos([SourceVideo(1, "dog")], (stored("dog.mp4"), stored("dog")))
    with pytest.raises(BadInput, match=r"video 1 \(dog\) and video 2 \(a/dog\) of the file are both dog"):
        match_videos([SourceVideo(1, "dog"), SourceVideo(2, "a/dog")], (stored("dog"),))


def test_an_id_of_the_database_decides() -> None:
    known = (stored("dog"), stored("cat"))
    assert match_videos([SourceVideo(1, "dog", stored="id of cat")], known).found[1].name == "cat"


@given(st.integers(1, 30), st.integers(1, 9))
def test_every_so_many_frames(length: int, stride: int) -> None:
    video = stored("dog", count=length * stride)
    frames = frames_of(SourceVideo(1, "dog", length=length), video, stride=stride)
    assert list(frames) == [k * stride for k in range(length)]


def test_as_many_entries_as_frames_go_one_by_one() -> None:
    source = SourceVideo(1, "dog", numbered(*range(1, 13)), length=12)
    assert frames_of(source, stored("dog")) == tuple(range(12))


def test_the_names_of_pictures_decide_where_both_have_them() -> None:
    pictures = tuple(f"{number:05d}.png" for number in (5, 10, 15, 20))
    video = stored("dog", count=4, pictures=pictures)
    assert frames_of(SourceVideo(1, "dog", numbered(10, 20), length=2), video) == (1, 3)


def test_numbers_in_names_are_frames_of_a_video_file() -> None:
    assert frames_of(SourceVideo(1, "dog", numbered(0, 5, 10), length=3), stored("dog")) == (0, 5, 10)


def test_an_import_at_a_stride_keeps_its_frames() -> None:
    names = numbered(0, 4)
    video = stored("dog", file_names=list(names), stride=4, extra={"annotated_from": 1})
    assert frames_of(SourceVideo(1, "dog", names, length=2), video) == (1, 5)


def test_a_file_by_frame_numbers_may_end_earlier() -> None:
    source = SourceVideo(1, "dog", numbered(0, 1, 2), length=3, by_number=True)
    assert frames_of(source, stored("dog")) == (0, 1, 2)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (SourceVideo(1, "dog", length=12, size=(32, 48)), "masks are 32 x 48 pixels, but dog is 64 x 48"),
        (SourceVideo(1, "dog", length=5), "has 5 frames, but dog has 12; give the stride"),
        (SourceVideo(1, "dog", ("a/x.jpg", "a/y.jpg"), length=2), "give the stride"),
        (SourceVideo(1, "dog", numbered(0, 20), length=2), "goes to frame 20, but dog ends with 11"),
        (SourceVideo(1, "dog", length=13, by_number=True), "goes to frame 12, but dog ends with 11"),
    ],
)
def test_what_does_not_fit_is_refused(source: SourceVideo, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        frames_of(source, stored("dog"))
