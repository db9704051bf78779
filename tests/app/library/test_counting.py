"""Counting is stored while it goes: masks find a place in the confirmed part, numbers there never change."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.errors import Cancelled
from app.library import counting as library_counting
from app.library import videos as library_videos
from app.library.counting import Publisher, count_frames, frame_index
from app.web.wire import seconds
from storage import frames, videos
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.library.scene import LibraryScene
from tests.storage.made_videos import make_jpeg_video, make_video, spoil_packet

SIZE = (32, 24)


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every frame is a reason to store how far the counting is."""
    monkeypatch.setattr(library_counting, "PUBLISH_EVERY", 0.0)


def test_the_confirmed_part_grows_in_the_database_frame_by_frame(library: LibraryScene, always: None) -> None:
    path = library.file("long.mp4", frames=40)
    video = library.uncounted(path)
    assert (video.count, video.confirmed) == (40, 0)
    with library.counting(video) as counting, frames.open_reader(frames.index(path)) as reader:
        assert counting.announced == 40
        for k, frame in counting:
            assert np.array_equal(frame, reader.read(k))
            found = library.stored(video)
            assert counting.count == k + 1
            # The last one counts only with the final index.
            assert found.confirmed == min(k + 1, 39)
            assert dict(found.index) == dict(video.index)
    done = library.stored(video)
    assert done.confirmed == done.count == 40
    assert frame_index(done) == counting.confirmed == frames.index(path)


def test_a_mask_can_be_stored_in_the_counted_part_while_the_rest_is_still_counted(
    library: LibraryScene, always: None
) -> None:
    video = library.uncounted(library.file("long.mp4", frames=40))

    with library.counting(video) as counting:
        for k, _ in counting:
            if k == 20:
                assert library.draw(video, 5) == "applied"
                assert library.draw(video, 39) == "refused"
                break
    left = library.stored(video)
    assert left.confirmed == 21
    again = library.count(video)
    assert again.confirmed == 40
    assert library.draw(video, 39) == "applied"


def test_a_hole_shortens_the_stored_list_as_soon_as_it_is_passed(
    library: LibraryScene, tmp_path: Path, always: None
) -> None:
    path = make_jpeg_video(tmp_path / "holed.mkv", [SIZE, SIZE, None, *[SIZE] * 40])
    video = library.uncounted(path)
    assert video.count == 43
    counts = {}
    with library.counting(video) as counting:
        for k, _ in counting:
            found = library.stored(video)
            counts[k] = (found.count, found.confirmed)
            assert frame_index(found).count == found.count
    assert counts[1] == (43, 2)
    assert counts[10] == (42, 11)
    assert library.stored(video).confirmed == 42
    assert len(frame_index(library.stored(video)).gaps) == 1


def test_cancelled_counting_keeps_what_is_counted_and_two_at_once_do_not_take_it_back(
    library: LibraryScene, database: Database
) -> None:
    video = library.uncounted(library.file("long.mp4", frames=40))
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 15

    with pytest.raises(Cancelled):
        count_frames(database, video_id=video.id, report=lambda *_: None, cancelled=cancelled)
    assert library.stored(video).confirmed == 16
    with library.counting(video) as second:
        next(second)
    assert library.stored(video).confirmed == 16


def test_what_is_counted_is_stored_about_once_a_second_only(
    library: LibraryScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = library.uncounted(library.file("long.mp4", frames=40))
    clock = [100.0]
    monkeypatch.setattr(library_counting.time, "monotonic", lambda: clock[0])
    with library.counting(video) as counting:
        seen = []
        for _k, _ in counting:
            clock[0] += 0.3
            seen.append(library.stored(video).confirmed)
    assert sorted(set(seen)) == [0, 5, 9, 13, 17, 21, 25, 29, 33, 37]


def test_a_very_long_video_is_added_by_its_front_and_listed_by_the_job(
    library: LibraryScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library_videos, "LISTING_SECONDS", 0.0)
    video = library.add(library.file("long.mp4", frames=900, size=SIZE))
    assert 0 < video.count < 300 and video.confirmed == 0
    index = frame_index(video)
    assert index.partial
    with frames.open_reader(index) as reader:
        assert reader.read(0).shape == (24, 32, 3)
    assert [(job.kind, job.active) for job in library.jobs(video)] == [("index", True)]
    with library.counting(video, pixels=False) as counting:
        listed = library.stored(video)
        assert (listed.count, counting.announced) == (900, 900)
        assert not frame_index(listed).partial
    done = library.count(video)
    assert (done.count, done.confirmed) == (900, 900)
    assert seconds(done) == pytest.approx(30.0, abs=0.1)


def test_a_counted_video_is_read_and_nothing_is_written(library: LibraryScene) -> None:
    video = library.add(library.file("a.mp4", frames=6))
    with library.counting(video) as counting:
        assert [k for k, _ in counting] == list(range(6))
    assert library.stored(video) == video


def test_a_changed_source_is_refused_before_anything_is_counted(library: LibraryScene) -> None:
    path = library.file("a.mp4", frames=6)
    video = library.add(path)
    make_video(path, frames=8)
    with pytest.raises(frames.SourceChanged):
        library.counting(video)


def test_a_list_that_differs_is_stored_with_its_number(library: LibraryScene, database: Database) -> None:
    video = library.add(library.file("a.mp4", frames=6))
    index = replace(frame_index(video), confirmed=False, keyframe_sums=())
    with database.atomic() as tx:
        videos.store_index(tx, video.id, index_json=index.to_dict(), count=6, confirmed=2)

    class Counting:
        count = 4
        confirmed = replace(index, count=5, pts=index.pts[:5])

    Publisher(database, video.id).publish(Counting())
    found = library.stored(video)
    assert (found.count, found.confirmed) == (5, 4)
    Counting.count = 3
    Publisher(database, video.id).publish(Counting())
    assert library.stored(video).confirmed == 4


def test_nothing_is_stored_of_a_file_that_the_video_no_longer_shows(library: LibraryScene, always: None) -> None:
    """While it is counted, a person says that the video is another file, whose list has other times."""
    path = library.file("long.mp4", frames=40)
    video = library.uncounted(path)
    other = frames.probe(library.file("other.mp4", frames=40, options={"crf": "45"}))
    moved: Video | None = None
    with library.counting(video) as counting:
        for k, _ in counting:
            if k == 9:
                library.repoint(video, other.path, other_pixels=True)
                moved = library.stored(video)
                assert (moved.path, moved.confirmed) == (str(other.path), 10)
    assert counting.confirmed.confirmed
    after = library.stored(video)
    assert after == moved and frame_index(after).content_hash == other.content_hash
    done = library.count(video)
    assert frame_index(done) == frames.index(other.path)


def test_a_pass_that_breaks_off_in_its_repeat_stores_what_the_first_one_knew(
    library: LibraryScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = spoil_packet(library.file("spoiled.mp4", frames=60, b_frames=0), 45)
    truth = frames.index(path).pts
    video = library.uncounted(path)
    original, opened = frames.counting.open_video, []

    def once(*arguments: object, **more: object) -> object:
        opened.append(arguments)
        if len(opened) > 1:
            raise frames.SourceMissing(f"{path} is gone")
        return original(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(frames.counting, "open_video", once)
    with pytest.raises(frames.SourceMissing), library.counting(video) as counting:
        for _ in counting:
            pass
    found = library.stored(video)
    assert found.confirmed == counting.count > 5
    assert frame_index(found).pts[: found.confirmed] == truth[: found.confirmed]


@pytest.mark.parametrize("meanwhile", ["counted", "listed", "moved"])
def test_a_list_that_took_long_does_not_undo_what_came_meanwhile(
    library: LibraryScene,
    database: Database,
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: str,
) -> None:
    path = library.file("long.mp4", frames=900, size=SIZE)
    elsewhere = tmp_path / "elsewhere.mp4"
    elsewhere.write_bytes(path.read_bytes())
    part = frames.probe(path, patience=0)
    assert part.partial
    with database.atomic() as tx:
        video = videos.add_video(
            tx, project_id=project.id, name="long", kind="video", path=str(path), copied=False, confirmed=0,
            index_json=part.to_dict(), count=part.count, width=SIZE[0], height=SIZE[1],
            content_hash=part.content_hash,
        )  # fmt: skip
    original = frames.probe

    def slow(source: Path, **more: float) -> frames.FrameIndex:
        found = original(source, **more)
        with database.atomic() as tx:
            if meanwhile == "counted":
                final = frames.index(path).to_dict()
                videos.store_index(tx, video.id, index_json=final, count=900)
            elif meanwhile == "listed":
                listed = found.to_dict()
                videos.store_index(tx, video.id, index_json=listed, count=900, confirmed=700)
            else:
                videos.move_source(tx, video.id, path=str(elsewhere), copied=False)
                videos.extend_confirmed(tx, video.id, 5)
        monkeypatch.setattr(frames, "probe", original)
        return found

    monkeypatch.setattr(frames, "probe", slow)
    with library.counting(video, pixels=False) as counting:
        expected = {"counted": (900, 900), "listed": (900, 700), "moved": (part.count, 5)}[meanwhile]
        found = library.stored(video)
        assert (found.count, found.confirmed) == expected
        assert frame_index(found).partial == (meanwhile == "moved")
        assert sum(1 for _ in counting) == 900
    done = library.stored(video)
    assert (done.count, done.confirmed) == (900, 900)


def test_a_list_keeps_what_was_confirmed_while_it_was_made(
    library: LibraryScene, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library_videos, "LISTING_SECONDS", 0.0)
    video = library.add(library.file("long.mp4", frames=900, size=SIZE))
    original = frames.probe

    def slow(source: Path, **more: float) -> frames.FrameIndex:
        with database.atomic() as tx:
            videos.extend_confirmed(tx, video.id, 12)
        return original(source, **more)

    monkeypatch.setattr(frames, "probe", slow)
    with library.counting(video, pixels=False):
        found = library.stored(video)
    assert (found.count, found.confirmed) == (900, 12)
