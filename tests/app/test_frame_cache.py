"""The frame cache: bounded in memory, on disk and in open decoders, and right under many threads."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.frame_cache import BACKWARD_CHUNK, DecoderPool, DiskCache, FrameCache, MemoryCache, picture_key
from storage import frames
from tests.storage.made_videos import make_video


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> frames.FrameIndex:
    return frames.index(make_video(tmp_path_factory.mktemp("video") / "a.mp4", frames=30, gop=30))


def cache(folder: Path, **limits: int) -> FrameCache:
    return FrameCache(folder, **{"memory_bytes": 1 << 20, "disk_bytes": 1 << 20, **limits})


def test_memory_keeps_the_most_recent_within_its_bytes() -> None:
    kept = MemoryCache(10)
    kept.put("a", b"1234")
    kept.put("b", b"1234")
    assert kept.get("a") == b"1234"
    kept.put("c", b"1234")
    assert kept.get("b") is None
    assert kept.get("a") is not None and kept.get("c") is not None
    kept.put("a", b"1")
    assert kept.size == 5
    kept.put("huge", b"x" * 11)
    assert kept.get("huge") is None


def test_disk_evicts_the_oldest_files_and_survives_a_restart(tmp_path: Path) -> None:
    kept = DiskCache(tmp_path, 100)
    for k in range(12):
        kept.put(f"v/full/{k:06d}.jpg", b"x" * 10)
    left = sorted(path.name for path in tmp_path.rglob("*.jpg"))
    assert len(left) <= 10
    assert "000011.jpg" in left
    assert DiskCache(tmp_path, 100).get("v/full/000011.jpg") == b"x" * 10
    assert not list(tmp_path.rglob("*.part"))


def test_a_disk_that_cannot_be_written_costs_only_the_cache(tmp_path: Path, index: frames.FrameIndex) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    pictures = cache(blocked)
    assert pictures.jpeg(index, 0, None).startswith(b"\xff\xd8")
    pictures.close()


def test_going_backwards_decodes_the_frames_before_as_well(tmp_path: Path, index: frames.FrameIndex) -> None:
    pictures = cache(tmp_path)
    pictures.jpeg(index, 29, None)
    assert pictures.cached(index, 27, None) is None
    pictures.jpeg(index, 28, None)
    assert pictures.cached(index, 28 - BACKWARD_CHUNK, None) is not None
    pictures.close()


def test_a_picture_on_disk_is_not_decoded_again(
    tmp_path: Path, index: frames.FrameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = cache(tmp_path)
    picture = first.jpeg(index, 7, 32)
    first.close()

    def refuse(_: object) -> None:
        raise AssertionError("decoded again")

    monkeypatch.setattr(frames, "open_reader", refuse)
    assert cache(tmp_path).jpeg(index, 7, 32) == picture


def test_provisional_and_confirmed_numbers_never_share_a_picture(index: frames.FrameIndex) -> None:
    provisional = frames.probe(index.path)
    assert picture_key(provisional, 3, None) != picture_key(index, 3, None)


def test_threads_get_the_same_pictures_as_one_reader(tmp_path: Path, index: frames.FrameIndex) -> None:
    pictures = cache(tmp_path / "many")
    wanted = [(k * 7) % 30 for k in range(60)]
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda k: pictures.jpeg(index, k, None), wanted))
    with frames.open_reader(index) as reader:
        assert found == [frames.encode_jpeg(reader.read(k), quality=85) for k in wanted]
    pictures.close()


def test_the_pool_closes_what_it_has_too_many_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[str] = []
    real = frames.FrameReader.close

    def close(reader: frames.FrameReader) -> None:
        closed.append(reader.index.path.name)
        real(reader)

    monkeypatch.setattr(frames.FrameReader, "close", close)
    pool = DecoderPool(2)
    found = [frames.index(make_video(tmp_path / f"{name}.mp4", frames=3)) for name in "abc"]
    closed.clear()
    with pool.borrow(found[0]) as outer:
        for one in found[1:]:
            with pool.borrow(one):
                pass
        assert closed == []
        assert outer.reader.read(0) is not None
    assert closed == ["a.mp4"]
    pool.close()
    assert sorted(closed) == ["a.mp4", "b.mp4", "c.mp4"]
