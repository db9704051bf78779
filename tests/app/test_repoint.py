"""A video whose source moved: another place is accepted if it holds the same video, and what differs is said."""

from pathlib import Path

import pytest
from PIL import Image

from app import videos as use
from app.correct import Batch, EditRequest, apply_batch
from app.errors import BadInput
from app.settings import Settings
from storage import frames, jobs, tracks, videos
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import FRAMES, PERSON, new_track, project_with, square, video_in
from tests.storage.made_videos import make_sound, make_video, numbered_picture
from tests.storage.test_frame_identity import remuxed


@pytest.fixture
def project(database: Database) -> Project:
    return project_with(database, "dog")[0]


@pytest.fixture
def video(database: Database, settings: Settings, project: Project, tmp_path: Path) -> Video:
    """A video with a mask on frame 3."""
    made = video_in(database, settings, project, tmp_path)
    _, changes = new_track(None, {3: square(4, 4)})
    request = EditRequest("00000000-0000-4000-8000-000000000001", "draw", None, tuple(changes))
    [result] = apply_batch(database, Batch(made, PERSON, (request,)))
    assert result["status"] == "applied"
    return made


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
    with database.read() as tx:
        assert len(jobs.list_jobs(tx, project.id)) == 2
    done = use.confirm_frames(database, video_id=video.id, report=lambda *_: None, cancelled=lambda: False)
    assert done.confirmed == FRAMES


def test_a_place_in_the_data_folder_counts_as_a_copy(database: Database, settings: Settings, video: Video) -> None:
    settings.videos.mkdir(parents=True, exist_ok=True)
    inside = Path(video.path).rename(settings.videos / "kept.mp4")
    assert use.repoint(database, settings, video_id=video.id, path=inside).copied
