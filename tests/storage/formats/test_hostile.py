"""Damaged and hostile sources of every format: they are read, or refused with a sentence that names the file."""

import json
import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import rle
from storage.errors import StorageError
from storage.formats import FORMATS, Broken, Losses, recognise
from storage.youtube_vis import VisCategory, VisDataset, VisTrack, VisVideo, no_check
from tests.storage.formats.datasets import write_pictures

ODD: tuple[Any, ...] = (
    *(None, True, -1, 0, 1.5, 10**30, 1e308, float("nan"), "", "x", "../../x", "\ud800", "9" * 5000, [], {}, [[]]),
    *([None], {"size": [1, 1]}, {"size": [10**9, 10**9], "counts": [1]}, [[1, 2]], [[0, 0, 1e9, 0, 1e9, 1e9]]),
)


def sound() -> VisDataset:
    """Two videos with a track each, with attributes and a hole in a mask."""
    pixels = np.ones((5, 6), bool)
    pixels[2, 2] = False
    mask = rle.encode(pixels)
    extra = {"attributes": {"pose": "sits"}, "frame_attributes": {"occluded": [True, None]}}
    videos = tuple(VisVideo(k, 6, 5, 2, (f"v{k}/0.jpg", f"v{k}/1.jpg")) for k in (1, 2))
    tracks = tuple(VisTrack(k, k, 1, (mask, None), extra=extra) for k in (1, 2))
    return VisDataset({}, (), videos, (VisCategory(1, "bee"),), tracks)


def written(name: str, folder: Path) -> list[Path]:
    """The files of a sound source of a format, its pictures not among them."""
    form = FORMATS[name]
    folder.mkdir()
    form.write(folder / form.file if form.file else folder, sound(), Losses())
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    write_pictures(sound(), form, folder)
    return files


def outcome(folder: Path, *, keep_good: bool) -> str | None:
    """None if the source is read, else the sentence of its refusal; any other exception fails the test."""
    try:
        found = recognise(folder)
        found.format.read(found.path, Broken(keep_good=keep_good), no_check, None)
    except StorageError as error:
        assert str(error)
        return str(error)
    return None


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), keep_good=st.booleans())
def test_damaged_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str, seed: int, keep_good: bool
) -> None:
    choice = random.Random(seed)
    folder = tmp_path_factory.mktemp("hostile") / "in"
    file = choice.choice(written(name, folder))
    data = bytearray(file.read_bytes())
    for _ in range(choice.randint(1, 3)):
        place = choice.randrange(len(data) + 1)
        kind = choice.choice(["cut", "change", "insert"])
        if kind == "cut":
            del data[place : place + choice.choice([1, 10, 10**6])]
        elif kind == "change":
            data[place : place + 1] = bytes([choice.randrange(256)])
        else:
            data[place:place] = choice.choice([b"\0", b"9999999999", b'"', b"<", b"-1", b"1e999", b"\xff\xfe"])
    file.write_bytes(data)
    outcome(folder, keep_good=keep_good)
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["coco", "cocovid", "labelme", "sa-v", "youtube-vis"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), odd=st.sampled_from(ODD), keep_good=st.booleans())
def test_odd_values_in_json_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str, seed: int, odd: Any, keep_good: bool
) -> None:
    choice = random.Random(seed)
    folder = tmp_path_factory.mktemp("hostile") / "in"
    file = choice.choice([path for path in written(name, folder) if path.suffix == ".json"])
    content = json.loads(file.read_text())
    change(content, odd, choice)
    file.write_text(json.dumps(content))
    outcome(folder, keep_good=keep_good)
    shutil.rmtree(folder)


def change(content: Any, odd: Any, choice: random.Random) -> None:
    """Put ``odd`` in the place of one value, at any depth."""
    at = content
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        key = choice.choice(keys)
        inner = at[key]
        if not isinstance(inner, dict | list) or not inner or choice.random() < 0.2:
            at[key] = odd
            return
        at = inner


@pytest.mark.parametrize("name", FORMATS)
def test_a_sound_source_is_read(tmp_path: Path, name: str) -> None:
    written(name, tmp_path / "in")
    assert outcome(tmp_path / "in", keep_good=False) is None
