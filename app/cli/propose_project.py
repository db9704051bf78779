"""The command propose --into-project: many videos, shared among processes, going on where they stopped."""

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from app.checkpoints.register import checkpoint_for_project
from app.checkpoints.warm import WarmModel
from app.cli.outcome import print_failures, print_share, raise_failures
from app.cli.progress import Progress
from app.cli.project import find_project, opened
from app.cli.propose_flags import settings_of
from app.errors import BadInput, Cancelled
from app.library.counting import start_counting
from app.library.sources import named_place
from app.library.videos import add_video
from app.machine import Shard
from app.progress import Report
from app.proposing.into_file import part_of
from app.proposing.into_project import is_proposed, propose_video
from app.proposing.part_files import WAIT_SECONDS, Parts
from app.proposing.video_lists import videos_of
from app.sentences import outcome_of
from app.settings import Settings
from model.tracking.settings import ProposeSettings
from storage import videos
from storage.database import Database
from storage.projects import Project

TAKEN_BACK = "A person took its proposals back while they were being made."


@dataclass
class _Done:
    """What this process did; ``lines`` tell of each video, ``failed`` are videos with their reasons."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)

    @property
    def before(self) -> int:
        """How many videos were done before."""
        return sum("skipped" in line for line in self.lines)

    @property
    def looked_at(self) -> int:
        """How many videos were looked at now."""
        return len(self.lines) - self.before


def propose_into_project(arguments: argparse.Namespace, settings: Settings, paths: Sequence[Path]) -> None:
    """Add the videos that the project does not have yet, and store what the model finds in each that is not done."""
    shard = Shard.of_environment()
    settings = replace(settings, device=shard.device(settings.device))
    with opened(settings) as database:
        project = find_project(database, settings)
        chosen = _chosen(database, project, paths)
        if not chosen:
            raise BadInput(f"The project {project.name} has no video yet; name one.")
        patience = arguments.wait or WAIT_SECONDS
        checkpoint_id = _checkpoint_id(database, settings, arguments, shard, patience=patience)
        order = {"project": project.id, "checkpoint": checkpoint_id, "videos": [str(path) for path in chosen]}
        # Only for the summary: what is done is known from the project itself.
        name = hashlib.sha256(json.dumps(order).encode()).hexdigest()[:16]
        with Parts(settings.logs / f"propose-{name}", shard, about=order) as parts:
            how = settings_of(arguments)
            task = _Task(database, settings, project, checkpoint_id, how, arguments.again, WarmModel(settings))
            done = _run(task, shard.mine(chosen), parts)
            print_share(shard, proposed=done.looked_at, before=done.before, failed=len(done.failed))
            if not shard.first:
                return
            parts.wait_for_all(patience)
            said = {line["id"]: line for line in parts.of_this_call()}
            parts.remove()
    _tell(said, project, chosen, as_json=arguments.json)


def _chosen(database: Database, project: Project, paths: Sequence[Path]) -> list[Path]:
    """The videos that are meant, each once: those of the paths, without any all of the project; absolute."""
    if paths:
        return list(dict.fromkeys(named_place(found.path) for found in videos_of(paths)))
    with database.read() as tx:
        return list(dict.fromkeys(Path(path) for _, path in videos.video_paths(tx, project.id)))


def _checkpoint_id(
    database: Database, settings: Settings, arguments: argparse.Namespace, shard: Shard, *, patience: float
) -> str | None:
    """Id of the checkpoint that --model names; None without --model: the project's active one."""
    if arguments.model is None:
        return None
    return checkpoint_for_project(
        database,
        settings,
        arguments.model,
        config=arguments.config,
        shard=shard,
        patience_seconds=patience,
        on_added=lambda path, made: print(f"{path} was taken in as the checkpoint {made.name}.", file=sys.stderr),
    )


@dataclass(frozen=True)
class _Task:
    """What is the same for every video of the command."""

    database: Database
    settings: Settings
    project: Project
    checkpoint_id: str | None
    propose_settings: ProposeSettings
    again: bool
    warm: WarmModel


def _run(task: _Task, mine: Sequence[Path], parts: Parts) -> _Done:
    done, progress = _Done(), Progress()
    for position, path in enumerate(mine):
        share = part_of(progress, position, len(mine), str(path))
        try:
            line = _one(task, path, parts.heard(share))
        except Exception as error:
            # Whatever a video does to the program, the others get their turn; the sentence says what happened.
            reason = TAKEN_BACK if isinstance(error, Cancelled) else outcome_of(error, task.settings.logs).sentence
            done.failed.append((str(path), reason))
            parts.add({"id": str(path), "failed": reason})
        else:
            done.lines.append(line)
            parts.add({"id": str(path), "line": line})
    progress.end()
    parts.end()
    return done


def _one(task: _Task, path: Path, report: Report) -> dict[str, Any]:
    """One video: added if it is new, passed over if it is done. Returns what the command says of it."""
    database, settings = task.database, task.settings
    with database.read() as tx:
        known = {there: video_id for video_id, there in videos.video_paths(tx, task.project.id)}
    # Proposing counts the frames as it goes; a job for it would decode the video at the same time.
    found = known.get(str(path)) or add_video(database, settings, project_id=task.project.id, path=path, count=False).id
    facts = {"video": found, "path": str(path)}
    asked: dict[str, Any] = {
        "video_id": found,
        "checkpoint_id": task.checkpoint_id,
        "propose_settings": task.propose_settings,
    }
    try:
        if not task.again and is_proposed(database, settings, **asked):
            return {**facts, "skipped": True}
        done = propose_video(database, settings, report=report, cancelled=lambda: False, warm=task.warm, **asked)
    except BaseException:
        start_counting(database, settings, video_id=found)
        raise
    return {**facts, **done.as_json()}


def _tell(said: dict[str, Any], project: Project, chosen: Sequence[Path], *, as_json: bool) -> None:
    told = [said[str(path)] for path in chosen if str(path) in said]
    lines = [one["line"] for one in told if "line" in one]
    failed = [(one["id"], one["failed"]) for one in told if "failed" in one]
    print_failures(failed)
    if as_json:
        facts = {"project": project.name, "videos": lines}
        print(json.dumps(facts | {"failed": [{"path": path, "reason": reason} for path, reason in failed]}))
    else:
        for line in lines:
            print(f"{line['path']}: {_in_words(line)}")
    raise_failures(failed, len(chosen))


def _in_words(line: dict[str, Any]) -> str:
    if "skipped" in line:
        return "done before"
    went_on = f", from frame {line['resumed_at']} on" if line["resumed_at"] else ""
    # Tracks go by design where nobody has judged them; whoever reads this must see that, and see it each time.
    deleted = f", {line['deleted']} deleted" if line["deleted"] else ""
    unmapped = line["unmapped"]
    classes = ", ".join(f"{count} {name}" for name, count in sorted(unmapped.items()))
    without = f", {sum(unmapped.values())} of classes that the project lacks ({classes})" if unmapped else ""
    return f"{line['added']} tracks added, {line['replaced']} replaced{deleted}{without}{went_on}"
