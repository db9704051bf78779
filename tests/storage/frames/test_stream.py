"""Which stream of a file is shown, how it is turned, and what is refused before anything is opened."""

import os
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from storage import frames
from storage.frames import FrameReader
from storage.frames.stream import CopiedPicture, open_video, pictures, rotation_of, to_rgb, to_small_rgb
from tests.storage.made_videos import decoded, make_video, numbered_picture


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_pictures_are_turned_as_the_file_asks(tmp_path: Path, degrees: int) -> None:
    path = make_video(tmp_path / "turned.mp4", frames=4, degrees=degrees)
    index = frames.index(path)
    assert index.rotation == degrees
    assert (index.width, index.height) == ((48, 64) if degrees in (90, 270) else (64, 48))
    assert index.coded_size == (64, 48)
    with FrameReader(index) as reader:
        got = reader.read(3)
    assert got.shape == (index.height, index.width, 3)
    assert np.array_equal(got, np.rot90(decoded(path)[3], k=degrees // 90))
    assert frames.probe(path).rotation == degrees


@pytest.mark.parametrize("degrees", [0, 90])
def test_a_small_picture_is_the_frame_scaled_and_turned(tmp_path: Path, degrees: int) -> None:
    index = frames.index(make_video(tmp_path / "turned.mp4", frames=4, degrees=degrees))
    with FrameReader(index) as reader:
        whole, small = reader.read(3), reader.read_small(3, index.width // 4)
        assert np.array_equal(reader.read(3), whole)
        with pytest.raises(IndexError):
            reader.read_small(4, 16)
    assert small.shape == (index.height // 4, index.width // 4, 3)
    height, width = small.shape[:2]
    mean = whole.reshape(height, 4, width, 4, 3).mean(axis=(1, 3))
    assert np.abs(small - mean).mean() < 6


def test_a_small_copied_picture_is_scaled_as_well() -> None:
    pixels = np.repeat(np.repeat(np.arange(12, dtype=np.uint8).reshape(2, 6), 8, axis=0), 8, axis=1)
    rgb = np.stack((pixels,) * 3, axis=2) * 20
    copied = CopiedPicture(pts=0, width=48, height=16, key_frame=True, is_corrupt=False, turn=(0, None), rgb=rgb)
    small = to_small_rgb(copied, 6, 2)
    assert np.abs(small[..., 0].astype(int) - 20 * np.arange(12).reshape(2, 6)).max() <= 3


def test_other_turns_and_mirrors_are_ignored_and_reported(tmp_path: Path) -> None:
    slanted = frames.index(make_video(tmp_path / "slanted.mp4", frames=2, degrees=45))
    assert slanted.rotation == 0
    assert any("45 degrees" in note for note in slanted.notes)
    mirrored = frames.index(make_video(tmp_path / "mirrored.mp4", frames=2, mirrored=True))
    assert mirrored.rotation == 0
    assert any("mirrored" in note for note in mirrored.notes)


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(frames.NotAVideo, match="neither a file nor a folder"):
        frames.probe(tmp_path / "pipe.mp4")


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "tiff", "webp"])
def test_a_single_picture_is_a_video_of_one_frame_turned_as_it_asks(tmp_path: Path, suffix: str) -> None:
    tag = Image.Exif()
    tag[0x0112] = 6
    more = {"exif": tag} if suffix == "jpg" else {}
    Image.fromarray(numbered_picture(3)).save(tmp_path / f"one.{suffix}", **more)
    index = frames.index(tmp_path / f"one.{suffix}")
    assert (index.count, index.width, index.height) == (1, *((48, 64) if more else (64, 48)))
    with frames.open_reader(index) as reader:
        got = reader.read(0)
    shown = np.rot90(numbered_picture(3), -1) if more else numbered_picture(3)
    assert np.abs(got.astype(int) - shown).mean() < 12


def test_the_largest_picture_stream_counts(tmp_path: Path) -> None:
    path = tmp_path / "two.mkv"
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("mpeg4", rate=10) for _ in range(2)]
        for stream, (width, height) in zip(streams, [(32, 24), (64, 48)], strict=True):
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for k in range(6):
            for stream in streams:
                picture = numbered_picture(k, (stream.width, stream.height))
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        for stream in streams:
            container.mux(stream.encode())
    index = frames.index(path)
    assert (index.stream, index.width, index.height, index.count) == (1, 64, 48, 6)
    with FrameReader(index) as reader:
        assert np.array_equal(reader.read(4), decoded(path, stream=1)[4])


def test_without_threads_pictures_come_copied_and_are_the_same(tmp_path: Path) -> None:
    path = make_video(tmp_path / "clip.mp4", frames=12, degrees=90)
    truth = decoded(path)
    with open_video(path, single_thread=True) as video:
        got = list(pictures(video))
    assert [picture.pts for picture in got] == sorted(p.pts for p in got if p.pts is not None)
    assert len(got) == 12
    for k, picture in enumerate(got):
        assert isinstance(picture, CopiedPicture)
        assert rotation_of(picture) == (90, None)
        pixels = to_rgb(picture)
        assert np.array_equal(pixels, truth[k])
        pixels[:] = 0
        assert np.array_equal(to_rgb(picture), truth[k])


def test_a_strict_decoder_gives_sound_pictures_and_refuses_patched_ones(tmp_path: Path) -> None:
    path = make_video(tmp_path / "clip.mp4", frames=30, b_frames=0, size=(320, 240), options={"x264-params": "cabac=0"})
    truth = decoded(path)
    with open_video(path, strict=True, single_thread=True) as video:
        assert all(np.array_equal(to_rgb(p), truth[k]) for k, p in enumerate(pictures(video)))
    with av.open(str(path)) as container:
        packet = [p for p in container.demux(video=0) if p.size][15]
        middle = (packet.pos or 0) + packet.size // 2
    content = bytearray(path.read_bytes())
    content[middle : middle + 40] = b"\x5a" * 40
    path.write_bytes(bytes(content))
    words: list[str] = []
    with open_video(path, strict=True, single_thread=True) as video:
        strict = list(pictures(video, on_error=lambda _, said: words.append(said)))
    with open_video(path, single_thread=True) as video:
        lenient = list(pictures(video))
    assert len(lenient) == 30
    assert words and len(strict) < 30
