"""Videos come in: from a path, copied, as a folder, long ones counted later; nothing half-written stays."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput, Cancelled, CannotStore
from app.library import videos as library_videos
from app.library.counting import count_frames, frame_index
from app.library.sources import problem
from app.library.videos import add_upload, receive_upload, safe_name, twin_of, upload
from app.settings import Settings
from storage import frames, videos
from storage.database import Database
from storage.projects import Project
from tests import own_loop
from tests.app.library.scene import LibraryScene
from tests.app.made import FRAMES
from tests.storage.made_videos import make_video


@given(st.text(max_size=300))
def test_a_safe_name_is_a_plain_file_name(name: str) -> None:
    safe = safe_name(name)
    assert safe and safe not in {".", ".."}
    assert "/" not in safe and "\\" not in safe and "\0" not in safe and not safe.startswith(".")
    assert Path(safe).name == safe
    assert len(safe) <= library_videos.LONGEST_NAME + 20
    assert safe_name(safe) == safe


@pytest.mark.parametrize(
    ("name", "safe"),
    [("a b.mp4", "a b.mp4"), ("../x.mp4", "x.mp4"), ("C:\\v\\x.mp4", "x.mp4"), ("", "video"), ("..", "video")],
)
def test_names_that_people_use_stay(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_long_video_can_be_looked_at_before_its_frames_are_counted(
    library: LibraryScene, database: Database, started_workers: list[Settings]
) -> None:
    video = library.uncounted(library.file("long.mp4"))
    assert (video.count, video.confirmed) == (FRAMES, 0)
    [job] = library.jobs(video)
    assert (job.kind, job.active) == ("index", True)
    assert len(started_workers) == 1
    said: list[float] = []
    done = count_frames(
        database, video_id=video.id, report=lambda share, _: said.append(share), cancelled=lambda: False
    )
    assert done.confirmed == done.count == FRAMES
    assert said and max(said) <= 1.0
    assert frame_index(done).confirmed


def test_counting_can_be_cancelled_and_refuses_a_changed_file(library: LibraryScene, database: Database) -> None:
    path = library.file("long.mp4")
    video = library.add(path)
    provisional = frames.probe(path).to_dict()
    with database.atomic() as tx:
        videos.store_index(tx, video.id, index_json=provisional, count=video.count, confirmed=0)

    def count(cancelled: bool) -> None:
        count_frames(database, video_id=video.id, report=lambda *_: None, cancelled=lambda: cancelled)

    with pytest.raises(Cancelled):
        count(True)
    make_video(path, frames=FRAMES + 3)
    with pytest.raises(frames.SourceChanged):
        count(False)


def test_a_moved_source_is_read_at_its_new_place(library: LibraryScene, database: Database, tmp_path: Path) -> None:
    video = library.add(library.file("a.mp4", frames=3))
    moved = Path(video.path).rename(tmp_path / "b.mp4")
    assert "a.mp4" in (problem(video, frame_index(video)) or "")
    with database.atomic() as tx:
        video = videos.move_source(tx, video.id, path=str(moved), copied=False)
    assert problem(video, frame_index(video)) is None


@pytest.mark.parametrize("path", ["", "   ", "/nowhere/at/all.mp4"])
def test_a_path_to_nothing_is_named(library: LibraryScene, path: str) -> None:
    with pytest.raises(BadInput):
        library.add(path)


@pytest.mark.parametrize("copy", [False, True])
def test_a_file_that_is_no_video_leaves_nothing(
    library: LibraryScene, settings: Settings, tmp_path: Path, copy: bool
) -> None:
    path = tmp_path / "text.mp4"
    path.write_text("not a video " * 100)
    with pytest.raises(frames.VideoError):
        library.add(path, copy=copy)
    assert list(settings.videos.iterdir()) == []
    assert library.names() == []


def test_an_empty_folder_is_no_video(library: LibraryScene, tmp_path: Path) -> None:
    with pytest.raises(frames.NoPicture):
        library.add(tmp_path)


async def pieces(*parts: bytes, broken: Exception | None = None) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
    if broken is not None:
        raise broken


def receive(settings: Settings, body: AsyncIterator[bytes], **more: int) -> None:
    with upload(settings, "a.mp4") as arrival:
        own_loop.run(receive_upload(arrival, name="a.mp4", body=body, **more))


def test_an_upload_that_breaks_off_or_is_too_large_leaves_nothing(settings: Settings) -> None:
    with pytest.raises(EOFError):
        receive(settings, pieces(b"x", broken=EOFError()))
    with pytest.raises(BadInput, match="larger"):
        receive(settings, pieces(b"xxx", b"xxx"), limit=5)
    assert list(settings.videos.iterdir()) == []


def test_a_full_disk_is_one_sentence_and_leaves_nothing(settings: Settings) -> None:
    full = OSError(28, "No space left on device")
    with pytest.raises(CannotStore, match=r"No space left.*make room") as caught:
        receive(settings, pieces(b"x", broken=full))
    assert caught.value.status == 507
    assert list(settings.videos.iterdir()) == []


def test_the_stored_index_is_the_one_that_was_counted(library: LibraryScene) -> None:
    path = library.file("a.mp4", frames=5)
    video = library.add(path, name="named")
    assert video.name == "named"
    assert frame_index(video) == frames.index(path)
    assert frames.index(path).to_dict() == dict(video.index)


@pytest.mark.parametrize("path", ["/no/../such\0.mp4", "/a\0", "/" + "x" * 300])
def test_what_cannot_be_a_path_is_refused_in_a_sentence(library: LibraryScene, path: str) -> None:
    with pytest.raises(BadInput, match="cannot be a path"):
        library.add(path)


def test_two_people_may_bring_the_same_name_at_once(
    library: LibraryScene, database: Database, settings: Settings, project: Project
) -> None:
    """Both are received before the first is stored; neither loses its file, also if one fails."""
    film = library.file("film.mp4", frames=3).read_bytes()
    refused = pytest.raises(BadInput, match=r"film\.mp4")
    with upload(settings, "film.mp4") as mine, refused, upload(settings, "film.mp4") as theirs:
        mine.content.write_bytes(film)
        theirs.content.write_bytes(b"no film")
        kept = add_upload(database, settings, project_id=project.id, name="film.mp4", arrival=mine)
        add_upload(database, settings, project_id=project.id, name="film.mp4", arrival=theirs)
    assert Path(kept.path).read_bytes() == film and list(settings.videos.iterdir()) == [Path(kept.path)]


@pytest.mark.parametrize("theirs", ["file", "folder", "link to nothing"])
def test_what_a_person_put_among_the_copies_is_never_replaced(
    library: LibraryScene, settings: Settings, tmp_path: Path, theirs: str
) -> None:
    place = settings.videos / "clip.mp4"
    if theirs == "file":
        place.write_bytes(b"mine")
    elif theirs == "folder":
        place.mkdir()
    else:
        place.symlink_to(tmp_path / "away.mp4")
    before = place.lstat()
    path = library.file("clip.mp4", frames=3)
    video = library.add(path, copy=True)
    assert Path(video.path) != place and place.lstat() == before


def test_a_folder_without_pictures_leaves_nothing_when_it_is_copied(
    library: LibraryScene, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(frames.VideoError):
        library.add(tmp_path / "empty", copy=True)
    assert list(settings.videos.iterdir()) == []


def test_one_place_has_one_name(library: LibraryScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = library.file("clip.mp4", frames=3)
    (tmp_path / "aside").mkdir()
    monkeypatch.chdir(tmp_path / "aside")
    for named in (path, tmp_path / "aside" / ".." / "clip.mp4", "../clip.mp4"):
        assert library.add(named, again=True).path == str(path)


@pytest.mark.parametrize("count", [True, False])
def test_a_caller_that_counts_the_frames_itself_needs_no_job(
    library: LibraryScene, started_workers: list[Settings], count: bool
) -> None:
    path = library.file("long.mp4")
    for copy in (False, True):
        video = library.uncounted(path, copy=copy, count=count, again=copy)
        assert video.confirmed == 0
        assert [job.kind for job in library.jobs(video)] == ["index"] * count


def test_a_file_is_read_for_a_twin_only_where_a_copy_may_be_of_it(
    library: LibraryScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = library.file("dog.mp4")
    copied = library.uncounted(path, copy=True)
    assert twin_of([copied], path) == copied
    monkeypatch.setattr(frames, "probe", None)
    assert twin_of([copied], path.with_name("cat.mp4")) is None
