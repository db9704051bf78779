"""An import that is stopped or killed anywhere leaves whole videos only, and goes on without doubling any."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import Busy, Cancelled
from app.exchange import open_imports, staging
from app.exchange.import_source import file_digest
from app.exchange.importing import import_dataset
from app.exchange.open_imports import clear_broken_imports, find_open
from app.jobs import processes
from storage import imports, projects, schema
from storage.database import Database, DatabaseBusy
from storage.errors import NameTaken
from storage.youtube_vis import read_dataset
from tests.app.exchange.contents import Content, Traces, shown, traces
from tests.app.exchange.files import content, write, write_pictures
from tests.app.exchange.scene import ExchangeScene
from tests.app.made import project_with
from tests.material import ROOT

NOTHING = Traces(0, 0, 0, 0)
VIDEOS = ("va", "vb", "vc")


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "ROWS_AT_ONCE", 4)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with ``in.json`` of three videos, whose pictures are below ``frames``."""
    write_pictures(tmp_path / "frames", VIDEOS)
    write(tmp_path / "in.json", content(VIDEOS))
    return tmp_path


@pytest.fixture
def whole(exchange: ExchangeScene, folder: Path) -> Content:
    """What an import that nothing disturbs leaves."""
    other = replace(exchange, project=project_with(exchange.database, name="undisturbed")[0])
    other.bring(folder / "in.json", folder / "frames")
    return shown(exchange.database, other.project.id)


class StopAt:
    """Says "cancelled" from its n-th call on."""

    def __init__(self, last: int) -> None:
        self.left = last

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


def test_an_import_that_is_cancelled_at_any_moment_goes_on_to_the_same_end(
    exchange: ExchangeScene, folder: Path, whole: Content
) -> None:
    seen = set()
    for last in range(1000):
        mine = replace(exchange, project=project_with(exchange.database, name=f"stopped at {last}")[0])
        try:
            mine.bring(folder / "in.json", folder / "frames", cancelled=StopAt(last))
            break
        except Cancelled:
            pass
        left, found = traces(exchange.database), shown(exchange.database, mine.project.id)
        assert all(rows == whole[name] for name, rows in found.items()), "a video is whole or not there"
        assert (left.hidden, left.owned, left.rows, left.open) == (0, 0, 0, bool(found)), last
        with exchange.database.read() as tx:
            assert bool(projects.list_categories(tx, mine.project.id)) == bool(found), "nothing came: no categories"
        seen.add(len(found))
        done = mine.bring(folder / "in.json", folder / "frames")
        assert sorted(done.videos) == sorted(VIDEOS) and (done.tracks, done.masks) == (6, 18)
        assert shown(exchange.database, mine.project.id) == whole and traces(exchange.database) == NOTHING
        assert any("went on" in note for note in done.notes) == bool(found)
    assert seen == {0, 1, 2} and last > 25, "the import was stopped at every one of its steps"


def test_a_killed_import_is_cleared_up_and_goes_on(exchange: ExchangeScene, folder: Path, whole: Content) -> None:
    command = [sys.executable, "-P", "-m", "tests.app.exchange.killed_import", str(exchange.settings.data)]
    facts = [exchange.project.id, str(folder / "in.json"), str(folder / "frames")]
    names: list[set[str]] = []
    # Within the first video, the second one, and that one again; transactions that clear up count too.
    for last in (2, 8, 4):
        ended = subprocess.run([*command, *facts, str(last)], cwd=ROOT, check=False)
        assert ended.returncode < 0
        left = traces(exchange.database)
        assert left.hidden == 1 and left.owned == 1, "it was killed in the midst of a video"
        found = shown(exchange.database, exchange.project.id)
        assert all(rows == whole[name] for name, rows in found.items())
        names.append(set(found))
    assert names == [set(), {"va"}, {"va"}]
    assert clear_broken_imports(exchange.database) == 1
    assert traces(exchange.database) == Traces(hidden=0, owned=0, open=1, rows=0)
    subprocess.run([*command, *facts, "0"], cwd=ROOT, check=True)
    assert shown(exchange.database, exchange.project.id) == whole and traces(exchange.database) == NOTHING


def test_an_import_that_fails_in_the_midst_can_go_on(
    exchange: ExchangeScene, folder: Path, whole: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = staging.prepare_blobs, [4]

    def fails(*arguments: object, **more: object) -> object:
        left[0] -= 1
        if left[0] == 0:
            raise DatabaseBusy("Another process has been writing for over 30 s; try again.")
        return real(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(staging, "prepare_blobs", fails)
    with pytest.raises(DatabaseBusy):
        exchange.bring(folder / "in.json", folder / "frames")
    assert set(shown(exchange.database, exchange.project.id)) == {"va"}
    exchange.bring(folder / "in.json", folder / "frames")
    assert shown(exchange.database, exchange.project.id) == whole


def test_a_database_that_refuses_while_clearing_up_is_asked_again(
    exchange: ExchangeScene, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = imports.set_owner, [0]

    def refused(tx: object, import_id: str, owner: str | None) -> None:
        tries[0] += owner is None
        if owner is None and tries[0] < 3:
            raise DatabaseBusy("busy")
        real(tx, import_id, owner)  # type: ignore[arg-type]

    monkeypatch.setattr(imports, "set_owner", refused)
    monkeypatch.setattr(open_imports, "TRY_SECONDS", 0.0)
    with pytest.raises(Cancelled):
        exchange.bring(folder / "in.json", folder / "frames", cancelled=lambda: traces(exchange.database).hidden == 1)
    assert tries[0] == 3 and traces(exchange.database).owned == 0


def test_what_was_chosen_holds_when_a_broken_import_goes_on(exchange: ExchangeScene, folder: Path) -> None:
    exchange.bring(folder / "in.json", folder / "frames")
    before = {video.id for video in exchange.videos()}
    with pytest.raises(Cancelled):
        exchange.bring(
            folder / "in.json", folder / "frames", repeat="replace", cancelled=_after_one_video(exchange, before)
        )
    assert len(before - {video.id for video in exchange.videos()}) == 1
    done = exchange.bring(folder / "in.json", folder / "frames")
    assert sorted(done.videos) == sorted(VIDEOS)
    assert not before & {video.id for video in exchange.videos()} and len(exchange.videos()) == 3


def _after_one_video(exchange: ExchangeScene, before: set[str]):  # type: ignore[no-untyped-def]
    return lambda: bool({video.id for video in exchange.videos()} - before)


def test_a_failed_import_into_a_new_project_leaves_no_project(exchange: ExchangeScene, folder: Path) -> None:
    def bring(last: int) -> None:
        import_dataset(
            exchange.database,
            exchange.settings,
            new_project="sea",
            file=folder / "in.json",
            frames_folder=folder / "frames",
            cancelled=StopAt(last),
        )

    def sea() -> projects.Project | None:
        with exchange.database.read() as tx:
            return projects.find_project(tx, "sea")

    stopped = 0
    for last in range(1000):
        try:
            bring(last)
        except Cancelled:
            stopped += 1
        if sea() is not None:
            break
    assert stopped > 10, "all its steps up to the first video"
    bring(1000)
    project = sea()
    assert project is not None and project.videos == 3, "the import that made the project goes on in it"
    with pytest.raises(NameTaken):
        bring(1000)


def test_a_project_is_not_taken_for_that_of_another_import(exchange: ExchangeScene, folder: Path) -> None:
    project_with(exchange.database, name="sea")
    with pytest.raises(NameTaken):
        import_dataset(
            exchange.database,
            exchange.settings,
            new_project=" sea ",
            file=folder / "in.json",
            frames_folder=folder / "frames",
        )


def begun(database: Database, exchange: ExchangeScene, folder: Path, owner: str, *, heartbeat: float) -> str:
    """An import of the file that ``owner`` is working on."""
    digest = file_digest(folder / "in.json")
    with database.atomic() as tx:
        how = {"frames": str(folder / "frames"), "stride": None}
        found = imports.add_import(
            tx, project_id=exchange.project.id, path="x", content_hash=digest, settings={**how, "videos": 3}
        )
        imports.set_owner(tx, found, owner)
        tx.execute(schema.imports.update().values(heartbeat=heartbeat))
    return found


@pytest.mark.parametrize(
    ("owner", "silent", "taken"),
    [("{here}", True, False), ("elsewhere:1:2", False, False), ("elsewhere:1:2", True, True)],
)
def test_only_one_process_at_a_time_imports_a_file(
    exchange: ExchangeScene, folder: Path, owner: str, silent: bool, taken: bool
) -> None:
    with subprocess.Popen(["sleep", "60"]) as child:
        fields = (Path("/proc") / str(child.pid) / "stat").read_text().rpartition(")")[2].split()
        here = f"{processes.own_name().split(':')[0]}:{child.pid}:{fields[19]}"
        begun(exchange.database, exchange, folder, owner.format(here=here), heartbeat=1.0 if silent else 1e12)
        if taken:
            assert exchange.bring(folder / "in.json", folder / "frames").videos == VIDEOS
        else:
            with pytest.raises(Busy, match="is being imported already"):
                exchange.bring(folder / "in.json", folder / "frames")
        child.kill()


def test_an_import_that_was_taken_over_writes_nothing_more(exchange: ExchangeScene, folder: Path) -> None:
    def given_away(share: float, message: str) -> None:
        if "Video 2" in message:
            with exchange.database.atomic() as tx:
                tx.execute(schema.imports.update().values(owner="elsewhere:1:2"))

    with pytest.raises(Busy, match="taken for dead"):
        exchange.bring(folder / "in.json", folder / "frames", report=given_away)
    assert set(shown(exchange.database, exchange.project.id)) == {"va"}
    assert traces(exchange.database).owned == 1, "its new owner has it"


def test_another_file_folder_or_stride_is_another_import(exchange: ExchangeScene) -> None:
    with exchange.database.atomic() as tx:
        imports.add_import(
            tx, project_id=exchange.project.id, path="x", content_hash="d", settings={"frames": "/f", "stride": None}
        )
        same = {"digest": "d", "frames": "/f", "stride": None}
        assert find_open(tx, exchange.project.id, **same) is not None  # type: ignore[arg-type]
        for other in ({"digest": "e"}, {"frames": "/g"}, {"stride": 5}):
            assert find_open(tx, exchange.project.id, **{**same, **other}) is None  # type: ignore[arg-type]


def test_the_reading_of_a_file_stops_at_any_entry(folder: Path) -> None:
    calls = [0]

    def check() -> None:
        calls[0] += 1
        if calls[0] == 12:
            raise Cancelled

    with pytest.raises(Cancelled):
        read_dataset(folder / "in.json", check=check)
