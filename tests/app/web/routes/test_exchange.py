"""Saving an export's annotations from the browser."""

from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from storage import jobs
from storage.database import Database
from tests.app.made import project_with


def finished(database: Database, kind: str, result: dict[str, Any]) -> str:
    project, _ = project_with(database, name=f"{kind} {result}")
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind=kind, project_id=project.id, parameters={})
        jobs.claim(tx, worker="w", kinds=[kind])
        jobs.finish(tx, job.id, result=result)
    return job.id


def test_the_file_is_saved_under_the_export_s_name(client: TestClient, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "street-1" / "instances.json"
    file.parent.mkdir()
    file.write_text('{"videos": []}')
    job = finished(database, "export", {"annotations": str(file)})
    answer = client.get(f"/data/jobs/{job}/annotations")
    assert answer.json() == {"videos": []}
    assert 'filename="street-1.json"' in answer.headers["content-disposition"]


def test_only_a_finished_export_has_a_file(client: TestClient, database: Database, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text("{}")
    other = finished(database, "import", {"annotations": str(secret)})
    gone = finished(database, "export", {"annotations": str(tmp_path / "gone.json")})
    for job in (other, gone, "none"):
        answer = client.get(f"/data/jobs/{job}/annotations")
        assert answer.status_code == 404 and answer.json()["error"]
