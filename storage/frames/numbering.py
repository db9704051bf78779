"""Holes in the numbers of a folder of pictures: a picture may be missing there, which nothing else would show."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import PurePosixPath

_NUMBERED = re.compile(r"(.*?)(\d+)")
_MOST_NAMED = 3


def numbering_note(names: Sequence[str]) -> str | None:
    """Where the numbers at the end of the names jump, as one phrase; None where they do not.

    names: in order. Numbers may go up by any step, as long as most do; times in the names are no numbers in this sense.
    """
    numbered = [_NUMBERED.fullmatch(PurePosixPath(name).stem) for name in names]
    steps = [
        (int(after[2]) - int(before[2]), before[0], after[0])
        for before, after in pairwise(numbered)
        if before and after and before[1] == after[1]
    ]
    if not steps:
        return None
    usual, count = Counter(step for step, _, _ in steps).most_common(1)[0]
    holes = [f"from {before} to {after}" for step, before, after in steps if step > usual]
    if usual < 1 or 2 * count < len(steps) or not holes:
        return None
    rest = f" and {len(holes) - _MOST_NAMED} more times" if len(holes) > _MOST_NAMED else ""
    return f"names jump {', '.join(holes[:_MOST_NAMED])}{rest}; pictures may be missing there"
