"""Frames without a mask that teach background: which they are, how many, and what is drawn with them."""

from collections import Counter
from dataclasses import replace

import torch

from model.adapting.background import LEAST_WINDOWS, BackgroundFrame, BackgroundFrames
from model.adapting.classes import TeachingSource
from model.adapting.clip_features import ClipFeatures
from model.adapting.draws import Draw, Draws
from model.adapting.trunk_cache import TrunkCache
from model.adapting.windows import windows_of
from model.training.clips import ClipVideo
from model.training.losses import losses_over
from model.training.targets import ABSENT, PRESENT, UNKNOWN
from tests.model.adapting.made import corrections, small_checkpoint
from tests.model.small import MadeSource, box_rle, box_track

HW, BOX = (48, 64), (4, 5, 20, 25)
NOWHERE: frozenset[int] = frozenset()


def video_of(states: str, complete: str = "", rejected: tuple[int, ...] = (), other: str = "") -> ClipVideo:
    """A video whose first thing is present (1), absent (0) or unknown (.) in each frame; so is a second one.

    ``complete`` has a c at the frames that are complete for label 0.
    """
    known = {"1": PRESENT, "0": ABSENT, ".": UNKNOWN}
    lines = [line.ljust(len(states), ".") for line in (states, other)]
    tracks = tuple(box_track(n, 0, [known[one] for one in line], BOX, HW) for n, line in enumerate(lines, 1))
    declared = tuple(frozenset({0}) if one == "c" else NOWHERE for one in complete.ljust(len(states)))
    ghosts = tuple((frame, 0, box_rle(HW, BOX)) for frame in rejected)
    return ClipVideo("v", len(states), *HW, tracks=tracks, complete=declared, rejected=ghosts)


def found(*videos: ClipVideo, length: int = 4) -> BackgroundFrames:
    windows = [windows_of(video.count, length=length, overlap=0) for video in videos]
    return BackgroundFrames(MadeSource(videos), windows)


def frames(of: BackgroundFrames, epochs: int = 40) -> dict[tuple[int, int], BackgroundFrame]:
    return {(one.video, one.frame): one for epoch in range(epochs) for one in of.of_epoch(epoch)}


def draws_of(*videos: ClipVideo, clip_frames: int = 5) -> Draws:
    return Draws(MadeSource(videos), clip_frames=clip_frames, length=4, overlap=0, flip=0.5, seed=3)


def empty_share(draws: Draws, clips: int) -> float:
    """The share of the clips whose key frame has no mask."""
    labelled = set(draws.items)
    drawn = [draws[index] for index in range(clips)]
    return sum((draw.video, draw.frames[0]) not in labelled for draw in drawn) / clips


def test_complete_frames_rejected_masks_and_absences_teach_without_a_mask() -> None:
    there = frames(found(video_of("11..0...........", "      c         ", rejected=(9,))))
    assert set(there) == {(0, 6), (0, 9)}, "a thing that is never seen in its window cannot be told to be absent there"
    assert (there[0, 9].rejected, there[0, 6].rejected) == (True, False)
    assert set(frames(found(video_of("110.")))) == {(0, 2)}
    assert set(frames(found(video_of("110.", "cccc")))) == {(0, 2), (0, 3)}


def test_what_is_seen_with_an_absence_shows_the_thing_that_is_absent() -> None:
    there = frames(found(video_of("10...", other="..11.", complete="    c"), length=5))
    assert there[0, 1].shown == (0,) and there[0, 1].empty == (4,)
    assert there[0, 4].shown == (0, 2, 3), "nothing is absent there: all frames with a mask"


def test_where_all_frames_have_a_mask_or_all_is_complete_from_the_start_clips_are_what_they_were() -> None:
    whole = video_of("1111111", "ccccccc", rejected=(2,))
    from_file = replace(video_of("1.0..11"), complete=None)
    for video in (whole, from_file):
        draws = draws_of(video)
        without = Draws(MadeSource((video,)), clip_frames=5, length=4, overlap=0, flip=0.5, seed=3, background=False)
        assert draws.epoch_length == len(draws.items)
        assert [draws[index] for index in range(30)] == [without[index] for index in range(30)]


def test_a_long_empty_stretch_takes_a_quarter_of_the_clips_and_adds_few_windows() -> None:
    draws = draws_of(video_of("1" * 12 + "." * 400, "c" * 412))
    assert draws.epoch_length == 16 and empty_share(draws, 160) == 0.25
    epoch = [draws[index] for index in range(16)]
    assert Counter(draw.frames[0] for draw in epoch if draw.frames[0] < 12) == Counter(range(12))
    windows = {draws[index].window for index in range(1600)}
    assert len(windows) == 3 + LEAST_WINDOWS
    few = draws_of(video_of("1" * 12 + "..", "c" * 14))
    assert few.epoch_length == 14 and empty_share(few, 140) == 2 / 14, (
        "each of a few is drawn as often as one with a mask"
    )


def test_rejected_masks_and_all_videos_have_equal_parts() -> None:
    long = video_of("1" * 12 + "." * 400, "c" * 412, rejected=(300, 301))
    short = video_of("1" * 12 + "....", "c" * 16)
    of = found(long, short)
    assert of.count == 8
    epoch = Counter((one.video, one.rejected) for one in of.of_epoch(5))
    assert epoch == {(0, True): 2, (0, False): 3, (1, False): 3}
    assert len({(one.video, one.frame) for one in of.of_epoch(7)}) == 8, "each at most once in an epoch"
    turns = found(video_of("1........", "ccccccccc", rejected=(8,)))
    assert turns.count == 1 and {one.rejected for epoch in range(2) for one in turns.of_epoch(epoch)} == {True, False}


def test_half_of_a_clip_without_a_mask_shows_frames_with_one_where_its_window_has_some() -> None:
    draws = draws_of(video_of("11......", "cccccccc"))
    drawn = [draw for index in range(60) if (draw := draws[index]).frames[0] > 1]
    beside, apart = ([draw for draw in drawn if draw.window == window] for window in ((0, 4), (4, 8)))
    assert beside and apart and len(drawn) == 20
    assert all(sum(frame < 2 for frame in draw.frames) == 2 for draw in beside)
    assert all(min(draw.frames) >= 4 and len(draw.frames) == 5 for draw in apart)
    assert draws_of(video_of("1.", "cc"), clip_frames=1).epoch_length == 2


def features_of(video: ClipVideo) -> ClipFeatures:
    network = small_checkpoint().build()
    source = replace(corrections(), videos=(video,))
    teaching = TeachingSource(source, (0, 1, 2), network.config.classes)
    return ClipFeatures(teaching, TrunkCache(network, limit_bytes=1 << 24), network.config)


def test_the_windows_that_columns_are_fitted_to_have_some_frames_without_a_mask() -> None:
    features = features_of(video_of("111.........", "cccccccccccc"))
    clips = [clip.frames for _, clip in features.whole_windows()]
    empty = [frame for clip in clips for frame in clip if frame > 2]
    assert len(empty) == 2 and len(set(empty)) == 1, "one for three with a mask, as it is and mirrored"
    plain = features_of(replace(video_of("111........."), complete=None))
    assert [clip.frames for _, clip in plain.whole_windows()] == [(0, 1, 2)] * 2 + [(2,)] * 2


def gradient(video: ClipVideo, *frames: int) -> tuple[float, float]:
    """What a clip teaches the class columns of label 0 and of label 1: sums of the sizes of their gradients."""
    features = features_of(video)
    network = small_checkpoint().build()
    levels, clip = features.clip(Draw(0, (0, 4), frames, flip=False))
    losses, _ = losses_over(network, features.features([levels], [clip]), [clip])
    torch.stack([value for name, value in losses.items() if name.endswith("_cls")]).sum().backward()
    rows = network.roi_head.bbox_head[-1].fc_cls.weight.grad.abs().sum(dim=1)  # type: ignore[union-attr, operator]
    return float(rows[0]), float(rows[1])


def test_a_drawn_frame_without_a_mask_has_a_gradient_for_what_was_judged_there_alone() -> None:
    judged, other = gradient(video_of("1...", "..cc"), 2, 3)
    assert judged > 0 and other == 0, "complete for label 0 alone"
    assert gradient(video_of("1..."), 2, 3) == (0, 0), "nobody looked"
    absent, unknown = gradient(video_of("10.."), 0, 1), gradient(video_of("1..."), 0, 1)
    assert absent[1] > 1.1 * unknown[1], "where the thing is absent its query is background for all labels"
