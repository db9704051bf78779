"""Before and after by rule: each checkpoint with its own thresholds, and each video with those of the others."""

from collections.abc import Sequence

import pytest

from app.checkpoints.networks import steady_networks
from app.errors import Cancelled
from app.proposing.steadying import proposed_windows
from app.training import measuring
from app.training.measuring import MeasuredSide, by_rule, labels_in, measure, per_category, steady_side
from app.training.report import Figures
from model.adapting.procedural_replay import ProceduralClips
from model.rule_scoring import HeldOutVideo, calibrate_on_others
from model.thresholds import Thresholds
from model.tracking.settings import ProposeSettings
from model.tracking.whole_video import gather
from model.training.calibration import EXPECTED, calibrated
from model.weights import checkpoint
from tests.material import ROOT
from tests.model.test_rule_scoring import held_out, made
from tests.model.test_scoring import Source, detected


def weak(count: int, score: float = 0.16) -> Sequence[HeldOutVideo]:
    """Videos in which a network finds all things with a low score, and others with a lower one."""
    videos = Source(*[made()] * count)
    published = [detected(0, 3), detected(30, 3, label=1)]
    rest = [(10, 0, 0.06), (19, 0, 0.06)]
    return [held_out(videos, k, (0, 0, score), (30, 1, score), *rest, published=published) for k in range(count)]


def side(videos: Sequence[HeldOutVideo], thresholds: Thresholds | None = None) -> MeasuredSide:
    return MeasuredSide.of(videos, [thresholds or Thresholds()] * len(videos))


def test_figures_of_some_of_the_videos_are_those_of_these_videos_alone() -> None:
    videos = Source(*[made()] * 2)
    both = side([held_out(videos, 0, (0, 0, 0.9)), held_out(videos, 1)])
    assert both.only([1]).figures() == both.figures([1]) != both.figures()
    none = both.only([])
    assert none.figures() == Figures() and per_category(none, none) == ()
    assert by_rule(none, none, own=Thresholds(), chosen=Thresholds())["review"]["before"]["AP"] is None


def test_a_network_with_low_scores_proposes_all_things_with_its_own_thresholds() -> None:
    videos = weak(9)
    chosen, others = calibrate_on_others(videos)
    assert 0.06 < chosen.begin <= 0.16
    before, after = side(videos), MeasuredSide.of(videos, others)
    assert (before.figures().proposed, before.figures().true, before.figures().track_iou) == (0, 18, 0.0)
    assert (after.figures().proposed, after.figures().track_iou, after.figures().identity_switches) == (18, 1.0, 0)
    rules = by_rule(before, after, own=Thresholds(), chosen=chosen)
    assert (rules["review"]["before"]["proposed"], rules["review"]["after"]["proposed"]) == (0, 18)
    assert rules["review"]["thresholds_after"] == chosen.as_json()
    assert rules["review"]["thresholds_before"] == Thresholds().as_json()
    assert rules["published"]["before"] == rules["published"]["after"] and rules["published"]["after"]["AP"] > 0.99


def test_figures_by_category_and_by_video_are_parts_of_the_whole() -> None:
    videos = Source(made(), made())
    found = [held_out(videos, 0, (0, 0, 0.9), (30, 1, 0.9)), held_out(videos, 1, (0, 0, 0.9))]
    whole = side(found)
    assert [whole.figures([place]).track_iou for place in (0, 1)] == [1.0, 0.5]
    cat, dog = per_category(whole, whole)
    assert (cat.name, cat.tracks, cat.after.AP) == ("cat", 2, pytest.approx(1.0))
    assert (dog.name, dog.tracks, dog.after.proposed, dog.after.track_iou) == ("dog", 2, 1, 0.5)
    assert whole.figures([]) == Figures()


def test_classes_of_a_network_are_counted_under_the_names_of_the_project() -> None:
    videos = Source(made())
    swapped = held_out(videos, 0, (0, 1, 0.9), (30, 0, 0.9))
    assert side([swapped]).figures().AP == 0.0
    mapped = HeldOutVideo(videos, 0, swapped.frames, swapped.recorded, [], (1, 0))
    assert abs((side([mapped]).figures().AP or 0.0) - 1.0) < 1e-6
    nameless = HeldOutVideo(videos, 0, swapped.frames, swapped.recorded, [], (None, None))
    found = side([nameless]).figures()
    assert found.AP == 0.0 and found.AP_agnostic == pytest.approx(1.0) and found.track_iou == 1.0


def test_classes_get_the_labels_of_the_categories_that_they_are_mapped_to() -> None:
    assert labels_in(["a", "b"], ["b", None, "a", "gone"]) == (1, None, 0, None)
    assert labels_in([], []) == ()


def test_calibrating_stops_between_videos_when_the_job_is_cancelled() -> None:
    asked: list[int] = []

    def check() -> None:
        asked.append(1)
        if len(asked) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        calibrate_on_others(weak(3), check=check)
    assert len(asked) == 2


def test_a_video_is_not_measured_with_thresholds_that_it_chose_itself() -> None:
    videos = Source(made(), made())
    strong = held_out(videos, 0, (0, 0, 0.9), (30, 1, 0.9), (10, 0, 0.06), (19, 0, 0.06))
    low = held_out(videos, 1, (0, 0, 0.12), (30, 1, 0.12), (10, 0, 0.06), (19, 0, 0.06))
    _, others = calibrate_on_others([strong, low])
    assert calibrated(strong.counts()) == EXPECTED and calibrated(low.counts()) != EXPECTED
    # The strong one chose the expected ones for the low one, in which nothing is proposed with them.
    assert MeasuredSide.of([strong, low], others).figures().proposed == 2


def test_what_is_measured_are_the_steady_masks_that_a_proposal_shows() -> None:
    loaded = checkpoint.load(ROOT / "assets" / "demo" / "checkpoint.safetensors")
    network = loaded.build("cpu").eval()
    source = ProceduralClips("demo", count=1, frames=14, size=(160, 96), seed=77)
    videos = measure(network, source, [0], kind="")
    plain = side(videos)
    counted: list[int] = []
    steady = MeasuredSide.of(videos, [Thresholds()], networks=steady_networks("cpu"), on_frames=counted.append)
    proposed = proposed_windows(
        network,
        source.read_frames(0, range(14)),
        settings=ProposeSettings(steady=True),
        device="cpu",
        cancelled=lambda: False,
        expected=14,
        config=loaded.config,
    )
    masks = [list(track.segmentations) for track in gather(proposed).tracks]

    assert [one["segmentations"] for one in steady.results[0]] == masks
    assert [one["segmentations"] for one in plain.results[0]] != masks
    assert counted == [14]

    class Stopped(Exception):
        pass

    def stop(frames: int) -> None:
        assert frames == 0, "nothing is done"
        raise Stopped

    with pytest.raises(Stopped):
        MeasuredSide.of(videos, [Thresholds()], steady_networks("cpu"), stop, lambda: True)


def test_without_memory_on_the_gpu_masks_are_made_steady_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def networks(device: str) -> None:
        tried.append(device)
        if device != "cpu" or len(tried) > 2:
            raise RuntimeError("CUDA out of memory")

    monkeypatch.setattr(measuring, "steady_networks", networks)
    assert steady_side([], [], "cuda:0").results == ()
    assert tried == ["cuda:0", "cpu"]
    with pytest.raises(RuntimeError, match="out of memory"):
        steady_side([], [], "cpu")
    assert tried == ["cuda:0", "cpu", "cpu"]
