"""The edits of a demo video: the proposals of a run, and the corrections of a careful person in its first part.

An edit here is JSON: ``kind`` and ``changes``, each ``[track, frame, after]`` as in `storage.edits.Change`, but with a
number from 0 for the track and a name for a category. Tracks are dicts: ``label`` (index into the class names),
``segmentations`` (compressed RLE or None per frame); proposals also have ``score``, ``scores`` per frame (0 to 1, or
None), and ``runners_up`` ([label, score], best first).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from app.proposing.matching import best_pairs, overlaps

Track = Mapping[str, Any]
Json = dict[str, Any]

CORRECTED_SHARE = 0.6  # of the frames of a video that is corrected in part
ACCEPTED_IOU = 0.85  # a mask with at least this overlap is accepted, another one is redrawn
SAME_IOU = 0.3  # a proposal and a true track with at least this overlap are the same object


def propose_edit(proposals: Sequence[Track], names: Sequence[str]) -> Json:
    """The edit that stores all proposals, the best one first, with a row for every frame."""
    changes: list[list[Any]] = []
    for number in _by_score(proposals):
        track = proposals[number]
        runners_up = [[names[label], score] for label, score in track["runners_up"]]
        name = names[track["label"]]
        own = {"category": name, "score": track["score"], "extra": {"class": name, "runners_up": runners_up}}
        changes.append([number, None, own])
        for frame, (mask, score) in enumerate(zip(track["segmentations"], track["scores"], strict=True)):
            changes.append([number, frame, {**_content(mask), "score": score}])
    return {"kind": "propose", "changes": changes}


def correct_edits(proposals: Sequence[Track], truth: Sequence[Track], names: Sequence[str]) -> list[Json]:
    """The corrections of the first part of a video: accept or redraw masks, add missing tracks, reject wrong ones."""
    pairs = _pairs(proposals, truth)
    edits = []
    for number, true in enumerate(truth):
        category = {"category": names[true["label"]]}
        masks = true["segmentations"][: round(len(true["segmentations"]) * CORRECTED_SHARE)]
        found = pairs.get(number)
        if found is None:
            # New tracks get the numbers after those of the proposals.
            owner, known = len(proposals) + number, [False] * len(masks)
        else:
            owner, known = found, [_good(*two) for two in zip(proposals[found]["segmentations"], masks, strict=False)]
        changes: list[list[Any]] = []
        if found is None or proposals[found]["label"] != true["label"]:
            changes.append([owner, None, category])
        for frame, mask in enumerate(masks):
            changes.append([owner, frame, {"review": "accepted"} if known[frame] else _content(mask)])
        edits.append({"kind": "correct", "changes": changes})
    wrong = [number for number in _by_score(proposals) if number not in pairs.values()]
    return [*edits, *({"kind": "reject", "changes": [[number, None, {"rejected": True}]]} for number in wrong)]


def _by_score(proposals: Sequence[Track]) -> list[int]:
    """Numbers of the proposals that have a mask, the best score first; people see the tracks numbered in this order."""
    shown = [number for number, track in enumerate(proposals) if any(track["segmentations"])]
    return sorted(shown, key=lambda number: (-proposals[number]["score"], number))


def _pairs(proposals: Sequence[Track], truth: Sequence[Track]) -> dict[int, int]:
    """Number of a true track -> number of the proposal of the same object."""
    table = overlaps(_masks(proposals), _masks(truth))
    return {true: found for found, true in best_pairs(table, np.ones(table.shape, bool), least=SAME_IOU)}


def _masks(tracks: Sequence[Track]) -> list[dict[int, Json]]:
    return [{frame: mask for frame, mask in enumerate(track["segmentations"]) if mask} for track in tracks]


def _good(proposed: Json | None, true: Json | None) -> bool:
    if proposed is None or true is None:
        return proposed is None and true is None
    return bool(overlaps([{0: proposed}], [{0: true}])[0, 0] >= ACCEPTED_IOU)


def _content(mask: Json | None) -> Json:
    return {"state": "absent"} if mask is None else {"rle": mask}
