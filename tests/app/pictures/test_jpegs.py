"""The frame cache: the right picture at the right size, from memory, disk or the decoder, also under many threads."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from app.pictures.byte_caches import DiskCache
from app.pictures.decode_queue import Urgency
from app.pictures.jpegs import PICTURE, FrameCache, PictureAddress, encode
from storage import frames
from tests.storage.made_videos import make_video, numbered_picture
from tests.waiting import PATIENCE_SECONDS


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> frames.FrameIndex:
    return frames.index(make_video(tmp_path_factory.mktemp("video") / "a.mp4", frames=30, gop=30))


def cache(folder: Path, **limits: int) -> FrameCache:
    return FrameCache(folder, **{"memory_bytes": 1 << 20, "disk_bytes": 1 << 20, **limits})


def shown(picture: bytes) -> np.ndarray:
    return np.asarray(cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR))[..., ::-1]


def test_a_picture_is_that_of_its_frame_at_the_asked_width(tmp_path: Path, index: frames.FrameIndex) -> None:
    pictures = cache(tmp_path)
    with frames.open_reader(index) as reader:
        for k in (0, 17, 29):
            assert pictures.jpeg(PictureAddress.of(index, k)) == encode(reader.read(k), None)
            small = shown(pictures.jpeg(PictureAddress.of(index, k, 32)))
            assert small.shape == (24, 32, 3)
            wanted = cv2.resize(reader.read(k), (32, 24), interpolation=cv2.INTER_AREA)
            assert np.abs(small.astype(int) - wanted).mean() < 8
    pictures.close()


def test_pictures_are_never_scaled_up() -> None:
    assert shown(encode(numbered_picture(3), 500)).shape == (48, 64, 3)
    assert shown(encode(numbered_picture(3), 1)).shape == (1, 1, 3)


def test_going_backwards_gives_the_frames_themselves(tmp_path: Path, index: frames.FrameIndex) -> None:
    pictures = cache(tmp_path)
    with frames.open_reader(index) as reader:
        for k in range(29, 10, -1):
            assert pictures.jpeg(PictureAddress.of(index, k)) == encode(reader.read(k), None)
    pictures.close()


def test_a_picture_on_disk_is_not_decoded_again(
    tmp_path: Path, index: frames.FrameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = cache(tmp_path)
    picture = first.jpeg(PictureAddress.of(index, 7, 32))
    first._disk.flush()
    first.close()

    def refuse(_: object) -> None:
        raise AssertionError("decoded again")

    monkeypatch.setattr(frames, "open_reader", refuse)
    again = cache(tmp_path)
    assert again.cached(PictureAddress.of(index, 7, 32)) == picture == again.jpeg(PictureAddress.of(index, 7, 32))
    assert again.cached(PictureAddress.of(index, 8, 32)) is None


def test_a_cache_that_cannot_be_written_still_gives_pictures(tmp_path: Path, index: frames.FrameIndex) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    pictures = cache(blocked)
    assert pictures.jpeg(PictureAddress.of(index, 0)).startswith(b"\xff\xd8")
    pictures.close()


def test_provisional_and_final_numbers_never_share_a_picture(index: frames.FrameIndex) -> None:
    provisional = frames.probe(index.path)
    assert PictureAddress.of(provisional, 3).key != PictureAddress.of(index, 3).key
    assert PictureAddress.of(provisional, 3, final=True).key == PictureAddress.of(index, 3).key
    assert PictureAddress.of(index, 3, 32).key != PictureAddress.of(index, 3).key


def test_a_provisional_picture_goes_by_its_moment(index: frames.FrameIndex) -> None:
    provisional = frames.probe(index.path)
    keys = {PictureAddress.of(provisional, k, 32).key for k in range(30)}
    assert len(keys) == 30
    assert f"/{provisional.pts[3]}.jpg" in PictureAddress.of(provisional, 3, 32).key


def test_threads_get_the_same_pictures_as_one_reader(tmp_path: Path, index: frames.FrameIndex) -> None:
    pictures = cache(tmp_path / "many")
    wanted = [(k * 7) % 30 for k in range(60)]
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda k: pictures.jpeg(PictureAddress.of(index, k)), wanted))
    with frames.open_reader(index) as reader:
        assert found == [encode(reader.read(k), None) for k in wanted]
    pictures.close()


def test_the_cache_stays_within_its_bytes_while_a_video_runs_through(tmp_path: Path, index: frames.FrameIndex) -> None:
    pictures = cache(tmp_path, memory_bytes=6000, disk_bytes=10 * 4096)
    for k in range(30):
        pictures.jpeg(PictureAddress.of(index, k))
        pictures._disk.flush()
        assert sum(path.stat().st_size for path in tmp_path.rglob("*.jpg")) <= 10 * 4096
        assert len(list(tmp_path.rglob("*.jpg"))) <= 10
    pictures.close()
    assert pictures.cached(PictureAddress.of(index, 29)) is not None
    assert pictures.cached(PictureAddress.of(index, 0)) is None


def test_a_source_that_changes_under_an_open_decoder_is_refused(tmp_path: Path) -> None:
    path = make_video(tmp_path / "b.mp4", frames=12)
    known = frames.index(path)
    pictures = cache(tmp_path / "cache")
    pictures.jpeg(PictureAddress.of(known, 3))
    make_video(path, frames=20, gop=5)
    with pytest.raises(frames.SourceChanged, match=r"b\.mp4"):
        pictures.jpeg(PictureAddress.of(known, 4))
    path.unlink()
    with pytest.raises(frames.SourceMissing, match=r"b\.mp4"):
        pictures.jpeg(PictureAddress.of(known, 5))
    assert pictures.cached(PictureAddress.of(known, 3)) is not None
    pictures.close()


@pytest.mark.parametrize("final", [True, False])
@pytest.mark.parametrize("width", [None, 32])
def test_every_key_of_a_picture_is_known_as_ours(index: frames.FrameIndex, width: int | None, final: bool) -> None:
    for made in (index, replace(index, keyframes=()), replace(index, pts=[-5] * index.count)):
        assert PICTURE.fullmatch(PictureAddress.of(made, 3, width, final=final).key)


def test_a_picture_is_delivered_while_the_disk_is_blocked(
    tmp_path: Path, index: frames.FrameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, blocked = threading.Event(), threading.Event()
    write = DiskCache._write

    def slow(self: DiskCache, path: Path, picture: bytes) -> None:
        blocked.set()
        assert free.wait(PATIENCE_SECONDS)
        write(self, path, picture)

    monkeypatch.setattr(DiskCache, "_write", slow)
    pictures = cache(tmp_path)
    try:
        for k in (3, 4, 5):
            picture = pictures.decoding(PictureAddress.of(index, k), Urgency.NOW).result(20)
            assert shown(picture).shape == (48, 64, 3)
        assert blocked.wait(PATIENCE_SECONDS) and not list(tmp_path.rglob("*.jpg"))
    finally:
        free.set()
    pictures.close()
    assert len(list(tmp_path.rglob("*.jpg"))) == 3


def test_an_address_is_never_wider_than_the_video(index: frames.FrameIndex) -> None:
    widths = {w: PictureAddress.of(index, 3, w).width for w in (None, 1, 63, 64, 999)}
    assert widths == {None: None, 1: 1, 63: 63, 64: None, 999: None}


def test_the_tag_of_a_picture_changes_with_everything_that_changes_the_picture(index: frames.FrameIndex) -> None:
    other = replace(index, content_hash="f" * 64)
    addresses = [PictureAddress.of(index, k, w, final=f) for k in (3, 4) for w in (None, 32) for f in (True, False)]
    tags = {address.etag for address in (*addresses, PictureAddress.of(other, 3))}
    assert len(tags) == 9 and all(tag.startswith('"') and tag.endswith('"') for tag in tags)


def test_a_url_lasts_where_it_names_the_content_and_the_number_is_final(index: frames.FrameIndex) -> None:
    final, provisional = (PictureAddress.of(index, 3, final=final) for final in (True, False))
    for name in (index.content_hash, index.content_hash[:12]):
        assert final.lasts_under(name) and not provisional.lasts_under(name)
    for name in (None, "", "0123", index.content_hash[1:]):
        assert not final.lasts_under(name)
