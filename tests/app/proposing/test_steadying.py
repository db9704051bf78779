"""Whether masks are made steady, and a proposal with steady masks from the video to its rows."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from app.checkpoints.find import read_checkpoint
from app.checkpoints.networks import why_unsteady
from app.errors import BadInput, Cancelled
from app.proposing.into_file import FileProposer, own_categories
from app.proposing.into_project import is_proposed
from app.proposing.results_file import results_key
from app.proposing.resuming import KeptFrames, kept_for
from app.proposing.run import _frame_range
from app.proposing.steadying import choose_steady, proposed_windows
from app.proposing.video_lists import FileVideo
from app.settings import make_settings
from model.adapting.procedural_replay import ProceduralClips
from model.config import named
from model.tracking.settings import ProposeSettings
from model.tracking.whole_video import TrackProposal, TrackStanding, WindowResult, gather
from model.weights import checkpoint
from storage import checkpoints
from tests.app.proposing.fake_windows import leave_masks
from tests.app.proposing.one_video import Desk
from tests.material import ROOT
from tests.model.steadying.made import disc, encoded

DEMO = ROOT / "assets" / "demo" / "checkpoint.safetensors"
COUNT = 14


def test_the_review_rule_has_steady_masks_and_the_published_one_never() -> None:
    assert choose_steady(ProposeSettings())
    assert choose_steady(ProposeSettings(steady=True))
    assert not choose_steady(ProposeSettings(steady=False))
    assert not choose_steady(ProposeSettings(rule="published"))
    assert why_unsteady() is None


def test_asked_for_under_the_published_rule_they_are_refused() -> None:
    with pytest.raises(BadInput, match="--rule review"):
        choose_steady(ProposeSettings(rule="published", steady=True))


def test_without_the_small_network_masks_stay_and_asking_for_steady_ones_says_what_brings_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leave_masks(monkeypatch)

    assert not choose_steady(ProposeSettings())
    assert "python3 launch.py weights" in (why_unsteady() or "")
    with pytest.raises(BadInput, match="weights brings"):
        choose_steady(ProposeSettings(steady=True))


@pytest.fixture(scope="module")
def frames() -> list[np.ndarray]:
    """A video of the demo's domain."""
    return list(ProceduralClips("demo", count=1, frames=COUNT, size=(160, 96), seed=77).read_frames(0, range(COUNT)))


def run(pictures: list[np.ndarray], *, steady: bool, **more: Any) -> list[tuple[int, object]]:
    loaded = checkpoint.load(DEMO)
    settings = ProposeSettings(steady=steady)
    results = proposed_windows(
        loaded.build("cpu").eval(),
        pictures,
        settings=settings,
        device="cpu",
        cancelled=lambda: False,
        expected=len(pictures),
        config=loaded.config,
        keep_state=False,
        **more,
    )
    return [(track.track, track.segmentations) for track in gather(results).tracks]


def test_steady_masks_are_other_masks_of_the_same_tracks(frames: list[np.ndarray]) -> None:
    plain, steady = (run(frames, steady=chosen) for chosen in (False, True))

    assert plain and [number for number, _ in plain] == [number for number, _ in steady]
    assert plain != steady


def test_results_in_a_file_are_steady_unless_it_is_refused(frames: list[np.ndarray], tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, pixels in enumerate(frames):
        assert cv2.imwrite(str(folder / f"{number:03d}.png"), pixels[..., ::-1])
    found = read_checkpoint(make_settings(data=tmp_path, environment={}), str(DEMO))
    made = []
    for steady in (None, False):
        settings = ProposeSettings(steady=steady)
        proposer = FileProposer(found, categories=own_categories(found), settings=settings, device="cpu")
        assert proposer.settings.steady is (steady is None)
        made.append(proposer.propose(FileVideo(1, folder), lambda share: None).results)
    steady_ones, plain = made

    assert len(steady_ones) == len(plain) > 0
    assert [one.segmentations for one in steady_ones] != [one.segmentations for one in plain]


def test_an_unfinished_run_goes_on_only_with_the_same_choice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run leaves its masks as they are, since the small network is not installed where it runs."""
    with pytest.raises(Cancelled):
        desk.propose(cancelled=lambda: len(desk.warm.windows_done) == 1)
    monkeypatch.undo()

    def kept(steady: bool | None) -> KeptFrames | None:
        with desk.database.read() as tx:
            known = checkpoints.find_checkpoint(tx, "c")
            assert known is not None
            return kept_for(tx, video_id=desk.video.id, checkpoint=known, device="cpu", steady=steady)

    assert (desk.run().settings or {})["steady"] is False
    assert kept(False) is not None
    assert kept(None) is None and kept(True) is None


def test_progress_rises_while_masks_are_made_steady(frames: list[np.ndarray]) -> None:
    told: list[tuple[int, int]] = []
    run(frames, steady=True, on_window=lambda done, expected: told.append((done, expected)))
    shares = [done for done, _ in told]

    assert shares == sorted(shares) and shares[-1] == COUNT
    assert max(shares[:-1]) < COUNT, "the frames of the network alone are not the whole work"


def test_a_video_that_was_proposed_before_masks_were_steady_is_not_proposed_anew(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.propose()
    monkeypatch.undo()

    def done(steady: bool | None) -> bool:
        asked = ProposeSettings(precision="float32", steady=steady)
        return is_proposed(
            desk.database, desk.settings, video_id=desk.video.id, checkpoint_id=None, propose_settings=asked
        )

    assert done(None) and done(False) and not done(True)


def test_results_of_an_earlier_version_are_known_where_masks_are_not_steady() -> None:
    plain, steady = (
        results_key("sha", ProposeSettings(steady=chosen).settled(named("tevit_tiny")), ()) for chosen in (False, True)
    )

    assert "steady" not in plain["settings"] and steady["settings"]["steady"] is True


def test_a_row_that_only_spreading_saw_has_no_score(desk: Desk) -> None:
    seen, mask = encoded(disc((40, 40))), encoded(disc((30, 30)))
    track = TrackProposal(0, (0.9, 0.0, 0.0), (seen, mask, None))
    with desk.database.atomic() as tx:
        found = _frame_range(tx, WindowResult(0, 3, (track,), (TrackStanding(0, 0, 0.9, ()),)))

    assert found.tracks[0].scores == {0: 0.9, 2: 0.0}
