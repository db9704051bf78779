"""Checkpoints of a project: list, add, download, export, and put in use."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.checkpoints import managing, register, releases
from app.checkpoints.choice import chosen_checkpoint
from app.checkpoints.class_map import class_mapping
from app.checkpoints.releases import ABOUT, BUILT_IN, DEMO, RELEASES
from app.errors import BadInput
from app.jobs import queue
from app.library.sources import named_place
from app.reviewing import proposing_again
from app.training.folds import measured_on
from app.web import wire
from app.web.context import Context
from app.web.routes.next_videos import told
from app.web.wire import Json
from model.thresholds import Thresholds
from storage import checkpoints, jobs, projects
from storage.checkpoints import Checkpoint
from storage.database import Database


class FileBody(BaseModel):
    """Body of ``POST /data/projects/{project}/checkpoints``: a checkpoint file on this machine.

    ``use``: the project proposes with it from then on.
    """

    path: str = Field(min_length=1, max_length=4096)
    name: str = Field(default="", max_length=100)
    config: str | None = None
    use: bool = False


class NameBody(BaseModel):
    """Body of ``PATCH /data/projects/{project}/checkpoints/{checkpoint}``: the new name."""

    name: str = Field(min_length=1, max_length=100)


class UseBody(BaseModel):
    """Body of ``POST …/checkpoints/{checkpoint}/activate``; ``again``: also propose again where nobody judged."""

    again: bool = False


class DownloadBody(BaseModel):
    """Body of ``POST /data/projects/{project}/downloads``: the name of a release; ``use`` as in `FileBody`."""

    name: str
    use: bool = False


def listed(context: Context, project_id: str) -> Json:
    """The checkpoints that a project may use, the one in use, and the releases that can be downloaded."""
    with context.database.read() as tx:
        projects.get_project(tx, project_id)
        found = checkpoints.list_checkpoints(tx, project_id)
        active = checkpoints.active_checkpoint(tx, project_id)
        proposing = chosen_checkpoint(tx, project_id=project_id, checkpoint_id=None)
        known = {c.id: class_mapping(tx, checkpoint=c, project_id=project_id).mapped for c in found}
        runs = [dict(job.result or {}) for job in jobs.list_jobs(tx, project_id, kind="retrain", limit=200)]
    measured = {run.get("checkpoint"): run for run in runs}
    by_hash = {checkpoint.sha256: checkpoint for checkpoint in found}
    names = {checkpoint.name for checkpoint in found}
    return {
        "active": None if active is None else active.id,
        "proposes": None if proposing is None else proposing.id,
        "checkpoints": [
            {
                **_line(checkpoint, by_hash, known[checkpoint.id], measured.get(checkpoint.id, {})),
                "deletes_file": managing.deletes_file(context.settings, checkpoint),
            }
            for checkpoint in reversed(found)
        ],
        "releases": [
            {
                "name": release.name,
                "size_bytes": release.size_bytes,
                "classes": release.classes,
                "have": release.name in names,
                "url": releases.release_url(release.name),
            }
            for release in RELEASES
        ],
    }


def _line(checkpoint: Checkpoint, by_hash: dict[str, Checkpoint], known: tuple[str, ...], run: Json) -> Json:
    metrics = dict(checkpoint.metrics or run)
    provenance = dict(checkpoint.provenance or {})
    parent = by_hash.get(checkpoint.parent_sha256 or "")
    return {
        "id": checkpoint.id,
        "name": checkpoint.name,
        "config": checkpoint.config,
        "classes": list(checkpoint.categories),
        "known_here": list(known),
        "size_bytes": checkpoint.size_bytes,
        "parent": None if parent is None else parent.name,
        "parent_id": None if parent is None else parent.id,
        "retrained": checkpoint.is_retrained,
        "outcome": outcome(metrics) if checkpoint.is_retrained else None,
        **{name: provenance.get(name) for name in ("snapshot", "seed", "steps")},
        "ap": average_precision(metrics),
        "thresholds": Thresholds.of_provenance(checkpoint.provenance).as_json(),
        "measured": measured(metrics, is_demo=checkpoint.name == DEMO),
        "created": checkpoint.created,
        "shared": checkpoint.project_id is None,
        "builtin_demo": checkpoint.name in BUILT_IN,
        "about": ABOUT.get(checkpoint.name),
    }


def outcome(metrics: Json) -> str | None:
    """How a retraining ended: proven, not proven or worse; None where it recorded nothing."""
    decision = metrics.get("decision")
    if isinstance(decision, dict) and isinstance(decision.get("outcome"), str):
        return str(decision["outcome"])
    return None if "proven" not in metrics else "proven" if metrics["proven"] else "not proven"


def average_precision(metrics: Json) -> float | None:
    """The AP (0 to 1) that a checkpoint or its retraining recorded, or None if it was not measured."""
    after = metrics.get("after")
    value = metrics.get("AP", after.get("AP") if isinstance(after, dict) else None)
    return float(value) if isinstance(value, int | float) and value >= 0 else None


def measured(metrics: Json, *, is_demo: bool) -> Json | None:
    """The AP of a checkpoint with the name of its set, or None if it was not measured.

    A retrained one has the AP of the checkpoint ``before`` it on the same set too.
    """
    value = average_precision(metrics)
    if value is None:
        return None
    before = metrics.get("before")
    own = "held-out videos of the demo" if is_demo else "a set of its own"
    kind, videos = metrics.get("evaluation"), metrics.get("per_video")
    # Results of earlier versions lack the name of their set.
    named = measured_on(kind, len(videos)) if kind and videos else own
    return {
        "ap": value,
        "before": before.get("AP") if isinstance(before, dict) else None,
        "before_name": metrics.get("before_name"),
        "set": metrics.get("set") or named,
    }


def router(context: Context) -> APIRouter:
    """Routes of checkpoints; all that take long queue a job."""
    routes = APIRouter(prefix="/data/projects/{project_id}")

    def enqueue(database: Database, kind: str, project_id: str, parameters: Json) -> Json:
        with database.read() as tx:
            projects.get_project(tx, project_id)
        for job in queue.active_jobs(database, kind=kind):
            if dict(job.parameters) == parameters:
                raise BadInput("This is already under way; wait for it or cancel it.")
        job = queue.enqueue(database, context.settings, kind=kind, project_id=project_id, parameters=parameters)
        context.hub.follow(job.id)
        return {"job": wire.job(job)}

    @routes.post("/downloads")
    @context.writes
    def post_download(database: Database, project_id: str, body: DownloadBody) -> Json:
        return enqueue(database, "download", project_id, {"name": releases.release(body.name).name, "use": body.use})

    @routes.post("/checkpoints")
    @context.writes
    def post_checkpoint(database: Database, project_id: str, body: FileBody) -> Json:
        return enqueue(
            database, "add_checkpoint", project_id, {**body.model_dump(), "path": str(named_place(body.path))}
        )

    @routes.post("/checkpoints/{checkpoint_id}/export")
    @context.writes
    def post_export(database: Database, project_id: str, checkpoint_id: str) -> Json:
        with database.read() as tx:
            checkpoints.get_checkpoint(tx, checkpoint_id)
        return enqueue(database, "export_checkpoint", project_id, {"checkpoint": checkpoint_id})

    @routes.post("/checkpoints/{checkpoint_id}/activate")
    @context.writes
    def post_activate(database: Database, project_id: str, checkpoint_id: str, body: UseBody | None = None) -> Json:
        found = register.activate(database, project_id=project_id, checkpoint_id=checkpoint_id)
        again = 0
        if body is not None and body.again:
            with database.atomic() as tx:
                made = proposing_again.propose_again(tx, project_id)
            again = len(told(context, made).jobs)
        return {"active": {"id": found.id, "name": found.name}, "again": again}

    @routes.patch("/checkpoints/{checkpoint_id}")
    @context.writes
    def patch_checkpoint(database: Database, project_id: str, checkpoint_id: str, body: NameBody) -> Json:
        found = managing.rename(database, checkpoint_id=checkpoint_id, name=body.name)
        return {"id": found.id, "name": found.name}

    @routes.delete("/checkpoints/{checkpoint_id}")
    @context.writes
    def delete_checkpoint(database: Database, project_id: str, checkpoint_id: str) -> Json:
        found = managing.delete(database, context.settings, checkpoint_id=checkpoint_id)
        return {"id": found.id, "name": found.name}

    @routes.get("/checkpoints")
    async def get_checkpoints(project_id: str) -> Json:
        return await context.run(listed, context, project_id)

    return routes
