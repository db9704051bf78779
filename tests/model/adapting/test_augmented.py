"""Made copies of corrected videos: their truth is that of their pixels, and what nobody judged stays unknown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco

from model.adapting.augmented import LIGHT, TINT, AugmentedClips
from model.training.clips import ClipSource, ClipVideo, LabelledTrack, NoTrainingFrames
from model.training.targets import ABSENT, PRESENT, UNKNOWN

HW, COUNT = (48, 80), 6
GROUND, COLOURS = 100, ((200, 20, 20), (20, 200, 20))
SCALE = (80, 48)


def rle(mask: np.ndarray) -> dict:
    return coco.encode(np.asfortranarray(mask, np.uint8))


def square(x: int, y: int, side: int = 14) -> np.ndarray:
    mask = np.zeros(HW, bool)
    mask[y : y + side, x : x + side] = True
    return mask


def moving(label: int, start: int, y: int, *, known: Sequence[int] = range(COUNT), side: int = 14) -> LabelledTrack:
    masks = [rle(square(start + 2 * t, y, side)) for t in range(COUNT)]
    boxes = tuple(tuple(float(v) for v in coco.toBbox(mask)) for mask in masks)
    states = tuple(PRESENT if t in known else UNKNOWN for t in range(COUNT))
    return LabelledTrack(label + 1, label, states, tuple(masks), boxes, weights=(0.5 + label,) * COUNT)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Painted:
    """Grey videos in which the tracks of a label have one colour."""

    videos: Sequence[ClipVideo]
    categories: tuple[str, ...] = ("red", "green")

    def read_frames(self, video: int, frames: Sequence[int]) -> np.ndarray:
        pictures = np.full((len(frames), *HW, 3), GROUND, np.uint8)
        for picture, t in zip(pictures, frames, strict=True):
            for track in self.videos[video].tracks:
                mask = track.segmentations[t]
                if mask is not None:
                    picture[coco.decode(mask).astype(bool)] = COLOURS[track.label]
        return pictures


def painted(**changed: object) -> Painted:
    first = ClipVideo("a", COUNT, *HW, (moving(0, 4, 4), moving(1, 40, 28)))
    second = ClipVideo("b", COUNT, *HW, (moving(1, 10, 20),))
    return Painted((replace(first, **changed), second))  # type: ignore[arg-type]


def copies(source: ClipSource, *, count: int = 6, seed: int = 3, scale: tuple[int, int] = SCALE) -> AugmentedClips:
    return AugmentedClips(source, count=count, frames=4, scale=scale, seed=seed)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([SCALE, (40, 24), (160, 96)]))
def test_masks_are_where_the_pixels_of_the_things_are(seed: int, scale: tuple[int, int]) -> None:
    made = copies(painted(), count=2, seed=seed, scale=scale)
    for index, video in enumerate(made.videos):
        frames = made.read_frames(index, range(video.count)).astype(float)
        assert frames.shape == (4, video.height, video.width, 3) and (video.width, video.height) == scale
        red = frames[..., 0] > 1.5 * frames[..., 1]
        green = frames[..., 1] > 1.5 * frames[..., 0]
        for t in range(video.count):
            for label, pixels in enumerate((red[t], green[t])):
                union = np.zeros(pixels.shape, bool)
                for track in video.tracks:
                    mask = track.segmentations[t]
                    if track.label == label and mask is not None:
                        union |= coco.decode(mask).astype(bool)
                # Pixels on an outline are mixed; those of whole things agree.
                outline = 2 * (pixels ^ np.roll(pixels, 1, 0) | pixels ^ np.roll(pixels, 1, 1)).sum()
                assert (union ^ pixels).sum() <= outline + 4


def test_colours_stay_within_their_limits_and_the_ground_fills_the_picture() -> None:
    source = Painted((ClipVideo("a", COUNT, *HW, (moving(0, 4, 4),)),))
    low, high = (1 - LIGHT) * (1 - TINT) * GROUND - 1, (1 + LIGHT) * (1 + TINT) * GROUND + 1
    made = copies(source)
    for index, video in enumerate(made.videos):
        frames = made.read_frames(index, range(video.count))
        empty = np.ones(frames.shape[:3], bool)
        for track in video.tracks:
            for t, mask in enumerate(track.segmentations):
                if mask is not None:
                    empty[t] &= ~grown(coco.decode(mask))
        assert ((frames[empty] >= low) & (frames[empty] <= high)).all()


def grown(mask: np.ndarray) -> np.ndarray:
    return cv2.dilate(mask, np.ones((7, 7), np.uint8)).astype(bool)


def test_copies_of_a_seed_are_the_same_and_no_two_are_alike() -> None:
    first, again, other = copies(painted()), copies(painted()), copies(painted(), seed=4)
    assert (first.read_frames(1, [0, 2]) == again.read_frames(1, [0, 2])).all()
    assert first.videos == again.videos
    assert not (first.read_frames(1, [0]) == other.read_frames(1, [0])).all()
    assert not (first.read_frames(0, [0]) == first.read_frames(2, [0])).all()
    assert (first.read_frames(0, [1, 3])[1] == first.read_frames(0, [3])[0]).all()


def test_what_a_pasted_thing_covers_is_neither_unknown_nor_rejected_there() -> None:
    """Else the query on the pasted thing overlaps the mask below it, and has no loss or the wrong one."""
    everywhere = rle(np.ones(HW, bool))
    complete = (frozenset({0, 1}),) * COUNT
    source = painted(
        complete=complete,
        unknown=tuple((t, everywhere, False) for t in range(COUNT)),
        rejected=tuple((t, 1, everywhere) for t in range(COUNT)),
    )
    own, cut = len(source.videos[0].tracks), 0
    for video in copies(Painted(source.videos[:1]), count=12).videos:
        assert len(video.unknown) == len(video.rejected) == video.count
        for t, mask, _ in video.unknown:
            pasted = np.zeros((video.height, video.width), bool)
            for track in video.tracks[own:]:
                shown = track.segmentations[t]
                pasted |= shown is not None and coco.decode(shown).astype(bool)
            assert (coco.decode(mask).astype(bool) == ~pasted).all()
            assert next(rejected for at, _, rejected in video.rejected if at == t) == mask
            cut += bool(pasted.any())
    assert cut > 0


def test_what_nobody_judged_stays_so() -> None:
    known = (frozenset({0}),) * 3 + (frozenset[int](),) * 3
    mask = rle(square(60, 2))
    source = painted(
        tracks=(moving(0, 4, 4, known=range(3)),), complete=known, unknown=((1, mask, False),), rejected=((2, 1, mask),)
    )
    made = copies(Painted(source.videos[:1]), count=12)
    states, declared = set(), set()
    for video in made.videos:
        assert video.complete is not None
        ground = video.tracks[0]
        for t in range(video.count):
            states.add((ground.states[t], bool(video.complete[t])))
            declared.add(video.complete[t])
    assert declared == {frozenset({0}), frozenset()}
    assert all(complete for state, complete in states if state in (PRESENT, ABSENT))
    assert (UNKNOWN, False) in states
    shown = [video for video in made.videos if video.unknown]
    assert shown and all(0 <= frame < video.count for video in shown for frame, _, _ in video.unknown)
    assert any(video.rejected and video.rejected[0][1] == 1 for video in made.videos)


def test_pasted_things_keep_their_weight_and_are_absent_where_their_track_is_not_known() -> None:
    source = painted()
    made = copies(source, count=20)
    for video in made.videos:
        own = next(one for one in source.videos if len(video.tracks) >= len(one.tracks))
        for track in video.tracks:
            assert track.weights == (0.5 + track.label,) * video.count
        assert len({track.id for track in video.tracks}) == len(video.tracks) >= len(own.tracks)
    pasted = [len(video.tracks) for video in made.videos]
    assert max(pasted) > 3 and {track.label for video in made.videos for track in video.tracks} == {0, 1}


def test_a_thing_that_is_hidden_or_out_of_the_picture_is_absent() -> None:
    in_a_corner = (moving(0, 0, 0, side=4), moving(1, 40, 28))
    made = copies(painted(tracks=in_a_corner), count=30)
    tracks = [track for video in made.videos for track in video.tracks]
    assert any(ABSENT in track.states for track in tracks)
    for track in tracks:
        for state, mask, box in zip(track.states, track.segmentations, track.boxes, strict=True):
            assert (state == PRESENT) == (mask is not None) == (box is not None)


def test_without_a_mask_there_is_nothing_to_copy() -> None:
    with pytest.raises(NoTrainingFrames):
        copies(Painted((ClipVideo("a", COUNT, *HW, (moving(0, 4, 4, known=()),)),)))
