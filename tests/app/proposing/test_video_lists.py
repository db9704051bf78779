"""The videos of a command: paths, folders, lists, YouTube-VIS files, and their content hashes."""

from pathlib import Path

import pytest

from app.errors import BadInput
from app.proposing.video_lists import FileVideo, content_hash, overlooked, read_list, videos_of, videos_of_annotations
from storage import frames
from storage.youtube_vis import YouTubeVisError
from tests.app.command_line import annotation_file, pictures
from tests.storage.made_videos import make_video


def test_a_folder_of_pictures_is_one_video_and_any_other_folder_stands_for_those_in_it(tmp_path: Path) -> None:
    shots = pictures(tmp_path / "all" / "shots")
    clip = make_video(tmp_path / "all" / "clip10.mp4", frames=2)
    other = make_video(tmp_path / "all" / "clip9.mp4", frames=2)
    (tmp_path / "all" / "notes.txt").write_text("no video")
    (tmp_path / "all" / ".hidden.mp4").write_text("")

    assert [video.path for video in videos_of([shots])] == [shots]
    assert [(video.id, video.path) for video in videos_of([tmp_path / "all", clip])] == [
        (1, other),
        (2, clip),
        (3, shots),
        (4, clip),
    ]


def test_where_nothing_is_there_the_first_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="neither pictures nor videos"):
        videos_of([tmp_path])
    with pytest.raises(BadInput, match=r"no file or folder .*none\.mp4"):
        videos_of([tmp_path / "none.mp4", tmp_path / "other.mp4"])


def test_one_path_that_is_not_there_keeps_its_place_among_others(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    shots = pictures(tmp_path / "shots")
    asked = [tmp_path / "none.mp4", tmp_path / "empty", shots]

    assert [(video.id, video.path) for video in videos_of(asked)] == list(enumerate(asked, start=1))


def test_videos_beside_pictures_are_told_of(tmp_path: Path) -> None:
    plain, mixed = pictures(tmp_path / "plain"), pictures(tmp_path / "mixed")
    (mixed / "clip.MP4").write_bytes(b"")
    (mixed / "notes.json").write_bytes(b"")

    assert [video.path for video in videos_of([mixed])] == [mixed]
    [sentence] = overlooked([plain, mixed, mixed / "clip.MP4", tmp_path])
    assert str(mixed) in sentence and "video files (1)" in sentence


def test_a_list_is_one_path_a_line(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("# my videos\n\n a b.mp4 \n/abs/c.mp4\r\n~/d.mp4\n")

    assert read_list(file) == (Path("a b.mp4"), Path("/abs/c.mp4"), Path.home() / "d.mp4")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_list_of_windows_has_no_mark_in_its_first_path(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "list.txt"
    file.write_text("a.mp4\r\nb.mp4\r\n", encoding=encoding)
    assert read_list(file) == (Path("a.mp4"), Path("b.mp4"))


@pytest.mark.parametrize("content", [None, b"", b"# nothing\n\n", b"\xff\xfe\x00", "a.mp4".encode("utf-16-le")])
def test_a_list_that_names_nothing_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "list.txt"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(BadInput, match=r"list\.txt"):
        read_list(file)


@pytest.mark.parametrize("content", ["", "{", "3", "[]", "{}", '{"videos": []}'])
def test_a_file_that_is_not_youtube_vis_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content)

    with pytest.raises((YouTubeVisError, BadInput), match=r"a\.json"):
        videos_of_annotations(tmp_path / "a.json", tmp_path)


def test_a_missing_frames_folder_is_refused(tmp_path: Path) -> None:
    file = annotation_file(tmp_path / "a.json", [["x/0.png"]])

    with pytest.raises(BadInput, match="gone"):
        videos_of_annotations(file, tmp_path / "gone")


def test_videos_of_a_file_keep_their_ids_order_and_names(tmp_path: Path) -> None:
    file = annotation_file(tmp_path / "a.json", [["x/1.png", "x/0.png"], ["y/0.png"]], annotations="not read")
    pictures(tmp_path / "JPEGImages" / "y", count=1).joinpath("00000.png").rename(
        tmp_path / "JPEGImages" / "y" / "0.png"
    )

    listed = videos_of_annotations(file, tmp_path)
    videos, categories = listed.videos, listed.categories

    assert [(video.id, video.names, video.size) for video in videos] == [
        (10, ("x/1.png", "x/0.png"), (64, 48)),
        (20, ("y/0.png",), (64, 48)),
    ]
    assert [category.id for category in categories] == [101, 102, 103, 104, 105]
    assert videos[0].shown == "video 10 (x)"


def test_a_file_of_which_no_video_has_pictures_is_refused(tmp_path: Path) -> None:
    file = annotation_file(tmp_path / "a.json", [["x/1.png"], ["y/0.png"]])
    with pytest.raises(BadInput, match=r"No video of a\.json has its pictures .*Video 10: its picture 'x/1\.png'"):
        videos_of_annotations(file, tmp_path)


def test_a_video_is_known_by_its_pictures_as_its_index_knows_it(tmp_path: Path) -> None:
    clip, shots = make_video(tmp_path / "clip.mp4", frames=3), pictures(tmp_path / "shots")
    named = ("00002.png", "00000.png")

    assert content_hash(FileVideo(1, clip)) == frames.index(clip).content_hash
    assert content_hash(FileVideo(2, shots)) == frames.probe(shots).content_hash
    assert content_hash(FileVideo(3, shots, named)) == frames.index_files(shots, named).content_hash
    assert content_hash(FileVideo(3, shots, named)) != content_hash(FileVideo(3, shots, named[::-1]))
    assert content_hash(FileVideo(4, tmp_path / "none.mp4")) is None
    assert content_hash(FileVideo(5, shots, ("none.png",))) is None


def test_pictures_elsewhere_and_loose_ids_are_read_and_noted(tmp_path: Path) -> None:
    pictures(tmp_path / "train" / "JPEGImages" / "x")
    file = annotation_file(tmp_path / "a.json", [[f"x\\{k:05d}.jpg" for k in range(3)]])
    file.write_bytes(file.read_text().replace('"id": 10,', '"id": "10",').encode("utf-16"))

    listed = videos_of_annotations(file, tmp_path)

    [video] = listed.videos
    assert (video.id, video.path) == (10, tmp_path / "train" / "JPEGImages")
    assert video.names == tuple(f"x/{k:05d}.png" for k in range(3))
    kinds = ("UTF-16 text", "instead of a whole number", "are taken from", "is taken for x/00000.jpg", "on the disk")
    assert len(listed.notes) == len(kinds)
    assert all(kind in note for kind, note in zip(kinds, listed.notes, strict=True))


def test_the_truth_of_the_file_is_not_looked_at(tmp_path: Path) -> None:
    pictures(tmp_path / "x")
    tracks = [{"id": 1, "bboxes": [[float("nan")] * 4], "segmentations": float("nan")}]
    file = annotation_file(tmp_path / "a.json", [["x/00000.png"]], annotations=tracks)

    assert videos_of_annotations(file, tmp_path).notes == ()
