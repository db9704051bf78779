"""Files that annotate one frame in every so many: each mask on its own frame, unknown between, the same file back."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from PIL import Image

from app.errors import BadInput
from app.exchange.export_frames import exported_frames
from app.exchange.import_frames import find_pictures
from app.settings import Settings
from storage import rle
from storage.frames.scan import VIDEO_SUFFIXES
from storage.youtube_vis import PictureFinder, VisCategory, VisDataset, VisTrack, VisVideo, write_dataset
from tests.app.command_line import Run
from tests.app.exchange.scene import ExchangeScene
from tests.storage.made_videos import make_jpeg_video, make_video, numbered_picture, spoil_packet

SIZE = (64, 48)


@pytest.fixture
def run(run: Run, settings: Settings) -> Run:
    return lambda *arguments: run(*arguments, "--data", settings.data)


def annotated(entries: int, names: list[str], **more: Any) -> VisDataset:
    """One video with a track that is there in all entries but the second."""
    masks = [rle.from_polygons([[k, 2, k + 9, 2, k + 9, 12, k, 12]], SIZE[1], SIZE[0]) for k in range(entries)]
    segmentations = tuple(None if k == 1 else dict(mask) for k, mask in enumerate(masks))
    return VisDataset(
        info={"description": "made here"},
        licenses=(),
        videos=(VisVideo(7, *SIZE, entries, tuple(names), more),),
        categories=(VisCategory(3, "dog"),),
        tracks=(VisTrack(5, 7, 3, segmentations),),
    )


def folder_of(place: Path, count: int, first: int = 0) -> Path:
    """Pictures `00000.png`, … of a video at its full rate."""
    place.mkdir(parents=True)
    for k in range(count):
        Image.fromarray(numbered_picture(k, SIZE)).save(place / f"{first + k:05d}.png")
    return place


def frames_of(exchange: ExchangeScene) -> dict[int, str]:
    """State of each frame of the only track."""
    assert len(exchange.videos()) == 1
    return {row.frame: row.state for row in exchange.rows()}


@pytest.mark.parametrize(("count", "stride", "entries"), [(16, 5, 4), (11, 5, 3), (12, 4, 3), (3, 1, 3)])
def test_a_video_file_takes_masks_at_its_stride_and_gives_the_same_file_back(
    exchange: ExchangeScene, settings: Settings, tmp_path: Path, count: int, stride: int, entries: int
) -> None:
    (tmp_path / "v").mkdir()
    make_video(tmp_path / "v" / "ab12.mp4", frames=count, size=SIZE)
    names = [f"ab12/{k * stride:05d}.jpg" for k in range(entries)]
    file = tmp_path / "in.json"
    write_dataset(file, annotated(entries, names, url="x"))
    done = exchange.bring(file, tmp_path / "v", stride=stride)
    assert (done.videos, done.skipped) == (("ab12",), ())
    wanted = {k * stride: "absent" if k == 1 else "present" for k in range(entries)}
    assert frames_of(exchange) == wanted
    [video] = exchange.videos()
    assert (video.count, video.stride, video.confirmed, video.kind) == (count, stride, count, "video")
    for given_stride in (stride, None):
        out = tmp_path / f"out{given_stride}"
        exchange.export(out, stride=given_stride)
        assert (out / "instances.json").read_bytes() == file.read_bytes()
        assert sorted(path.name for path in (out / "JPEGImages" / "ab12").iterdir()) == [Path(n).name for n in names]


@pytest.mark.parametrize("first", [0, 10])
def test_a_folder_at_full_rate_is_matched_by_its_names_wherever_the_annotation_begins(
    exchange: ExchangeScene, settings: Settings, tmp_path: Path, first: int
) -> None:
    folder = folder_of(tmp_path / "JPEGImages" / "ab", 24)
    names = [f"ab/{first + 5 * k:05d}.png" for k in range(3)]
    file = tmp_path / "in.json"
    write_dataset(file, annotated(3, names))
    exchange.bring(file, tmp_path, stride=5)
    assert frames_of(exchange) == {first: "present", first + 5: "absent", first + 10: "present"}
    [video] = exchange.videos()
    assert (video.count, video.stride, video.path) == (24, 5, str(folder))
    exchange.export(tmp_path / "out", stride=5)
    assert (tmp_path / "out" / "instances.json").read_bytes() == file.read_bytes()
    for name in names:
        written = tmp_path / "out" / "JPEGImages" / name
        assert written.read_bytes() == (tmp_path / "JPEGImages" / name).read_bytes()


def test_every_frame_leaves_only_when_asked_for_and_then_it_is_said_that_nobody_looked_between(
    exchange: ExchangeScene, settings: Settings, tmp_path: Path
) -> None:
    folder_of(tmp_path / "ab", 11)
    write_dataset(tmp_path / "in.json", annotated(3, [f"ab/{5 * k:05d}.png" for k in range(3)]))
    exchange.bring(tmp_path / "in.json", tmp_path, stride=5)
    whole = exchange.export(tmp_path / "whole", stride=1)
    [track] = json.loads((tmp_path / "whole" / "instances.json").read_text())["annotations"]
    assert [mask is None for mask in track["segmentations"]] == [False, True, False]
    assert "8 frames are left out: a track is unknown there." in whole.left_out
    pictures = sorted(path.stem for path in (tmp_path / "whole" / "JPEGImages" / "ab").iterdir())
    assert pictures == ["00000", "00005", "00010"]
    coarse = exchange.export(tmp_path / "coarse", stride=10)
    [video] = json.loads((tmp_path / "coarse" / "instances.json").read_text())["videos"]
    assert video["file_names"] == ["ab/00000.png", "ab/00010.png"]
    assert coarse.left_out == ()


WRONG = {
    "file of another length": (12, [0, 5, 10, 15], 5, "12 frames"),
    "file at another stride": (16, [0, 5, 10, 15], 4, "16 frames"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_video_file_that_does_not_fit_is_refused_with_what_does_not(
    exchange: ExchangeScene, settings: Settings, tmp_path: Path, case: str
) -> None:
    count, numbers, stride, reason = WRONG[case]
    make_video(tmp_path / "ab.mp4", frames=count, size=SIZE)
    if case.endswith("stride"):
        numbers = numbers[:3]
    write_dataset(tmp_path / "in.json", annotated(len(numbers), [f"ab/{k:05d}.jpg" for k in numbers]))
    with pytest.raises(BadInput, match=reason):
        exchange.bring(tmp_path / "in.json", tmp_path, stride=stride)
    assert exchange.videos() == ()


def test_names_that_are_not_at_the_stride_are_refused_with_the_first_of_them(
    exchange: ExchangeScene, settings: Settings, tmp_path: Path
) -> None:
    folder_of(tmp_path / "ab", 12)
    for numbers, reason in (([0, 5, 11], r"00011\.png is number 11"), ([0, 4, 8], r"00004\.png is number 4")):
        write_dataset(tmp_path / "in.json", annotated(3, [f"ab/{k:05d}.png" for k in numbers]))
        with pytest.raises(BadInput, match=reason):
            exchange.bring(tmp_path / "in.json", tmp_path, stride=5)
    write_dataset(tmp_path / "in.json", annotated(2, ["ab/00000.png", "ab/00099.png"]))
    with pytest.raises(BadInput, match=r"00099\.png is not in"):
        exchange.bring(tmp_path / "in.json", tmp_path, stride=5)


def test_what_is_nowhere_and_a_stride_of_nothing_are_refused(
    exchange: ExchangeScene, settings: Settings, tmp_path: Path
) -> None:
    write_dataset(tmp_path / "in.json", annotated(3, [f"ab/{k:05d}.png" for k in range(3)]))
    with pytest.raises(BadInput, match=r"nor a video file ab\.mp4"):
        exchange.bring(tmp_path / "in.json", tmp_path, stride=5)
    with pytest.raises(BadInput, match="Every 0th frame"):
        exchange.bring(tmp_path / "in.json", tmp_path, stride=0)
    make_video(tmp_path / "ab.mp4", frames=11, size=(32, 24))
    with pytest.raises(BadInput, match="32 x 24"):
        exchange.bring(tmp_path / "in.json", tmp_path, stride=5)


@given(stride=st.integers(1, 7), entries=st.integers(1, 6), first=st.integers(0, 4), tail=st.integers(0, 9))
@examples(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_entry_stands_for_the_frame_that_its_name_names(
    tmp_path_factory: pytest.TempPathFactory, stride: int, entries: int, first: int, tail: int
) -> None:
    place = tmp_path_factory.mktemp("stride")
    count = first + (entries - 1) * stride + 1 + tail
    folder_of(place / "ab", count)
    names = [f"ab/{first + stride * k:05d}.png" for k in range(entries)]
    found = find_pictures(annotated(entries, names).videos[0], PictureFinder(place), stride=stride)
    assert found.index.count == count
    assert [found.index.names[found.frame(k)] for k in range(entries)] == [Path(name).name for name in names]


def test_the_command_takes_a_stride_and_a_single_video_file(run: Run, tmp_path: Path) -> None:
    make_video(tmp_path / "filmed.mp4", frames=11, size=SIZE)
    write_dataset(tmp_path / "in.json", annotated(3, [f"ab/{5 * k:05d}.jpg" for k in range(3)]))
    done = run("import", str(tmp_path / "in.json"), "--frames", str(tmp_path / "filmed.mp4"), "--stride", "5",
               "--project", "p")  # fmt: skip
    assert done.code == 0, done.last
    done = run("export", "--out", str(tmp_path / "out"), "--stride", "5", "--project", "p")
    assert done.code == 0, done.last
    assert (tmp_path / "out" / "instances.json").read_bytes() == (tmp_path / "in.json").read_bytes()


def test_gaps_and_damage_are_in_the_report_of_an_export(
    exchange: ExchangeScene, settings: Settings, tmp_path: Path
) -> None:
    size = (32, 24)
    holed = make_jpeg_video(tmp_path / "holed.mkv", [size, size, None, None, size])
    spoiled = spoil_packet(make_video(tmp_path / "spoiled.mp4", frames=40, b_frames=0), 15)
    sound = make_video(tmp_path / "sound.mp4", frames=5)
    for path in (holed, spoiled, sound):
        exchange.add(path)
    done = exchange.export(tmp_path / "out")
    assert done.as_json()["gaps"] == done.gaps
    assert any(s.startswith("holed: between frames 1 and 2, 2 pictures did not decode") for s in done.gaps)
    assert any(s.startswith("spoiled: frames 10 to 18 are damaged in part") for s in done.gaps)
    assert not any(s.startswith("sound") for s in done.gaps)


@pytest.mark.parametrize("suffix", sorted(VIDEO_SUFFIXES))
def test_a_video_file_may_have_any_name_that_commands_take(tmp_path: Path, suffix: str) -> None:
    make_video(tmp_path / "made.mp4", frames=11, size=SIZE).rename(tmp_path / f"ab{suffix}")
    names = [f"ab/{5 * k:05d}.jpg" for k in range(3)]
    found = find_pictures(annotated(3, names).videos[0], PictureFinder(tmp_path), stride=5)
    assert (found.index.path, found.index.count) == (tmp_path / f"ab{suffix}", 11)


def test_of_several_files_the_mp4_is_taken(tmp_path: Path) -> None:
    for suffix in (".3gp", ".mp4", ".avi"):
        make_video(tmp_path / "made.mp4", frames=11, size=SIZE).rename(tmp_path / f"ab{suffix}")
    names = [f"ab/{5 * k:05d}.jpg" for k in range(3)]
    assert (
        find_pictures(annotated(3, names).videos[0], PictureFinder(tmp_path), stride=5).index.path
        == tmp_path / "ab.mp4"
    )


@pytest.mark.parametrize("first", [0, 7])
def test_a_part_that_was_annotated_frame_by_frame_leaves_as_it_came(
    exchange: ExchangeScene, settings: Settings, tmp_path: Path, first: int
) -> None:
    """At a stride of 1, too, an import says which frames it is about."""
    folder_of(tmp_path / "ab", 12)
    write_dataset(tmp_path / "in.json", annotated(3, [f"ab/{first + k:05d}.png" for k in range(3)]))
    exchange.bring(tmp_path / "in.json", tmp_path, stride=1)
    [video] = exchange.videos()
    assert (video.count, video.stride) == (12, 1)
    assert exported_frames(video, None) == exported_frames(video, 1) == range(first, first + 3)
    assert exported_frames(video, 2) == range(first, first + 3, 2)
    exchange.export(tmp_path / "out")
    assert (tmp_path / "out" / "instances.json").read_bytes() == (tmp_path / "in.json").read_bytes()


def test_a_video_that_was_not_imported_leaves_whole(
    exchange: ExchangeScene, settings: Settings, tmp_path: Path
) -> None:
    video = exchange.add(folder_of(tmp_path / "ab", 7))
    assert exported_frames(video, None) == range(7) and exported_frames(video, 3) == range(0, 7, 3)
