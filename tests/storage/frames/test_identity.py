"""Whether a source is still the one that was counted, and whether another file shows the same video."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import pytest
from PIL import Image

from storage import frames
from storage.frames import FrameIndex, difference
from tests.storage.made_videos import make_video, numbered_picture


def remuxed(path: Path, target: Path) -> Path:
    """The same coded pictures in another container."""
    with av.open(str(path)) as source, av.open(str(target), "w") as output:
        stream = output.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = stream
                output.mux(packet)
    return target


def folder_of(place: Path, numbers: list[int], names: list[str] | None = None) -> Path:
    place.mkdir()
    for at, k in enumerate(numbers):
        Image.fromarray(numbered_picture(k)).save(place / (names[at] if names else f"{at}.png"))
    return place


@pytest.fixture
def old(tmp_path: Path) -> FrameIndex:
    return frames.index(make_video(tmp_path / "old.mp4", frames=30))


def test_the_same_bytes_elsewhere_are_the_same_video(old: FrameIndex, tmp_path: Path) -> None:
    (tmp_path / "copy.bin").write_bytes(old.path.read_bytes())
    assert difference(old, frames.index(tmp_path / "copy.bin")) is None


@pytest.mark.parametrize("suffix", ["mkv", "mov", "ts"])
def test_another_container_shows_the_same_video(old: FrameIndex, tmp_path: Path, suffix: str) -> None:
    new = frames.index(remuxed(old.path, tmp_path / f"new.{suffix}"))
    assert new.content_hash != old.content_hash
    assert difference(old, new) is None


OTHERS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "longer": (lambda p: make_video(p, frames=31), "31 frames instead of 30"),
    "larger": (lambda p: make_video(p, frames=30, size=(96, 48)), "96 x 48 instead of 64 x 48"),
    "slower": (lambda p: make_video(p, frames=30, pts=[40 * k for k in range(30)]), "frame 1 comes at 0.040 s"),
    "turned over": (lambda p: make_video(p, frames=30, degrees=180), "frame 0 shows another picture"),
    "coded again": (lambda p: make_video(p, frames=30, options={"crf": "40"}), "frame 0 shows another picture"),
}


@pytest.mark.parametrize("case", OTHERS)
def test_what_differs_is_said(old: FrameIndex, tmp_path: Path, case: str) -> None:
    make, reason = OTHERS[case]
    found = difference(old, frames.index(make(tmp_path / "new.mp4")))
    assert found is not None and reason in found


def test_pixels_can_be_left_out(old: FrameIndex, tmp_path: Path) -> None:
    again = frames.index(make_video(tmp_path / "again.mp4", frames=30, options={"crf": "40"}))
    assert difference(old, again, pixels=False) is None
    longer = frames.index(make_video(tmp_path / "longer.mp4", frames=31))
    assert difference(old, longer, pixels=False) is not None


def test_folders_are_compared_by_names_sizes_and_bytes(tmp_path: Path) -> None:
    old = frames.index(folder_of(tmp_path / "old", [1, 2, 3]))
    assert difference(old, frames.index(folder_of(tmp_path / "same", [1, 2, 3]))) is None
    other = frames.index(folder_of(tmp_path / "other", [1, 2, 4]))
    assert "other bytes" in (difference(old, other) or "")
    assert difference(old, other, pixels=False) is None
    renamed = frames.index(folder_of(tmp_path / "renamed", [1, 2, 3], ["0.png", "1.png", "9.png"]))
    assert "picture 2 is called 9.png instead of 2.png" in (difference(old, renamed) or "")


def test_a_file_is_no_folder(old: FrameIndex, tmp_path: Path) -> None:
    folder = frames.index(folder_of(tmp_path / "folder", [1, 2]))
    assert "folder of pictures" in (difference(old, folder) or "")
    assert "video file" in (difference(folder, old) or "")


def test_verify_goes_by_length_and_both_ends(old: FrameIndex, tmp_path: Path) -> None:
    frames.verify(old)
    content = bytearray(old.path.read_bytes())
    content[-1] ^= 1
    old.path.write_bytes(bytes(content))
    with pytest.raises(frames.SourceChanged):
        frames.verify(old)
    with pytest.raises(frames.SourceMissing):
        frames.verify(replace(old, path=tmp_path / "nowhere.mp4"))


def test_nothing_to_compare_is_not_taken_for_the_same_picture(old: FrameIndex, tmp_path: Path) -> None:
    other = make_video(tmp_path / "other.mp4", frames=30, options={"crf": "40"})
    for before, after in (
        (old, frames.probe(other)),
        (frames.probe(old.path), frames.index(other)),
        (frames.probe(old.path), frames.probe(other)),
        (replace(old, keyframes=old.keyframes[1:], keyframe_sums=old.keyframe_sums[1:]),
         replace(frames.index(other), keyframes=(0,), keyframe_sums=(1,))),
    ):  # fmt: skip
        found = difference(before, after)
        assert found is not None and "can be compared" in found
        assert difference(before, after, pixels=False) is None
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(old.path.read_bytes())
    assert difference(frames.probe(old.path), frames.probe(copy)) is None, "the same bytes need no comparison"


def test_key_frames_that_only_one_list_knows_are_left_out_of_the_comparison(old: FrameIndex) -> None:
    assert len(old.keyframes) > 2
    front = replace(old, content_hash="other", keyframe_sums=old.keyframe_sums[:1])
    assert difference(old, front) is None and difference(front, old) is None
    wrong = replace(old, content_hash="other", keyframe_sums=(*old.keyframe_sums[:2], old.keyframe_sums[2] ^ 1))
    assert difference(old, wrong) == f"its frame {old.keyframes[2]} shows another picture"


def test_another_size_is_said_before_another_number_of_frames(old: FrameIndex) -> None:
    other = replace(old, content_hash="other", width=96, count=31, pts=(*old.pts, old.pts[-1] + 1))
    assert "96 x 48 instead of 64 x 48" in (difference(old, other) or "")


def test_copies_share_a_key_whatever_their_names_are(tmp_path: Path) -> None:
    for folder, first in (("a", "x.png"), ("b", "y.png"), ("c", "x.png")):
        (tmp_path / folder).mkdir()
        for name, value in ((first, 7), ("z.png", 9 if folder == "c" else 8)):
            Image.new("L", (8, 6), value).save(tmp_path / folder / name)
    keys = [frames.copies_key(frames.index(tmp_path / folder)) for folder in "abc"]
    assert keys[0] == keys[1] != keys[2]
    index = frames.index(tmp_path / "a")
    (tmp_path / "a" / "z.png").unlink()
    with pytest.raises(frames.SourceMissing):
        frames.copies_key(index)
