import numpy as np
from pycocotools import mask as coco

from model.adapting.procedural_replay import ProceduralClips
from model.procedural import render_video
from model.training.targets import ABSENT, PRESENT


def test_the_clips_are_the_rendered_videos_with_all_their_tracks() -> None:
    clips = ProceduralClips("demo", count=2, frames=3, size=(64, 48), seed=7)
    assert clips.categories[0] == "fish" and [video.count for video in clips.videos] == [3, 3]
    for index, video in enumerate(clips.videos):
        rendered = render_video("demo", index=index, seed=7, frames=3, size=(64, 48))
        assert np.array_equal(clips.read_frames(index, [2, 0]), rendered.frames[[2, 0]])
        assert [track.label for track in video.tracks] == [track.label for track in rendered.tracks]
        assert video.complete is None and (video.height, video.width) == (48, 64)
        for track, truth in zip(video.tracks, rendered.tracks, strict=True):
            for frame, state in enumerate(track.states):
                mask, box = track.segmentations[frame], track.boxes[frame]
                assert state == (PRESENT if truth.masks[frame].any() else ABSENT)
                if mask is not None and box is not None:
                    assert np.array_equal(coco.decode(mask).astype(bool), truth.masks[frame])
                    rows, columns = np.nonzero(truth.masks[frame])
                    assert box == (columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1)
