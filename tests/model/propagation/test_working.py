"""Frames at the working size: scaled down, enlarged for the features where things are small, computed once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from model.propagation.settings import SpreadSettings
from model.propagation.working import DIRECTIONS, Cache, WorkingFrames
from tests.model.propagation.scenes import SIZE, ColourTrunk, line, moving, texture

SCENE = moving([line((10, 20), (4, 1), 4)])


def working(size: tuple[int, int] = SIZE, smallest: float = 0, pixels: int = 640 * 360) -> WorkingFrames:
    return WorkingFrames(SCENE.read, size, SpreadSettings(work_pixels=pixels), ColourTrunk(), smallest)


def test_large_frames_are_scaled_down_and_small_ones_left() -> None:
    assert (working().height, working().width) == SIZE
    large = working((1080, 1920))
    assert (large.height, large.width) == (360, 640) and large.full == (1080, 1920)
    assert working((853, 480)).height * working((853, 480)).width <= 640 * 361


@pytest.mark.parametrize(
    ("size", "smallest", "zoom"),
    [((240, 320), 0, 2), ((360, 640), 0, 1), ((360, 640), 100, 1), ((360, 640), 30, 2), ((720, 1280), 80, 2)],
)
def test_features_are_finer_for_small_frames_and_small_tracks(
    size: tuple[int, int], smallest: float, zoom: int
) -> None:
    assert working(size, smallest).zoom == zoom


def test_cells_of_features_have_length_one_and_cover_the_enlarged_frame() -> None:
    features = working().features(0)[8]

    assert features.shape[1:] == (2 * SIZE[0] // 8, 2 * SIZE[1] // 8)
    assert np.allclose(features.norm(dim=0).numpy(), 1, atol=1e-3)


class ManyChannels:
    """Features of more channels than are kept; most of what differs lies in a few of them."""

    def spread_features(self, frames: np.ndarray) -> dict[int, torch.Tensor]:
        random = torch.Generator().manual_seed(int(frames[0, 0, 0, 0]))
        cells = torch.randn(1, 3 * DIRECTIONS, 24, 32, generator=random)
        cells[:, DIRECTIONS // 2 :] *= 0.1
        return {8: cells}


def test_products_of_cells_stay_their_similarity_with_fewer_channels() -> None:
    frames = WorkingFrames(lambda k: np.full((*SIZE, 3), k, np.uint8), SIZE, SpreadSettings(), ManyChannels())
    whole = {
        k: normalize(ManyChannels().spread_features(np.full((1, 1, 1, 3), k))[8][0].flatten(1), dim=0) for k in (0, 1)
    }

    kept = {k: frames.features(k)[8].flatten(1) for k in (0, 1)}

    assert len(kept[0]) == len(kept[1]) == DIRECTIONS
    assert torch.allclose(kept[0].T @ kept[1], whole[0].T @ whole[1], atol=0.1)
    assert (kept[0].norm(dim=0) <= 1 + 1e-5).all() and kept[0].norm(dim=0).mean() > 0.95


def test_two_threads_that_ask_for_features_project_them_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = WorkingFrames(lambda k: np.full((*SIZE, 3), k, np.uint8), SIZE, SpreadSettings(), ManyChannels())
    chosen, eigh = list[int](), torch.linalg.eigh

    def slow(products: torch.Tensor) -> object:
        chosen.append(1)
        time.sleep(0.3)
        return eigh(products)

    monkeypatch.setattr(torch.linalg, "eigh", slow)
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(frames.features, (0, 1)))
    assert chosen == [1] and {8} == both[0].keys() == both[1].keys()


def test_one_pair_of_flows_serves_both_directions() -> None:
    frames = working()

    there, back = frames.flow(0, 1), frames.flow(1, 0)

    assert there.there is back.back and there.back is back.there


def test_the_cache_drops_what_was_used_longest_ago() -> None:
    cache, made = Cache(30), []

    def value(key: str) -> str:
        return cache.get(key, lambda: made.append(key) or key, lambda _: 10)  # type: ignore[func-returns-value]

    for key in ("a", "b", "c", "a", "d", "a", "b"):
        assert value(key) == key
    assert made == ["a", "b", "c", "d", "b"]


def test_what_two_threads_ask_for_is_made_once() -> None:
    cache, made, begun, go_on = Cache(100), list[int](), threading.Event(), threading.Event()

    def make() -> int:
        begun.set()
        go_on.wait(20)
        made.append(1)
        return 7

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(cache.get, "a", make, lambda _: 1)
        begun.wait(20)
        second = pool.submit(cache.get, "a", lambda: made.append(2), lambda _: 1)
        threading.Timer(0.05, go_on.set).start()
        assert (first.result(20), second.result(20)) == (7, 7)
    assert made == [1]


def test_what_could_not_be_made_is_tried_again() -> None:
    cache = Cache(100)

    with pytest.raises(ZeroDivisionError):
        cache.get("a", lambda: 1 // 0, lambda _: 1)

    assert cache.get("a", lambda: 3, lambda _: 1) == 3


def test_what_fails_while_it_is_prepared_fails_again_where_it_is_asked_for() -> None:
    tries = list[int]()

    def read(k: int) -> np.ndarray:
        tries.append(k)
        raise OSError(f"frame {k}")

    frames = WorkingFrames(read, SIZE, SpreadSettings(), ColourTrunk())
    frames.prepare(1, 0, features=True)
    frames.second.all([lambda: None, lambda: None])
    for asked in (lambda: frames.flow(1, 0), lambda: frames.features(1)):
        with pytest.raises(OSError, match="frame"):
            asked()
    frames.close()
    assert tries


def test_a_prepared_frame_is_not_read_again_and_the_reader_is_asked_by_one_thread_at_a_time() -> None:
    asked, inside = list[int](), threading.Lock()

    def read(k: int) -> np.ndarray:
        assert inside.acquire(blocking=False)
        time.sleep(0.02)
        asked.append(k)
        inside.release()
        return texture(k)

    frames = WorkingFrames(read, SIZE, SpreadSettings(), ColourTrunk())
    frames.prepare(1, 0, features=True)
    frames.frame(2)
    flow, features = frames.flow(1, 0), frames.features(1)
    frames.close()

    assert sorted(asked) == [0, 1, 2]
    alone = WorkingFrames(texture, SIZE, SpreadSettings(), ColourTrunk())
    assert np.array_equal(flow.there, alone.flow(1, 0).there)
    assert np.array_equal(features[8].numpy(), alone.features(1)[8].numpy())
    alone.close()
