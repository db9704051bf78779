"""Odd values at the doors that no writer makes: Label Studio, masks frame by frame, attributes of XML, lines of text,
pictures of masks, archives."""

import copy
import json
import random
import re
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from storage.errors import StorageError
from storage.formats import Broken, FormatError, recognise, unpack
from storage.youtube_vis import no_check
from tests.storage.formats.test_frame_masks import SCENE, as_demo, as_lines, as_notebook, as_sam3
from tests.storage.formats.test_hostile import ODD, change, outcome, written
from tests.storage.formats.test_label_studio import polygon, region, task

often = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
seldom = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

BRUSH = region("brushlabels", {"format": "rle", "rle": [0, 0, 0, 96, 5, 3]})
BITMAP = region("bitmasklabels", {"imageDataURL": "data:image/png;base64,AAAA"})
TASKS = [task("dog_1.jpg", polygon(id="a"), BRUSH), task("dog_2.jpg", polygon(meta={"text": ["1"]}), BITMAP)]
JSON_DOORS: dict[str, Callable[[], Any]] = {
    "label-studio": lambda: copy.deepcopy(TASKS),
    "demo of SAM 2": lambda: json.loads(as_demo(SCENE)),
    "SAM 3": lambda: json.loads(as_sam3(SCENE)),
    "notebook of SAM 2": lambda: json.loads(as_notebook(SCENE)),
}


@pytest.mark.parametrize("name", JSON_DOORS)
@often
@given(seed=st.integers(0, 2**32), odd=st.sampled_from(ODD), keep_good=st.booleans())
def test_odd_values_in_files_that_are_only_read(
    tmp_path_factory: pytest.TempPathFactory, name: str, seed: int, odd: Any, keep_good: bool
) -> None:
    content = JSON_DOORS[name]()
    change(content, odd, random.Random(seed))
    file = tmp_path_factory.mktemp("door") / "masks.json"
    file.write_text(json.dumps(content))
    sentence = outcome(file, keep_good=keep_good)
    assert sentence is None or "\n" not in sentence


@seldom
@given(seed=st.integers(0, 2**32), junk=st.sampled_from(["", "{", "[]", "7", "null", '{"frame_index": "x"}', "\x00"]))
def test_a_broken_line_among_lines_of_frames(tmp_path_factory: pytest.TempPathFactory, seed: int, junk: str) -> None:
    lines = as_lines(SCENE).split("\n")
    lines.insert(random.Random(seed).randrange(len(lines) + 1), junk)
    file = tmp_path_factory.mktemp("lines") / "masks.json"
    file.write_text("\n".join(lines))
    outcome(file, keep_good=False)


WORDS = (
    "",
    "-1",
    "0",
    "1.5",
    "9" * 30,
    "1e308",
    "nan",
    "inf",
    "true",
    "٣",
    "x",
    "1,2;3",
    ";",
    "1, 2, 3",
    "&#0;",
    "\ud7ff",
)


@pytest.mark.parametrize("name", ["cvat-video", "cvat-images"])
@often
@given(seed=st.integers(0, 2**32), word=st.sampled_from(WORDS), keep_good=st.booleans())
def test_odd_attributes_and_texts_in_xml(
    tmp_path_factory: pytest.TempPathFactory, name: str, seed: int, word: str, keep_good: bool
) -> None:
    choice = random.Random(seed)
    folder = tmp_path_factory.mktemp("xml") / "in"
    file = choice.choice(written(name, folder))
    text = file.read_text()
    places = [match.span(1) for form in ('="([^"]*)"', ">([^<>\n]+)<") for match in re.finditer(form, text)]
    start, stop = choice.choice(places)
    file.write_text(text[:start] + word + text[stop:])
    sentence = outcome(folder, keep_good=keep_good)
    assert sentence is None or file.name in sentence or str(folder) in sentence


@pytest.mark.parametrize("name", ["mots-txt", "yolo", "yolo-tracks"])
@often
@given(seed=st.integers(0, 2**32), word=st.sampled_from(WORDS), keep_good=st.booleans())
def test_odd_words_in_lines_of_text(
    tmp_path_factory: pytest.TempPathFactory, name: str, seed: int, word: str, keep_good: bool
) -> None:
    choice = random.Random(seed)
    folder = tmp_path_factory.mktemp("text") / "in"
    file = choice.choice([path for path in written(name, folder) if path.suffix == ".txt"])
    lines = file.read_text().split("\n")
    row = choice.randrange(len(lines))
    words = lines[row].split(" ")
    words[choice.randrange(len(words))] = word
    lines[row] = " ".join(words)
    file.write_text("\n".join(lines))
    outcome(folder, keep_good=keep_good)


def pixels(mode: str, size: tuple[int, int], seed: int) -> Image.Image:
    rng = np.random.default_rng(seed)
    width, height = size
    if mode == "I;16":
        return Image.fromarray(rng.integers(0, 65536, (height, width)).astype(np.uint16))
    if mode == "P":
        image = Image.fromarray(rng.integers(0, 256, (height, width)).astype(np.uint8), "P")
        image.putpalette(rng.integers(0, 256, 768).astype(np.uint8).tobytes())
        return image
    whole = Image.fromarray(rng.integers(0, 256, (height, width, 4)).astype(np.uint8), "RGBA")
    return whole.convert(mode)


@pytest.mark.parametrize("name", ["davis", "masks", "mots-png"])
@seldom
@given(
    mode=st.sampled_from(["1", "L", "LA", "P", "RGB", "RGBA", "I;16"]),
    size=st.sampled_from([(6, 5), (5, 6), (1, 1), (300, 2)]),
    seed=st.integers(0, 9),
    keep_good=st.booleans(),
)
def test_pictures_of_any_kind_in_place_of_masks(
    tmp_path_factory: pytest.TempPathFactory, name: str, mode: str, size: tuple[int, int], seed: int, keep_good: bool
) -> None:
    folder = tmp_path_factory.mktemp("png") / "in"
    files = [path for path in written(name, folder) if path.suffix == ".png"]
    pixels(mode, size, seed).save(files[seed % len(files)])
    try:
        found = recognise(folder)
        content = found.format.read(found.path, Broken(keep_good=keep_good), no_check, None)
    except StorageError as error:
        assert str(folder) in str(error)
    else:
        sizes = {video.id: [video.height, video.width] for video in content.dataset.videos}
        for track in content.dataset.tracks:
            assert all(mask is None or mask["size"] == sizes[track.video_id] for mask in track.segmentations)


@often
@given(seed=st.integers(0, 2**32))
def test_a_damaged_archive_gives_whole_files_or_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    choice = random.Random(seed)
    folder = tmp_path_factory.mktemp("zip")
    files = {f"v/{k}.txt": choice.randbytes(choice.choice([0, 1, 5000])) for k in range(4)}
    with zipfile.ZipFile(folder / "a.zip", "w", choice.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    data = bytearray((folder / "a.zip").read_bytes())
    for _ in range(choice.randint(1, 3)):
        place = choice.randrange(len(data))
        data[place : place + choice.choice([1, 2])] = choice.choice([b"\xff", b"\0\0", struct.pack("<I", 1 << 31)])
    (folder / "a.zip").write_bytes(data)
    (folder / "out").mkdir()
    try:
        unpack(folder / "a.zip", folder / "out")
    except FormatError as error:
        assert str(error).startswith(str(folder / "a.zip")) and "\n" not in str(error)
    except OSError as error:
        assert str(error.filename).startswith(str(folder / "a.zip"))
    else:
        found = [path.read_bytes() for path in (folder / "out").rglob("*") if path.is_file()]
        assert all(one in files.values() for one in found)
    assert sorted(path.name for path in folder.iterdir()) == ["a.zip", "out"]
