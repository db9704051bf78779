"""The file ``provenance.json`` beside an export: where its data come from, and which id belongs to what.

Nothing in it depends on the time or the machine, so that the same project with the same choices gives the same bytes.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from app.exchange.export_content import ExportContent
from app.exchange.export_plan import ExportPlan
from app.exchange.export_states import state_runs
from storage.atomic import write_text

PROVENANCE = "provenance.json"
PROGRAM = "TeViT annotation"


def write_provenance(path: Path, plan: ExportPlan, content: ExportContent, *, part: str = "") -> None:
    """Write the provenance of an export.

    ``project``, ``edit`` (the number of the last edit of its videos) and ``snapshot`` (a hash of all states and masks)
    say which data these are; ``choices`` and ``numbers`` what was asked for and what is in the whole export, ``part``
    which half of it this folder has. ``ids`` maps every id of the file to the number or name in the project (``track``:
    the number in its video), and to the id in the imported file (``came``).
    """
    written = {
        "program": PROGRAM,
        "project": plan.head.project,
        "edit": plan.head.edit,
        "snapshot": snapshot_hash(plan),
        "part": part or None,
        "choices": plan.choice.as_json(),
        "numbers": {key: value for key, value in plan.numbers.as_json().items() if key != "sentences"},
        "ids": _ids(plan, content),
    }
    write_text(path, [json.dumps(written, ensure_ascii=False, indent=1), "\n"])


def snapshot_hash(plan: ExportPlan) -> str:
    """SHA-256 of all that an export depends on in the project: videos, categories, tracks, masks and states."""
    digest = hashlib.sha256()
    for one in plan.videos:
        video = one.source.video
        _add(digest, [video.name, video.content_hash, video.count, list(one.frames)])
        for track in one.tracks:
            rows = one.source.rows[track.id]
            states = state_runs(one.source.states(track, reviewed_only=plan.choice.reviewed_only), video.count)
            _add(digest, [track.number, track.iscrowd, plan.categories.ids[str(track.category_id)], states])
            _add(digest, [[frame, rows[frame].hash] for frame in sorted(rows)])
    _add(digest, [[one.id, one.name] for one in plan.categories.categories])
    return digest.hexdigest()


def _add(digest: Any, value: object) -> None:
    digest.update(json.dumps(value, separators=(",", ":")).encode())


def _ids(plan: ExportPlan, content: ExportContent) -> dict[str, list[dict[str, Any]]]:
    videos, tracks = [], []
    for one in plan.videos:
        video = one.source.video
        number = content.video_ids[video.id]
        videos.append({"id": number, "name": video.name, "came": video.source_id})
        tracks += [
            {"id": content.track_ids[track.id], "video": number, "track": track.number, "came": track.source_id}
            for track in one.tracks
        ]
    categories = [
        {"id": plan.categories.ids[own.id], "name": own.name, "came": own.source_id}
        for own in plan.own_categories
        if own.id in plan.categories.ids
    ]
    listed: dict[str, list[dict[str, Any]]] = {"videos": videos, "categories": categories, "tracks": tracks}
    return {key: sorted(entries, key=lambda entry: int(entry["id"])) for key, entries in listed.items()}
