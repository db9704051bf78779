"""Windows of a long video: spans, one clip for a short one, tracks that keep their number, bounded reading, cancel."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as coco

from model import windows
from model.clip_inference import ClipTracks, clip_tracks
from model.config import named
from model.selection import Selected
from model.tevit import TeViT, build
from model.windows import NoFrames, propose, window_spans

HW = (48, 64)


@pytest.fixture(scope="module")
def network() -> TeViT:
    torch.manual_seed(3)
    return build(named("tevit_tiny")).eval()


def pictures(count: int) -> list[np.ndarray]:
    return list(np.random.default_rng(5).integers(0, 255, (count, *HW, 3), dtype=np.uint8))


@given(st.integers(1, 400), st.integers(2, 40), st.integers(0, 20))
def test_windows_cover_every_frame_and_the_last_ends_with_the_video(count: int, window: int, overlap: int) -> None:
    spans = window_spans(count, window=window, overlap=min(overlap, window - 1))
    assert spans[0][0] == 0 and spans[-1][1] == count
    for (start, stop), (after, _) in itertools.pairwise(spans):
        assert start < after <= stop
    assert all(stop - start == min(window, count) for start, stop in spans)


def test_a_video_within_one_window_is_one_clip(network: TeViT) -> None:
    frames = pictures(5)
    (only,) = propose(network, frames, count=5, config=network.config, rule="published", max_tracks=4)
    clip = clip_tracks(network, frames, config=network.config, rule="published", precision="float32", max_tracks=4)
    assert (only.start, only.stop) == (0, 5)
    assert [track.segmentations for track in only.tracks] == list(clip.segmentations)
    assert [track.track for track in only.tracks] == [0, 1, 2, 3]


def test_windows_follow_each_other_without_overlap_and_report_progress(network: TeViT) -> None:
    heard: list[tuple[int, int]] = []
    results = list(
        propose(
            network,
            pictures(10),
            count=10,
            config=network.config,
            window=4,
            overlap=1,
            max_tracks=2,
            rule="published",
            on_window=lambda done, total: heard.append((done, total)),
        )
    )
    assert [(r.start, r.stop) for r in results] == [(0, 4), (4, 7), (7, 10)]
    assert heard == [(4, 10), (7, 10), (10, 10)]
    for result in results:
        for track in result.tracks:
            assert len(track.segmentations) == len(track.frame_scores) == result.stop - result.start


def test_frames_are_read_only_as_far_as_a_window_needs(network: TeViT) -> None:
    read = 0

    def source() -> Iterator[np.ndarray]:
        nonlocal read
        for frame in pictures(12):
            read += 1
            yield frame

    stream = propose(network, source(), count=12, config=network.config, window=4, overlap=1, max_tracks=1)
    next(stream)
    assert read == 4


def test_cancelling_stops_before_the_next_window(network: TeViT) -> None:
    done: list[int] = []
    results = propose(
        network,
        pictures(12),
        count=12,
        config=network.config,
        window=4,
        overlap=1,
        max_tracks=1,
        on_window=lambda at, _: done.append(at),
        cancelled=lambda: bool(done),
    )
    assert len(list(results)) == 1


def test_a_video_without_frames_is_refused(network: TeViT) -> None:
    with pytest.raises(NoFrames, match="no frame"):
        next(propose(network, [], count=0, config=network.config))


def square(x: int) -> dict:
    mask = np.zeros(HW, np.uint8)
    mask[10:20, x : x + 10] = 1
    code = coco.encode(np.asfortranarray(mask))
    return {"size": list(code["size"]), "counts": code["counts"].decode()}


def fake_clip(places: list[list[int]], labels: list[int]) -> ClipTracks:
    """Tracks whose squares stand at ``places[track][frame]``."""
    chosen = [
        Selected(q, label, 0.9, (0.9,) * len(p), (True,) * len(p))
        for q, (p, label) in enumerate(zip(places, labels, strict=True))
    ]
    return ClipTracks(tuple(chosen), tuple(tuple(square(x) for x in track) for track in places))


def test_a_track_keeps_its_number_where_its_masks_agree_in_the_overlap(
    network: TeViT, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = iter(
        [
            fake_clip([[0, 2, 4, 6], [40, 40, 40, 40]], [1, 2]),
            fake_clip([[40, 40, 40, 40], [6, 8, 10, 12], [25, 25, 25, 25]], [2, 1, 3]),  # other order, one new
        ]
    )
    monkeypatch.setattr(windows, "clip_tracks", lambda *_, **__: next(clips))
    first, second = propose(network, pictures(7), count=7, config=network.config, window=4, overlap=1)
    assert [(t.track, t.label) for t in first.tracks] == [(0, 1), (1, 2)]
    assert [(t.track, t.label) for t in second.tracks] == [(1, 2), (0, 1), (2, 3)]
    assert second.tracks[1].segmentations == tuple(square(x) for x in (8, 10, 12))


def test_tracks_without_agreement_begin_anew(network: TeViT, monkeypatch: pytest.MonkeyPatch) -> None:
    clips = iter([fake_clip([[0, 0, 0, 0]], [1]), fake_clip([[40, 40, 40, 40]], [1])])
    monkeypatch.setattr(windows, "clip_tracks", lambda *_, **__: next(clips))
    first, second = propose(network, pictures(7), count=7, config=network.config, window=4, overlap=1)
    assert first.tracks[0].track == 0 and second.tracks[0].track == 1
