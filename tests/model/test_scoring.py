"""Scoring against partial truth: which frames count, what is left out, and that a perfect network scores one."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from pycocotools import mask as coco

from model import scoring
from model.config import named
from model.network.tevit import TeViT, build
from model.scoring import judged, judged_frames, results_of, score, truth_of
from model.tracking import windows
from model.training.clips import ClipVideo, LabelledTrack
from model.training.targets import ABSENT, PRESENT, UNKNOWN

HW = (32, 48)


def rle(x: int) -> dict:
    mask = np.zeros(HW, np.uint8)
    mask[5:15, x : x + 10] = 1
    code = coco.encode(np.asfortranarray(mask))
    return {"size": list(code["size"]), "counts": code["counts"].decode()}


def track(states: Sequence[int], x: int, *, label: int = 0, number: int = 1) -> LabelledTrack:
    masks = tuple(rle(x) if state == PRESENT else None for state in states)
    boxes = tuple((float(x), 5.0, 10.0, 10.0) if state == PRESENT else None for state in states)
    return LabelledTrack(number, label, tuple(states), masks, boxes)


def video(*tracks: LabelledTrack, complete: bool = False, name: str = "v") -> ClipVideo:
    count = len(tracks[0].states)
    whole = tuple(frozenset({0, 1}) if complete else frozenset[int]() for _ in range(count))
    return ClipVideo(name, count, *HW, tracks, complete=whole)


class Source:
    categories = ("cat", "dog")

    def __init__(self, *videos: ClipVideo) -> None:
        self.videos = videos

    def read_frames(self, video: int, frames: Sequence[int]) -> np.ndarray:
        return np.zeros((len(frames), *HW, 3), np.uint8)


@pytest.fixture(scope="module")
def network() -> TeViT:
    torch.manual_seed(0)
    return build(replace(named("tevit_tiny"), classes=2)).eval()


def answer(monkeypatch: pytest.MonkeyPatch, *found: dict) -> None:
    monkeypatch.setattr(scoring, "find_tracks", lambda *_: list(found))


def detected(x: int, count: int, *, label: int = 0, value: float = 0.9) -> dict:
    return {"label": label, "score": value, "segmentations": [rle(x)] * count}


def test_a_frame_counts_when_every_judged_track_is_known_there() -> None:
    both = video(track([PRESENT, PRESENT, UNKNOWN], 0), track([PRESENT, ABSENT, PRESENT], 20, number=2))
    assert judged_frames(both) == [0, 1]


def test_tracks_that_nobody_judged_do_not_matter() -> None:
    assert judged_frames(video(track([PRESENT, UNKNOWN], 0), track([UNKNOWN, UNKNOWN], 20, number=2))) == [0]


def test_without_a_whole_frame_any_present_track_counts() -> None:
    apart = video(track([PRESENT, UNKNOWN], 0), track([UNKNOWN, PRESENT], 20, number=2))
    assert judged_frames(apart) == [0, 1]


def test_a_perfect_answer_scores_one(network: TeViT, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, detected(0, 3))
    result = score(network, Source(video(track([PRESENT] * 3, 0))), [0])
    assert result.stats["AP"] == pytest.approx(1.0)
    assert result.per_category == (("cat", 1, pytest.approx(1.0)),)
    assert result.per_video == (("v", pytest.approx(1.0)),)


def test_a_wrong_class_scores_nothing(network: TeViT, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, detected(0, 3, label=1))
    assert score(network, Source(video(track([PRESENT] * 3, 0))), [0]).stats["AP"] == 0.0


def test_things_that_nobody_looked_at_are_not_held_against_the_network(
    network: TeViT, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, detected(30, 3, value=0.99), detected(0, 3))
    truth = track([PRESENT] * 3, 0)
    assert score(network, Source(video(truth)), [0]).stats["AP"] == pytest.approx(1.0)
    missed = score(network, Source(video(truth, complete=True)), [0]).stats["AP"]
    assert missed is not None and missed < 0.9


def test_an_untrained_network_is_scored_without_an_error(network: TeViT, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "store", None)  # nobody goes on from where scoring was
    done: list[int] = []
    result = score(
        network, Source(video(track([PRESENT] * 3, 0)), video(track([PRESENT] * 3, 9))), [0, 1], on_video=done.append
    )
    assert result.stats["AP"] is not None and 0.0 <= result.stats["AP"] <= 1.0
    assert done == [1, 2] and len(result.per_video) == 2


def test_without_a_judged_frame_nothing_is_measured(network: TeViT, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no zero: a zero would say that the network is bad."""
    answer(monkeypatch, detected(0, 3))
    result = score(network, Source(video(track([UNKNOWN] * 3, 0))), [0])
    assert set(result.stats.values()) == {None}
    assert result.per_video == (("v", None),)


def kept(result: dict, made: ClipVideo) -> bool:
    frames = judged_frames(made)
    entries = truth_of(made, frames, video_id=1, first_id=1)
    return bool(judged(results_of([result], frames, video_id=1), entries, made, frames, classes=2))


def test_a_detection_on_a_mask_that_nobody_judged_counts_for_neither_also_in_complete_frames() -> None:
    known = video(track([PRESENT] * 3, 0), complete=True)
    unreviewed = replace(known, unknown=tuple((frame, rle(30), False) for frame in range(3)))
    assert kept(detected(30, 3), known) and not kept(detected(31, 3), unreviewed)
    assert kept(detected(15, 3), unreviewed), "beside the mask it is wrong all the same"
    assert kept(detected(0, 3), replace(known, unknown=((0, rle(0), False),) * 3)), "it shows a true track"
    one_frame = replace(known, unknown=((0, rle(30), False),))
    assert kept(detected(30, 3), one_frame), "in most of its frames there is nothing"


def test_a_detection_in_a_crowd_counts_for_neither() -> None:
    wide = np.zeros(HW, np.uint8)
    wide[:, 20:] = 1
    code = coco.encode(np.asfortranarray(wide))
    crowd = {"size": list(code["size"]), "counts": code["counts"].decode()}
    made = replace(video(track([PRESENT] * 3, 0), complete=True), unknown=tuple((k, crowd, True) for k in range(3)))
    assert not kept(detected(30, 3), made) and kept(detected(30, 3), replace(made, unknown=()))


def test_frames_that_are_complete_for_another_class_judge_only_that_class() -> None:
    made = replace(video(track([PRESENT] * 3, 0)), complete=(frozenset({1}),) * 3)
    assert kept(detected(30, 3, label=1), made) and not kept(detected(30, 3, label=0), made)
    partly = replace(made, complete=(frozenset({1}), frozenset({1}), frozenset()))
    assert not kept(detected(30, 3, label=1), partly)
    beyond = detected(30, 3, label=2)  # a class that the source lacks
    assert kept(beyond, video(track([PRESENT] * 3, 0), complete=True)) and not kept(beyond, partly)


def test_a_complete_frame_without_an_object_counts() -> None:
    left = video(track([PRESENT, ABSENT, ABSENT], 0))
    assert judged_frames(left) == [0]
    assert judged_frames(replace(left, complete=(frozenset({0, 1}), frozenset({0}), frozenset()))) == [0, 1]
