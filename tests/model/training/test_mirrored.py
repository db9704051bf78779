"""A clip source in a mirror."""

import numpy as np
from pycocotools import mask as coco

from model.training.mirrored import MirroredClips
from tests.model.adapting.made import corrections


def test_frames_masks_and_boxes_are_mirrored_together() -> None:
    source = corrections()
    mirrored = MirroredClips(source)
    assert mirrored.categories == source.categories and len(mirrored.videos) == len(source.videos)
    for index, (video, other) in enumerate(zip(source.videos, mirrored.videos, strict=True)):
        pixels = source.read_frames(index, [0, 1])
        assert np.array_equal(mirrored.read_frames(index, [0, 1]), pixels[:, :, ::-1])
        for track, seen in zip(video.tracks, other.tracks, strict=True):
            assert (seen.states, seen.label) == (track.states, track.label)
            for mask, turned, box in zip(track.segmentations, seen.segmentations, seen.boxes, strict=True):
                assert (mask is None) == (turned is None) == (box is None)
                if mask is not None and turned is not None:
                    assert np.array_equal(coco.decode(turned), coco.decode(mask)[:, ::-1])
                    assert np.allclose(coco.toBbox(turned), box)


def test_what_is_mirrored_twice_is_as_before() -> None:
    source = corrections()
    twice = MirroredClips(MirroredClips(source))
    for index, (video, same) in enumerate(zip(source.videos, twice.videos, strict=True)):
        assert np.array_equal(twice.read_frames(index, [1]), source.read_frames(index, [1]))
        assert [track.boxes for track in same.tracks] == [track.boxes for track in video.tracks]
        assert [frame for frame, _, _ in same.rejected] == [frame for frame, _, _ in video.rejected]
        for track, other in zip(same.tracks, video.tracks, strict=True):
            for one, two in zip(track.segmentations, other.segmentations, strict=True):
                assert (one is None) == (two is None)
                assert one is None or np.array_equal(coco.decode(one), coco.decode(two))
