from pathlib import Path

import pytest

from model.adapting.procedural_replay import ProceduralClips
from model.weights import checkpoint
from tests.app.command_line import tiny_checkpoint
from tests.benchmarks._held_out import truth_of, worth


@pytest.fixture(scope="module")
def clips() -> ProceduralClips:
    return ProceduralClips("unseen", count=1, frames=4, size=(160, 96), seed=3)


def test_the_annotator_knows_every_visible_mask(clips: ProceduralClips) -> None:
    [video] = clips.videos
    truth = truth_of(video, clips.categories)
    assert len(truth) == len(video.tracks) and {thing.label for thing in truth} <= set(clips.categories)
    for thing, track in zip(truth, video.tracks, strict=True):
        assert set(thing.masks) == {t for t, mask in enumerate(track.segmentations) if mask is not None}
        assert all(mask.any() and mask.shape == (96, 160) for mask in thing.masks.values())


def test_an_untrained_checkpoint_is_worth_little_and_leaves_all_the_work(
    clips: ProceduralClips, tmp_path: Path
) -> None:
    file = tiny_checkpoint(tmp_path / "tiny.safetensors")
    golden = ProceduralClips("demo", count=1, frames=4, size=(160, 96), seed=4)
    found = worth(file, clips, golden)
    assert found.true == len(clips.videos[0].tracks)
    assert found.ap <= 0.2 and found.effort > 5 and 0 <= found.golden <= 1
    assert 1 < found.effort_spread < found.effort  # a box and spreading are less than drawing every mask
    assert checkpoint.load(file).categories != clips.categories and found.published_ap == 0.0
    assert set(found.as_json()) >= {"ap", "effort", "effort_spread", "golden"}
