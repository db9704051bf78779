"""Results of many videos: lines of a journal, the file of all, and which earlier results count."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.checkpoints.find import FoundCheckpoint
from app.proposing import results_file
from app.proposing.results_file import (
    BatchResult,
    VideoResult,
    earlier_results,
    meta_path,
    results_key,
    write_batch,
)
from app.proposing.video_lists import FileVideo
from model.thresholds import Thresholds
from model.tracking.settings import SettledSettings
from storage.rle import Rle
from storage.youtube_vis import VisCategory, VisResult

MASK: Rle = {"size": [2, 2], "counts": "04"}
SETTINGS = SettledSettings(precision="float32", max_tracks=10, window=36, overlap=6)
CATEGORIES = (VisCategory(1, "fish"), VisCategory(2, "star"))
MODEL = FoundCheckpoint(
    "m", Path("m"), "5ha", cast(Any, SimpleNamespace(config=SimpleNamespace(name="tevit_tiny"))), ("fish", "star")
)


def entry_of(number: int, digest: str, **dropped: int) -> dict[str, Any]:
    facts = {"id": number, "path": f"/{digest}", "width": 2, "height": 2, "length": 2, "file_names": []}
    return {**facts, "content_hash": digest, "dropped": dropped}


def result_of(number: int, digest: str, **dropped: int) -> VideoResult:
    return VideoResult(entry_of(number, digest, **dropped), (VisResult(number, 1, (MASK, None), 0.5),))


def batch_of(*videos: VideoResult) -> BatchResult:
    return BatchResult(SETTINGS, "cpu", CATEGORIES, list(videos))


def test_results_of_a_version_without_thresholds_have_the_defaults(tmp_path: Path) -> None:
    out, meta = tmp_path / "r.json", tmp_path / "r.json.meta.json"
    write_batch(out, batch_of(result_of(1, "a")), MODEL)
    stored = json.loads(meta.read_text())
    del stored["settings"]["thresholds"]
    meta.write_text(json.dumps(stored))
    others = replace(SETTINGS, thresholds=Thresholds(0.2))
    assert set(earlier_results(out, results_key("5ha", SETTINGS, CATEGORIES))) == {"a"}
    assert earlier_results(out, results_key("5ha", others, CATEGORIES)) == {}


def test_a_result_survives_its_line_under_the_name_that_the_video_has_now() -> None:
    line = json.loads(json.dumps(result_of(1, "a", crab=2).as_line()))

    again = VideoResult.from_line(line, FileVideo(7, Path("/moved"), ("x/0.png",)))

    assert (line["id"], line["hash"]) == (1, "a")
    assert again.results == (VisResult(7, 1, (MASK, None), 0.5),)
    assert again.entry == {**entry_of(7, "a", crab=2), "path": "/moved", "file_names": ["x/0.png"]}
    assert again.dropped == {"crab": 2}


def test_lines_are_added_in_the_order_of_the_videos_and_failures_apart() -> None:
    videos = [FileVideo(number, Path(name)) for number, name in ((3, "/c"), (1, "/a"), (2, "/b"))]
    lines = {1: result_of(1, "a", crab=1).as_line(), 2: {"id": 2, "failed": "Bad."}, 3: result_of(3, "c").as_line()}
    batch = batch_of()

    batch.add_lines(videos, lines)

    assert [video.entry["id"] for video in batch.videos] == [3, 1]
    assert [result.video_id for result in batch.results] == [3, 1]
    assert [(failure.video.id, failure.reason) for failure in batch.failed] == [(2, "Bad.")]
    assert batch.dropped == {"crab": 1}


def test_a_written_batch_is_found_again_by_content_under_the_same_key(tmp_path: Path) -> None:
    out = tmp_path / "r.json"
    first, second = result_of(1, "a"), result_of(2, "b", crab=1)

    meta = write_batch(out, batch_of(first, second), MODEL)

    key = json.loads(json.dumps(results_key("5ha", SETTINGS, CATEGORIES)))
    found = earlier_results(out, key)
    assert meta == meta_path(out) and set(found) == {"a", "b"}
    again = VideoResult.from_line(found["b"], FileVideo(2, Path("/b")))
    assert again == second
    settings = json.loads(meta.read_text())["settings"]
    assert settings["device"] == "cpu" and settings["window"] == 36


@pytest.mark.parametrize(
    "key",
    [
        results_key("other", SETTINGS, CATEGORIES),
        results_key("5ha", SettledSettings(precision="fast", max_tracks=10, window=36, overlap=6), CATEGORIES),
        results_key("5ha", SETTINGS, CATEGORIES[:1]),
    ],
)
def test_results_of_another_model_settings_or_categories_do_not_count(tmp_path: Path, key: dict[str, Any]) -> None:
    write_batch(tmp_path / "r.json", batch_of(result_of(1, "a")), MODEL)

    assert earlier_results(tmp_path / "r.json", key) == {}


def test_without_a_meta_file_there_are_no_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(results_file, "write_text", full)
    with pytest.raises(OSError):
        write_batch(tmp_path / "r.json", batch_of(result_of(1, "a")), MODEL)

    assert list(tmp_path.iterdir()) == []
