"""Alters single figures of a folder of golden figures: every array of an npz file, every leaf of a JSON file.

A figure is moved by far more than any tolerance, so that a check that passes all the same does not look at it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Figure:
    """One figure: the file it lies in, and the way to it (keys and indices; for arrays the key and a flat index)."""

    path: Path
    place: Place

    def __str__(self) -> str:
        return f"{self.path.name}: {'/'.join(map(str, self.place))}"


def array_figures(path: Path, rng: np.random.Generator, *, each: int = 1) -> list[Figure]:
    """Some elements (``each``) of every array of an npz file."""
    with np.load(path) as file:
        sizes = {key: file[key].size for key in file.files}
    chosen = [(key, int(index)) for key, size in sizes.items() if size for index in rng.integers(0, size, each)]
    return [Figure(path, place) for place in chosen]


def json_figures(path: Path) -> list[Figure]:
    """Every leaf of a JSON file."""
    return [Figure(path, place) for place in _leaves(json.loads(path.read_text()), ())]


def kinds(figures: list[Figure], rng: np.random.Generator, *, each: int = 1) -> list[Figure]:
    """Some figures (``each``) of every kind; numbers in a place do not make another kind."""
    found: dict[tuple[str, ...], list[Figure]] = {}
    for figure in figures:
        found.setdefault(tuple(str(step) for step in figure.place if not isinstance(step, int)), []).append(figure)
    return [one for some in found.values() for one in rng.permutation(np.array(some, object))[:each].tolist()]


def removals(path: Path) -> list[Figure]:
    """Every array of an npz file; in a JSON file every key of every object, one of each kind."""
    if path.suffix == ".npz":
        with np.load(path) as file:
            return [Figure(path, (key,)) for key in file.files]
    found: dict[tuple[str, ...], Place] = {}
    for place in _keys(json.loads(path.read_text()), ()):
        found.setdefault(tuple(str(step) for step in place if not isinstance(step, int)), place)
    return [Figure(path, place) for place in found.values()]


def remove(figure: Figure) -> None:
    """Take one figure, or an object with all its figures, out of its file."""
    if figure.path.suffix == ".npz":
        with np.load(figure.path) as file:
            arrays = dict(file)
        del arrays[str(figure.place[0])]
        np.savez(figure.path, **arrays)
        return
    content = json.loads(figure.path.read_text())
    holder = content
    for step in figure.place[:-1]:
        holder = holder[step]
    del holder[figure.place[-1]]
    figure.path.write_text(json.dumps(content))


def alter(figure: Figure) -> None:
    """Change one figure in its file."""
    if figure.path.suffix == ".npz":
        key, index = str(figure.place[0]), int(figure.place[1])
        with np.load(figure.path) as file:
            arrays = dict(file)
        # Gradients are judged by the norm of their difference, all other figures one by one.
        share = 0.1 if key.startswith("grad/") else 0.0
        arrays[key] = _moved_element(arrays[key], index, share)
        np.savez(figure.path, **arrays)
        return
    content = json.loads(figure.path.read_text())
    holder = content
    for step in figure.place[:-1]:
        holder = holder[step]
    holder[figure.place[-1]] = moved(holder[figure.place[-1]])
    figure.path.write_text(json.dumps(content))


def moved(value: Any) -> Any:
    """Another value of the same kind: a few per cent away, or simply different."""
    if value is None:
        return 1
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return value * 1.05 + 0.02
    return _moved_text(value)


def _moved_text(text: str) -> str:
    """Text with another middle character; of run-length codes one that leaves them readable."""
    middle = len(text) // 2
    for place in range(middle, len(text)):
        if "1" <= text[place] <= "8":
            return f"{text[:place]}{chr(ord(text[place]) + 1)}{text[place + 1 :]}"
    return text + "x"


def _moved_element(values: np.ndarray, index: int, share: float) -> np.ndarray:
    """Numbers move by 0.02 and a share of the largest one."""
    values = values.copy()
    flat = values.reshape(-1)
    if values.dtype == bool:
        flat[index] = not flat[index]
    elif np.issubdtype(values.dtype, np.integer):
        flat[index] = flat[index] ^ 1
    else:
        flat[index] += 0.02 + share * float(np.abs(flat).max())
    return values


def _keys(content: Any, place: Place) -> Iterator[Place]:
    if isinstance(content, dict):
        for key, value in content.items():
            yield (*place, key)
            yield from _keys(value, (*place, key))
    elif isinstance(content, list):
        for index, value in enumerate(content):
            yield from _keys(value, (*place, index))


def _leaves(content: Any, place: Place) -> Iterator[Place]:
    if isinstance(content, dict) and content:
        for key, value in content.items():
            yield from _leaves(value, (*place, key))
    elif isinstance(content, list) and content:
        for index, value in enumerate(content):
            yield from _leaves(value, (*place, index))
    elif not isinstance(content, dict | list):
        yield place
