"""The demo project: made from `assets/demo` at the first start, so that the first page shows masks without a job."""

import json
import shutil
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from app.checkpoints.releases import DEMO
from app.library.videos import add_video, free_name
from app.proposing.found_tracks import FrameRange, ProposedTrack, RunContext
from app.proposing.matching import overlaps
from app.proposing.writer import store_proposals
from app.settings import ASSETS, Settings
from model.tracking.whole_video import TrackStanding
from storage import checkpoints as models
from storage import edits, masks, projects, runs, tracks, videos
from storage.atomic import replacing
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.edits import Applied, Change, Edit
from storage.projects import Project
from storage.tracks import MaskRow, Track
from storage.videos import Video

FOLDER = ASSETS / "demo"
AUTHOR = "demo"
_BEGUN = "demo_begun"
CORRECTED_SHARE = 0.6  # of the frames of a video that is corrected in part
ACCEPTED_IOU = 0.85  # a proposal this good is accepted as it is, another one is redrawn
SAME_THING = 0.3  # mask overlap through the video from which a proposal is about a true thing


class DemoBroken(RuntimeError):
    """An edit of the demo was refused, which only a fault of ours can cause."""


def ensure_demo(database: Database, settings: Settings, *, assets: Path = FOLDER) -> Project:
    """The demo project, made if it is not there yet (a removed or renamed one is not made again).

    Where an earlier start was interrupted, what it had not reached is made now.
    """
    with database.read() as tx:
        known = projects.get_setting(tx, "demo_project")
        if known is not None:
            return projects.get_project(tx, known)
    content = json.loads((assets / "demo.json").read_text())
    checkpoint = _register_checkpoint(database, settings, assets)
    project = _begin(database, content["categories"], checkpoint)
    with database.read() as tx:
        there = {video.name: video for video in videos.list_videos(tx, project.id, removed=True)}
        done = videos.video_summaries(tx, project.id)
    for entry in content["videos"]:
        video = there.get(entry["name"]) or add_video(
            database, settings, project_id=project.id, path=assets / entry["file"], name=entry["name"], copy=True
        )
        state = done[video.id].state if video.id in done else "new"
        if state == "new":
            _propose(database, project, video, entry, content["categories"], checkpoint)
        if entry["corrected"] and state in {"new", "proposed"}:
            with database.atomic() as tx:
                _correct(tx, project, video, entry)
    with database.atomic() as tx:
        projects.set_setting(tx, "demo_project", project.id)
        if projects.last_project(tx) is None:
            projects.set_last_project(tx, project.id)
    return project


def _begin(database: Database, categories: Sequence[str], checkpoint: Checkpoint) -> Project:
    """The project to fill: the one that an interrupted start began, else a new one under a name that is free."""
    with database.atomic() as tx:
        begun = projects.get_setting(tx, _BEGUN)
        if begun is not None:
            return projects.get_project(tx, begun)
        taken = {project.name for project in projects.list_projects(tx, archived=True)}
        project = projects.create_project(tx, name=free_name(DEMO, taken), categories=categories)
        models.activate(tx, project.id, checkpoint.id)
        projects.set_setting(tx, _BEGUN, project.id)
    return project


def _register_checkpoint(database: Database, settings: Settings, assets: Path) -> Checkpoint:
    with database.read() as tx:
        known = models.find_checkpoint(tx, DEMO)
    if known is not None:
        return known
    described = json.loads((assets / "checkpoint.json").read_text())
    settings.checkpoints.mkdir(parents=True, exist_ok=True)
    path = settings.checkpoints / "demo.safetensors"
    with replacing(path) as part:
        shutil.copyfile(assets / "checkpoint.safetensors", part)
    with database.atomic() as tx:
        return models.add_checkpoint(
            tx,
            name=DEMO,
            path=str(path.relative_to(settings.data)),
            sha256=described["sha256"],
            config=described["config"],
            categories=described["categories"],
            size_bytes=path.stat().st_size,
            provenance=described["provenance"],
            metrics=described["metrics"],
        )


def _propose(
    database: Database,
    project: Project,
    video: Video,
    entry: Mapping[str, Any],
    names: Sequence[str],
    checkpoint: Checkpoint,
) -> None:
    with database.atomic() as tx:
        ids = {category.name: category.id for category in projects.list_categories(tx, project.id)}
        run = runs.start_run(
            tx,
            kind="proposal",
            project_id=project.id,
            video_id=video.id,
            checkpoint_id=checkpoint.id,
            job_id=None,
            settings={"rule": "review", "stored": True},
        )
        proposed = [_proposed(tx, number, track) for number, track in enumerate(entry["proposals"])]
    context = RunContext(video.id, run.id, tuple(names), ids)
    store_proposals(database, context, FrameRange(0, video.count, tuple(proposed)), whole=True)
    with database.atomic() as tx:
        runs.finish_run(tx, run.id, state="done")


def _proposed(tx: Connection, number: int, track: Mapping[str, Any]) -> ProposedTrack:
    frames = [frame for frame, mask in enumerate(track["segmentations"]) if mask is not None]
    hashes = masks.put_blobs(tx, [track["segmentations"][frame] for frame in frames])
    runners_up = tuple((label, score) for label, score in track["runners_up"])
    return ProposedTrack(
        TrackStanding(number, track["label"], track["score"], runners_up),
        masks=dict(zip(frames, hashes, strict=True)),
        scores={frame: score for frame, score in enumerate(track["scores"]) if score is not None},
    )


def _correct(tx: Connection, project: Project, video: Video, entry: Mapping[str, Any]) -> None:
    """Review the first part of a video as a careful person would: accept, redraw, reject, add what was missed."""
    stop = round(video.count * CORRECTED_SHARE)
    names = [category.id for category in projects.list_categories(tx, project.id)]
    found = tracks.list_tracks(tx, video.id)
    rows = {(row.track_id, row.frame): row for row in tracks.rows(tx, video.id)}
    pairs = _same_things(tx, found, rows, entry["truth"])
    for number, true_track in enumerate(entry["truth"]):
        track = pairs.get(number)
        changes = (
            _new_track(true_track, names[true_track["label"]], stop)
            if track is None
            else _reviewed(tx, track, rows, true_track, names[true_track["label"]], stop)
        )
        _apply(tx, video, "correct", changes)
    for track in found:
        if track.id not in {pair.id for pair in pairs.values()}:
            _apply(tx, video, "reject", [Change(track.id, None, track.version, {"rejected": True})])


def _same_things(
    tx: Connection,
    found: Sequence[Track],
    rows: Mapping[tuple[str, int], MaskRow],
    truth: Sequence[Mapping[str, Any]],
) -> dict[int, Track]:
    """Number of a true track -> the proposal that is about it, best overlap first."""
    blobs = masks.get_blobs(tx, {row.hash for row in rows.values() if row.hash})
    proposed = [
        {frame: dict(blobs[row.hash]) for (owner, frame), row in rows.items() if owner == track.id and row.hash}
        for track in found
    ]
    true = [{frame: mask for frame, mask in enumerate(track["segmentations"]) if mask} for track in truth]
    table = overlaps(proposed, true)
    pairs: dict[int, Track] = {}
    for value, i, j in sorted(((table[i, j], i, j) for i in range(len(found)) for j in range(len(true))), reverse=True):
        if value >= SAME_THING and j not in pairs and found[i] not in pairs.values():
            pairs[j] = found[i]
    return pairs


def _new_track(truth: Mapping[str, Any], category: str, stop: int) -> list[Change]:
    track_id = str(uuid.uuid4())
    drawn = [Change(track_id, frame, 0, _drawn(mask)) for frame, mask in enumerate(truth["segmentations"][:stop])]
    return [Change(track_id, None, 0, {"category": category}), *drawn]


def _drawn(mask: Mapping[str, Any] | None) -> dict[str, Any]:
    if mask is None:
        return {"state": "absent", "source": "drawn", "review": "corrected"}
    return {"state": "present", "rle": mask, "source": "drawn", "review": "corrected"}


def _reviewed(
    tx: Connection,
    track: Track,
    rows: Mapping[tuple[str, int], MaskRow],
    truth: Mapping[str, Any],
    category: str,
    stop: int,
) -> list[Change]:
    changes: list[Change] = []
    if track.category_id != category:
        changes.append(Change(track.id, None, track.version, {"category": category}))
    blobs = masks.get_blobs(tx, {row.hash for (owner, _), row in rows.items() if owner == track.id and row.hash})
    for frame in range(stop):
        row, mask = rows[(track.id, frame)], truth["segmentations"][frame]
        proposed = dict(blobs[row.hash]) if row.hash else None
        if _good(proposed, mask):
            after: dict[str, Any] = {"state": row.state, "mask": row.hash, "source": row.source, "review": "accepted"}
            after |= {"score": row.score, "run": row.run_id}
        else:
            after = _drawn(mask)
        changes.append(Change(track.id, frame, row.version, after))
    return changes


def _good(proposed: Mapping[str, Any] | None, mask: Mapping[str, Any] | None) -> bool:
    if proposed is None or mask is None:
        return proposed is None and mask is None
    return bool(overlaps([{0: dict(proposed)}], [{0: dict(mask)}])[0, 0] >= ACCEPTED_IOU)


def _apply(tx: Connection, video: Video, kind: str, changes: Sequence[Change]) -> None:
    edit = Edit(id=str(uuid.uuid4()), kind=kind, author=AUTHOR, video=video.id, changes=tuple(changes))
    done = edits.apply_edit(tx, edit)
    if not isinstance(done, Applied):
        raise DemoBroken(f"the demo's edit of {video.name} was refused")
