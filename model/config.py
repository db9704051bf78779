"""The named configurations of TeViT: frozen dataclasses and literal numbers, one screen.

Numbers of the published configurations are those of the official configuration files (`configs/tevit/*.py`).
"""

import reprlib
from dataclasses import asdict, dataclass, field
from typing import Any


class UnknownConfiguration(ValueError):
    """A configuration name or description that no network can be built from."""


@dataclass(frozen=True)
class MessengerShiftConfig:
    """PVTv2 with messenger tokens and their shift through time (paper section 3.2)."""

    dims: tuple[int, ...] = (64, 128, 320, 512)  # channels of the four stages
    heads: tuple[int, ...] = (1, 2, 5, 8)  # attention heads per stage
    depths: tuple[int, ...] = (2, 2, 2, 2)  # blocks per stage
    mlp_ratios: tuple[int, ...] = (8, 8, 4, 4)  # hidden width of the mixing FFN / dim
    reductions: tuple[int, ...] = (8, 4, 2, 1)  # spatial reduction of keys and values
    messengers: int = 32  # tokens per frame
    shifts: tuple[int, ...] = (1, -1, 2, -2)  # frames that each quarter of the tokens travels after an even block
    drop_path: float = 0.1  # stochastic depth of the last block, linear from 0
    kind: str = "messenger_shift"


@dataclass(frozen=True)
class ResNetConfig:
    """ResNet with frozen statistics (official: depth 50, style pytorch, frozen stem and first stage)."""

    blocks: tuple[int, ...] = (3, 4, 6, 3)  # bottlenecks per stage
    width: int = 64  # channels of the stem
    frozen_stages: int = 1  # the stem and this many stages are frozen
    kind: str = "resnet"


@dataclass(frozen=True)
class SwinConfig:
    """Swin Transformer (official: Swin-L)."""

    dim: int = 192  # channels of the first stage
    depths: tuple[int, ...] = (2, 2, 18, 2)
    heads: tuple[int, ...] = (6, 12, 24, 48)
    window: int = 7  # side of an attention window in tokens
    mlp_ratio: int = 4
    drop_path: float = 0.2  # `tevit_swin-l_mstrain.py`: drop_path_rate
    kind: str = "swin"


@dataclass(frozen=True)
class Lite0Config:
    """EfficientNet-Lite0 with its ImageNet weights, batch norms folded; it has one size."""

    frozen: bool = True  # no weight of it learns
    kind: str = "lite0"


BackboneConfig = MessengerShiftConfig | ResNetConfig | SwinConfig | Lite0Config


@dataclass(frozen=True)
class HeadConfig:
    """Spatio-temporal query interaction head (paper section 3.3) and the dynamic mask heads."""

    stages: int = 6  # refinement stages
    channels: int = 256  # width of FPN, queries and heads
    attention_heads: int = 8
    ffn: int = 2048  # hidden width of the query FFN
    dynamic: int = 64  # inner width of the dynamic convolution
    box_cells: int = 7  # RoIAlign grid of the box heads
    mask_cells: int = 14  # RoIAlign grid of the mask heads; masks are twice as fine
    mask_convs: int = 4
    box_towers: int = 3  # linear layers before the box deltas
    canonical_size: float = 56.0  # RoI side in pixels from which pyramid level 1 is used instead of level 0


@dataclass(frozen=True)
class ScaleConfig:
    """Frame sizes as (long side, short side) in pixels."""

    test: tuple[int, int] = (640, 360)  # datasets/youtubevis.py: test_pipeline, img_scale
    train: tuple[tuple[int, int], ...] = ((640, 360), (960, 480))  # its train_pipeline, img_scale
    # 'range' draws both sides between the two scales (mmdetection's default, which the plain configurations use),
    # 'value' picks one of the scales (`*_mstrain.py`: multiscale_mode).
    multiscale: str = "range"


@dataclass(frozen=True)
class TrainingConfig:
    """The recipe of `configs/tevit/tevit_r50.py`, from which every official configuration inherits it."""

    steps: int = 9200  # runner: max_iters
    decay_steps: tuple[int, ...] = (6100, 8500)  # lr_config: step; the learning rate is divided by 10 here
    schedule: str = "step"  # lr_config: policy; 'cosine' is our own addition
    warmup_steps: int = 770  # lr_config: warmup_iters
    warmup_ratio: float = 0.001  # schedules/schedule_1x.py: warmup_ratio, linear
    learning_rate: float = 2.5e-4  # optimizer: AdamW, lr
    weight_decay: float = 1e-4  # optimizer: weight_decay, on every parameter
    backbone_rate: float = 0.1  # paramwise_cfg: lr_mult of 'backbone'
    gradient_clip: float = 0.1  # optimizer_config: grad_clip, L2 norm
    clip_frames: int = 5  # datasets/youtubevis.py: clip_length
    batch: int = 16  # clips per step over all devices: README trains on 8 GPUs, samples_per_gpu=2
    ema: float = 0.0  # decay of the running mean of the weights; 0: no mean, as in the official code
    flip: float = 0.5  # train_pipeline: RandomFlip, flip_ratio


@dataclass(frozen=True)
class TeViTConfig:
    """Everything that a network is built from; stored whole in every checkpoint."""

    name: str
    backbone: BackboneConfig
    head: HeadConfig = field(default_factory=HeadConfig)
    scales: ScaleConfig = field(default_factory=ScaleConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    queries: int = 100
    query_layout: str = "full"  # initial boxes of untrained queries: the 'full' image or a 'grid' of boxes
    classes: int = 40
    window: int = 36  # frames of one clip at test time; longer videos are cut into windows
    overlap: int = 6
    max_tracks: int = 10

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready description, the inverse of :func:`from_dict`."""
        return asdict(self)


# Bounds of a description in a file. Counts of layers are small: the network is built before its weights are compared.
MOST_PARTS = 200
LARGEST_NUMBER = 100_000_000
_GROUPS = frozenset({"", "backbone", "head", "scales", "training"})
_PARTS = frozenset({"depths", "blocks", "stages", "mask_convs", "box_towers"})

_BACKBONES: dict[str, type] = {
    "messenger_shift": MessengerShiftConfig,
    "resnet": ResNetConfig,
    "swin": SwinConfig,
    "lite0": Lite0Config,
}

# `tevit_swin-l_mstrain.py`: min_values and test_pipeline
_SWIN_SCALES = ScaleConfig(
    test=(1333, 480), train=tuple((1333, short) for short in range(320, 801, 32)), multiscale="value"
)
_TWO_SCALES = ScaleConfig(multiscale="value")

_TINY = TeViTConfig(
    name="tevit_tiny",
    backbone=MessengerShiftConfig(
        dims=(32, 64, 128, 192), heads=(1, 2, 4, 6), mlp_ratios=(4, 4, 4, 4), messengers=16, drop_path=0.0
    ),
    head=HeadConfig(stages=3, channels=96, ffn=384, dynamic=24, mask_convs=1, box_towers=1, canonical_size=28.0),
    scales=ScaleConfig(test=(160, 96), train=((160, 96),), multiscale="value"),
    training=TrainingConfig(
        steps=12000,
        schedule="cosine",
        decay_steps=(),
        warmup_steps=300,
        learning_rate=6e-4,
        backbone_rate=1.0,
        clip_frames=3,
        batch=4,
        ema=0.999,
    ),
    queries=15,
    query_layout="grid",
    classes=5,
    window=8,  # trained on clips of 3 frames; over longer windows its tracks swap identities
    overlap=3,
)

# Trained on a CPU over the ImageNet trunk of `model.pretrained`, which stays as it is.
_LITE = TeViTConfig(
    name="tevit_lite",
    backbone=Lite0Config(),
    head=HeadConfig(stages=3, channels=96, ffn=384, dynamic=24, mask_convs=1, box_towers=1, canonical_size=40.0),
    scales=ScaleConfig(test=(256, 144), train=((192, 108),), multiscale="value"),
    training=_TINY.training,
    queries=15,
    query_layout="grid",
    classes=4,
    window=8,
    overlap=3,
)

CONFIGURATIONS: dict[str, TeViTConfig] = {
    config.name: config
    for config in (
        TeViTConfig("tevit_msgshift", MessengerShiftConfig()),
        TeViTConfig("tevit_msgshift_mstrain", MessengerShiftConfig(), scales=_TWO_SCALES),
        TeViTConfig("tevit_r50", ResNetConfig()),
        TeViTConfig("tevit_r50_mstrain", ResNetConfig(), scales=_TWO_SCALES),
        TeViTConfig("tevit_swin-l_mstrain", SwinConfig(), scales=_SWIN_SCALES, queries=300),
        _TINY,
        _LITE,
    )
}


def named(name: str) -> TeViTConfig:
    """The configuration called ``name``; raises :class:`UnknownConfiguration` that lists the known ones."""
    if name not in CONFIGURATIONS:
        raise UnknownConfiguration(f"no configuration is called {name!r}; there are {', '.join(CONFIGURATIONS)}")
    return CONFIGURATIONS[name]


def from_dict(values: dict[str, Any]) -> TeViTConfig:
    """Rebuild a configuration from :meth:`TeViTConfig.to_dict`, e.g. out of a checkpoint's metadata."""
    try:
        kind = values["backbone"]["kind"]
        parts = {
            "backbone": _BACKBONES[kind](**_tuples(values["backbone"])),
            "head": HeadConfig(**_tuples(values["head"])),
            "scales": ScaleConfig(**_tuples(values["scales"])),
            "training": TrainingConfig(**_tuples(values["training"])),
        }
        config = TeViTConfig(**{**_tuples(values), **parts})
        _check_numbers(asdict(config))
        return config
    except (KeyError, TypeError, AttributeError) as error:
        raise UnknownConfiguration(f"the description of the network cannot be read: {error}") from error


def _check_numbers(values: Any, name: str = "") -> None:
    """Raise :class:`UnknownConfiguration` for numbers of which no network could be built in any memory."""
    if isinstance(values, dict) and name in _GROUPS:
        for key, value in values.items():
            _check_numbers(value, key)
    elif isinstance(values, tuple):
        if len(values) > MOST_PARTS:
            raise UnknownConfiguration(f"the description of the network has {len(values)} numbers for {name}")
        for value in values:
            _check_numbers(value, name)
    elif isinstance(values, int | float):
        most = MOST_PARTS if name in _PARTS else LARGEST_NUMBER
        if not abs(values) <= most:  # written so that NaN fails too
            raise UnknownConfiguration(
                f"the description of the network says {name} {reprlib.repr(values)}, above {most}"
            )
    elif not isinstance(values, str):
        raise UnknownConfiguration(
            f"the description of the network says {name} {reprlib.repr(values)}, which is no number"
        )


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {key: _tuple(value) for key, value in values.items()}


def _tuple(value: Any) -> Any:
    return tuple(_tuple(item) for item in value) if isinstance(value, (list, tuple)) else value
