"""Whatever a YouTube-VIS file holds, evaluate and train end with figures or with one sentence of a known kind."""

import copy
import json
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.cli.evaluate import evaluate_files
from app.errors import AppError
from app.training.file_clips import MissingFrames, WrongSize, YoutubeVisClips
from storage.errors import StorageError
from tests.storage.certificate.files import sound

RESULT = {"video_id": 1, "category_id": 1, "score": 0.5, "segmentations": sound()["annotations"][0]["segmentations"]}
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10**30) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["id", "size", "counts"]), inner),
    max_leaves=8,
)
PLACES = [
    *(("videos",), ("categories",), ("annotations",), ("videos", 1), ("annotations", 2)),
    *(("videos", 0, key) for key in sound()["videos"][0]),
    *(("categories", 1, key) for key in sound()["categories"][0]),
    *(("annotations", 0, key) for key in sound()["annotations"][0]),
    *(("annotations", 0, key, 3) for key in ("segmentations", "bboxes", "areas")),
    ("videos", 0, "file_names", 2),
]
OF_RESULTS = [(), (1,), *((0, key) for key in RESULT), (0, "segmentations", 2)]


def changed(top: Any, changes: list[tuple[tuple[Any, ...], Any]]) -> Any:
    """The content with other values at some places; a place that an earlier change took away is left out."""
    whole = [copy.deepcopy(top)]
    for steps, value in changes:
        at: Any = whole
        path = (0, *steps)
        with suppress(TypeError, LookupError, AttributeError):
            for step in path[:-1]:
                at = at[step]
            at[path[-1]] = value
    return whole[0]


def changes(places: list[tuple[Any, ...]]) -> st.SearchStrategy[Any]:
    return st.lists(st.tuples(st.sampled_from(places), JUNK), max_size=2)


@given(changes(PLACES), changes(OF_RESULTS))
def test_evaluate_has_figures_or_one_sentence(of_truth: Any, of_results: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        truth, results = Path(folder) / "truth.json", Path(folder) / "results.json"
        truth.write_text(json.dumps(changed(sound(), of_truth)))
        results.write_text(json.dumps(changed([RESULT, RESULT], of_results)))
        try:
            stats = evaluate_files(truth, results).stats
        except (AppError, StorageError) as error:
            assert str(error) and "\n" not in str(error)
        else:
            assert -1 <= stats["AP"] <= 1 and json.dumps(stats)


@pytest.fixture(scope="module")
def pictures() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        for one in sound()["videos"]:
            for name in one["file_names"]:
                path = Path(folder) / name
                path.parent.mkdir(exist_ok=True)
                Image.new("RGB", (6, 4)).save(path)
        yield Path(folder)


@settings(max_examples=60)
@given(made=changes(PLACES))
def test_train_reads_a_file_or_refuses_it_with_one_sentence(pictures: Path, made: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.json"
        file.write_text(json.dumps(changed(sound(), made)))
        try:
            source = YoutubeVisClips(file, pictures)
        except (AppError, StorageError, MissingFrames, WrongSize) as error:
            assert str(error) and "\n" not in str(error)
        else:
            assert all(len(track.states) == video.count for video in source.videos for track in video.tracks)
