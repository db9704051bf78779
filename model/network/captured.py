"""A clip's pass through the network as one CUDA graph: the host starts it with one call instead of two thousand.

A graph is recorded for each shape of clips. Padding makes the pictures of a video, and those of most videos, equal in
shape, and only its last windows have fewer frames. Proposals do not use it; `benchmark cuda` measures it.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from model.network.tevit import Features, Queries, TeViT

Replay = Callable[[], None]
Record = Callable[[Callable[[], None]], Replay]  # records what a call does on its device; replays it on the same memory
_WARM_UPS = 3  # passes before recording, in which libraries choose algorithms and constants come to the device


@dataclass
class _Graph:
    """``found``: results of the last pass that ran on the host; a replay writes new numbers into their memory."""

    pixels: Tensor
    img_hw: Tensor
    found: list[tuple[Features, Queries]]
    replay: Replay


class CapturedNetwork:
    """``network`` for inference on a GPU, under the autocast that is on at the first clip of a shape.

    Results lie in memory that the next call overwrites. ``record`` records graphs. The last ``kept`` shapes keep
    theirs, each of which holds the memory of a pass.
    """

    def __init__(self, network: TeViT, *, record: Record | None = None, kept: int = 2) -> None:
        self.network = network
        self._record = record or cuda_graph
        self._kept = kept
        self._graphs: OrderedDict[tuple[int, ...], _Graph] = OrderedDict()

    @torch.inference_mode()
    def __call__(self, pixels: Tensor, img_hw: Tensor) -> tuple[Features, Queries]:
        """Features and queries of clips (B, T, 3, H, W) whose pictures measure ``img_hw`` (B, 2)."""
        shape = tuple(pixels.shape)
        graph = self._graphs.pop(shape, None) or self._recorded(pixels, img_hw)
        self._graphs[shape] = graph
        if len(self._graphs) > self._kept:
            self._graphs.popitem(last=False)
        graph.pixels.copy_(pixels, non_blocking=True)
        graph.img_hw.copy_(img_hw, non_blocking=True)
        graph.replay()
        return graph.found[0]

    def _recorded(self, pixels: Tensor, img_hw: Tensor) -> _Graph:
        own, size = pixels.clone(), img_hw.clone()
        found: list[tuple[Features, Queries]] = []

        def run() -> None:
            features = self.network.encode(own, size)
            queries = self.network.decode(features)
            found[:] = [(features, queries)]

        return _Graph(own, size, found, self._record(run))


def cuda_graph(run: Callable[[], None]) -> Replay:
    """Records ``run`` as a graph of the current device."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(_WARM_UPS):
            run()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        run()
    return graph.replay
