"""A job of CVAT is a part of a video: its masks are on the frames of the video, wherever its pictures are."""

from pathlib import Path

import pytest
from PIL import Image

from app.errors import BadInput
from tests.app.exchange.scene import ExchangeScene
from tests.storage.made_videos import make_video, numbered_picture

SIZE = (64, 48)
POLYGON = '<polygon frame="{0}" outside="{1}" occluded="0" points="2,2;20,2;20,20;2,20"></polygon>'


def job(place: Path, first: int, last: int, *, step: int = 1) -> Path:
    """The XML of a job on every ``step``-th frame of clip.mp4, with a mask on its first and second frame."""
    numbers = range(first, last + 1, step)
    shapes = "".join(POLYGON.format(numbers[k], int(k == 2)) for k in range(min(3, len(numbers))))
    frames = f"<start_frame>{first // step}</start_frame><stop_frame>{last // step}</stop_frame>"
    size = f"<original_size><width>{SIZE[0]}</width><height>{SIZE[1]}</height></original_size>"
    labels = "<labels><label><name>car</name></label></labels>"
    head = f"<id>9</id><size>{len(numbers)}</size><mode>interpolation</mode><source>clip.mp4</source>"
    meta = f"<meta><job>{head}{frames}<frame_filter>step={step}</frame_filter>{labels}{size}</job></meta>"
    place.mkdir(exist_ok=True)
    file = place / "annotations.xml"
    file.write_text(f'<annotations>{meta}<track id="0" label="car">{shapes}</track></annotations>')
    return file


def states(exchange: ExchangeScene) -> dict[int, str]:
    return {row.frame: row.state for row in exchange.rows()}


@pytest.mark.parametrize(("first", "last", "step"), [(5, 9, 1), (10, 20, 5), (0, 9, 1)])
def test_masks_are_on_their_frames_of_a_video_file(
    exchange: ExchangeScene, tmp_path: Path, first: int, last: int, step: int
) -> None:
    file = job(tmp_path / "set", first, last, step=step)
    make_video(tmp_path / "set" / "clip.mp4", frames=30, size=SIZE)
    done = exchange.bring(file, None)  # type: ignore[arg-type]
    assert done.skipped == () and f"frames {first} to {last} are taken from" in " ".join(done.notes)
    (video,) = exchange.videos()
    expected = {number: "absent" if k >= 2 else "present" for k, number in enumerate(range(first, last + 1, step))}
    assert (video.count, states(exchange)) == (30, expected)


def test_an_export_has_the_frames_of_the_job(exchange: ExchangeScene, tmp_path: Path) -> None:
    make_video(tmp_path / "clip.mp4", frames=30, size=SIZE)
    exchange.bring(job(tmp_path, 10, 20, step=5), None)  # type: ignore[arg-type]
    _, top = exchange.exported(tmp_path / "out", pictures="none")
    assert top["videos"][0]["length"] == 3
    assert [mask is not None for mask in top["annotations"][0]["segmentations"]] == [True, True, False]


@pytest.mark.parametrize("folder", ["clip", ""])
def test_masks_are_on_their_frames_of_a_folder_with_all_pictures(
    exchange: ExchangeScene, tmp_path: Path, folder: str
) -> None:
    place = tmp_path / "frames" / folder
    place.mkdir(parents=True)
    for k in range(12):
        Image.fromarray(numbered_picture(k, SIZE)).save(place / f"picture {k}.png")
    exchange.bring(job(tmp_path / "set", 5, 9), tmp_path / "frames")
    (video,) = exchange.videos()
    assert (video.count, states(exchange)) == (
        12,
        {5: "present", 6: "present", 7: "absent", 8: "absent", 9: "absent"},
    )


def test_a_video_that_is_too_short_for_the_job_is_refused(exchange: ExchangeScene, tmp_path: Path) -> None:
    file = job(tmp_path, 5, 9)
    make_video(tmp_path / "clip.mp4", frames=7, size=SIZE)
    with pytest.raises(BadInput, match="has 7 frames"):
        exchange.bring(file, None)  # type: ignore[arg-type]
