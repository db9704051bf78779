"""A checkpoint file through the form of the models page."""

from pathlib import Path

import pytest

from app.library import uploads
from app.settings import Settings
from app.web.context import Context
from app.web.pages.models import FROM_FILE, CheckpointForm
from storage import jobs
from storage.database import Database
from tests.app.made import project_with


@pytest.fixture
def form(app_context: Context, started_workers: list[Settings]) -> CheckpointForm:
    return CheckpointForm(app_context)


def test_a_path_becomes_a_job(form: CheckpointForm, database: Database, tmp_path: Path) -> None:
    project, _ = project_with(database)
    file = tmp_path / "weights.pth"
    file.write_bytes(b"x")
    answer = form.add(database, project.id, None, f" {file} ", "", "tevit_r50", True)
    assert answer.kind == "ok"
    with database.read() as tx:
        (job,) = jobs.list_jobs(tx)
    assert job.kind == "add_checkpoint"
    assert dict(job.parameters) == {"path": str(file), "name": "weights", "config": "tevit_r50", "use": True}


def test_the_file_itself_may_say_its_configuration(form: CheckpointForm, database: Database, tmp_path: Path) -> None:
    project, _ = project_with(database)
    file = tmp_path / "weights.safetensors"
    file.write_bytes(b"x")
    form.add(database, project.id, None, str(file), " mine ", FROM_FILE, False)
    with database.read() as tx:
        (job,) = jobs.list_jobs(tx)
    assert job.parameters["config"] is None and job.parameters["name"] == "mine"


def test_what_is_not_there_is_refused(form: CheckpointForm, database: Database) -> None:
    project, _ = project_with(database)
    for answer in (
        form.add(database, project.id, None, "", "", FROM_FILE, False),
        form.add(database, project.id, None, "/no/such.pth", "", FROM_FILE, False),
        form.add(database, "", None, "/no/such.pth", "", FROM_FILE, False),
        form.add(database, project.id, None, "/no/../such\0.pth", "", FROM_FILE, False),
        form.add(database, project.id, None, "~nobody-of-this-name/such.pth", "", FROM_FILE, False),
        form.add(database, project.id, None, f"/{'x' * 300}.pth", "", FROM_FILE, False),
    ):
        assert answer.kind == "error" and answer.text.endswith(".")
    with database.read() as tx:
        assert jobs.list_jobs(tx) == ()


def test_an_upload_that_is_gone_must_be_chosen_again(form: CheckpointForm, database: Database, tmp_path: Path) -> None:
    project, _ = project_with(database)
    answer = form.add(database, project.id, str(tmp_path / "weights.pth"), "", "", FROM_FILE, False)
    assert (answer.kind, answer.text) == ("error", "The server no longer has weights.pth; choose the file again.")
    with database.read() as tx:
        assert jobs.list_jobs(tx) == ()


def test_an_upload_is_named_by_its_id_and_never_by_a_path(
    form: CheckpointForm, database: Database, settings: Settings, tmp_path: Path
) -> None:
    project, _ = project_with(database)
    file = tmp_path / "weights.pth"
    file.write_bytes(b"x")
    assert form.add(database, project.id, str(file), "/typed/besides.pth", "", FROM_FILE, False).kind == "ok"
    with database.read() as tx:
        (job,) = jobs.list_jobs(tx)
    parameters = dict(job.parameters)
    upload = uploads.Upload(settings.data / "uploads", parameters.pop("upload"), parameters.pop("file"))
    assert parameters == {"name": "weights", "config": None, "use": False}
    assert upload.path.read_bytes() == b"x"
