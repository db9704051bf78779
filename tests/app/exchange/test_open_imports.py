"""Taking an import back: its videos go as a whole and can be restored, what they replaced comes back, nothing else."""

from pathlib import Path

import pytest

from app.errors import Busy, Cancelled
from app.exchange import open_imports
from app.exchange.import_source import file_digest
from app.exchange.importing import Imported
from app.exchange.open_imports import TakenBack, clear_broken_imports, latest, take_back
from app.library.removal import restore_video
from storage import imports, jobs, projects, videos
from storage.errors import NotFound
from storage.videos import Video
from tests.app.exchange.contents import Traces, shown, traces
from tests.app.exchange.files import content, write, write_pictures
from tests.app.exchange.scene import ExchangeScene
from tests.app.made import new_track, square, video_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_pictures(tmp_path / "frames")
    write(tmp_path / "in.json", content())
    return tmp_path


def bring(exchange: ExchangeScene, folder: Path, **more: object) -> Imported:
    return exchange.bring(folder / "in.json", folder / "frames", **more)


def back(exchange: ExchangeScene, done: Imported) -> TakenBack:
    return take_back(exchange.database, import_id=str(done.import_id))


def names(exchange: ExchangeScene) -> list[str]:
    return [video.name for video in exchange.videos()]


def category_names(exchange: ExchangeScene) -> list[str]:
    with exchange.database.read() as tx:
        return [category.name for category in projects.list_categories(tx, exchange.project.id)]


def test_what_an_import_made_goes_and_can_be_restored(exchange: ExchangeScene, folder: Path) -> None:
    done = bring(exchange, folder)
    before = shown(exchange.database, exchange.project.id)
    assert back(exchange, done) == TakenBack(("va", "vb"), (), ("bee", "wasp"))
    assert names(exchange) == [] and category_names(exchange) == []
    for video in exchange.videos(removed=True):
        restore_video(exchange.database, exchange.settings, video_id=video.id)
    assert shown(exchange.database, exchange.project.id) == before


def test_what_was_there_before_stays(exchange: ExchangeScene, folder: Path, tmp_path: Path) -> None:
    with exchange.database.atomic() as tx:
        bee = projects.add_category(tx, exchange.project.id, "bee")
    mine = video_in(exchange.database, exchange.settings, exchange.project, tmp_path)
    done = bring(exchange, folder)
    with exchange.database.read() as tx:
        wasp = next(one for one in projects.list_categories(tx, exchange.project.id) if one.name == "wasp")
    _, changes = new_track(wasp.id, {0: square(1, 1)})
    exchange.change(mine, changes)
    assert back(exchange, done).categories == (), "one was there before, a person uses the other one elsewhere"
    assert names(exchange) == [mine.name] and category_names(exchange) == [bee.name, "wasp"]


def test_replaced_videos_come_back(exchange: ExchangeScene, folder: Path) -> None:
    bring(exchange, folder)
    before = exchange.videos()
    done = bring(exchange, folder, repeat="replace")
    assert back(exchange, done) == TakenBack(("va", "vb"), ("va", "vb"), ())
    assert {video.id for video in exchange.videos()} == {video.id for video in before}
    assert names(exchange) == ["va", "vb"]


def test_taking_back_twice_changes_nothing_more(exchange: ExchangeScene, folder: Path) -> None:
    bring(exchange, folder)
    done = bring(exchange, folder, repeat="replace")
    back(exchange, done)
    assert back(exchange, done) == TakenBack((), (), ())
    assert names(exchange) == ["va", "vb"]


def test_after_taking_back_the_file_comes_in_anew(exchange: ExchangeScene, folder: Path) -> None:
    back(exchange, bring(exchange, folder))
    done = bring(exchange, folder)
    assert (done.videos, done.new_categories) == (("va", "vb"), ("bee", "wasp"))


def test_a_broken_import_is_taken_back(exchange: ExchangeScene, folder: Path) -> None:
    with pytest.raises(Cancelled, match=r"^1 of 2 videos came in; .* taken back\.$"):
        bring(exchange, folder, cancelled=lambda: bool(names(exchange)))
    assert names(exchange) == ["va"]
    with exchange.database.read() as tx:
        (found,) = imports.open_imports(tx)
    assert take_back(exchange.database, import_id=found.id).removed == ("va",)
    assert names(exchange) == [] and traces(exchange.database) == Traces(0, 0, 0, 0)


def test_a_running_import_is_not_taken_back(exchange: ExchangeScene, folder: Path) -> None:
    def tried(_share: float, message: str) -> None:
        if "Video 2" in message:
            with exchange.database.read() as tx:
                (found,) = imports.open_imports(tx)
            with pytest.raises(Busy, match="stop it first"):
                take_back(exchange.database, import_id=found.id)
            assert clear_broken_imports(exchange.database) == 0

    bring(exchange, folder, report=tried)
    assert names(exchange) == ["va", "vb"]


def test_an_unknown_import_is_named(exchange: ExchangeScene) -> None:
    with pytest.raises(NotFound):
        take_back(exchange.database, import_id="none")


def test_its_jobs_tell_that_it_was_taken_back(exchange: ExchangeScene, folder: Path) -> None:
    done = bring(exchange, folder)
    with exchange.database.atomic() as tx:
        job = jobs.enqueue(tx, kind="import", project_id=exchange.project.id)
        jobs.claim(tx, worker="w", kinds=["import"])
        jobs.finish(tx, job.id, result=done.as_json())
    back(exchange, done)
    with exchange.database.read() as tx:
        result = jobs.get_job(tx, job.id).result
    assert result is not None and result["taken_back"] is True and result["videos"] == ["va", "vb"]


def test_the_latest_import_with_something_in_the_library_is_found(exchange: ExchangeScene, folder: Path) -> None:
    first = bring(exchange, folder)
    second = bring(exchange, folder, repeat="again")
    path = str((folder / "in.json").absolute())

    def found(**named: str) -> str | None:
        with exchange.database.read() as tx:
            one = latest(tx, exchange.project.id, **{"path": path, "digest": None, **named})  # type: ignore[arg-type]
        return one.id if one else None

    assert found() == second.import_id
    back(exchange, second)
    assert found() == first.import_id == found(path="/moved", digest=file_digest(folder / "in.json"))
    assert found(path="/moved") is None
    back(exchange, first)
    assert found() is None


def test_a_hidden_video_is_in_no_list_and_cannot_be_restored(exchange: ExchangeScene, folder: Path) -> None:
    seen: list[Video] = []

    def look(_share: float, message: str) -> None:
        with exchange.database.read() as tx:
            (found,) = imports.open_imports(tx) or (None,)
            if found is None:
                return
            for video_id in videos.staged_videos(tx, found.id):
                seen.append(videos.get_video(tx, video_id))
                assert video_id not in {video.id for video in exchange.videos(removed=True)}
                assert videos.count_removed(tx, exchange.project.id) == 0
                with pytest.raises(NotFound):
                    videos.video_stamp(tx, video_id)
        for video in seen[-1:]:
            with pytest.raises(NotFound):
                restore_video(exchange.database, exchange.settings, video_id=video.id)

    bring(exchange, folder, report=look)
    assert {video.name for video in seen} == {"va", "vb"} and open_imports._running == set()
