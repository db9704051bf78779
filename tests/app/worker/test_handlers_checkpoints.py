"""Jobs on checkpoint files: an uploaded file is removed when its job has ended, any other file stays."""

import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.checkpoints.register import CheckpointFile
from app.errors import BadInput
from app.library import uploads
from app.settings import Settings
from app.worker import handlers
from app.worker.handlers import add_checkpoint, export_checkpoint
from app.worker.job import JobContext
from storage import checkpoints, jobs
from storage.database import Database
from storage.errors import NameTaken
from tests.app.command_line import tiny_checkpoint
from tests.app.made import project_with

STEPS = st.sampled_from(["..", ".", "victim", "data", "uploads", "UPLOADS", "0" * 32, "link", "x.pth", "", "a\0", "~"])
PATHS = st.one_of(st.text(max_size=40), st.lists(STEPS, max_size=7).map("/".join))


def context_of(
    settings: Settings, database: Database | None = None, project_id: str | None = None, **parameters: Any
) -> JobContext:
    """The context of a running job; without a database its handler must not get so far as to end it."""
    report, named = cast(Any, lambda *_: None), {"name": "a", **parameters}
    report.cancelled = lambda: False
    job = cast(Any, SimpleNamespace(id="", parameters=named))
    if database is not None:
        with database.atomic() as tx:
            jobs.enqueue(tx, kind="checkpoints", project_id=project_id, parameters=named)
            job = jobs.claim(tx, worker="w", kinds=["checkpoints"])
    return JobContext(settings=settings, database=cast(Any, database), job=job, report=report, warm=cast(Any, None))


@pytest.fixture
def own_file(tmp_path: Path) -> Path:
    return tiny_checkpoint(tmp_path / "tiny.safetensors")


def test_an_upload_goes_when_its_job_is_done_or_has_failed(
    database: Database, settings: Settings, own_file: Path
) -> None:
    upload, twin = (uploads.keep(settings.data / uploads.CHECKPOINTS, str(own_file)) for _ in range(2))
    assert add_checkpoint(context_of(settings, database, **upload.parameters))["name"] == "a"
    assert not upload.path.parent.exists() and twin.path.is_file()
    with pytest.raises(NameTaken):
        add_checkpoint(context_of(settings, database, **twin.parameters))
    assert not twin.path.parent.exists() and own_file.is_file()


def test_a_checkpoint_is_registered_together_with_the_end_of_its_job_or_not_at_all(
    database: Database, settings: Settings, own_file: Path
) -> None:
    context = context_of(settings, database, path=str(own_file))
    made = add_checkpoint(context)
    with database.read() as tx:
        job = jobs.get_job(tx, context.job.id)
    assert (job.status, job.result) == ("done", made)
    given_up = context_of(settings, database, path=str(own_file), name="b")
    with database.atomic() as tx:
        jobs.fail(tx, given_up.job.id, error="Its process died.")
    before = sorted(settings.checkpoints.iterdir())
    with pytest.raises(jobs.JobOver):
        add_checkpoint(given_up)
    assert sorted(settings.checkpoints.iterdir()) == before
    with database.read() as tx:
        assert [found.name for found in checkpoints.list_checkpoints(tx)] == ["a"]


@pytest.mark.parametrize("use", [True, False])
def test_a_checkpoint_proposes_after_its_job_only_where_that_was_asked(
    database: Database, settings: Settings, own_file: Path, use: bool
) -> None:
    project = project_with(database, "fish")[0]
    context = context_of(settings, database, project_id=project.id, path=str(own_file), use=use)
    made = add_checkpoint(context)
    with database.read() as tx:
        active = checkpoints.active_checkpoint(tx, project.id)
    assert (active is not None and active.id == made["checkpoint"]) is use
    assert ("proposes in this project now" in made["sentence"]) is use


def test_an_upload_is_told_by_the_name_that_the_person_knows(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "w.pth").write_bytes(b"no weights")
    upload = uploads.keep(settings.data / uploads.CHECKPOINTS, str(tmp_path / "w.pth"))
    with pytest.raises(BadInput, match=r"w\.pth") as refused:
        add_checkpoint(context_of(settings, database, **upload.parameters))
    assert str(settings.data) not in str(refused.value) and not upload.path.parent.exists()


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize(
    "given", ["{up}/../../victim/x.pth", "{up}/link/x.pth", "{up}/mine/x.pth", "{up}/0123abcd/x.pth", "{up}/x.pth"]
)
def test_what_a_path_names_is_never_removed_nor_what_lies_beside_it(
    database: Database, settings: Settings, given: str, there: bool
) -> None:
    """Also a path into the uploads: a person put a file there, or an older version queued the job."""
    up, victim = settings.data / uploads.CHECKPOINTS, settings.data.parent / "victim"
    for folder in (up, victim, up / "mine", up / "0123abcd"):
        folder.mkdir(parents=True)
        (folder / "diary.txt").write_text("mine")
        if there:
            (folder / "x.pth").write_bytes(b"no weights")
    (up / "link").symlink_to(victim)
    before = sorted(settings.data.parent.rglob("*"))
    with pytest.raises(BadInput, match="no checkpoint file" if not there else "x.pth"):
        add_checkpoint(context_of(settings, database, path=given.format(up=up)))
    assert sorted(settings.data.parent.rglob("*")) == before and (victim / "diary.txt").is_file()


@hypothesis_settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=PATHS, upload=st.none() | PATHS | st.integers(), file=st.none() | PATHS, below=st.booleans())
def test_no_parameters_of_a_job_ever_remove_a_persons_file(
    monkeypatch: pytest.MonkeyPatch, path: str, upload: Any, file: Any, below: bool
) -> None:
    def refuse(_database: object, _settings: object, found: CheckpointFile, **_: object) -> Any:
        raise BadInput(f"{found.path} is no checkpoint.")

    monkeypatch.setattr(handlers, "add_file", refuse)
    with tempfile.TemporaryDirectory() as place:
        settings = Settings(data=Path(place) / "data", database_url="sqlite://")
        up = settings.data / uploads.CHECKPOINTS
        for folder in (up / ("0" * 32), up / "mine", Path(place) / "victim"):
            folder.mkdir(parents=True)
            (folder / "x.pth").write_bytes(b"mine")
        (up / "link").symlink_to(Path(place) / "victim")
        before = sorted(Path(place).rglob("*"))
        parameters = {"path": f"{up}/{path}" if below else path}
        if upload is not None:
            parameters |= {"upload": upload, "file": file}
        with pytest.raises(BadInput):
            add_checkpoint(context_of(settings, **parameters))
        assert sorted(Path(place).rglob("*")) == before


def test_an_export_gives_the_path_and_size_of_its_file(database: Database, settings: Settings, own_file: Path) -> None:
    made = add_checkpoint(context_of(settings, database, path=str(own_file)))
    out = settings.exports / "a.pth"
    done = export_checkpoint(context_of(settings, database, checkpoint=made["checkpoint"]))
    assert done == {"path": str(out), "size_bytes": out.stat().st_size, "sentence": f"Written to {out}."}


def test_an_export_of_a_file_that_is_gone_or_broken_names_the_checkpoint(
    database: Database, settings: Settings, own_file: Path
) -> None:
    made = add_checkpoint(context_of(settings, database, path=str(own_file)))
    (stored,) = settings.checkpoints.glob("a-*.safetensors")
    stored.write_bytes(stored.read_bytes()[:100])
    context = context_of(settings, database, checkpoint=made["checkpoint"])
    with pytest.raises(BadInput, match="The checkpoint a could not be exported: "):
        export_checkpoint(context)
    stored.unlink()
    with pytest.raises(BadInput, match="The checkpoint a could not be exported: "):
        export_checkpoint(context)
    assert not list(settings.exports.iterdir())
