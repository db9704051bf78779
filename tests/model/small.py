"""Networks, truth and clip sources small enough for quick tests."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from pycocotools import mask as coco
from torch import Tensor, nn

from model.config import HeadConfig, MessengerShiftConfig, ScaleConfig, TeViTConfig, TrainingConfig
from model.network.tevit import TeViT, build
from model.training.clips import ClipVideo, LabelledTrack
from model.training.targets import ABSENT, PRESENT, ClipTargets

BACKBONE = MessengerShiftConfig(
    dims=(8, 16, 24, 32), heads=(1, 2, 2, 4), mlp_ratios=(2, 2, 2, 2), messengers=8, drop_path=0.0
)
HEAD = HeadConfig(
    stages=2, channels=16, attention_heads=4, ffn=32, dynamic=8, mask_convs=1, box_towers=1, canonical_size=14.0
)
RECIPE = TrainingConfig(
    steps=4, decay_steps=(3,), warmup_steps=2, learning_rate=1e-3, backbone_rate=0.5, clip_frames=2, batch=2, ema=0.9
)
CONFIG = TeViTConfig(
    name="tevit_small",
    backbone=BACKBONE,
    head=HEAD,
    scales=ScaleConfig(test=(64, 48), train=((64, 48),), multiscale="value"),
    training=RECIPE,
    queries=6,
    query_layout="grid",
    classes=3,
)
NAMES = ("cat", "dog", "horse")


def randomise(network: nn.Module, seed: int = 0) -> nn.Module:
    """The network with every parameter drawn from ``seed``, so that nothing is zero or one by construction."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            scale = 0.3 if parameter.dim() < 2 else (2.0 / parameter[0].numel()) ** 0.5
            noise = torch.randn(parameter.shape, generator=generator) * scale
            parameter.copy_(noise + 1.0 if parameter.dim() == 1 and parameter.mean() > 0.5 else noise)
    return network


def small_network(seed: int = 0, config: TeViTConfig = CONFIG) -> TeViT:
    """An untrained small network in evaluation mode."""
    torch.manual_seed(seed)
    network = build(config)
    with torch.no_grad():  # tokens and boxes that differ, so that a mix-up shows
        for name, parameter in network.named_parameters():
            if name.endswith("msg_tokens"):
                parameter.normal_()
    return network.eval()


def with_frozen_statistics(network: TeViT) -> TeViT:
    """The network with batch norms that keep their running statistics in training, so that batches can be compared."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
            module.train = lambda mode=True, module=module: module  # type: ignore[method-assign]
    return network


def clip_truth(
    states: Sequence[Sequence[int]],
    labels: Sequence[int],
    boxes: Sequence[tuple[float, float, float, float]],
    *,
    hw: tuple[int, int] = (64, 96),
    **more: object,
) -> ClipTargets:
    """Truth of T frames (rows of ``states``) with G tracks, each a filled box that stands still."""
    table = torch.tensor(states, dtype=torch.int8).reshape(len(states), len(labels))
    shape = tuple(table.shape)
    corners = torch.zeros((*shape, 4))
    masks = torch.zeros((*shape, *hw), dtype=torch.uint8)
    for t, g in (table == PRESENT).nonzero().tolist():
        x1, y1, x2, y2 = boxes[g]
        corners[t, g] = torch.tensor(boxes[g])
        masks[t, g, int(y1) : int(y2), int(x1) : int(x2)] = 1
    ids = torch.arange(1, len(labels) + 1)
    return ClipTargets(ids, torch.tensor(labels, dtype=torch.int64), table, corners, masks, hw, **more)  # type: ignore[arg-type]


def normal_clips(batch: int, frames: int, hw: tuple[int, int] = (64, 96), seed: int = 0) -> Tensor:
    """Frames (B, T, 3, H, W) of normal noise."""
    return torch.randn((batch, frames, 3, *hw), generator=torch.Generator().manual_seed(seed))


def assert_frames_apart(backbone: nn.Module, clips: Tensor, order: list[int]) -> None:
    """A backbone that sees each frame alone gives reordered frames reordered maps."""
    with torch.inference_mode():
        plain, mixed = backbone(clips)[0], backbone(clips[:, order])[0]
    for a, b in zip(plain, mixed, strict=True):
        torch.testing.assert_close(a[order], b, atol=1e-5, rtol=1e-4)


def box_rle(hw: tuple[int, int], box: tuple[int, int, int, int]) -> dict[str, object]:
    """COCO RLE of a filled box x, y, w, h."""
    mask = np.zeros(hw, np.uint8, order="F")
    x, y, w, h = box
    mask[y : y + h, x : x + w] = 1
    return coco.encode(mask)


def box_track(
    number: int, label: int, states: Sequence[int], box: tuple[int, int, int, int], hw: tuple[int, int], **more: object
) -> LabelledTrack:
    """A track whose mask is one filled box (x, y, w, h) in all frames where it is present."""
    there = [state == PRESENT for state in states]
    return LabelledTrack(
        id=number,
        label=label,
        states=tuple(states),
        segmentations=tuple(box_rle(hw, box) if on else None for on in there),
        boxes=tuple(tuple(map(float, box)) if on else None for on in there),  # type: ignore[misc]
        **more,  # type: ignore[arg-type]
    )


@dataclass(frozen=True)
class MadeSource:
    """A clip source over given videos; the frames are seeded noise with the frame's number in the first pixel."""

    videos: tuple[ClipVideo, ...]
    categories: tuple[str, ...] = NAMES

    def read_frames(self, video: int, frames: Sequence[int]) -> np.ndarray:
        known = self.videos[video]
        pictures = []
        for frame in frames:
            rng = np.random.default_rng((video, frame))
            picture = rng.integers(0, 256, (known.height, known.width, 3), dtype=np.uint8)
            picture[0, 0] = frame
            pictures.append(picture)
        return np.stack(pictures)


def made_source() -> MadeSource:
    """Two videos: one of four frames with two tracks, one of three frames with one track that leaves."""
    first, second = (48, 64), (64, 48)
    return MadeSource(
        (
            ClipVideo(
                "a",
                4,
                *first,
                tracks=(
                    box_track(1, 0, (1, 1, 1, 1), (4, 5, 20, 25), first),
                    box_track(2, 2, (ABSENT, 1, 1, ABSENT), (30, 10, 20, 20), first),
                ),
            ),
            ClipVideo("b", 3, *second, tracks=(box_track(7, 1, (1, 1, ABSENT), (10, 10, 24, 30), second),)),
        )
    )


def with_recipe(**changes: object) -> TrainingConfig:
    """The small recipe with some numbers changed."""
    return replace(RECIPE, **changes)  # type: ignore[arg-type]
