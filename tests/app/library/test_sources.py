"""A video whose source moved: another place is accepted if it holds the same video, and what differs is said."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import BadInput, OtherPixels
from app.library import sources
from app.library.counting import frame_index
from app.library.sources import problem, repoint
from storage import frames, jobs, tracks
from storage.database import Database
from storage.videos import Video
from tests.app.library.scene import LibraryScene
from tests.app.made import FRAMES
from tests.storage.frames.test_identity import remuxed
from tests.storage.made_videos import make_jpeg_video, make_sound, make_video, numbered_picture


@pytest.fixture
def video(library: LibraryScene) -> Video:
    """A video with a mask on frame 3."""
    made = library.clip()
    assert library.draw(made, 3) == "applied"
    return made


@pytest.fixture
def uncounted(library: LibraryScene) -> Video:
    """A video whose frames are not counted yet, as ``long.mp4``."""
    return library.uncounted(library.file("long.mp4"))


def counting_jobs(library: LibraryScene, video: Video) -> list[str]:
    """States of the jobs that count the frames, the first one first."""
    return [job.status for job in library.jobs(video) if job.kind == "index"]


def check_usable(database: Database, moved: Video, path: Path) -> None:
    assert moved.path == str(path)
    index = frame_index(moved)
    assert index.path == path
    assert problem(moved, index) is None
    assert moved.content_hash == index.content_hash
    assert moved.confirmed == FRAMES
    with frames.open_reader(index) as reader:
        assert reader.read(FRAMES - 1).shape == (48, 64, 3)
    with database.read() as tx:
        assert [row.frame for row in tracks.rows(tx, moved.id)] == [3]


def test_a_moved_file_is_found_again_with_its_masks(library: LibraryScene, video: Video, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    moved = Path(video.path).rename(elsewhere / "named otherwise.mp4")
    assert "clip.mp4" in (problem(video, frame_index(video)) or "")
    check_usable(library.database, library.repoint(video, str(moved)), moved)


def test_the_same_pictures_in_another_container_are_accepted(
    library: LibraryScene, video: Video, tmp_path: Path
) -> None:
    other = remuxed(Path(video.path), tmp_path / "other.mkv")
    Path(video.path).unlink()
    check_usable(library.database, library.repoint(video, other), other)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda p: make_video(p, frames=FRAMES + 1), f"{FRAMES + 1} frames instead of {FRAMES}"),
        (lambda p: make_video(p, frames=FRAMES, size=(96, 48)), "96 x 48 instead of 64 x 48"),
        (lambda p: make_video(p, frames=FRAMES, pts=[40 * k for k in range(FRAMES)]), "comes at 0.040 s"),
        (lambda p: make_video(p, frames=FRAMES, options={"crf": "45"}), "frame 0 shows another picture"),
    ],
)
def test_another_video_is_refused_with_what_differs_and_nothing_changes(
    library: LibraryScene, video: Video, tmp_path: Path, make: object, reason: str
) -> None:
    other = make(tmp_path / "other.mp4")  # type: ignore[operator]
    with pytest.raises(BadInput, match=reason) as caught:
        library.repoint(video, other)
    assert "is not the video clip" in str(caught.value)
    assert library.stored(video) == video


def test_a_video_that_was_coded_again_is_taken_on_a_persons_word(library: LibraryScene, video: Video) -> None:
    other = library.file("other.mp4", options={"crf": "45"})
    check_usable(library.database, library.repoint(video, other, other_pixels=True), other)
    longer = library.file("longer.mp4", frames=FRAMES + 1)
    with pytest.raises(BadInput, match="instead of"):
        library.repoint(video, longer, other_pixels=True)


def test_nothing_nowhere_no_video_and_a_folder_are_refused(library: LibraryScene, video: Video, tmp_path: Path) -> None:
    for path in ("", str(tmp_path / "nowhere.mp4")):
        with pytest.raises(BadInput):
            library.repoint(video, path)
    with pytest.raises(frames.NoPicture):
        library.repoint(video, make_sound(tmp_path / "sound.m4a"))
    with pytest.raises(BadInput, match="folder of pictures"):
        library.repoint(video, library.stills("folder", [numbered_picture(0)]))


def test_a_moved_folder_is_found_again_and_another_one_is_not(library: LibraryScene) -> None:
    places = {"one": (0, 1), "two": (0, 1), "three": (0, 5)}
    one, two, three = (library.stills(place, [numbered_picture(k) for k in own]) for place, own in places.items())
    video = library.add(one)
    moved = library.repoint(video, two)
    assert moved.path == str(two)
    assert problem(moved, frame_index(moved)) is None
    with pytest.raises(BadInput, match="other bytes"):
        library.repoint(video, three)
    (two / "1.png").unlink()
    with pytest.raises(frames.SourceMissing, match=r"1\.png"):
        library.repoint(video, two)


def test_a_video_that_was_not_counted_yet_goes_on_being_counted_at_its_new_place(
    library: LibraryScene, uncounted: Video, tmp_path: Path
) -> None:
    moved = library.repoint(uncounted, Path(uncounted.path).rename(tmp_path / "moved.mp4"))
    assert moved.confirmed == 0
    assert len(counting_jobs(library, uncounted)) == 1, "the one that waits begins with the new place"
    done = library.count(uncounted)
    assert done.confirmed == FRAMES


def test_what_a_person_put_among_the_copies_is_no_copy(library: LibraryScene, video: Video) -> None:
    library.settings.videos.mkdir(parents=True, exist_ok=True)
    inside = Path(video.path).rename(library.settings.videos / "kept.mp4")
    assert not library.repoint(video, inside).copied


def test_a_copy_stays_one_when_the_data_folder_has_moved(
    library: LibraryScene, database: Database, video: Video, tmp_path: Path
) -> None:
    video = library.add(video.path, copy=True, again=True)
    now = replace(library.settings, data=library.settings.data.rename(tmp_path / "elsewhere"))
    moved = repoint(database, now, video_id=video.id, path=now.videos / Path(video.path).name)
    assert moved.copied and Path(moved.path).is_relative_to(now.data)
    renamed = Path(moved.path).rename(now.videos / "renamed.mp4")
    assert not repoint(database, now, video_id=video.id, path=renamed).copied


@pytest.mark.parametrize(("same_bytes", "states"), [(True, ["running"]), (False, ["running", "queued"])])
def test_a_count_that_runs_goes_on_for_the_same_bytes_only(
    library: LibraryScene, uncounted: Video, database: Database, tmp_path: Path, same_bytes: bool, states: list[str]
) -> None:
    with database.atomic() as tx:
        jobs.claim(tx, worker="here:1", kinds=["index"])
    other = (
        Path(uncounted.path).rename(tmp_path / "moved.mp4")
        if same_bytes
        else remuxed(Path(uncounted.path), tmp_path / "other.mkv")
    )
    moved = library.repoint(uncounted, other, other_pixels=not same_bytes)
    assert (moved.path, moved.confirmed) == (str(other), 0)
    assert counting_jobs(library, uncounted) == states


def test_a_file_of_another_size_is_refused_without_being_counted(
    library: LibraryScene, video: Video, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    larger = library.file("larger.mp4", size=(96, 48))
    same = remuxed(Path(video.path), tmp_path / "same.mkv")
    counted: list[Path] = []
    original = frames.index

    def count(path: Path, **more: object) -> frames.FrameIndex:
        counted.append(path)
        return original(path, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(frames, "index", count)
    for other_pixels in (False, True):
        with pytest.raises(BadInput, match="96 x 48 instead of 64 x 48"):
            library.repoint(video, larger, other_pixels=other_pixels)
    assert counted == []
    library.repoint(video, same)
    assert counted == [same]


def test_a_file_that_only_looks_different_is_told_apart_from_another_video(library: LibraryScene, video: Video) -> None:
    again = library.file("again.mp4", options={"crf": "45"})
    longer = library.file("longer.mp4", frames=FRAMES + 1)
    with pytest.raises(
        OtherPixels, match=r"frame 0 shows another picture.*, or say that it is the same, coded again\."
    ):
        library.repoint(video, again)
    with pytest.raises(BadInput) as caught:
        library.repoint(video, longer)
    assert not isinstance(caught.value, OtherPixels)


def test_a_file_of_which_no_picture_can_be_compared_needs_a_persons_word(
    library: LibraryScene, uncounted: Video
) -> None:
    other = library.file("other.mp4", options={"crf": "45"})
    with pytest.raises(OtherPixels, match="none of its frames can be compared"):
        library.repoint(uncounted, other)
    assert library.stored(uncounted) == uncounted
    assert library.repoint(uncounted, other, other_pixels=True).path == str(other)


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """``act`` happens while the other file is looked at."""
    original = sources._index_like

    def slow(old: frames.FrameIndex, found: Path) -> frames.FrameIndex:
        new = original(old, found)
        act()
        return new

    monkeypatch.setattr(sources, "_index_like", slow)


@pytest.mark.parametrize("other_pixels", [False, True])
def test_what_is_counted_while_the_other_file_is_looked_at_stays(
    library: LibraryScene, uncounted: Video, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other_pixels: bool
) -> None:

    meanwhile(monkeypatch, lambda: library.count(uncounted))
    if other_pixels:
        other = library.file("other.mp4", options={"crf": "45"})
        moved = library.repoint(uncounted, other, other_pixels=True)
        # Its own frames are still to be counted; all but one keep the numbers that masks may have been drawn under.
        assert (moved.confirmed, frame_index(moved).confirmed) == (FRAMES - 1, False)
    else:
        other = tmp_path / "copy.mp4"
        other.write_bytes(Path(uncounted.path).read_bytes())
        moved = library.repoint(uncounted, other)
        assert (moved.confirmed, frame_index(moved).confirmed) == (FRAMES, True)
    assert moved.path == str(other)


def test_a_file_that_does_not_fit_what_was_counted_meanwhile_is_refused(
    library: LibraryScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Listed, both files have as many packets; counted, one of the video's gave no picture."""
    size = (32, 24)
    path = make_jpeg_video(tmp_path / "holed.mkv", [size, size, None, *[size] * 9])
    other = make_jpeg_video(tmp_path / "whole.mkv", [size] * 12)
    video = library.uncounted(path)

    meanwhile(monkeypatch, lambda: library.count(video))
    with pytest.raises(BadInput, match="12 frames instead of 11"):
        library.repoint(video, other, other_pixels=True)
    assert library.stored(video).path == str(path)


@pytest.mark.parametrize("way", ["dots", "a linked folder"])
def test_what_is_a_copy_is_told_by_where_a_place_really_is(
    library: LibraryScene, video: Video, tmp_path: Path, way: str
) -> None:
    library.settings.videos.mkdir(parents=True, exist_ok=True)
    if way == "dots":
        outside = Path(video.path).rename(library.settings.data / "own.mp4")
        moved = library.repoint(video, library.settings.videos / ".." / "own.mp4")
        assert (moved.copied, moved.path) == (False, str(outside))
    else:
        video = library.add(video.path, copy=True, again=True)
        linked = tmp_path / "linked"
        linked.symlink_to(library.settings.data)
        named = linked / "videos" / Path(video.path).name
        moved = library.repoint(video, named)
        assert (moved.copied, moved.path) == (True, str(named))
