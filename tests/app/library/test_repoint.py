"""A video whose source moved: another place is accepted if it holds the same video, and what differs is said."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from app.errors import BadInput, OtherPixels
from app.library import videos as use
from app.settings import Settings
from storage import frames, jobs, tracks, videos
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import FRAMES, new_track, project_with, send, square, video_in
from tests.storage.frames.test_identity import remuxed
from tests.storage.made_videos import make_jpeg_video, make_sound, make_video, numbered_picture


@pytest.fixture
def project(database: Database) -> Project:
    return project_with(database, "dog")[0]


@pytest.fixture
def video(database: Database, settings: Settings, project: Project, tmp_path: Path) -> Video:
    """A video with a mask on frame 3."""
    made = video_in(database, settings, project, tmp_path)
    _, changes = new_track(None, {3: square(4, 4)})
    assert send(database, made, changes)["status"] == "applied"
    return made


def counting_jobs(database: Database, video: Video) -> list[str]:
    """States of the jobs that count the frames, the first one first."""
    with database.read() as tx:
        found = jobs.list_jobs(tx, video_id=video.id)
    return [job.status for job in sorted(found, key=lambda job: job.created) if job.kind == "index"]


def check_usable(database: Database, moved: Video, path: Path) -> None:
    assert moved.path == str(path)
    index = use.frame_index(moved)
    assert index.path == path
    assert use.problem(moved, index) is None
    assert moved.content_hash == index.content_hash
    assert moved.confirmed == FRAMES
    with frames.open_reader(index) as reader:
        assert reader.read(FRAMES - 1).shape == (48, 64, 3)
    with database.read() as tx:
        assert [row.frame for row in tracks.rows(tx, moved.id)] == [3]


def test_a_moved_file_is_found_again_with_its_masks(
    database: Database, settings: Settings, video: Video, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    moved = Path(video.path).rename(elsewhere / "named otherwise.mp4")
    assert "clip.mp4" in (use.problem(video, use.frame_index(video)) or "")
    check_usable(database, use.repoint(database, settings, video_id=video.id, path=str(moved)), moved)


def test_the_same_pictures_in_another_container_are_accepted(
    database: Database, settings: Settings, video: Video, tmp_path: Path
) -> None:
    other = remuxed(Path(video.path), tmp_path / "other.mkv")
    Path(video.path).unlink()
    check_usable(database, use.repoint(database, settings, video_id=video.id, path=other), other)


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
    database: Database, settings: Settings, video: Video, tmp_path: Path, make: object, reason: str
) -> None:
    other = make(tmp_path / "other.mp4")  # type: ignore[operator]
    with pytest.raises(BadInput, match=reason) as caught:
        use.repoint(database, settings, video_id=video.id, path=other)
    assert "is not the video clip" in str(caught.value)
    with database.read() as tx:
        assert videos.get_video(tx, video.id) == video


def test_a_video_that_was_coded_again_is_taken_on_a_persons_word(
    database: Database, settings: Settings, video: Video, tmp_path: Path
) -> None:
    other = make_video(tmp_path / "other.mp4", frames=FRAMES, options={"crf": "45"})
    check_usable(database, use.repoint(database, settings, video_id=video.id, path=other, other_pixels=True), other)
    longer = make_video(tmp_path / "longer.mp4", frames=FRAMES + 1)
    with pytest.raises(BadInput, match="instead of"):
        use.repoint(database, settings, video_id=video.id, path=longer, other_pixels=True)


def test_nothing_nowhere_no_video_and_a_folder_are_refused(
    database: Database, settings: Settings, video: Video, tmp_path: Path
) -> None:
    for path in ("", str(tmp_path / "nowhere.mp4")):
        with pytest.raises(BadInput):
            use.repoint(database, settings, video_id=video.id, path=path)
    with pytest.raises(frames.NoPicture):
        use.repoint(database, settings, video_id=video.id, path=make_sound(tmp_path / "sound.m4a"))
    folder = tmp_path / "folder"
    folder.mkdir()
    Image.fromarray(numbered_picture(0)).save(folder / "0.png")
    with pytest.raises(BadInput, match="folder of pictures"):
        use.repoint(database, settings, video_id=video.id, path=folder)


def test_a_moved_folder_is_found_again_and_another_one_is_not(
    database: Database, settings: Settings, project: Project, tmp_path: Path
) -> None:
    for place, numbers in (("one", (0, 1)), ("two", (0, 1)), ("three", (0, 5))):
        (tmp_path / place).mkdir()
        for at, k in enumerate(numbers):
            Image.fromarray(numbered_picture(k)).save(tmp_path / place / f"{at}.png")
    video = use.add_video(database, settings, project_id=project.id, path=tmp_path / "one")
    moved = use.repoint(database, settings, video_id=video.id, path=tmp_path / "two")
    assert moved.path == str(tmp_path / "two")
    assert use.problem(moved, use.frame_index(moved)) is None
    with pytest.raises(BadInput, match="other bytes"):
        use.repoint(database, settings, video_id=video.id, path=tmp_path / "three")
    (tmp_path / "two" / "1.png").unlink()
    with pytest.raises(frames.SourceMissing, match=r"1\.png"):
        use.repoint(database, settings, video_id=video.id, path=tmp_path / "two")


def test_a_video_that_was_not_counted_yet_goes_on_being_counted_at_its_new_place(
    database: Database,
    settings: Settings,
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    started_workers: list[Settings],
) -> None:
    monkeypatch.setattr(use, "CONFIRM_AT_ONCE_PIXELS", 1)
    path = make_video(tmp_path / "long.mp4", frames=FRAMES)
    video = use.add_video(database, settings, project_id=project.id, path=path)
    moved = use.repoint(database, settings, video_id=video.id, path=path.rename(tmp_path / "moved.mp4"))
    assert moved.confirmed == 0
    assert len(counting_jobs(database, video)) == 1, "the one that waits begins with the new place"
    done = use.confirm_frames(database, video_id=video.id, report=lambda *_: None, cancelled=lambda: False)
    assert done.confirmed == FRAMES


def test_what_a_person_put_among_the_copies_is_no_copy(database: Database, settings: Settings, video: Video) -> None:
    settings.videos.mkdir(parents=True, exist_ok=True)
    inside = Path(video.path).rename(settings.videos / "kept.mp4")
    assert not use.repoint(database, settings, video_id=video.id, path=inside).copied


def test_a_copy_stays_one_when_the_data_folder_has_moved(
    database: Database, settings: Settings, video: Video, tmp_path: Path
) -> None:
    video = use.add_video(database, settings, project_id=video.project_id, path=video.path, copy=True)
    now = replace(settings, data=settings.data.rename(tmp_path / "elsewhere"))
    moved = use.repoint(database, now, video_id=video.id, path=now.videos / Path(video.path).name)
    assert moved.copied and Path(moved.path).is_relative_to(now.data)
    renamed = Path(moved.path).rename(now.videos / "renamed.mp4")
    assert not use.repoint(database, now, video_id=video.id, path=renamed).copied


@pytest.mark.parametrize(("same_bytes", "states"), [(True, ["running"]), (False, ["running", "queued"])])
def test_a_count_that_runs_goes_on_for_the_same_bytes_only(
    database: Database,
    settings: Settings,
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    started_workers: list[Settings],
    same_bytes: bool,
    states: list[str],
) -> None:
    monkeypatch.setattr(use, "CONFIRM_AT_ONCE_PIXELS", 1)
    path = make_video(tmp_path / "long.mp4", frames=FRAMES)
    video = use.add_video(database, settings, project_id=project.id, path=path)
    with database.atomic() as tx:
        jobs.claim(tx, worker="here:1", kinds=["index"])
    other = path.rename(tmp_path / "moved.mp4") if same_bytes else remuxed(path, tmp_path / "other.mkv")
    moved = use.repoint(database, settings, video_id=video.id, path=other, other_pixels=not same_bytes)
    assert (moved.path, moved.confirmed) == (str(other), 0)
    assert counting_jobs(database, video) == states


def test_a_file_of_another_size_is_refused_without_being_counted(
    database: Database, settings: Settings, video: Video, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    larger = make_video(tmp_path / "larger.mp4", frames=FRAMES, size=(96, 48))
    same = remuxed(Path(video.path), tmp_path / "same.mkv")
    counted: list[Path] = []
    original = frames.index

    def count(path: Path, **more: object) -> frames.FrameIndex:
        counted.append(path)
        return original(path, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(frames, "index", count)
    for other_pixels in (False, True):
        with pytest.raises(BadInput, match="96 x 48 instead of 64 x 48"):
            use.repoint(database, settings, video_id=video.id, path=larger, other_pixels=other_pixels)
    assert counted == []
    use.repoint(database, settings, video_id=video.id, path=same)
    assert counted == [same]


def test_a_file_that_only_looks_different_is_told_apart_from_another_video(
    database: Database, settings: Settings, video: Video, tmp_path: Path
) -> None:
    again = make_video(tmp_path / "again.mp4", frames=FRAMES, options={"crf": "45"})
    longer = make_video(tmp_path / "longer.mp4", frames=FRAMES + 1)
    with pytest.raises(
        OtherPixels, match=r"frame 0 shows another picture.*, or say that it is the same, coded again\."
    ):
        use.repoint(database, settings, video_id=video.id, path=again)
    with pytest.raises(BadInput) as caught:
        use.repoint(database, settings, video_id=video.id, path=longer)
    assert not isinstance(caught.value, OtherPixels)


def test_a_file_of_which_no_picture_can_be_compared_needs_a_persons_word(
    database: Database,
    settings: Settings,
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    started_workers: list[Settings],
) -> None:
    monkeypatch.setattr(use, "CONFIRM_AT_ONCE_PIXELS", 1)
    path = make_video(tmp_path / "long.mp4", frames=FRAMES)
    video = use.add_video(database, settings, project_id=project.id, path=path)
    other = make_video(tmp_path / "other.mp4", frames=FRAMES, options={"crf": "45"})
    with pytest.raises(OtherPixels, match="none of its frames can be compared"):
        use.repoint(database, settings, video_id=video.id, path=other)
    with database.read() as tx:
        assert videos.get_video(tx, video.id) == video
    assert use.repoint(database, settings, video_id=video.id, path=other, other_pixels=True).path == str(other)


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """``act`` happens while the other file is looked at."""
    original = use._index_like

    def slow(old: frames.FrameIndex, found: Path) -> frames.FrameIndex:
        new = original(old, found)
        act()
        return new

    monkeypatch.setattr(use, "_index_like", slow)


@pytest.mark.parametrize("other_pixels", [False, True])
def test_what_is_counted_while_the_other_file_is_looked_at_stays(
    database: Database,
    settings: Settings,
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    started_workers: list[Settings],
    other_pixels: bool,
) -> None:
    monkeypatch.setattr(use, "CONFIRM_AT_ONCE_PIXELS", 1)
    path = make_video(tmp_path / "long.mp4", frames=FRAMES)
    video = use.add_video(database, settings, project_id=project.id, path=path)

    def counted() -> None:
        use.confirm_frames(database, video_id=video.id, report=lambda *_: None, cancelled=lambda: False)

    meanwhile(monkeypatch, counted)
    if other_pixels:
        other = make_video(tmp_path / "other.mp4", frames=FRAMES, options={"crf": "45"})
        moved = use.repoint(database, settings, video_id=video.id, path=other, other_pixels=True)
        # Its own frames are still to be counted; all but one keep the numbers that masks may have been drawn under.
        assert (moved.confirmed, use.frame_index(moved).confirmed) == (FRAMES - 1, False)
    else:
        other = tmp_path / "copy.mp4"
        other.write_bytes(path.read_bytes())
        moved = use.repoint(database, settings, video_id=video.id, path=other)
        assert (moved.confirmed, use.frame_index(moved).confirmed) == (FRAMES, True)
    assert moved.path == str(other)


def test_a_file_that_does_not_fit_what_was_counted_meanwhile_is_refused(
    database: Database,
    settings: Settings,
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    started_workers: list[Settings],
) -> None:
    """Listed, both files have as many packets; counted, one of the video's gave no picture."""
    monkeypatch.setattr(use, "CONFIRM_AT_ONCE_PIXELS", 1)
    size = (32, 24)
    path = make_jpeg_video(tmp_path / "holed.mkv", [size, size, None, *[size] * 9])
    other = make_jpeg_video(tmp_path / "whole.mkv", [size] * 12)
    video = use.add_video(database, settings, project_id=project.id, path=path)

    def counted() -> None:
        use.confirm_frames(database, video_id=video.id, report=lambda *_: None, cancelled=lambda: False)

    meanwhile(monkeypatch, counted)
    with pytest.raises(BadInput, match="12 frames instead of 11"):
        use.repoint(database, settings, video_id=video.id, path=other, other_pixels=True)
    with database.read() as tx:
        assert videos.get_video(tx, video.id).path == str(path)


@pytest.mark.parametrize("way", ["dots", "a linked folder"])
def test_what_is_a_copy_is_told_by_where_a_place_really_is(
    database: Database, settings: Settings, video: Video, tmp_path: Path, way: str
) -> None:
    settings.videos.mkdir(parents=True, exist_ok=True)
    if way == "dots":
        outside = Path(video.path).rename(settings.data / "own.mp4")
        moved = use.repoint(database, settings, video_id=video.id, path=settings.videos / ".." / "own.mp4")
        assert (moved.copied, moved.path) == (False, str(outside))
    else:
        video = use.add_video(database, settings, project_id=video.project_id, path=video.path, copy=True)
        linked = tmp_path / "linked"
        linked.symlink_to(settings.data)
        named = linked / "videos" / Path(video.path).name
        moved = use.repoint(database, settings, video_id=video.id, path=named)
        assert (moved.copied, moved.path) == (True, str(named))
