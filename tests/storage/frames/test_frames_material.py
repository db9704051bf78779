"""The same rules on real and odd files that other programs wrote; skipped where they are not at hand."""

import functools
import json
import random
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from storage import frames
from tests.material import material, material_root
from tests.storage.made_videos import read_back

FOLDERS = ("odd", "clips", "annotated", "annotated_nc")
SUFFIXES = {".mp4", ".mov", ".mkv", ".webm", ".avi", ".ts", ".flv", ".gif"}
REFUSED = {
    "afconvert-aac-0.5s.mp4": (frames.NoPicture, "only audio"),
    "full_blocks.mkv": (frames.NoPicture, "only subtitle"),
    "chunk_out_of_range.mp4": (frames.NotAVideo, "damaged"),
    "gen_not_a_video.mp4": (frames.NotAVideo, "text"),
    "gen_truncated_no_moov.mp4": (frames.NotAVideo, "moov"),
    "gen_zero_length.mp4": (frames.EmptyFile, "0 bytes"),
    "invalid-bitstream.webm": (frames.NoPicture, "not one of its pictures decodes"),
    "zero_empty_stsc.mp4": (frames.NoPicture, "not one of its pictures decodes"),
}
# What the makers of the material counted: frames, width and height as shown, rotation counter-clockwise, stream.
KNOWN = {
    "video_0.mov": (3, 568, 320, 0, 0),
    "video_90.mov": (3, 320, 568, 270, 0),
    "h265_with_metadata_track.mp4": (3, 1080, 1920, 270, 2),
    "fire2.mp4": (25, 1280, 720, 180, 0),
    "sample.flv": (30, 1080, 720, 0, 0),
    "sample_h265.ts": (30, 854, 480, 0, 0),
    "sample_fragmented.mp4": (30, 1080, 720, 0, 0),
    "sample_partially_fragmented.mp4": (30, 1080, 720, 0, 0),
    "sample.avi": (96, 960, 400, 0, 0),
    "corrupted.mp4": (49, 1280, 720, 0, 0),
    "roadtrip-vp92-10bit.webm": (72, 426, 240, 0, 0),
    "bear-vp9-odd-dimensions.webm": (30, 161, 121, 0, 0),
    "pigs_in_a_polka.gif": (30, 314, 273, 0, 0),
    "av1_video.mkv": (125, 640, 360, 0, 0),
    "nasa_13013.mp4": (390, 480, 270, 0, 3),
    "test-sample2.mp4": (149, 568, 320, 0, 0),
    "video_colr_nclx_rgb.mp4": (3, 2, 2, 0, 0),
    "gen_h264_odd_480x853_444.mp4": (12, 480, 853, 0, 0),
    "01_dog.mp4": (289, 1280, 720, 0, 0),
}
GAPS = {
    "corrupted.mp4": [(29, 30720, 30720)],
    "gen_vfr_hole_2s.mp4": [(19, 10560, 42560)],
    "sample.avi": [(0, 1, 3)],
    "sample_android_slow_motion.mp4": [(0, 3000, 29281)],
}


def _videos() -> list[str]:
    root = material_root() / "data"
    found = [path for folder in FOLDERS for path in (root / folder).rglob("*") if path.suffix in SUFFIXES]
    return sorted(str(path.relative_to(root)) for path in found) or ["odd/corrupted.mp4"]


@functools.cache
def index_of(name: str) -> frames.FrameIndex:
    """The index of one file, counted once for all tests."""
    return frames.index(material(f"data/{name}"))


GOOD = [name for name in _videos() if Path(name).name not in REFUSED]


@pytest.mark.parametrize("name", GOOD)
def test_a_seek_gives_the_picture_of_the_sequential_pass_to_the_bit(name: str) -> None:
    index = index_of(name)
    with frames.open_reader(index) as reader:
        truth = [zlib.crc32(frame.data) for _, frame in reader.read_range(0, index.count)]
        assert reader.read(0).shape == (index.height, index.width, 3)
    jumps = random.Random(name).sample(range(index.count), min(index.count, 10))
    with frames.open_reader(index) as reader:
        for k in [*jumps, index.count - 1, max(0, index.count - 2), 0]:
            assert zlib.crc32(reader.read(k).data) == truth[k], k


@pytest.mark.parametrize("name", GOOD)
def test_times_increase_and_the_holes_are_known(name: str) -> None:
    index = index_of(name)
    assert index.confirmed
    assert index.count == len(index.pts) > 0
    assert all(a < b for a, b in zip(index.pts, index.pts[1:], strict=False))
    assert [(gap.after, gap.start_pts, gap.end_pts) for gap in index.gaps] == GAPS.get(Path(name).name, [])
    assert read_back(index) == index


@pytest.mark.parametrize("name", KNOWN)
def test_count_size_turn_and_stream_are_what_the_makers_of_the_file_found(name: str) -> None:
    index = index_of(f"{'clips' if name.startswith('01') else 'odd'}/{name}")
    assert (index.count, index.width, index.height, index.rotation, index.stream) == KNOWN[name]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_video_is_refused_with_its_reason(name: str) -> None:
    path = material(f"data/odd/{name}")
    error, reason = REFUSED[name]
    for look in (frames.probe, frames.index):
        with pytest.raises(error, match=reason) as caught:
            look(path)
        assert str(path) in str(caught.value)


def test_decoded_pictures_are_those_of_the_source_project_exactly() -> None:
    index = frames.index(material("data/odd/testvid_1022ms.mp4"))
    with frames.open_reader(index) as reader:
        for k in (29, 14, 0, 16, 15):
            oracle = np.array(Image.open(material(f"data/odd/testvid_1022ms_{k:03d}.png")).convert("RGB"))
            assert np.array_equal(reader.read(k), oracle), k


def test_times_are_those_that_the_source_project_lists() -> None:
    index = frames.index(material("data/odd/nasa_13013.mp4"))
    oracle = json.loads(material("data/odd/nasa_13013.mp4.stream3.all_frames_info.json").read_text())
    assert [index.seconds(k) for k in range(index.count)] == pytest.approx(
        [float(f["pts_time"]) for f in oracle], abs=1e-6
    )


def test_a_damaged_file_gives_the_same_frames_every_time() -> None:
    path = material("data/odd/corrupted.mp4")
    sums = set()
    for _ in range(2):
        index = frames.index(path)
        with frames.open_reader(index) as reader:
            sums.add(tuple(zlib.crc32(frame.data) for _, frame in reader.read_range(25, 49)))
    assert len(sums) == 1


def test_a_real_folder_of_frames_is_a_video() -> None:
    folder = next(p for p in material("data/annotated/pumavos_caps").rglob("*") if p.is_dir() and any(p.glob("*.jpg")))
    index = frames.index(folder)
    assert (index.count, index.width, index.height) == (87, 480, 853)
    assert index.names[:2] == ("00000.jpg", "00001.jpg")
    with frames.open_reader(index) as reader:
        assert reader.read(86).shape == (853, 480, 3)
