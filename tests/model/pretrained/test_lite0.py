from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from model.pretrained.lite0 import CHANNELS, SIDE, STRIDES, Lite0, Lite0Error, normalised
from tests.material import material
from tests.model.pretrained.reference_lite0 import random_state, run
from tests.model.pretrained.weights_here import installed

# Highest logits of `gradients` by efficientnet-lite-pytorch 0.1.0, the package for which the weights were made.
BEST = {844: 3.0668, 916: 2.7266, 409: 2.7093, 783: 2.6382, 111: 2.6153, 851: 2.5870}
MEAN, DEVIATION = -0.0361, 0.9369
# Share of the largest value by which maps of random weights may differ: rounding grows from block to block.
ROUNDING = {4: 1e-5, 8: 1e-5, 16: 1e-4, 32: 1e-3}
# ImageNet's numbers of what the first frames of some clips show.
SHOWN = {"blackswan": 100, "cows": 345, "car-shadow": 436}


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (*shape, 3), dtype=np.uint8)


def gradients() -> np.ndarray:
    y, x = np.mgrid[:SIDE, :SIDE]
    last = SIDE - 1
    return np.stack([x * 255 // last, y * 255 // last, (x // 16 + y // 16) % 2 * 255], -1).astype(np.uint8)[None]


@pytest.fixture(scope="module")
def state_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lite0") / "random.pth"
    torch.save(random_state(), path)
    return path


def test_folded_weights_do_what_convolutions_and_normalisations_did(state_file: Path) -> None:
    frames = noise(2, 64, 96)
    maps, logits = run(random_state(), normalised(frames))
    network = Lite0.load(state_file)

    for stride, found in network.features(frames).items():
        scale = float(maps[stride].abs().max())
        assert float((found - maps[stride]).abs().max()) < ROUNDING[stride] * scale, stride
    assert torch.allclose(network.logits(frames), logits, atol=5e-3)


@pytest.mark.parametrize(("height", "width"), [(64, 64), (33, 70), (1, 1), (360, 45)])
def test_maps_cover_every_pixel_of_any_size(state_file: Path, height: int, width: int) -> None:
    maps = Lite0.load(state_file).features(noise(1, height, width))

    assert tuple(maps) == STRIDES
    assert {stride: tuple(found.shape) for stride, found in maps.items()} == {
        stride: (1, CHANNELS[stride], -(-height // stride), -(-width // stride)) for stride in STRIDES
    }
    assert all(found.dtype == torch.float32 and bool(found.isfinite().all()) for found in maps.values())


def test_chosen_strides_are_the_same_maps_and_nothing_behind_them_is_computed(state_file: Path) -> None:
    network, pictures = Lite0.load(state_file), normalised(noise(1, 64, 64))
    some, every = network(pictures, strides=(2, 8)), network(pictures)

    assert set(some) == {2, 8} and some[2].shape == (1, CHANNELS[2], 32, 32)
    assert torch.equal(some[8], every[8])
    network.blocks[-1] = torch.nn.Conv2d(1, 1, 1)  # which fits nothing
    assert torch.equal(network(pictures, strides=(8,))[8], every[8])


def test_frames_are_continued_at_their_right_and_lower_edge(state_file: Path) -> None:
    network, frame = Lite0.load(state_file), noise(1, 50, 40)
    continued = np.pad(frame, ((0, 0), (0, 14), (0, 24), (0, 0)), mode="edge")

    small, whole = network.features(frame), network.features(continued)

    assert torch.equal(small[4], whole[4][..., :13, :10])
    assert torch.equal(small[32], whole[32])


def test_frames_of_a_batch_do_not_mix(state_file: Path) -> None:
    network, frames = Lite0.load(state_file), noise(3, 64, 64)

    together = network.features(frames)[8]

    for at in range(3):
        assert torch.allclose(together[at], network.features(frames[at : at + 1])[8][0], atol=1e-5)


def test_a_loaded_network_is_frozen_and_a_new_one_can_be_trained(state_file: Path) -> None:
    assert not any(weights.requires_grad for weights in Lite0.load(state_file).parameters())
    network = Lite0()

    network(normalised(noise(1, 32, 32)))[16].sum().backward()

    assert network.stem.weight.grad is not None and bool(network.stem.weight.grad.abs().sum() > 0)


@pytest.mark.parametrize("content", ["nothing", "text", "other", "list", "lacking"])
def test_another_file_is_refused_in_one_sentence(tmp_path: Path, content: str) -> None:
    path = tmp_path / "weights.pth"
    if content == "text":
        path.write_text("no weights")
    elif content != "nothing":
        state = random_state()
        del state["_blocks.7._bn1.running_var"]
        torch.save({"other": {"a": torch.ones(2)}, "list": [1], "lacking": state}[content], path)

    with pytest.raises(Lite0Error, match=r"weights\.pth does not hold the weights of EfficientNet-Lite0\.$"):
        Lite0.load(path)


def test_a_file_that_would_run_code_is_refused(tmp_path: Path) -> None:
    path, proof = tmp_path / "weights.pth", tmp_path / "ran"
    torch.save(_Runs(proof), path)

    with pytest.raises(Lite0Error):
        Lite0.load(path)
    assert not proof.exists()


class _Runs:
    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.proof,)


def test_logits_of_the_installed_weights_are_those_of_the_original_code() -> None:
    logits = Lite0.load(installed("lite0")).logits(gradients())[0]

    assert {int(at): pytest.approx(float(logits[at]), abs=2e-4) for at in logits.topk(6).indices} == BEST
    assert float(logits.mean()) == pytest.approx(MEAN, abs=2e-4)
    assert float(logits.std()) == pytest.approx(DEVIATION, abs=2e-4)


@pytest.mark.parametrize("clip", SHOWN)
def test_the_classifier_names_what_a_real_frame_shows(clip: str) -> None:
    network = Lite0.load(installed("lite0"))
    picture = cv2.imread(str(material(f"data/annotated_nc/davis16_a/JPEGImages/{clip}/00000.jpg")))
    height, width = picture.shape[:2]
    square = picture[:, (width - height) // 2 : (width + height) // 2, ::-1]

    logits = network.logits(cv2.resize(np.ascontiguousarray(square), (SIDE, SIDE), interpolation=cv2.INTER_AREA)[None])

    assert int(logits.argmax()) == SHOWN[clip]
