"""What a spread grows from: the rows that people drew or judged, the tracks that compete, and the edits behind them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from app.errors import BadInput
from app.spreading.decoding import DecodedMasks
from app.spreading.stretches import SpreadRequest, givers, stretch
from storage import masks, tracks
from storage.edits.log import Origin, origins
from storage.edits.row_values import RowKey
from storage.tracks import MaskRow, Track
from storage.videos import Video

MOST_RIVALS = 8
"""Other tracks that compete for pixels; more cost time and seldom help."""
MOST_BETWEEN = 24
"""Masks of such a track between the given frames; it follows itself from one to the next."""


@dataclass(frozen=True)
class GivenRow:
    """A row of a person: its mask (None: absent or rejected, which ends a spread) and the edit that wrote it."""

    hash: str | None
    origin: Origin


@dataclass(frozen=True)
class SpreadPlan:
    """The frames to fill by track, and what is given: by track and frame. ``rivals``: masks of other tracks."""

    stretches: Mapping[str, range]
    given: Mapping[str, Mapping[int, GivenRow]]
    rivals: Mapping[str, Mapping[int, str | None]] = field(default_factory=dict)

    @property
    def filled(self) -> range:
        """From the first to the last frame that any track fills."""
        return range(
            min(one.start for one in self.stretches.values()), max(one.stop for one in self.stretches.values())
        )

    def wants(self, track: str, frame: int) -> bool:
        """Whether a track is to get a draft on a frame."""
        return frame in self.stretches.get(track, range(0)) and frame not in self.given[track]

    def as_json(self) -> dict[str, Any]:
        """What the run keeps: ``{"stretches": {track: [start, stop]}, "given": {track: {frame: edit id}}}``."""
        return {
            "stretches": {track: [one.start, one.stop] for track, one in self.stretches.items()},
            "given": {
                track: {str(frame): row.origin.id for frame, row in rows.items()} for track, rows in self.given.items()
            },
        }


def plan_spread(tx: Connection, video: Video, request: SpreadRequest, *, rivals: bool = True) -> SpreadPlan:
    """The plan of a request as the rows stand now; without ``rivals`` it reads only the rows of the tracks to spread.

    Raises `BadInput` if a track is gone, or has no mask of a person to spread, or no frame to fill.
    """
    request.checked(video.confirmed)
    known = {track.id: track for track in tracks.list_tracks(tx, video.id)}
    chosen = [_standing(known, track_id) for track_id in dict.fromkeys(request.tracks)]
    stretches: dict[str, range] = {}
    given: dict[str, dict[int, GivenRow]] = {}
    for track in chosen:
        rows = {row.frame: row for row in tracks.rows(tx, video.id, track_ids=[track.id]) if row.human}
        filled = stretch(rows, request, video.confirmed)
        used = [rows[frame] for frame in givers(rows, filled)]
        _check(track, request, filled, used)
        stretches[track.id], given[track.id] = filled, _given(tx, used)
    plan = SpreadPlan(stretches, given)
    if not rivals:
        return plan
    return SpreadPlan(stretches, given, _rivals(tx, video, known, plan))


def given_masks(tx: Connection, plan: SpreadPlan) -> dict[str, DecodedMasks]:
    """The masks by track of the given rows and the rivals."""
    names = {track: {k: row.hash for k, row in rows.items()} for track, rows in plan.given.items()}
    everything: dict[str, Mapping[int, str | None]] = {**plan.rivals, **names}
    blobs = masks.get_blobs(tx, {name for rows in everything.values() for name in rows.values() if name is not None})
    return {
        track: DecodedMasks({k: None if name is None else blobs[name] for k, name in rows.items()})
        for track, rows in everything.items()
    }


def _standing(known: Mapping[str, Track], track_id: str) -> Track:
    track = known.get(track_id)
    if track is None:
        raise BadInput("A track that was to be spread is not in this video any more.")
    if track.rejected:
        raise BadInput(f"Track {track.number} is rejected; accept it before it is spread.")
    return track


def _check(track: Track, request: SpreadRequest, filled: range, used: Iterable[MaskRow]) -> None:
    if not any(_mask_of(row) is not None for row in used):
        where = f"next to frame {request.frame}" if request.chosen is None else "in or next to the chosen range"
        raise BadInput(f"Track {track.number} has no mask of a person {where}; draw or accept one first.")
    if all(frame in {row.frame for row in used} for frame in filled):
        raise BadInput(f"Track {track.number} has no frame to fill there: people judged all of them.")


def _mask_of(row: MaskRow) -> str | None:
    """The mask that may be spread; a rejected one says only what the track is not."""
    return None if row.review == "rejected" else row.hash


def _given(tx: Connection, rows: Iterable[MaskRow]) -> dict[int, GivenRow]:
    rows = list(rows)
    written = origins(tx, (RowKey(row.track_id, row.frame) for row in rows))
    return {row.frame: GivenRow(_mask_of(row), written[RowKey(row.track_id, row.frame)]) for row in rows}


def _rivals(
    tx: Connection, video: Video, known: Mapping[str, Track], plan: SpreadPlan
) -> dict[str, dict[int, str | None]]:
    """Masks of other tracks on the given frames, and what people said of them in between; the largest tracks first."""
    frames = {frame for rows in plan.given.values() for frame in rows}
    rows = tracks.rows(tx, video.id, start=min(frames), stop=max(frames) + 1)
    others: dict[str, dict[int, str | None]] = {}
    areas: dict[str, int] = {}
    for row in rows:
        if row.track_id in plan.given or known[row.track_id].rejected or row.review == "rejected":
            continue
        if row.frame in frames or row.human:
            others.setdefault(row.track_id, {})[row.frame] = row.hash
            areas[row.track_id] = max(areas.get(row.track_id, 0), row.area)
    largest = sorted((one for one in others if areas[one]), key=lambda one: (-areas[one], known[one].number))
    return {track: _thinned(others[track], frames) for track in largest[:MOST_RIVALS]}


def _thinned(rows: Mapping[int, str | None], needed: set[int]) -> dict[int, str | None]:
    """The rows of ``needed`` frames, all absences, and at most `MOST_BETWEEN` other masks, evenly chosen."""
    spare = sorted(frame for frame, mask in rows.items() if mask is not None and frame not in needed)
    step = -(-len(spare) // MOST_BETWEEN) or 1
    left_out = set(spare) - set(spare[::step])
    return {frame: mask for frame, mask in rows.items() if frame not in left_out}
