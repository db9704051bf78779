"""The golden set of a line: where it comes from, and what is measured on it."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from app.training import golden
from app.training.adapting import SEED as REPLAY_SEED
from app.training.golden import (
    CHOOSING_SEED,
    EARLIER,
    PROCEDURAL,
    SEED,
    YOUTUBE_VIS,
    GoldenSet,
    golden_set,
    knows,
    measure_golden,
)
from model.config import named
from model.network.tevit import build
from model.training.clips import ClipSubset
from model.weights.checkpoint import ModelCheckpoint, from_network
from tests.app.training.corrected_project import CLASSES
from tests.model.test_rule_scoring import made
from tests.model.test_scoring import Source, detected


def checkpoint_of(*classes: str) -> ModelCheckpoint:
    torch.manual_seed(0)
    return from_network(build(dataclasses.replace(named("tevit_tiny"), classes=len(classes))), classes)


def test_a_network_of_the_demo_has_procedural_videos_that_no_replay_shows(tmp_path: Path) -> None:
    found = golden_set(checkpoint_of(*CLASSES), tmp_path, Source(made()), [])
    assert found is not None and (found.kind, found.against, len(found.videos)) == (PROCEDURAL, "first", 2)
    assert len({SEED, CHOOSING_SEED, REPLAY_SEED}) == 3 and found.frames == 4 and "procedural" in found.name
    given = golden_set(checkpoint_of(*CLASSES), tmp_path, Source(made()), [], chooses=False)
    assert given is not None and given.choosing is None and given.name == found.name
    choosing = found.choosing
    assert choosing is not None and (choosing.kind, choosing.against, choosing.frames) == (PROCEDURAL, "first", 4)
    assert choosing.name != found.name, "their figures are remembered by name"
    shown = [{one.source.read_frames(video, [0]).tobytes() for video in one.videos} for one in (found, choosing)]
    assert not shown[0] & shown[1]


@pytest.mark.parametrize(("count", "judging", "choosing"), [(5, 5, 0), (6, 4, 2), (200, 50, 50)])
def test_every_third_video_of_the_user_is_for_choosing(
    count: int, judging: int, choosing: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(golden, "YoutubeVisClips", lambda *files: Source(*[made() for _ in range(count)]))
    (tmp_path / golden.FOLDER).mkdir()
    (tmp_path / golden.FOLDER / "instances.json").touch()
    found = golden_set(checkpoint_of("cat", "dog"), tmp_path, Source(), [])
    assert found is not None and len(found.videos) == judging and str(judging) in found.name
    other = () if found.choosing is None else found.choosing.videos
    assert len(other) == choosing and not set(other) & set(found.videos)


def test_with_many_videos_of_the_user_a_third_is_replayed_and_judges_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Source(*[made() for _ in range(18)])
    monkeypatch.setattr(golden, "YoutubeVisClips", lambda *files: own)
    (tmp_path / golden.FOLDER).mkdir()
    (tmp_path / golden.FOLDER / "instances.json").touch()
    found = golden_set(checkpoint_of(*own.categories), tmp_path, Source(), [])
    assert found is not None and found.choosing is not None and isinstance(found.replay, ClipSubset)
    replayed = {found.replay.origin(k)[1] for k in range(len(found.replay.videos))}
    assert [len(one) for one in (found.videos, found.choosing.videos, replayed)] == [6, 6, 6]
    assert len({*found.videos, *found.choosing.videos, *replayed}) == 18
    assert found.name == "6 videos of YouTube-VIS in the folder golden; 6 others are replayed"
    other = golden_set(checkpoint_of("what", "ever"), tmp_path, Source(), [])
    assert other is not None and other.replay is None, "it cannot name what is in them"


def test_others_have_the_users_split_then_the_videos_of_earlier_rounds_then_none(tmp_path: Path) -> None:
    project, other = Source(made(), made(), made()), checkpoint_of("cat", "dog")
    assert golden_set(other, tmp_path, project, [0, 1]) is None
    earlier = golden_set(other, tmp_path, project, [0, 1, 2])
    assert earlier is not None and earlier.choosing is None, "they are held out"
    assert (earlier.kind, earlier.against, earlier.videos) == (EARLIER, "current", (0, 1, 2))
    folder = tmp_path / golden.FOLDER
    (folder / "JPEGImages" / "v").mkdir(parents=True)
    Image.fromarray(np.zeros((20, 30, 3), np.uint8)).save(folder / "JPEGImages" / "v" / "0.png")
    video = {"id": 1, "file_names": ["v/0.png"], "height": 20, "width": 30, "length": 1}
    mask = {"size": [20, 30], "counts": [0, 100, 500]}
    truth = {"id": 1, "video_id": 1, "category_id": 1, "segmentations": [mask], "iscrowd": 0, "areas": [100]}
    content = {"videos": [video], "categories": [{"id": 1, "name": "cat"}], "annotations": [truth]}
    (folder / "instances.json").write_text(json.dumps(content))
    own = golden_set(other, tmp_path, project, [0, 1, 2])
    assert own is not None and (own.kind, own.against, own.videos) == (YOUTUBE_VIS, "first", (0,))


@pytest.mark.parametrize(
    ("classes", "agnostic", "expected"),
    [(("cat", "dog"), False, 1.0), (("dog", "cat"), False, 0.0), (("what", "ever"), True, 1.0)],
)
def test_classes_are_compared_by_name_or_not_at_all(
    classes: tuple[str, ...], agnostic: bool, expected: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(*_: Any) -> list[dict[str, Any]]:
        return [detected(0, 3), detected(30, 3, label=1)]

    monkeypatch.setattr(golden, "find_tracks", answer)
    done: list[int] = []
    network = build(named("tevit_tiny"))
    found = GoldenSet(EARLIER, "", Source(made(), made()), (0, 1), "current")
    value = measure_golden(found, [network], classes, agnostic=agnostic, on_frames=done.append)
    assert value == pytest.approx(expected) and done == [3, 3]


def test_several_networks_take_the_videos_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    networks = [build(named("tevit_tiny")) for _ in range(2)]
    shown: list[tuple[int, int]] = []

    def answer(network: Any, source: Any, video: int) -> list[dict[str, Any]]:
        shown.append((networks.index(network), video))
        return [detected(0, 3)] if network is networks[0] else []

    monkeypatch.setattr(golden, "find_tracks", answer)
    found = GoldenSet(EARLIER, "", Source(made(), made(), made(), made()), (0, 1, 3), "current")
    value = measure_golden(found, networks, ("cat", "dog"), agnostic=False)
    assert sorted(shown) == [(0, 0), (0, 3), (1, 1)]
    assert value == pytest.approx(0.33, abs=0.01), "two of three cats, and no dog"


def test_names_are_compared_without_case_and_hyphens() -> None:
    assert knows(("Jelly Fish", "star"), ("jelly-fish",)) and not knows(("fish",), ("jelly",))
