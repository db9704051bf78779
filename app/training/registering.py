"""Registers the checkpoint of a retraining together with its report, and puts it in use where the rule says so."""

import dataclasses
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from app.checkpoints.choice import chosen_checkpoint
from app.settings import Settings
from app.training.project_clips import ProjectClips
from app.training.report import NOT_PROVEN, Decision, Reason, Report
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
    then: Callable[[Connection, Checkpoint, Report], object],
) -> None:
    """Write the file and register it; promote it if its report says so, unless another one came into use meanwhile.

    ``then`` is called in the same transaction, with the report as it is stored.
    """
    adapted, line = candidate.adapted, candidate.report.lineage
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
            report = _as_chosen(tx, project_id, candidate.report)
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
            then(tx, registered, report)


def _as_chosen(tx: Connection, project_id: str, report: Report) -> Report:
    """The report of what would be promoted: not proven where it was not compared with the checkpoint in use now."""
    chosen = chosen_checkpoint(tx, project_id=project_id, checkpoint_id=None)
    if not report.decision.promoted or chosen is None or chosen.id == report.lineage.before:
        return report
    text = f"Another checkpoint, {chosen.name}, came into use during the run; it was not compared with that one."
    reasons = (*report.decision.reasons, Reason("another in use", False, text))
    return dataclasses.replace(report, decision=Decision(NOT_PROVEN, reasons))
