"""The file ``states.json`` beside an export, with the states that the format cannot hold, for training in this program.

YouTube-VIS has masks and null. The file says of each track where it is present, absent, unknown or rejected, in all
frames of its video, exported or not, and of each video which frames are in the data set and which are complete.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.exchange.export_content import ExportContent
from app.exchange.export_numbers import PlannedVideo
from app.exchange.export_plan import ExportPlan
from app.exchange.export_states import state_runs
from storage.atomic import write_text

STATES = "states.json"


def write_states(path: Path, plan: ExportPlan, content: ExportContent) -> None:
    """Write the states of a plan's videos and tracks as JSON; equal input gives equal bytes.

    ``videos``: id, number of ``frames``, ``exported`` (the frame of each picture in the data set) and ``complete``
    ranges [first, after the last, category ids of the file; empty: all]. ``tracks``: id, id of the video, and
    ``states`` as runs [state, origin, first, after the last]; see `app.exchange.export_states.state_runs`.
    """
    write_text(path, _text(plan, content))


def _text(plan: ExportPlan, content: ExportContent) -> Iterator[str]:
    yield '{"videos":['
    yield ",".join(_json(_video(plan, content, one)) for one in plan.videos)
    yield '],"tracks":['
    tracks = [entry for one in plan.videos for entry in _tracks(plan, content, one)]
    yield ",".join(_json(entry) for entry in sorted(tracks, key=lambda entry: entry["id"]))
    yield "]}\n"


def _video(plan: ExportPlan, content: ExportContent, one: PlannedVideo) -> dict[str, Any]:
    ids = plan.categories.ids
    complete = [
        [found.start, found.stop, sorted(ids[category] for category in found.categories if category in ids)]
        for found in one.source.complete
        if not found.categories or any(category in ids for category in found.categories)
    ]
    number, frames = content.video_ids[one.source.video.id], one.source.video.count
    return {"id": number, "frames": frames, "exported": list(one.frames), "complete": complete}


def _tracks(plan: ExportPlan, content: ExportContent, one: PlannedVideo) -> Iterator[dict[str, Any]]:
    for track in one.tracks:
        states = one.source.states(track, reviewed_only=plan.choice.reviewed_only)
        yield {
            "id": content.track_ids[track.id],
            "video_id": content.video_ids[one.source.video.id],
            "states": state_runs(states, one.source.video.count),
        }


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
