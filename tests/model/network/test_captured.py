"""Graphs of clips: recorded once for each shape, replayed on the memory of the first clip."""

from collections.abc import Callable

import pytest
import torch

from model.network import captured
from model.network.captured import CapturedNetwork
from tests.model.small import normal_clips, small_network

SIZE = torch.tensor([[40.0, 90.0]])


class Recorder:
    """Stands for a GPU: a replay computes again from the same memory."""

    def __init__(self) -> None:
        self.recorded = self.replayed = 0

    def __call__(self, run: Callable[[], None]) -> Callable[[], None]:
        self.recorded += 1
        run()

        def replay() -> None:
            self.replayed += 1
            run()

        return replay


def test_clips_of_one_shape_share_a_graph_and_have_their_own_results() -> None:
    network, record = small_network(), Recorder()
    fast = CapturedNetwork(network, record=record)
    for seed in range(3):
        torch.manual_seed(seed)
        clips, size = torch.randn(1, 3, 3, 64, 96), SIZE + seed
        features, queries = fast(clips, size)
        with torch.inference_mode():
            exact = network.decode(network.encode(clips, size))
        assert torch.equal(queries.boxes, exact.boxes) and torch.equal(queries.logits, exact.logits)
        assert torch.equal(features.img_hw, size) and features.frames == 3
    assert (record.recorded, record.replayed) == (1, 3)


def test_the_shapes_that_were_used_last_keep_their_graphs() -> None:
    record = Recorder()
    fast = CapturedNetwork(small_network(), record=record, kept=2)
    for frames in (1, 2, 1, 3, 1, 2):  # 3 takes the place of 2
        fast(normal_clips(1, frames, (32, 64)), SIZE)
    assert (record.recorded, record.replayed) == (4, 6)


def test_a_graph_is_recorded_after_passes_on_another_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stream:
        def wait_stream(self, other: object) -> None:
            done.append("wait")

        def __enter__(self) -> None:
            done.append("begin")

        def __exit__(self, *_: object) -> None:
            done.append("end")

    class Graph(Stream):
        def replay(self) -> None:
            done.append("replay")

    done: list[str] = []
    graph = Graph()
    monkeypatch.setattr(captured.torch.cuda, "Stream", Stream)
    monkeypatch.setattr(captured.torch.cuda, "current_stream", Stream)
    monkeypatch.setattr(captured.torch.cuda, "stream", lambda stream: stream)
    monkeypatch.setattr(captured.torch.cuda, "CUDAGraph", lambda: graph)
    monkeypatch.setattr(captured.torch.cuda, "graph", lambda one: one)
    captured.cuda_graph(lambda: done.append("run"))()
    assert done == ["wait", "begin", "run", "run", "run", "end", "wait", "begin", "run", "end", "replay"]
