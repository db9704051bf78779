"""Values that programs trip over: the leaves of all requests and files that the fuzzer makes."""

import random
from typing import Any

TEXTS: tuple[str, ...] = (
    *(
        "",
        " ",
        "a",
        "t",
        "run:1",
        "ä字🜚",
        "\0",
        "a\0b",
        "\ud800",
        "\udfff x",
        "\u202e",
        "' OR 1=1 --",
        "%00",
        "../..",
        "~",
    ),
    *("NaN", "null", "true", "0", "-1", "1e999", "9" * 400, "x" * 5000, "字" * 300, "a/b\\c", "<script>", "\n\t"),
)
NUMBERS: tuple[Any, ...] = (
    *(0, 1, -1, 3, 11, 12, 2**31 - 1, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 10**400, -0.0, 0.5, 1e308),
    *(float("nan"), float("inf"), -float("inf")),
)
LEAVES: tuple[Any, ...] = (None, True, False)


def nested(depth: int, inner: Any = 1) -> Any:
    """Lists and objects in turn, ``depth`` levels around ``inner``."""
    for level in range(depth):
        inner = [inner] if level % 2 else {"k": inner}
    return inner


def leaf(chance: random.Random) -> Any:
    """One value that is no list or object."""
    return chance.choice(chance.choice((TEXTS, NUMBERS, LEAVES)))


def anything(chance: random.Random) -> Any:
    """Any JSON value, sometimes nested hundreds deep."""
    kind = chance.random()
    if kind < 0.6:
        return leaf(chance)
    if kind < 0.75:
        return [leaf(chance) for _ in range(chance.randrange(4))]
    if kind < 0.9:
        return {chance.choice(TEXTS): leaf(chance) for _ in range(chance.randrange(4))}
    return nested(chance.choice((3, 60, 70, 300, 500, 900)), leaf(chance))


def damaged(chance: random.Random, data: bytes) -> bytes:
    """``data`` with some bytes changed, cut out, doubled, or the end missing."""
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(4):
            case 0:
                data = data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
            case 1:
                data = data[:at] + data[at + chance.randrange(1, 64) :]
            case 2:
                data = data[:at] + data[max(0, at - chance.randrange(1, 64)) : at] + data[at:]
            case _:
                data = data[:at] if chance.random() < 0.3 else data
    return data


def altered(chance: random.Random, content: Any, rate: float = 0.12) -> Any:
    """A JSON content with some of its values replaced, keys renamed and entries left out or doubled."""
    if chance.random() < rate / 3:
        return anything(chance)
    if isinstance(content, dict):
        kept = {key: altered(chance, value, rate) for key, value in content.items() if chance.random() > rate / 4}
        return {**kept, chance.choice(TEXTS): anything(chance)} if chance.random() < rate / 4 else kept
    if isinstance(content, list):
        found = [altered(chance, value, rate) for value in content if chance.random() > rate / 4]
        return found + found[:1] if chance.random() < rate / 4 else found
    return leaf(chance) if chance.random() < rate else content
