"""Who writes an edit: a person or a machine. The author's name decides this, and thereby which rows it may change."""

MACHINE_PREFIX = "run:"
"""Begins the author of every edit that a job or an import writes; no person's name begins with it."""


def machine_author(run_id: str) -> str:
    """The author of the edits of one run or import."""
    return MACHINE_PREFIX + run_id


def is_machine(author: str) -> bool:
    """Whether an author is a job or an import rather than a person."""
    return author.startswith(MACHINE_PREFIX)


def is_persons_work(*, source: str, review: str) -> bool:
    """Whether a mask row with this source and review is human: judged or drawn. No machine may change such a row."""
    return review != "unreviewed" or source == "drawn"
