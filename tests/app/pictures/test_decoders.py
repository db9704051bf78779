"""Open decoders: few, the nearest one for each frame, closed when they are too many or something fails in them."""

from pathlib import Path

import numpy as np
import pytest

from app.pictures.decoders import Decoder, DecoderPool
from storage import frames
from tests.storage.made_videos import make_video


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files whose readers were closed, in order."""
    names: list[str] = []
    real = frames.FrameReader.close

    def close(reader: frames.FrameReader) -> None:
        names.append(reader.index.path.name)
        real(reader)

    monkeypatch.setattr(frames.FrameReader, "close", close)
    return names


def indexed(folder: Path, name: str, *, count: int = 6, gop: int = 10) -> frames.FrameIndex:
    return frames.index(make_video(folder / f"{name}.mp4", frames=count, gop=gop))


def test_the_pool_closes_what_it_has_too_many_of(tmp_path: Path, closed: list[str]) -> None:
    found = [indexed(tmp_path, name) for name in "abc"]
    closed.clear()
    pool = DecoderPool(2)
    for index in found:
        with pool.borrow(index, 0) as decoder:
            decoder.read(0)
    assert closed == ["a.mp4"]
    pool.close()
    assert sorted(closed) == ["a.mp4", "b.mp4", "c.mp4"]


def test_a_decoder_in_use_is_given_to_nobody_else_and_not_closed(tmp_path: Path, closed: list[str]) -> None:
    index = indexed(tmp_path, "a")
    closed.clear()
    pool = DecoderPool(1)
    with pool.borrow(index, 0) as first, pool.borrow(index, 0) as second:
        assert first is not second
        pool.drop(index.content_hash)
        assert np.array_equal(first.read(2), second.read(2))
    assert closed == ["a.mp4"]
    pool.close()


def test_the_nearest_decoder_is_taken(tmp_path: Path) -> None:
    index = indexed(tmp_path, "long", count=60, gop=60)
    pool = DecoderPool(3)
    with pool.borrow(index, 5) as early, pool.borrow(index, 40) as late:
        early.read(5)
        late.read(40)
    with pool.borrow(index, 41) as chosen:
        assert chosen is late
    with pool.borrow(index, 8) as chosen:
        assert chosen is early
    pool.close()


def test_a_step_back_costs_nothing_and_a_key_frame_limits_what_a_jump_costs(tmp_path: Path) -> None:
    decoder = Decoder(indexed(tmp_path, "a", count=60, gop=20))
    decoder.read(30)
    assert decoder.cost(29) == 0
    assert decoder.cost(31) == 1
    assert decoder.cost(45) == 9
    assert decoder.cost(2) == 6
    decoder.close()


def test_a_decoder_in_which_something_failed_is_not_used_again(tmp_path: Path, closed: list[str]) -> None:
    index = indexed(tmp_path, "a")
    closed.clear()
    pool = DecoderPool(2)
    with pytest.raises(ZeroDivisionError), pool.borrow(index, 0):
        raise ZeroDivisionError
    assert closed == ["a.mp4"]
    with pool.borrow(index, 1) as decoder:
        assert decoder.read(1) is not None
    pool.close()


def test_dropping_a_source_closes_only_its_decoders(tmp_path: Path, closed: list[str]) -> None:
    one, other = indexed(tmp_path, "a"), indexed(tmp_path, "b", count=7)
    closed.clear()
    pool = DecoderPool(4)
    for index in (one, other):
        with pool.borrow(index, 0) as decoder:
            decoder.read(0)
    pool.drop(one.content_hash)
    assert closed == ["a.mp4"]
    pool.close()


def test_another_file_of_the_same_name_is_not_read_under_the_old_numbers(tmp_path: Path) -> None:
    index = indexed(tmp_path, "a")
    make_video(tmp_path / "a.mp4", frames=9, gop=3)
    with pytest.raises(frames.SourceChanged):
        Decoder(index)


def test_a_frame_is_scaled_while_it_is_converted_only_below_half_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = indexed(tmp_path, "a")
    asked: list[int] = []
    real = frames.FrameReader.read_small

    def read_small(reader: frames.FrameReader, k: int, width: int) -> np.ndarray:
        asked.append(width)
        return real(reader, k, width)

    monkeypatch.setattr(frames.FrameReader, "read_small", read_small)
    decoder = Decoder(index)
    assert decoder.read(2, 20).shape == (15, 20, 3)
    for width in (None, 1, index.width // 2, index.width):
        assert decoder.read(2, width).shape == (48, 64, 3)
    decoder.close()
    assert asked == [20]
