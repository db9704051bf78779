"""What must hold after a kill: nothing acknowledged is lost, no row differs from the log, and nothing is left over."""

import json
from collections.abc import Iterable
from pathlib import Path

from app.library.stale_uploads import VIDEO_PART
from app.settings import Settings
from storage import checkpoints, projects, videos
from storage.atomic import TEMPORARY
from storage.database import Database
from storage.edits.log import LoggedEdit, find_edit
from tests.crashing.writers import Acknowledged, Record


def lost_edits(database: Database, acknowledged: Iterable[Acknowledged]) -> list[str]:
    """One sentence for each acknowledged edit that is not in the log as it was answered."""
    lost = []
    with database.read() as tx:
        for answer in acknowledged:
            logged = find_edit(tx, answer.id)
            if logged is None:
                lost.append(f"The acknowledged edit {answer.number} ({answer.id}) is not in the log.")
            elif (logged.number, _plain(logged.rows)) != (answer.number, answer.rows):
                lost.append(f"The acknowledged edit {answer.number} ({answer.id}) is another one in the log.")
    return lost


def half_edits(database: Database, record: Record) -> list[str]:
    """One sentence for each edit of an author, acknowledged or not, that is in the log in part."""
    half = []
    with database.read() as tx:
        for edit_id, rows in list(record.rows.items()):
            logged = None if rows is None else find_edit(tx, edit_id)
            if logged is not None and _keys(logged) != rows:
                half.append(f"The edit {edit_id} is in the log with {len(_keys(logged))} rows instead of {rows}.")
    return half


def left_overs(database: Database, settings: Settings) -> list[Path]:
    """Files and folders in the data folder that a killed process has left and that belong to nothing."""
    with database.read() as tx:
        every = projects.list_projects(tx, archived=True)
        known = {
            Path(video.path)
            for project in every
            for video in videos.list_videos(tx, project.id, removed=True)
            if video.copied
        }
        stored = {settings.data / found.path for found in checkpoints.list_checkpoints(tx)}
    found = [path for path in settings.videos.iterdir() if path not in known]
    found += [path for path in settings.checkpoints.iterdir() if path not in stored and path.name[0] != "."]
    for folder in (settings.checkpoints, settings.exports):
        found += [path for path in folder.iterdir() if _is_temporary(path)]
    return found


def _is_temporary(path: Path) -> bool:
    return bool(TEMPORARY.fullmatch(path.name) or VIDEO_PART.fullmatch(path.name))


def _keys(logged: LoggedEdit) -> frozenset[tuple[str, int | None]]:
    return frozenset((row["track"], row["frame"]) for row in logged.rows)


def _plain(rows: object) -> object:
    return json.loads(json.dumps(rows))
