"""Ids on their way out: those of the imported file where they are free, and never 0."""

from collections.abc import Sequence


def assign_ids(wanted: Sequence[str | None]) -> list[int]:
    """A positive number for each: its own one where that is free, else the next above all others; 1, 2, … if none.

    Where one of them is 0, all are one higher, so that they keep their order: evaluators take 0 for no track at all,
    and loaders count from 1.
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
