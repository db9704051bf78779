"""What the exchange page's forms refuse, and the jobs they put in the queue."""

from pathlib import Path

import pytest

from app.library.uploads import IMPORTS, Upload
from app.settings import Settings
from app.web.context import Context
from app.web.pages.exchange import ALL, HERE, NEW, OWN, REPEATS, REVIEWED, ExchangeForms
from app.web.pages.shell import Answer
from storage import jobs, projects
from storage.database import Database
from tests.app.made import project_with


@pytest.fixture
def forms(context: Context, started_workers: list[Settings]) -> ExchangeForms:
    return ExchangeForms(context)


@pytest.fixture
def source(tmp_path: Path) -> tuple[Path, Path]:
    file, frames = tmp_path / "instances.json", tmp_path / "JPEGImages"
    file.write_text("{}")
    frames.mkdir()
    return file, frames


def queued(database: Database) -> list[jobs.Job]:
    with database.read() as tx:
        return list(jobs.list_jobs(tx))


def test_an_import_is_queued_with_its_paths(
    forms: ExchangeForms, database: Database, source: tuple[Path, Path]
) -> None:
    project, _ = project_with(database)
    file, frames = source
    answer = forms.start_import(database, project.id, None, f" {file} ", str(frames), HERE, "", "")
    assert (answer.kind, answer.go) == ("ok", "")
    (job,) = queued(database)
    assert (job.kind, job.project_id) == ("import", project.id)
    assert dict(job.parameters) == {"file": str(file), "frames": str(frames), "stride": None}


@pytest.mark.parametrize(
    ("chosen", "repeat"),
    [("Ask", None), ("Leave them", "skip"), ("Replace them", "replace"), ("Import again", "again")],
)
def test_what_becomes_of_videos_that_are_here_already_is_asked(
    forms: ExchangeForms, database: Database, source: tuple[Path, Path], chosen: str, repeat: str | None
) -> None:
    project, _ = project_with(database)
    assert chosen in REPEATS
    assert (
        forms.start_import(database, project.id, None, str(source[0]), str(source[1]), HERE, "", "", chosen).kind
        == "ok"
    )
    (job,) = queued(database)
    assert job.parameters.get("repeat") == repeat


def test_with_a_stride_the_frames_may_be_a_video_file(
    forms: ExchangeForms, database: Database, source: tuple[Path, Path], tmp_path: Path
) -> None:
    project, _ = project_with(database)
    video = tmp_path / "whole.mp4"
    video.write_bytes(b"a video")
    without = forms.start_import(database, project.id, None, str(source[0]), str(video), HERE, "", "")
    assert without.kind == "error" and f"no folder {video}" in without.text
    assert forms.start_import(database, project.id, None, str(source[0]), str(video), HERE, "", " 5 ").kind == "ok"
    (job,) = queued(database)
    assert (job.parameters["frames"], job.parameters["stride"]) == (str(video), 5)


def test_an_uploaded_file_is_kept_for_each_job_that_was_asked_for(
    forms: ExchangeForms, database: Database, settings: Settings, source: tuple[Path, Path]
) -> None:
    project, _ = project_with(database)
    file, frames = source
    for _ in range(2):
        assert forms.start_import(database, project.id, str(file), "", str(frames), HERE, "", "").kind == "ok"
    kept = [
        Upload(settings.data / IMPORTS, job.parameters["upload"], job.parameters["file"]) for job in queued(database)
    ]
    assert len({upload.id for upload in kept}) == 2
    assert all(upload.name == "instances.json" and upload.path.read_text() == "{}" for upload in kept)


def test_no_project_is_made_for_an_upload_that_is_gone(
    forms: ExchangeForms, database: Database, source: tuple[Path, Path]
) -> None:
    file, frames = source
    file.unlink()
    answer = forms.start_import(database, "", str(file), "", str(frames), NEW, "train set", "")
    assert (answer.kind, "choose the file again" in answer.text) == ("error", True)
    with database.read() as tx:
        assert projects.find_project(tx, "train set") is None


def test_an_import_can_make_its_project(forms: ExchangeForms, database: Database, source: tuple[Path, Path]) -> None:
    file, frames = source
    answer = forms.start_import(database, "", None, str(file), str(frames), NEW, "train set", "")
    with database.read() as tx:
        made = projects.find_project(tx, "train set")
    assert made is not None and answer.go == f"/exchange/?project={made.id}"
    assert queued(database)[0].project_id == made.id


@pytest.mark.parametrize(
    ("path", "frames", "into", "name", "word"),
    [
        ("", "{frames}", HERE, "", "Choose"),
        ("{file}", "", HERE, "", "frames"),
        ("{file}", "/no/such/folder", HERE, "", "/no/such/folder"),
        ("{file}", "/no/../such\0", HERE, "", "NUL"),
        ("/no/../such\0.json", "{frames}", HERE, "", "NUL"),
        ("/no/such/file.json", "{frames}", HERE, "", "/no/such/file.json"),
        ("{file}", "{frames}", NEW, "", "name"),
        ("{file}", "{frames}", NEW, "street", "street"),
    ],
)
def test_what_is_missing_is_named(
    forms: ExchangeForms,
    database: Database,
    source: tuple[Path, Path],
    path: str,
    frames: str,
    into: str,
    name: str,
    word: str,
) -> None:
    project, _ = project_with(database, name="street")
    places = {"file": source[0], "frames": source[1]}
    answer = forms.start_import(
        database, project.id, None, path.format(**places), frames.format(**places), into, name, ""
    )
    assert answer.kind == "error" and word in answer.text and answer.sheet == "import"
    assert queued(database) == []


def test_an_import_into_no_project_is_refused(
    forms: ExchangeForms, database: Database, source: tuple[Path, Path]
) -> None:
    assert forms.start_import(database, "", None, str(source[0]), str(source[1]), HERE, "", "").kind == "error"


def test_an_export_is_queued(forms: ExchangeForms, database: Database, tmp_path: Path) -> None:
    project, _ = project_with(database)
    answer = forms.start_export(database, project.id, REVIEWED, "2021", "5", str(tmp_path / "out"))
    assert answer.kind == "ok"
    (job,) = queued(database)
    assert job.kind == "export"
    assert dict(job.parameters) == {
        "out": str(tmp_path / "out"),
        "reviewed_only": True,
        "version": "2021",
        "stride": 5,
    }


def test_an_export_keeps_the_projects_own_categories_unless_a_year_is_chosen(
    forms: ExchangeForms, database: Database, tmp_path: Path
) -> None:
    project, _ = project_with(database)
    forms.start_export(database, project.id, ALL, OWN, "", str(tmp_path / "out"))
    assert queued(database)[0].parameters["version"] is None


def test_an_export_without_a_folder_gets_a_dated_one(
    forms: ExchangeForms, database: Database, settings: Settings
) -> None:
    project, _ = project_with(database, name="a/b: street")
    forms.start_export(database, project.id, ALL, "2019", "", "")
    parameters = dict(queued(database)[0].parameters)
    folder = Path(parameters["out"])
    assert folder.parent == settings.exports and "/" not in folder.name and parameters["stride"] is None
    assert parameters["reviewed_only"] is False


def test_an_export_never_writes_over_a_folder(forms: ExchangeForms, database: Database, tmp_path: Path) -> None:
    project, _ = project_with(database)
    answer = forms.start_export(database, project.id, ALL, "2019", "1", str(tmp_path))
    assert answer == Answer("error", f"The folder {tmp_path} is there already; name a new one.", "export")
    assert queued(database) == []


def test_an_export_needs_a_project(forms: ExchangeForms, database: Database) -> None:
    assert forms.start_export(database, "", ALL, "2019", "1", "").kind == "error"
    assert forms.start_export(database, "unknown", ALL, "2019", "1", "").kind == "error"


@pytest.mark.parametrize(("typed", "kept"), [("", None), ("  ", None), ("1", 1), (" 5 ", 5)])
def test_an_empty_stride_field_stands_for_no_stride(
    forms: ExchangeForms, database: Database, typed: str, kept: int | None
) -> None:
    project, _ = project_with(database)
    assert forms.start_export(database, project.id, ALL, "2019", typed, "").kind == "ok"
    assert queued(database)[0].parameters["stride"] == kept


@pytest.mark.parametrize("typed", ["0", "-2", "2.5", "every", "²"])
def test_a_stride_that_is_no_whole_number_is_refused(
    forms: ExchangeForms, database: Database, source: tuple[Path, Path], typed: str
) -> None:
    project, _ = project_with(database)
    for answer in (
        forms.start_export(database, project.id, ALL, "2019", typed, ""),
        forms.start_import(database, project.id, None, str(source[0]), str(source[1]), HERE, "", typed),
    ):
        assert answer.kind == "error" and f"{typed} is no whole number" in answer.text
    assert queued(database) == []
