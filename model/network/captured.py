"""A clip's pass through the network as one CUDA graph: the host starts it with one call instead of two thousand.

A graph is recorded for each shape of clips, from the fourth clip of a shape on, because recording costs as much as
four. Padding makes the pictures of a video, and those of most videos, equal in shape, and only its last window has
fewer frames.
"""

import threading
import warnings
import weakref
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial

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
    """``network``, which must outlive this object, for inference on a GPU by one thread.

    Results lie in memory that the next call may overwrite. The first ``after`` clips of a shape run as usual. The last
    ``kept`` shapes keep their graphs, each of which holds the memory of a pass; a shape that loses its graph begins
    anew. ``record`` records graphs. If that fails, for want of memory for example, a warning gives the reason and all
    clips run as usual from then on.
    """

    def __init__(self, network: TeViT, *, record: Record | None = None, kept: int = 2, after: int = _WARM_UPS) -> None:
        self._network = weakref.ref(network)
        self._record = record
        self._kept, self._after = kept, after
        self._seen: Counter[Hashable] = Counter()
        self._graphs: OrderedDict[Hashable, _Graph] = OrderedDict()
        self._failed = False
        self.replays = 0  # passes by a graph so far

    @torch.inference_mode()
    def __call__(self, pixels: Tensor, img_hw: Tensor) -> tuple[Features, Queries]:
        """Features and queries of clips (B, T, 3, H, W) whose pictures measure ``img_hw`` (B, 2)."""
        network = self._network()
        assert network is not None
        key = _key(network, pixels)
        self._seen[key] += 1
        graph = self._graphs.pop(key, None)
        if graph is None and not self._failed and self._seen[key] > self._after:
            while len(self._graphs) >= self._kept:  # before: a pass more might not fit into the memory
                del self._seen[self._graphs.popitem(last=False)[0]]
            graph = self._recorded(network, pixels, img_hw)
        if graph is None:
            return _passed(network, pixels, img_hw)
        self._graphs[key] = graph
        graph.pixels.copy_(pixels, non_blocking=True)
        graph.img_hw.copy_(img_hw, non_blocking=True)
        graph.replay()
        self.replays += 1
        return graph.found[0]

    def _recorded(self, network: TeViT, pixels: Tensor, img_hw: Tensor) -> _Graph | None:
        own, size = pixels.clone(), img_hw.clone()
        found: list[tuple[Features, Queries]] = []
        kind = pixels.device.type
        record = self._record or partial(cuda_graph, pixels.device)

        def run() -> None:
            # A graph would go on reading weights that autocast casts once and drops at the end of its block.
            enabled, dtype = torch.is_autocast_enabled(kind), torch.get_autocast_dtype(kind)
            with torch.autocast(kind, dtype=dtype, enabled=enabled, cache_enabled=False):
                found[:] = [_passed(network, own, size)]

        try:
            return _Graph(own, size, found, record(run))
        except RuntimeError as error:
            self._failed = True
            self._graphs.clear()
            warnings.warn(f"clips run without CUDA graphs: {error}", RuntimeWarning, stacklevel=3)
            return None


def _passed(network: TeViT, pixels: Tensor, img_hw: Tensor) -> tuple[Features, Queries]:
    features = network.encode(pixels, img_hw)
    return features, network.decode(features)


def _key(network: TeViT, pixels: Tensor) -> Hashable:
    """What a graph depends on: the shape, the precision, and where the weights lie."""
    kind = pixels.device.type
    autocast = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else None
    weight = next(network.parameters())
    return tuple(pixels.shape), pixels.dtype, autocast, weight.device, weight.dtype, weight.data_ptr()


class _Captured(threading.local):
    """The networks with graphs of a thread: another thread that uses the same network must not write into its results.

    With the thread go its graphs.
    """

    def __init__(self) -> None:
        self.networks: weakref.WeakKeyDictionary[TeViT, CapturedNetwork] = weakref.WeakKeyDictionary()


_captured = _Captured()


def clip_pass(network: TeViT, pixels: Tensor, img_hw: Tensor) -> tuple[Features, Queries]:
    """:meth:`TeViT.encode` and :meth:`TeViT.decode` of clips, by graphs on a GPU.

    There the results lie in memory that the thread's next call for this network may overwrite.
    """
    if pixels.device.type != "cuda" or network.training:
        return _passed(network, pixels, img_hw)
    networks = _captured.networks
    if network not in networks:
        networks[network] = CapturedNetwork(network)
    return networks[network](pixels, img_hw)


def forget(network: TeViT) -> None:
    """Drop the graphs of this thread for a network, and with them their memory."""
    _captured.networks.pop(network, None)


_recording = threading.Lock()  # torch allows one recording at a time in a process


def cuda_graph(device: torch.device, run: Callable[[], None]) -> Replay:
    """Records ``run`` as a graph of ``device``, on a stream of its own; other threads may allocate memory meanwhile.

    The replay runs on the current stream of ``device``, whichever device is current.
    """
    with _recording:
        side, graph = torch.cuda.Stream(device), torch.cuda.CUDAGraph()
        side.wait_stream(torch.cuda.current_stream(device))
        # This block also makes the device the current one. It restores both if recording fails; `graph` does not.
        with torch.cuda.stream(side):
            for _ in range(_WARM_UPS):
                run()
            with torch.cuda.graph(graph, stream=side, capture_error_mode="thread_local"):
                run()
        torch.cuda.current_stream(device).wait_stream(side)
    return graph.replay
