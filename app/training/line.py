"""The line of a checkpoint: its ancestors, and the videos that it was trained on. Loads no torch."""

from collections.abc import Sequence

from sqlalchemy import Connection

from storage import snapshots
from storage.checkpoints import Checkpoint


def learnt_contents(tx: Connection, checkpoint: Checkpoint) -> frozenset[str]:
    """The contents of the videos that a checkpoint was trained on in a retraining; none for any other checkpoint."""
    provenance = checkpoint.provenance or {}
    if "trained_on" in provenance:
        return frozenset(map(str, provenance["trained_on"]))
    if checkpoint.project_id is None or "snapshot" not in provenance:
        return frozenset()
    # A checkpoint of an earlier version: any video of its snapshot may have been trained on.
    found = snapshots.find_snapshot(tx, checkpoint.project_id, str(provenance["snapshot"]))
    return frozenset() if found is None else frozenset(str(entry[1]) for entry in found.videos)


def first_of_line(every: Sequence[Checkpoint], current: Checkpoint) -> Checkpoint:
    """The first ancestor of ``current`` (by hash of the parent) that is still registered, or ``current`` itself."""
    by_hash = {found.sha256: found for found in every}
    seen = {current.sha256}
    while current.parent_sha256 in by_hash and current.parent_sha256 not in seen:
        current = by_hash[str(current.parent_sha256)]
        seen.add(current.sha256)
    return current
