"""Registers the checkpoint of a retraining together with its report, and puts it in use where the rule says so."""

import dataclasses
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from app.settings import Settings
from app.training.project_clips import ProjectClips
from app.training.report import Report
from app.training.rounds import free_name
from model.adapting import Adapted
from model.thresholds import KEY, Thresholds
from model.weights import checkpoint
from model.weights.halves import exact_dtype
from storage import checkpoints
from storage.arrivals import arriving
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.video_roles import give_roles


@dataclass(frozen=True)
class RetrainedNetwork:
    """A trained network with all that is stored about it; ``roles`` are those of the videos from now on."""

    adapted: Adapted
    thresholds: Thresholds
    report: Report
    parent_sha256: str
    trained_on: tuple[str, ...]
    roles: Mapping[str, str]


def register(
    database: Database,
    settings: Settings,
    candidate: RetrainedNetwork,
    *,
    project_id: str,
    source: ProjectClips,
    then: Callable[[Connection, Checkpoint], object],
) -> None:
    """Write the file and register it; promote it if its report says so. ``then`` is called in the same transaction."""
    report, adapted = candidate.report, candidate.adapted
    line = report.lineage
    provenance: dict[str, Any] = {
        **adapted.facts,
        "steps": line.steps,
        "seed": line.seed,
        "snapshot": line.snapshot,
        "project": project_id,
        "round": line.round,
        "trained_on": sorted(set(candidate.trained_on)),
        "recipe": dict(line.recipe),
        KEY: candidate.thresholds.as_json(),
    }
    made = dataclasses.replace(adapted.checkpoint, parent=candidate.parent_sha256, provenance=provenance)
    with arriving(settings.checkpoints / f"{uuid.uuid4().hex}.safetensors") as arrival:
        checkpoint.save(arrival.content, made, dtype=exact_dtype(made.state))
        digest, path = checkpoint.file_hash(arrival.content), arrival.put()
        with database.atomic() as tx:
            registered = checkpoints.add_checkpoint(
                tx,
                name=free_name(tx, project_id, line.round),
                path=str(path.relative_to(settings.data)),
                sha256=digest,
                config=made.config.name,
                categories=list(source.categories),  # those it only keeps are not proposed
                size_bytes=path.stat().st_size,
                project_id=project_id,
                parent_sha256=candidate.parent_sha256,
                provenance=provenance,
                metrics=report.as_json(),
            )
            choice = dict(zip(source.categories, source.category_ids, strict=True))
            checkpoints.set_class_map(tx, registered.id, project_id, choice)
            give_roles(tx, project_id, candidate.roles)
            if report.decision.promoted:
                checkpoints.activate(tx, project_id, registered.id)
            then(tx, registered)
