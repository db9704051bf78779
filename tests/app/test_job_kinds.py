"""What the handlers of jobs do around the use cases: an uploaded file goes when its job has ended."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.errors import BadInput
from app.importing import UPLOADS
from app.job_kinds import ASIDE, HANDLERS, import_file
from app.settings import Settings
from app.work import Work
from storage.database import Database
from tests.app.made import project_with


def work_with(settings: Settings, database: Database, file: Path, frames: Path) -> Work:
    project, _ = project_with(database)
    job = SimpleNamespace(project_id=project.id, parameters={"file": str(file), "frames": str(frames)})
    report = cast(Any, lambda *_args, **_more: None)
    report.cancelled = lambda: False
    return Work(settings=settings, database=database, job=cast(Any, job), report=report, warm=cast(Any, None))


@pytest.mark.parametrize("content", ["no JSON", "[]", '{"hello": "world"}'])
def test_an_uploaded_file_is_named_as_the_person_knows_it_and_removed(
    settings: Settings, database: Database, tmp_path: Path, content: str
) -> None:
    file = settings.data / UPLOADS / "1a2b" / "notes.json"
    file.parent.mkdir(parents=True)
    file.write_text(content)
    with pytest.raises(BadInput, match=r"^notes\.json") as refused:
        import_file(work_with(settings, database, file, tmp_path))
    assert str(settings.data) not in str(refused.value)
    assert not file.parent.exists()


def test_a_file_of_the_server_stays_where_it_is(settings: Settings, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "notes.json"
    file.write_text("[]")
    with pytest.raises(BadInput, match=str(file)):
        import_file(work_with(settings, database, file, tmp_path))
    assert file.is_file()


def test_every_kind_of_job_has_one_handler() -> None:
    assert not set(HANDLERS) & set(ASIDE)
    assert {"propose", "import", "export", "index"} <= set(HANDLERS) and set(ASIDE) == {"retrain"}
