"""The demo project: made from `assets/demo` at the first start, so that the first page shows masks without a job.

The files contain the edits too (`app.demo.edits`), and what a search for likely errors finds after them
(`app.demo.findings`); both are only stored here.
"""

import json
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from app.checkpoints.factory import FOLDER, ensure_factory
from app.checkpoints.releases import DEMO
from app.demo import findings
from app.library.videos import add_video, free_name
from app.settings import Settings
from storage import checkpoints, edits, projects, runs, videos
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.edits import Applied, Change, Edit
from storage.projects import Project
from storage.runs import Run
from storage.video_progress import video_summaries
from storage.videos import Video

AUTHOR = "demo"
_BEGUN = "demo_begun"


class DemoBroken(RuntimeError):
    """An edit of the demo was refused: its files do not fit this program."""


def ensure_demo(database: Database, settings: Settings, *, assets: Path = FOLDER, with_found: bool = True) -> Project:
    """The demo project; it is made if it does not exist yet (a removed or renamed one is not made again).

    After an interrupted start, the next one makes the missing videos. with_found: whether to store what a search found
    in them too, which must fit their edits.
    """
    with database.read() as tx:
        known = projects.get_setting(tx, "demo_project")
        if known is not None:
            return projects.get_project(tx, known)
    content = json.loads((assets / "demo.json").read_text())
    checkpoint = ensure_factory(database, settings, assets=assets)
    project = _begin(database, content["categories"], checkpoint)
    with database.read() as tx:
        there = {video.name: video for video in videos.list_videos(tx, project.id, removed=True)}
        done = video_summaries(tx, project.id)
    for entry in content["videos"]:
        video = there.get(entry["name"]) or add_video(
            database,
            settings,
            project_id=project.id,
            path=assets / entry["file"],
            name=entry["name"],
            copy=True,
            again=True,  # a person may have renamed it since an interrupted start
        )
        if video.id not in done or done[video.id].state == "new":
            with database.atomic() as tx:
                ids = _fill(tx, video, entry["edits"], checkpoint)
                if with_found and "found" in entry:
                    findings.store(tx, video.id, entry["found"], ids)
    with database.atomic() as tx:
        projects.set_setting(tx, "demo_project", project.id)
        if projects.last_project(tx) is None:
            projects.set_last_project(tx, project.id)
    return project


def _begin(database: Database, categories: Sequence[str], checkpoint: Checkpoint) -> Project:
    """The project to fill: that of an interrupted start, or else a new one with a free name."""
    with database.atomic() as tx:
        begun = projects.get_setting(tx, _BEGUN)
        if begun is not None:
            return projects.get_project(tx, begun)
        taken = {project.name for project in projects.list_projects(tx, archived=True)}
        project = projects.create_project(tx, name=free_name(DEMO, taken), categories=categories)
        checkpoints.activate(tx, project.id, checkpoint.id)
        projects.set_setting(tx, _BEGUN, project.id)
    return project


def _fill(
    tx: Connection, video: Video, content: Sequence[Mapping[str, Any]], checkpoint: Checkpoint
) -> Mapping[int, str]:
    """Apply the edits of a video: the kind "propose" as a run of the checkpoint, the others as a person.

    Returns the ids of the tracks by the numbers that the edits call them.
    """
    run = runs.start_run(
        tx,
        kind="proposal",
        project_id=video.project_id,
        video_id=video.id,
        checkpoint_id=checkpoint.id,
        job_id=None,
        settings={"rule": "review", "stored": True},
    )
    categories = {category.name: category.id for category in projects.list_categories(tx, video.project_id)}
    ids: dict[int, str] = defaultdict(lambda: str(uuid.uuid4()))
    versions: dict[tuple[str, int | None], int] = {}
    for edit in content:
        changes = []
        for number, frame, after in edit["changes"]:
            values = {**after, "run": run.id} if edit["kind"] == "propose" else dict(after)
            if "category" in values:
                values["category"] = categories[values["category"]]
            track = ids[number]
            changes.append(Change(track, frame, versions.get((track, frame), 0), values))
        done = _apply(tx, video, run, edit["kind"], changes)
        versions |= {(row["track"], row["frame"]): done.number for row in done.rows}
    runs.finish_run(tx, run.id, state="done")
    return ids


def _apply(tx: Connection, video: Video, run: Run, kind: str, changes: Sequence[Change]) -> Applied:
    author = run.author if kind == "propose" else AUTHOR
    edit = Edit(id=str(uuid.uuid4()), kind=kind, author=author, video=video.id, changes=tuple(changes))
    done = edits.apply_edit(tx, edit)
    if not isinstance(done, Applied):
        raise DemoBroken(f"the demo's edit of {video.name} was refused")
    return done
