from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.errors import BadInput
from app.models import FoundModel
from app.propose_files import FileVideo, Manner, own_categories, propose_files, videos_of, videos_of_annotations
from model import windows
from model.windows import TrackProposal, WindowResult
from storage.youtube_vis import YouTubeVisError
from tests.app.command_line import annotation_file, pictures
from tests.storage.made_videos import make_video

RLE = {"size": [48, 64], "counts": b"0PP1"}


def model_of(*categories: str) -> FoundModel:
    """A model that is never asked: what it would say is put in place of `model.windows.propose`."""
    config = SimpleNamespace(name="tevit_tiny", window=36, overlap=6, max_tracks=10)
    checkpoint = SimpleNamespace(config=config, build=lambda device, precision: None)
    return FoundModel("m", Path("m"), "0", checkpoint, categories)


def proposal(track: int, masks: list[Any], *, label: int = 0, score: float = 0.5) -> TrackProposal:
    return TrackProposal(track, label, score, (), (score,) * len(masks), tuple(masks))


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[WindowResult]:
    """What the model says of every video; the frames are read all the same."""
    results: list[WindowResult] = []

    def say(network: object, frames: Any, **settings: Any) -> Any:
        assert len(list(frames)) == settings["count"]
        return iter(results)

    monkeypatch.setattr(windows, "propose", say)
    return results


def look(folder: Path, model: FoundModel, *, rule: str = "review", **more: Any) -> Any:
    manner = Manner(rule=rule, precision="float32", device="cpu")
    categories = more.pop("categories", own_categories(model))
    videos = more.pop("videos", None) or videos_of([folder])
    return propose_files(model, videos, categories=categories, manner=manner, report=lambda share, words: None, **more)


# --- which videos


def test_a_folder_of_pictures_is_one_video_and_any_other_folder_stands_for_those_in_it(tmp_path: Path) -> None:
    shots = pictures(tmp_path / "all" / "shots")
    clip = make_video(tmp_path / "all" / "clip10.mp4", frames=2)
    other = make_video(tmp_path / "all" / "clip9.mp4", frames=2)
    (tmp_path / "all" / "notes.txt").write_text("no video")
    (tmp_path / "all" / ".hidden.mp4").write_text("")

    assert [video.path for video in videos_of([shots])] == [shots]
    assert [(video.id, video.path) for video in videos_of([tmp_path / "all", clip])] == [
        (1, other),
        (2, clip),
        (3, shots),
        (4, clip),
    ]


def test_a_folder_without_videos_and_a_missing_path_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="neither pictures nor videos"):
        videos_of([tmp_path])
    with pytest.raises(BadInput, match="no file or folder"):
        videos_of([tmp_path / "none.mp4"])


@pytest.mark.parametrize("content", ["", "{", "3", "[]", "{}", '{"videos": []}'])
def test_a_file_that_is_not_youtube_vis_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content)

    with pytest.raises((YouTubeVisError, BadInput), match=r"a\.json"):
        videos_of_annotations(tmp_path / "a.json", tmp_path)


def test_a_missing_frames_folder_is_refused(tmp_path: Path) -> None:
    file = annotation_file(tmp_path / "a.json", [["x/0.png"]])

    with pytest.raises(BadInput, match="gone"):
        videos_of_annotations(file, tmp_path / "gone")


# --- what comes out


def test_windows_of_a_long_video_are_joined_by_track(tmp_path: Path, said: list[WindowResult]) -> None:
    said += [
        WindowResult(0, 2, (proposal(0, [RLE, RLE], score=0.8), proposal(1, [RLE, None], score=0.4))),
        WindowResult(2, 3, (proposal(0, [RLE], score=0.2), proposal(2, [RLE], score=0.9))),
    ]

    results = look(pictures(tmp_path / "v"), model_of("fish")).results

    shown = [[mask is not None for mask in result.segmentations] for result in results]
    assert shown == [[True, True, True], [True, False, False], [False, False, True]]
    assert [result.score for result in results] == pytest.approx([(0.8 * 2 + 0.2) / 3, 0.4, 0.9])


def test_masks_leave_as_text(tmp_path: Path, said: list[WindowResult]) -> None:
    said.append(WindowResult(0, 3, (proposal(0, [RLE, None, RLE]),)))

    result = look(pictures(tmp_path / "v"), model_of("fish")).results[0]

    assert result.segmentations == ({"size": [48, 64], "counts": "0PP1"}, None, {"size": [48, 64], "counts": "0PP1"})


def test_a_track_takes_the_class_that_most_of_its_frames_have(tmp_path: Path, said: list[WindowResult]) -> None:
    said += [
        WindowResult(0, 2, (proposal(0, [RLE, RLE], label=1),)),
        WindowResult(2, 3, (proposal(0, [RLE], label=0, score=0.6),)),
    ]

    outcome = look(pictures(tmp_path / "v"), model_of("fish", "star"))

    assert [result.category_id for result in outcome.results] == [2]


@pytest.mark.parametrize(("rule", "kept"), [("published", 1), ("review", 0)])
def test_a_track_without_a_mask_stays_only_under_the_published_rule(
    tmp_path: Path, said: list[WindowResult], rule: str, kept: int
) -> None:
    said.append(WindowResult(0, 3, (proposal(0, [None] * 3),)))

    assert len(look(pictures(tmp_path / "v"), model_of("fish"), rule=rule).results) == kept


def test_classes_go_to_categories_by_name_in_all_their_spellings(tmp_path: Path, said: list[WindowResult]) -> None:
    said.append(WindowResult(0, 3, tuple(proposal(k, [RLE] * 3, label=k) for k in range(3))))
    pictures(tmp_path / "frames" / "x")
    file = annotation_file(
        tmp_path / "a.json", [[f"x/{k:05d}.png" for k in range(3)]], categories=("Giant panda", "car", "bird")
    )
    videos, categories = videos_of_annotations(file, tmp_path / "frames")

    outcome = look(tmp_path, model_of("giant_panda", "sedan", "unicorn"), videos=videos, categories=categories)

    assert [result.category_id for result in outcome.results] == [101, 102]
    assert outcome.dropped == Counter({"unicorn": 1})


def test_frames_that_are_missing_or_of_another_size_fail_that_video_only(
    tmp_path: Path, said: list[WindowResult]
) -> None:
    said.append(WindowResult(0, 3, (proposal(0, [RLE] * 3),)))
    good = FileVideo(7, pictures(tmp_path / "good"), tuple(f"{k:05d}.png" for k in range(3)), (64, 48))
    small = FileVideo(8, pictures(tmp_path / "small", size=(32, 32)), ("00000.png",), (64, 48))
    gone = FileVideo(9, tmp_path, ("nothing.png",), (64, 48))
    nameless = FileVideo(10, tmp_path, (), (64, 48))

    outcome = look(tmp_path, model_of("fish"), videos=(small, good, gone, nameless))

    assert [result.video_id for result in outcome.results] == [7]
    assert [failure.video.id for failure in outcome.failed] == [8, 9, 10]
    assert "32 x 32" in outcome.failed[0].reason and "nothing.png" in outcome.failed[1].reason


def test_a_mistake_of_the_program_is_not_taken_for_a_bad_video(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given: object, **more: object) -> None:
        raise KeyError("a mistake")

    monkeypatch.setattr(windows, "propose", fail)

    with pytest.raises(KeyError):
        look(pictures(tmp_path / "v"), model_of("fish"))


def test_progress_goes_from_0_to_1_over_all_videos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def say(network: object, frames: object, **settings: Any) -> Any:
        settings["on_window"](settings["count"], settings["count"])
        return iter(())

    monkeypatch.setattr(windows, "propose", say)
    heard: list[float] = []
    model, manner = model_of("fish"), Manner(rule="review", precision="float32", device="cpu")
    videos = videos_of([pictures(tmp_path / "a"), pictures(tmp_path / "b")])

    propose_files(model, videos, categories=(), manner=manner, report=lambda share, words: heard.append(share))

    assert heard == sorted(heard)
    assert heard[-1] == pytest.approx(1.0)


@pytest.mark.parametrize(("rule", "score"), [("published", 0.3), ("review", 0.9)])
def test_a_published_score_is_the_mean_over_all_frames_of_the_video(
    tmp_path: Path, said: list[WindowResult], rule: str, score: float
) -> None:
    said.append(WindowResult(0, 1, (proposal(0, [RLE], score=0.9),)))
    said.append(WindowResult(1, 3, ()))

    (result,) = look(pictures(tmp_path / "v"), model_of("fish"), rule=rule).results

    assert result.score == pytest.approx(score)
