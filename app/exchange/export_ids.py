"""Ids of an exported file: those of the imported file where they are free, and never 0."""

from collections.abc import Sequence


def assign_ids(wanted: Sequence[str | None]) -> list[int]:
    """A positive number for each wanted id: that id if it is free, else the next number above all others.

    If one of the wanted ids is 0, all numbers are one higher than the ids, so that they keep their order: evaluators
    read 0 as "no track", and loaders count from 1.
    """
    shift = int(counts_from_zero(wanted))
    kept: dict[int, int] = {}
    for position, text in enumerate(wanted):
        if text is not None and text.isdecimal() and int(text) + shift > 0:
            kept.setdefault(int(text) + shift, position)
    by_position = {position: number for number, position in kept.items()}
    following = max(kept, default=0)
    numbers = []
    for position in range(len(wanted)):
        if position not in by_position:
            following += 1
        numbers.append(by_position.get(position, following))
    return numbers


def counts_from_zero(wanted: Sequence[str | None]) -> bool:
    """Whether one of the ids is 0."""
    return any(text is not None and text.isdecimal() and int(text) == 0 for text in wanted)
