"""Tracks of video files outside any project: which tracks are kept, and which videos fail."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.checkpoints.find import FoundCheckpoint
from app.errors import Cancelled
from app.proposing.into_file import FileProposer, own_categories, propose_files
from app.proposing.results_file import BatchResult
from app.proposing.video_lists import FileVideo, videos_of, videos_of_annotations
from model.thresholds import Thresholds
from model.tracking import windows
from model.tracking.reading_ahead import frames_ahead
from model.tracking.settings import ProposeSettings, WindowsTooClose
from model.tracking.whole_video import TrackProposal, TrackStanding, WindowResult
from storage import frames
from tests.app.command_line import annotation_file, pictures
from tests.app.proposing.fake_windows import leave_masks
from tests.storage.made_videos import decoded, make_video

OWN = Thresholds(0.3, 0.2)
RLE = {"size": [48, 64], "counts": b"0PP1"}


def model_of(*categories: str) -> FoundCheckpoint:
    """A model that never runs: a fake replaces `model.tracking.windows.propose`."""
    config = SimpleNamespace(name="tevit_tiny", window=36, overlap=6, max_tracks=10)
    checkpoint = SimpleNamespace(config=config, thresholds=OWN, for_inference=lambda device, precision: None)
    return FoundCheckpoint("m", Path("m"), "0", checkpoint, categories)


def result(
    start: int, stop: int, *tracks: tuple[int, list[Any]], labels: Any = None, scores: Any = None
) -> WindowResult:
    """One window: tracks as (number, masks); labels and scores of all tracks, 0 and 0.5 where they are not given."""
    listed = tuple(TrackProposal(number, (0.5,) * len(masks), tuple(masks)) for number, masks in tracks)
    numbers = {number for number, _ in tracks} | set(labels or {}) | set(scores or {})
    standings = tuple(
        TrackStanding(number, (labels or {}).get(number, 0), (scores or {}).get(number, 0.5), ())
        for number in sorted(numbers)
    )
    return WindowResult(start, stop, listed, standings)


class FakePropose:
    """Gives the same windows for every video; the frames are read all the same."""

    def __init__(self) -> None:
        self.results: list[WindowResult] = []
        self.frames: list[Any] = []
        self.settings: dict[str, Any] = {}

    def propose(self, network: object, frames: Any, **settings: Any) -> Iterator[WindowResult]:
        self.frames, self.settings = list(frames), settings
        settings["on_window"](len(self.frames), settings["expected"])
        yield from self.results


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakePropose:
    one = FakePropose()
    leave_masks(monkeypatch)
    monkeypatch.setattr(windows, "propose", one.propose)
    return one


def propose(folder: Path, checkpoint: FoundCheckpoint, *, rule: str = "review", **more: Any) -> BatchResult:
    settings = ProposeSettings(rule, max_tracks=more.pop("max_tracks", None))
    categories = more.pop("categories", own_categories(checkpoint))
    videos = more.pop("videos", None) or videos_of([folder])
    proposer = FileProposer(checkpoint, categories=categories, settings=settings, device="cpu")
    return propose_files(proposer, videos, report=more.pop("report", lambda share, message: None), **more)


def test_windows_of_a_long_video_are_joined_by_track_best_first(tmp_path: Path, fake: FakePropose) -> None:
    fake.results += [
        result(0, 2, (0, [RLE, RLE]), (1, [RLE, None])),
        result(2, 3, (0, [RLE]), (2, [RLE]), scores={0: 0.6, 1: 0.4, 2: 0.9}),
    ]

    results = propose(pictures(tmp_path / "v"), model_of("fish")).results

    shown = [[mask is not None for mask in one.segmentations] for one in results]
    assert shown == [[False, False, True], [True, True, True], [True, False, False]]
    assert [one.score for one in results] == [0.9, 0.6, 0.4]


def test_a_video_is_decoded_once_and_its_frames_are_counted_on_the_way(tmp_path: Path, fake: FakePropose) -> None:
    clip = make_video(tmp_path / "clip.mp4", frames=7)
    fake.results.append(result(0, 7, (0, [RLE] * 7)))

    [video] = propose(clip, model_of("fish")).videos

    assert len(fake.frames) == 7 and all((a == b).all() for a, b in zip(fake.frames, decoded(clip), strict=True))
    assert video.entry["length"] == 7
    assert video.entry["content_hash"] == frames.index(clip).content_hash


@pytest.mark.parametrize(("device", "ahead"), [("cpu", 0), ("cuda:0", frames_ahead("cuda:0"))])
def test_frames_are_read_ahead_for_a_gpu_alone(tmp_path: Path, fake: FakePropose, device: str, ahead: int) -> None:
    fake.results.append(result(0, 3, (0, [RLE] * 3)))
    model = model_of("thing")
    proposer = FileProposer(model, categories=own_categories(model), settings=ProposeSettings(), device=device)
    proposer.propose(FileVideo(1, make_video(tmp_path / "a.mp4", frames=3)), lambda share: None)
    assert fake.settings["ahead"] == ahead


def test_the_thresholds_of_the_model_are_used_and_named_in_the_settings(tmp_path: Path, fake: FakePropose) -> None:
    fake.results.append(result(0, 3, (0, [RLE] * 3)))

    batch = propose(pictures(tmp_path / "v"), model_of("fish"))

    assert fake.settings["settings"].thresholds == batch.settings.thresholds == OWN


def test_masks_leave_as_text(tmp_path: Path, fake: FakePropose) -> None:
    fake.results.append(result(0, 3, (0, [RLE, None, RLE])))

    [one] = propose(pictures(tmp_path / "v"), model_of("fish")).results

    assert one.segmentations == ({"size": [48, 64], "counts": "0PP1"}, None, {"size": [48, 64], "counts": "0PP1"})


def test_the_last_window_gives_the_class_of_a_track(tmp_path: Path, fake: FakePropose) -> None:
    fake.results += [result(0, 2, (0, [RLE, RLE]), labels={0: 1}), result(2, 3, (0, [RLE]), labels={0: 0})]

    outcome = propose(pictures(tmp_path / "v"), model_of("fish", "star"))

    assert [one.category_id for one in outcome.results] == [1]


@pytest.mark.parametrize(("rule", "count"), [("published", 2), ("review", 3)])
def test_only_the_published_rule_bounds_the_tracks_of_a_video(
    tmp_path: Path, fake: FakePropose, rule: str, count: int
) -> None:
    scores = {0: 0.1, 1: 0.9, 2: 0.5}
    fake.results.append(result(0, 3, *((number, [RLE] * 3) for number in range(3)), scores=scores))

    results = propose(pictures(tmp_path / "v"), model_of("fish"), rule=rule, max_tracks=2).results

    assert [one.score for one in results] == [0.9, 0.5, 0.1][:count]


def test_classes_go_to_categories_by_name_in_all_their_spellings(tmp_path: Path, fake: FakePropose) -> None:
    fake.results.append(result(0, 3, *((k, [RLE] * 3) for k in range(3)), labels={0: 0, 1: 1, 2: 2}))
    pictures(tmp_path / "frames" / "x")
    file = annotation_file(
        tmp_path / "a.json", [[f"x/{k:05d}.png" for k in range(3)]], categories=("Giant panda", "car", "bird")
    )
    listed = videos_of_annotations(file, tmp_path / "frames")
    videos, categories = listed.videos, listed.categories

    outcome = propose(tmp_path, model_of("giant_panda", "sedan", "unicorn"), videos=videos, categories=categories)

    assert [one.category_id for one in outcome.results] == [101, 102]
    assert outcome.dropped == Counter({"unicorn": 1})
    assert outcome.videos[0].dropped == {"unicorn": 1}


def test_frames_that_are_missing_or_of_another_size_fail_that_video_only(tmp_path: Path, fake: FakePropose) -> None:
    fake.results.append(result(0, 3, (0, [RLE] * 3)))
    good = FileVideo(7, pictures(tmp_path / "good"), tuple(f"{k:05d}.png" for k in range(3)), (64, 48))
    small = FileVideo(8, pictures(tmp_path / "small", size=(32, 32)), ("00000.png",), (64, 48))
    gone = FileVideo(9, tmp_path, ("nothing.png",), (64, 48))
    nameless = FileVideo(10, tmp_path, (), (64, 48))

    outcome = propose(tmp_path, model_of("fish"), videos=(small, good, gone, nameless))

    assert [one.video_id for one in outcome.results] == [7]
    assert [failure.video.id for failure in outcome.failed] == [8, 9, 10]
    assert "32 x 32" in outcome.failed[0].reason and "nothing.png" in outcome.failed[1].reason
    assert all(failure.reason.endswith(".") for failure in outcome.failed)


def test_a_mistake_of_the_program_is_not_taken_for_a_bad_video(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given: object, **more: object) -> None:
        raise KeyError("a mistake")

    monkeypatch.setattr(windows, "propose", fail)

    with pytest.raises(KeyError):
        propose(pictures(tmp_path / "v"), model_of("fish"))


def test_a_cancelled_video_is_no_result(tmp_path: Path, fake: FakePropose) -> None:
    fake.results.append(result(0, 3, (0, [RLE] * 3)))

    with pytest.raises(Cancelled):
        propose(pictures(tmp_path / "v"), model_of("fish"), cancelled=lambda: True)


def test_progress_goes_from_0_to_1_over_all_videos(tmp_path: Path, fake: FakePropose) -> None:
    reported: list[float] = []
    videos = videos_of([pictures(tmp_path / "a"), pictures(tmp_path / "b")])

    propose(
        tmp_path, model_of("fish"), videos=videos, categories=(), report=lambda share, message: reported.append(share)
    )

    assert reported == sorted(reported)
    assert reported == [0.5, 1.0]


def test_settings_that_are_not_given_are_those_of_the_configuration(tmp_path: Path, fake: FakePropose) -> None:
    def settings(**given: Any) -> tuple[Any, ...]:
        how = ProposeSettings(**given)
        found = FileProposer(model_of("fish"), categories=(), settings=how, device="cpu").settings
        return found.window, found.overlap, found.max_tracks

    assert settings() == (36, 6, 10)
    assert settings(window=8) == (8, 4, 10), "smaller windows share at most half"
    assert settings(window=8, overlap=1, max_tracks=3) == (8, 1, 3)
    with pytest.raises(WindowsTooClose, match="--overlap"):
        settings(overlap=36)
