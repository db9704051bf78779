"""Graphs of clips: recorded once for each shape, replayed on the memory of the first clip."""

import gc
import threading
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch

from model.network import captured
from model.network.captured import CapturedNetwork
from model.network.tevit import Features, TeViT
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
    fast = CapturedNetwork(network, record=record, after=0)
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
    network, record = small_network(), Recorder()
    fast = CapturedNetwork(network, record=record, kept=2, after=0)
    for frames in (1, 2, 1, 3, 1, 2):  # 3 takes the place of 2
        fast(normal_clips(1, frames, (32, 64)), SIZE)
    assert (record.recorded, record.replayed) == (4, 6)


def test_a_shape_that_lost_its_graph_earns_it_anew_and_no_more_are_held_than_are_kept() -> None:
    network, record, held = small_network(), Recorder(), list[int]()

    def counted(run: Callable[[], None]) -> Callable[[], None]:
        held.append(len(fast._graphs))
        return record(run)

    fast = CapturedNetwork(network, record=counted, kept=2, after=1)
    for _ in range(4):
        for frames in (1, 2, 3):  # in turns, so that each shape loses its graph to the next one
            fast(normal_clips(1, frames, (32, 64)), SIZE)
    # All are recorded in the second turn, 3 in the place of 1, and 1 in that of 2 in the fourth turn.
    assert (record.recorded, held) == (4, [0, 1, 1, 1])


def test_the_first_clips_of_a_shape_run_as_usual() -> None:
    network, record = small_network(), Recorder()
    fast = CapturedNetwork(network, record=record, after=2)
    for frames in (1, 2, 1, 1, 1, 2, 3):
        fast(normal_clips(1, frames, (32, 64)), SIZE)
    assert (record.recorded, record.replayed, fast.replays) == (1, 2, 2)


def test_weights_that_moved_or_another_precision_have_graphs_of_their_own() -> None:
    network, record, clips = small_network(), Recorder(), normal_clips(1, 2, (32, 64))
    fast = CapturedNetwork(network, record=record, after=0)
    fast(clips, SIZE)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        fast(clips, SIZE)
    first = next(network.parameters())
    first.data = first.data.clone()
    fast(clips, SIZE)
    assert (record.recorded, record.replayed) == (3, 3)


def test_a_recorded_pass_keeps_no_weights_that_autocast_casts(monkeypatch: pytest.MonkeyPatch) -> None:
    network, kept = small_network(), []
    encode = type(network).encode

    def watched(self: TeViT, *given: torch.Tensor) -> Features:
        kept.append((torch.is_autocast_enabled("cpu"), torch.is_autocast_cache_enabled()))
        return encode(self, *given)

    monkeypatch.setattr(TeViT, "encode", watched)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        CapturedNetwork(network, record=Recorder(), after=0)(normal_clips(1, 2, (32, 64)), SIZE)
        assert torch.is_autocast_cache_enabled()
    assert set(kept) == {(True, False)}


def test_where_recording_fails_clips_run_as_usual_and_the_reason_is_given_once() -> None:
    network, tries, clips = small_network(), [], normal_clips(1, 2, (32, 64))

    def full(run: Callable[[], None]) -> Callable[[], None]:
        tries.append(run)
        raise torch.OutOfMemoryError("no memory is left")

    fast = CapturedNetwork(network, record=full, after=0)
    with pytest.warns(RuntimeWarning, match="without CUDA graphs: no memory is left") as told:
        found = [fast(clips, SIZE)[1] for _ in range(3)]
    with torch.inference_mode():
        exact = network(clips, SIZE)
    assert len(told) == len(tries) == 1
    assert all(torch.equal(one.logits, exact.logits) for one in found)


def test_graphs_that_are_forgotten_are_recorded_anew() -> None:
    network = small_network()
    captured._captured.networks[network] = CapturedNetwork(network, record=Recorder())
    captured.forget(network)
    assert network not in captured._captured.networks
    captured.forget(network)


def test_only_a_gpu_gets_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(captured, "cuda_graph", lambda device, run: pytest.fail("a CPU has no graphs"))
    network, clips = small_network(), normal_clips(1, 2, (32, 64))
    with torch.inference_mode():
        for _ in range(5):
            features, queries = captured.clip_pass(network, clips, SIZE)
        assert torch.equal(queries.logits, network(clips, SIZE).logits) and features.frames == 2
    assert network not in captured._captured.networks


def test_a_gpu_network_has_graphs_as_long_as_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    class OnGpu:
        """A clip that says that it is on a GPU."""

        device = torch.device("cuda", 0)

    calls: list[object] = []
    monkeypatch.setattr(CapturedNetwork, "__call__", lambda self, pixels, img_hw: calls.append(self))
    network = small_network()
    for _ in range(2):
        captured.clip_pass(network, OnGpu(), SIZE)  # type: ignore[arg-type]
    assert len(calls) == 2 and calls[0] is calls[1] is captured._captured.networks[network]
    network.train()
    with pytest.raises(AttributeError):  # run as usual, which such a clip does not allow
        captured.clip_pass(network, OnGpu(), SIZE)  # type: ignore[arg-type]
    before = len(captured._captured.networks)
    del network, calls[:]
    gc.collect()
    assert len(captured._captured.networks) < before


def test_threads_that_share_a_network_do_not_write_into_the_results_of_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @dataclass
    class OnGpu:
        """A clip that says that it is on a GPU."""

        clip: torch.Tensor
        device = torch.device("cuda", 0)

    make, call, recorder = CapturedNetwork.__init__, CapturedNetwork.__call__, Recorder()
    monkeypatch.setattr(CapturedNetwork, "__init__", lambda self, net: make(self, net, record=recorder, after=0))
    monkeypatch.setattr(CapturedNetwork, "__call__", lambda self, pixels, size: call(self, pixels.clip, size))
    network = small_network()
    found: list[tuple[torch.Tensor, torch.Tensor]] = []

    def infer(seed: int) -> None:
        torch.manual_seed(seed)
        clips = torch.randn(1, 2, 3, 32, 64)
        logits = captured.clip_pass(network, OnGpu(clips), SIZE)[1].logits  # type: ignore[arg-type]
        with torch.inference_mode():
            found.append((logits, network(clips, SIZE).logits))

    infer(0)
    other = threading.Thread(target=infer, args=(1,))
    other.start()
    other.join()
    assert recorder.recorded == 2
    for logits, exact in found:
        assert torch.equal(logits, exact)


@dataclass
class Stream:
    """A stand-in for a stream of a GPU: ``done`` lists what happens, ``current`` which streams are current."""

    name: str
    done: list[str]
    current: list[str]

    def wait_stream(self, other: "Stream") -> None:
        self.done.append(f"{self.name} waits for {other.name}")

    def __enter__(self) -> None:
        self.current.append(self.name)

    def __exit__(self, *_: object) -> None:
        self.current.pop()


class Capture:
    """A stand-in for a graph and its recording, whose end fails where the passes of another thread spoil it."""

    def __init__(self, done: list[str], *, spoilt: bool = False) -> None:
        self.done, self.spoilt = done, spoilt

    def replay(self) -> None:
        self.done.append("replay")

    def __call__(self, graph: "Capture", *, stream: Stream, capture_error_mode: str) -> "Capture":
        assert graph is self
        self.done.append(f"record on {stream.name}, {capture_error_mode}")
        return self

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        if self.spoilt:
            raise RuntimeError("operation failed due to a previous error during capture")


def gpus(monkeypatch: pytest.MonkeyPatch, *, spoilt: bool = False) -> tuple[list[str], list[str]]:
    """What happens on the GPUs of a stand-in, and the streams that are current."""
    done, current = list[str](), ["main"]
    capture = Capture(done, spoilt=spoilt)
    fakes = {
        "Stream": lambda device: Stream(f"side of {device}", done, current),
        "current_stream": lambda device: Stream(f"own of {device}", done, current),
        "stream": lambda stream: stream,
        "CUDAGraph": lambda: capture,
        "graph": capture,
    }
    for name, fake in fakes.items():
        monkeypatch.setattr(captured.torch.cuda, name, fake)
    return done, current


def test_a_graph_is_recorded_on_a_stream_of_the_networks_device_after_passes_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done, current = gpus(monkeypatch)
    captured.cuda_graph(torch.device("cuda:1"), lambda: done.append(f"run on {current[-1]}"))()
    assert done == [
        "side of cuda:1 waits for own of cuda:1",
        *["run on side of cuda:1"] * 3,
        "record on side of cuda:1, thread_local",
        "run on side of cuda:1",
        "own of cuda:1 waits for side of cuda:1",
        "replay",
    ]


def test_a_recording_that_fails_leaves_the_stream_as_it_was_and_others_can_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, current = gpus(monkeypatch, spoilt=True)
    with pytest.raises(RuntimeError, match="during capture"):
        captured.cuda_graph(torch.device("cuda:0"), lambda: None)
    assert current == ["main"] and not captured._recording.locked()


def test_a_graph_is_recorded_for_the_device_of_the_clips(monkeypatch: pytest.MonkeyPatch) -> None:
    record, devices = Recorder(), list[torch.device]()

    def on_device(device: torch.device, run: Callable[[], None]) -> Callable[[], None]:
        devices.append(device)
        return record(run)

    monkeypatch.setattr(captured, "cuda_graph", on_device)
    network = small_network()
    CapturedNetwork(network, after=0)(normal_clips(1, 2, (32, 64)), SIZE)
    assert devices == [torch.device("cpu")] and record.replayed == 1
