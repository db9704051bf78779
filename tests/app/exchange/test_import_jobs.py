"""Jobs that go on with a broken import, and jobs that carry the answer to an import's question."""

from pathlib import Path

import pytest

from app.errors import BadInput, Busy, Cancelled
from app.exchange.import_jobs import BrokenImport, answer, broken_imports, go_on
from app.exchange.open_imports import take_back
from app.settings import Settings
from storage import imports, jobs
from storage.errors import NotFound
from tests.app.exchange.files import content, write, write_pictures
from tests.app.exchange.scene import ExchangeScene

pytestmark = pytest.mark.usefixtures("started_workers")


def broken(exchange: ExchangeScene, folder: Path, **more: object) -> str:
    """An import of two videos that broke off after the first one."""
    write_pictures(folder / "frames")
    file = write(folder / "in.json", content())
    with pytest.raises(Cancelled):
        exchange.bring(file, folder / "frames", cancelled=lambda: bool(exchange.videos()), **more)
    with exchange.database.read() as tx:
        (found,) = imports.open_imports(tx)
    return found.id


def test_a_broken_import_is_listed_with_what_came_in(exchange: ExchangeScene, tmp_path: Path) -> None:
    found = broken(exchange, tmp_path)
    (listed,) = broken_imports(exchange.database)
    created = listed.created
    assert listed == BrokenImport(found, exchange.project.id, exchange.project.name, "in.json", 1, 2, created)


def test_it_goes_on_in_a_job_of_the_same_parameters(exchange: ExchangeScene, tmp_path: Path) -> None:
    given = {"upload": "u", "file": "in.json", "frames": "/f", "stride": None, "new_project": "sea"}
    found = broken(exchange, tmp_path, resumes=given)
    job = go_on(exchange.database, exchange.settings, import_id=found)
    assert (job.kind, job.project_id) == ("import", exchange.project.id)
    assert dict(job.parameters) == {
        "upload": "u",
        "file": "in.json",
        "frames": "/f",
        "stride": None,
        "import": found,
    }
    assert broken_imports(exchange.database) == (), "a job waits to go on with it"
    with pytest.raises(Busy):
        go_on(exchange.database, exchange.settings, import_id=found)


def test_an_import_of_the_command_line_goes_on_by_its_paths(exchange: ExchangeScene, tmp_path: Path) -> None:
    job = go_on(exchange.database, exchange.settings, import_id=broken(exchange, tmp_path))
    assert job.parameters["file"] == str(tmp_path / "in.json")
    assert job.parameters["frames"] == str(tmp_path / "frames") and job.parameters["stride"] is None


def test_what_is_over_does_not_go_on(exchange: ExchangeScene, tmp_path: Path) -> None:
    found = broken(exchange, tmp_path)
    take_back(exchange.database, import_id=found)
    with pytest.raises(BadInput, match="finished"):
        go_on(exchange.database, exchange.settings, import_id=found)
    with pytest.raises(NotFound):
        go_on(exchange.database, exchange.settings, import_id="none")
    assert broken_imports(exchange.database) == ()


def asked(exchange: ExchangeScene, result: dict[str, str] | None) -> str:
    with exchange.database.atomic() as tx:
        parameters = {"file": "/in.json", "frames": "/f", "stride": 5}
        job = jobs.enqueue(tx, kind="import", project_id=exchange.project.id, parameters=parameters)
        jobs.claim(tx, worker="w", kinds=["import"])
        jobs.fail(tx, job.id, error="They are here already.", result=result)
    return job.id


def test_an_answer_imports_the_same_file_with_the_choice_once(exchange: ExchangeScene, settings: Settings) -> None:
    job = asked(exchange, {"question": "imported_already"})
    with pytest.raises(BadInput, match="skip, replace, again"):
        answer(exchange.database, settings, job_id=job, repeat="ask")
    new = answer(exchange.database, settings, job_id=job, repeat="replace")
    assert dict(new.parameters) == {"file": "/in.json", "frames": "/f", "stride": 5, "repeat": "replace"}
    assert new.project_id == exchange.project.id
    with pytest.raises(BadInput, match="asks nothing"):
        answer(exchange.database, settings, job_id=job, repeat="replace")


@pytest.mark.parametrize("result", [None, {"question": "another"}])
def test_a_job_that_asks_nothing_takes_no_answer(
    exchange: ExchangeScene, settings: Settings, result: dict[str, str] | None
) -> None:
    with pytest.raises(BadInput, match="asks nothing"):
        answer(exchange.database, settings, job_id=asked(exchange, result), repeat="skip")
