"""What a search for likely errors finds in a demo video, as JSON: kept beside its edits, so that its queue has reasons
at the first start. `app.demo.search` makes it."""

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
from sqlalchemy import Connection

from app.reviewing.search import SearchOutcome, searched_tracks, store_search
from model.identity import IdentityCandidate
from model.likely_errors import LikelyError
from storage import edits

Json = Mapping[str, Any]

DIGITS = 4  # of strengths and figures


def to_json(found: SearchOutcome, numbers: Mapping[str, int]) -> dict[str, Any]:
    """What was found, with the number of each track (from `app.demo.edits`) in place of its id."""
    errors = [
        [one.kind, [numbers[t] for t in one.tracks], one.first, one.last, one.frame, *_figures(one)]
        for one in found.errors
    ]
    identities = [
        [one.kind, [numbers[t] for t in one.tracks], one.frame, [[numbers[t], k] for t, k in one.masks], *_figures(one)]
        for one in found.identities
    ]
    look = None if found.look is None else base64.b64encode(found.look.astype("<f4").tobytes()).decode()
    return {"errors": errors, "identities": identities, "look": look}


def _figures(one: LikelyError | IdentityCandidate) -> tuple[float, dict[str, float]]:
    return round(one.strength, DIGITS), {name: round(value, DIGITS) for name, value in one.evidence.items()}


def from_json(kept: Json, ids: Mapping[int, str]) -> SearchOutcome:
    """The opposite; ``ids`` of the tracks by their number."""
    errors = (
        LikelyError(kind, tuple(ids[n] for n in numbers), first, last, frame, strength, evidence)
        for kind, numbers, first, last, frame, strength, evidence in kept["errors"]
    )
    identities = (
        IdentityCandidate(
            kind, tuple(ids[n] for n in numbers), frame, tuple((ids[n], k) for n, k in masks), strength, evidence
        )
        for kind, numbers, frame, masks, strength, evidence in kept["identities"]
    )
    look = None if kept["look"] is None else np.frombuffer(base64.b64decode(kept["look"]), "<f4")
    return SearchOutcome(tuple(errors), tuple(identities), look)


def store(tx: Connection, video_id: str, kept: Json, ids: Mapping[int, str]) -> None:
    """Store what was found in a video of the demo whose edits were just applied."""
    content = searched_tracks(tx, video_id)
    store_search(tx, video_id, content, from_json(kept, ids), edit=edits.last_number(tx))
