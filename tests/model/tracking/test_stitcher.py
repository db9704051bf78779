"""Stitching the tracks of windows: identities over borders, lost tracks, cuts, births, mean class scores."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from model.procedural import ProceduralVideo, render_video
from model.tracking.clip_inference import ClipTrack
from model.tracking.selection import Selected
from model.tracking.settings import SettledSettings
from model.tracking.stitcher import StitchSettings
from model.tracking.track_memory import unit
from model.tracking.whole_video import WholeVideo, WindowResult, gather
from model.tracking.window_frames import Window
from model.tracking.windows import stitch
from tests.model.tracking.oracle import Oracle, joined

HW = (64, 96)
SOLID = np.ones((28, 28), np.float32)


def settings_of(window: int, overlap: int, *, rule: str = "review", max_tracks: int = 10) -> SettledSettings:
    return SettledSettings(rule, precision="float32", max_tracks=max_tracks, window=window, overlap=overlap)


def results_of(video: ProceduralVideo, window: int, overlap: int, *, seed: int = 0) -> list[WindowResult]:
    infer = Oracle(video, seed=seed).infer
    results = stitch(
        iter(video.frames),
        infer,
        resize=np.copy,
        settings=settings_of(window, overlap),
        config={},
        expected=len(video.frames),
    )
    return list(results)


def shown_by(video: ProceduralVideo, whole: WholeVideo, frame: int) -> dict[int, int]:
    """Thing to the track whose mask agrees with it in a frame (IoU >= 0.5)."""
    from pycocotools import mask as coco

    found = {}
    drawn = [(t.track, coco.decode(t.segmentations[frame])) for t in whole.tracks if t.segmentations[frame]]
    for number, thing in enumerate(video.tracks):
        for track, mask in drawn:
            if (mask & thing.masks[frame]).sum() >= 0.5 * max((mask | thing.masks[frame]).sum(), 1):
                found[number] = track
    return found


@pytest.mark.parametrize(("window", "overlap", "frames"), [(8, 3, 60), (36, 6, 100), (6, 1, 40), (6, 4, 30)])
def test_things_keep_their_track_over_the_borders_of_windows(window: int, overlap: int, frames: int) -> None:
    met = kept = 0
    for index in range(3):
        video = render_video("long", index=index, seed=3, frames=frames, size=(HW[1], HW[0]))
        results = results_of(video, window, overlap, seed=index)
        whole = gather(results)
        for result in results[:-1]:
            before = shown_by(video, whole, result.stop - 1)
            behind = shown_by(video, whole, min(result.stop + overlap, frames - 1))
            both = set(before) & set(behind)
            met, kept = met + len(both), kept + sum(before[thing] == behind[thing] for thing in both)
    assert met >= 9 and kept >= 0.95 * met


def test_frames_are_settled_once_no_later_window_covers_them() -> None:
    video = render_video("long", index=0, seed=3, frames=20, size=(HW[1], HW[0]))
    results = results_of(video, 8, 3)
    assert [(r.start, r.stop) for r in results] == [(0, 5), (5, 10), (10, 15), (15, 20)]
    assert [r.next_frame for r in results] == [1, 6, 11, 20]
    assert all(r.next_frame <= r.stop for r in results)


def test_a_cut_ends_tracks_and_is_reported() -> None:
    scenes = [render_video("demo", index=index, seed=4, frames=12, size=(HW[1], HW[0])) for index in (0, 1)]
    video = joined(scenes)
    whole = gather(results_of(video, 8, 3))
    assert whole.cuts == (12,)
    before, behind = set(shown_by(video, whole, 11).values()), set(shown_by(video, whole, 12).values())
    assert before and behind and not before & behind


def test_things_are_known_again_in_the_same_scene_after_a_cut_elsewhere() -> None:
    scene = render_video("demo", index=0, seed=4, frames=10, size=(HW[1], HW[0]))
    other = render_video("demo", index=1, seed=4, frames=10, size=(HW[1], HW[0]))
    twice = joined([scene, other])
    tracks = tuple(
        type(track)(track.label, np.concatenate([track.masks, track.masks[:10] if n < len(scene.tracks) else
                                                 np.zeros_like(track.masks[:10])]))
        for n, track in enumerate(twice.tracks)
    )  # fmt: skip
    video = ProceduralVideo(np.concatenate([twice.frames, scene.frames]), tracks)
    whole = gather(results_of(video, 8, 3))
    assert whole.cuts == (10, 20)
    first, again = shown_by(video, whole, 5), shown_by(video, whole, 25)
    both = set(first) & set(again)
    assert both and all(first[thing] == again[thing] for thing in both)


# The tests below give each window its clip tracks: a position per frame (None: absent), a class, an appearance.


def detected(
    places: Sequence[float | None], *, label: int = 0, appearance: int = 0, score: float = 0.9, runner: float = 0.0
) -> ClipTrack:
    present = tuple(place is not None for place in places)
    boxes = np.array([[p or 0.0, 20.0, (p or 0.0) + 16.0, 36.0] for p in places], np.float32)
    classes = np.zeros(3)
    classes[(label + 1) % 3] = runner
    classes[label] = score
    return ClipTrack(
        Selected(0, label, score, (score,) * len(places), present),
        classes,
        unit(np.eye(8)[appearance]),
        np.stack([SOLID] * len(places)),
        boxes,
    )


def follow(
    windows: Sequence[Sequence[ClipTrack]],
    *,
    count: int,
    settings: StitchSettings | None = None,
    rule: str = "review",
    max_tracks: int = 10,
) -> list[WindowResult]:
    """Windows of 4 frames that share 2 of a grey video, whose windows have the clip tracks of ``windows``."""
    frames = iter(np.full((count, *HW, 3), 128, np.uint8))
    given = iter(windows)

    def infer(window: Window) -> list[ClipTrack]:
        return list(next(given))

    return list(
        stitch(
            frames,
            infer,
            resize=np.copy,
            settings=settings_of(4, 2, rule=rule, max_tracks=max_tracks),
            config={},
            expected=count,
            stitching=settings,
        )
    )


def ids(result: WindowResult) -> list[int]:
    return [track.track for track in result.tracks if any(mask is not None for mask in track.segmentations)]


STILL, FAR = (10.0,) * 4, (70.0,) * 4


def test_masks_that_agree_go_on_whatever_the_order() -> None:
    results = follow(
        [[detected(STILL), detected(FAR, appearance=1)], [detected(FAR, appearance=1), detected(STILL)]], count=6
    )
    first, second = results
    assert ids(first) == ids(second) == [0, 1]
    assert second.tracks[0].segmentations[-1] == first.tracks[0].segmentations[0]


def test_appearance_decides_between_masks_that_agree_alike() -> None:
    apart = [detected((10.0,) * 4), detected((18.0,) * 4, appearance=1)]
    between = [detected((14.0,) * 4, appearance=1), detected((14.0,) * 4)]
    whole = gather(follow([apart, between], count=6))
    assert {track.track for track in whole.tracks} == {0, 1}
    last = follow([apart, between[:1]], count=6)
    assert [t.track for t in last[1].tracks if t.segmentations[-1] is not None] == [1]


def test_masks_that_do_not_agree_are_another_track() -> None:
    first, second = follow([[detected(STILL)], [detected(FAR, appearance=1)]], count=6)
    assert ids(first) == [0] and 1 in ids(second)
    last = {track.track: track.segmentations[-1] for track in second.tracks}
    assert last[1] is not None and last.get(0) is None


def gone_and_back(settings: StitchSettings | None = None, *, appearance: int = 0, place: float = 14.0) -> list[int]:
    """Ids in the last window of a video in which a track leaves for some windows."""
    empty: list[ClipTrack] = []
    windows = [
        [detected(STILL)],
        [detected((10.0, 10.0, None, None))],
        empty,
        empty,
        [detected((place,) * 4, appearance=appearance)],
    ]
    return ids(follow(windows, count=12, settings=settings)[-1])


def test_a_lost_track_comes_back_if_its_appearance_is_similar() -> None:
    assert gone_and_back() == [0]


def test_a_lost_track_does_not_come_back_with_another_appearance_or_from_too_far() -> None:
    assert gone_and_back(appearance=3) == [1]
    assert gone_and_back(place=75.0) == [1]


def test_without_memory_whatever_was_lost_is_new() -> None:
    assert gone_and_back(StitchSettings(memory=0)) == [1]


def test_a_bounded_memory_forgets_the_oldest() -> None:
    assert gone_and_back(StitchSettings(bound=0)) != [0]


def test_a_weak_clip_track_continues_a_track_but_begins_none() -> None:
    weak = detected(STILL, score=0.3)
    assert [ids(one) for one in follow([[weak], [weak]], count=6)] == [[], []]
    assert [ids(one) for one in follow([[detected(STILL)], [weak]], count=6)] == [[0], [0]]


def test_only_so_many_begin_in_a_window() -> None:
    many = [detected((x,) * 4, appearance=n) for n, x in enumerate((2.0, 26.0, 50.0, 74.0))]
    assert ids(follow([many, many], count=6, max_tracks=2)[0]) == [0, 1]


def test_one_class_per_track_by_vote_with_the_others_kept() -> None:
    windows = [
        [detected(STILL, label=0, score=0.6, runner=0.5)],
        [detected(STILL, label=1, score=0.9, runner=0.1)],
        [detected(STILL, label=1, score=0.9, runner=0.1)],
    ]
    (standing,) = follow(windows, count=8)[-1].track_standings
    assert standing.label == 1
    assert [label for label, _ in standing.runners_up] == [0, 2]
    assert standing.score > standing.runners_up[0][1] > standing.runners_up[1][1] > 0


def test_standings_list_lost_tracks_too() -> None:
    results = follow([[detected(STILL)], [], []], count=8)
    assert [[s.track for s in one.track_standings] for one in results] == [[0], [0], [0]]
    assert ids(results[-1]) == []


def test_published_scores_are_means_over_all_frames() -> None:
    results = follow([[detected(STILL, score=0.8)], [], []], count=8, rule="published")
    first, last = results[0].track_standings[0].score, results[-1].track_standings[0].score
    assert first == 0.8 and 0 < last < 0.5


def test_published_pairs_of_one_query_stay_apart_by_class() -> None:
    pair = [detected(STILL, label=0, score=0.5), detected(STILL, label=1, score=0.4)]
    first, second = follow([pair, pair[::-1]], count=6, rule="published")
    assert ids(first) == ids(second) == [0, 1]
    assert {s.track: s.label for s in second.track_standings} == {0: 0, 1: 1}
    # Published tracks never stop to be there while their window lists them.
    assert all(mask is not None for track in second.tracks for mask in track.segmentations)


def test_a_clip_track_that_is_present_nowhere_is_no_track() -> None:
    assert follow([[detected((None,) * 4)], []], count=6)[0].track_standings == ()


def test_the_settings_are_what_the_state_is_bound_to() -> None:
    video = render_video("long", index=0, seed=3, frames=20, size=(HW[1], HW[0]))
    state = results_of(video, 8, 3)[0].state
    infer = Oracle(video).infer
    run = partial(stitch, iter(video.frames[1:]), infer, resize=np.copy, config={}, expected=20, state=state)
    with pytest.raises(ValueError, match="another memory"):
        next(run(settings=settings_of(8, 3), stitching=replace(StitchSettings(), memory=7)))
    with pytest.raises(ValueError, match="another overlap"):
        next(run(settings=settings_of(8, 2)))
