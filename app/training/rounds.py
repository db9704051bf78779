"""Rounds of retraining are numbered within their project, and a number is never used twice."""

import re

from sqlalchemy import Connection

from storage import checkpoints, projects

_NAMED = re.compile(r"(?:^|.* )round (\d+)(?: |$)")


def next_round(tx: Connection, project_id: str) -> int:
    """The number of the project's next round; those of removed and renamed checkpoints stay taken."""
    made = [found for found in checkpoints.list_checkpoints(tx, project_id, removed=True) if found.is_retrained]
    numbers = [int((found.provenance or {}).get("round", 0)) for found in made]
    # Checkpoints of earlier versions have their number only in their name.
    numbers += [int(match[1]) for found in made if (match := _NAMED.match(found.name))]
    return max(numbers, default=0) + 1


def free_name(tx: Connection, project_id: str, number: int) -> str:
    """A name for the checkpoint of this round that no checkpoint has, also none of another project."""
    taken = {found.name for found in checkpoints.list_checkpoints(tx)}
    plain = f"round {number}"
    if plain not in taken:
        return plain
    own = name = f"{projects.get_project(tx, project_id).name} {plain}"
    again = 2
    while name in taken:
        name, again = f"{own} ({again})", again + 1
    return name
