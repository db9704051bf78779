"""Shuffles masks of a corrected project, as a broken script would: through the edits of the page."""

import uuid
from typing import Any

import numpy as np

from tests.benchmarks._loop_project import LoopProject
from tests.benchmarks.annotator.person import AUTHOR

SHARE = 1 / 3
FRAME, STATE, REVIEW, VERSION, HASH = 0, 1, 3, 7, 8  # places in a row of GET tracks


def spoil_project(product: LoopProject, seed: int) -> set[tuple[str, int, int]]:
    """Lets a third of the human masks of each video change places; returns (video id, track number, frame)."""
    draw = np.random.default_rng([seed, 9])
    spoiled: set[tuple[str, int, int]] = set()
    for video in product.state.videos:
        tracks = product.served.call("GET", f"/data/videos/{video}/tracks")["tracks"]
        places = [
            (track, row)
            for track in tracks
            if not track["rejected"] and not track["deleted"]
            for row in track["rows"]
            if row[STATE] == 1 and row[REVIEW] in ("accepted", "corrected")
        ]
        chosen = [places[k] for k in draw.permutation(len(places))[: round(SHARE * len(places))]]
        changes: list[dict[str, Any]] = []
        for (track, row), (_, other) in zip(chosen, [*chosen[1:], *chosen[:1]], strict=True):
            if row[HASH] != other[HASH]:
                spoiled.add((video, track["number"], row[FRAME]))
                after = {"state": "present", "mask": other[HASH], "source": "drawn", "review": "corrected"}
                changes.append(
                    {"track": track["id"], "frame": row[FRAME], "before_version": row[VERSION], "after": after}
                )
        body = {"author": AUTHOR, "edits": [{"id": str(uuid.uuid4()), "kind": "paste", "changes": changes}]}
        answer = product.served.call("POST", f"/data/videos/{video}/edits", body)
        assert answer["results"][0]["status"] == "applied", answer["results"][0]
    return spoiled
