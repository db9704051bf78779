"""TeViT: the network of *Temporally Efficient Vision Transformer for Video Instance Segmentation* (arXiv 2204.08412).

Three calls: :meth:`TeViT.encode` computes the feature pyramid of a clip, :meth:`TeViT.decode` refines queries over it,
:meth:`TeViT.masks` predicts the masks of chosen queries. Module names follow the official `state_dict`.
Sources: `mmdet/models/detectors/tevit.py`, `mmdet/models/roi_heads/tevit_roi_head.py`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from model.config import Lite0Config, MessengerShiftConfig, ResNetConfig, TeViTConfig
from model.network.backbones.lite0 import Lite0Backbone
from model.network.backbones.messenger_shift import MessengerShift
from model.network.backbones.resnet import ResNet
from model.network.backbones.swin import Swin
from model.network.boxes import cxcywh_to_xyxy, decode_deltas
from model.network.fpn import FPN
from model.network.mask_head import MaskHead
from model.network.query_head import QueryHead, init_query_head
from model.network.roi_align import Table, pyramid_levels, roi_align

STRIDES = (4.0, 8.0, 16.0, 32.0)


@dataclass(frozen=True)
class Features:
    """The feature pyramid of B clips of T frames."""

    levels: tuple[Tensor, ...]  # four maps (B*T, C, H_l, W_l) float at strides 4, 8, 16, 32
    img_hw: Tensor  # (B, 2) float: height and width of the picture inside the padded input, pixels
    frames: int  # T

    @cached_property
    def table(self) -> Table:
        """The vectors of all levels, from which regions are gathered: made once for all stages and masks of a clip."""
        return Table.of(self.levels)


class Queries(NamedTuple):
    """Every query of every frame after one stage; boxes are xyxy in pixels of the network input, unclipped."""

    logits: Tensor  # (B, T, N, classes)
    boxes: Tensor  # (B, T, N, 4) refined by this stage
    start_boxes: Tensor  # (B, T, N, 4), the input of this stage
    object_features: Tensor  # (B, T, N, C)
    attention_features: Tensor  # (B, T, N, C)


class _Proposals(nn.Module):
    """The learned queries: boxes as centre and size relative to the picture, and features."""

    def __init__(self, count: int, channels: int, layout: str) -> None:
        super().__init__()
        self.init_proposal_bboxes = nn.Embedding(count, 4)
        self.init_proposal_features = nn.Embedding(count, channels)
        boxes = _grid(count) if layout == "grid" else torch.tensor([[0.5, 0.5, 1.0, 1.0]]).repeat(count, 1)
        self.init_proposal_bboxes.weight.data.copy_(boxes)


def _grid(count: int) -> Tensor:
    """``count`` boxes (cx, cy, w, h relative) whose centres lie on a grid of about 5 columns to 3 rows."""
    rows = max(round(math.sqrt(count * 3 / 5)), 1)
    columns = math.ceil(count / rows)
    index = torch.arange(count, device="cpu")  # for a shell too: on the meta device a remainder loads the compiler
    x = (index % columns + 0.5) / columns
    y = (index.div(columns, rounding_mode="floor") + 0.5) / rows
    side = torch.full((count,), 1.6, device="cpu")
    return torch.stack((x, y, side / columns, side / rows), dim=1)


class _RoIHead(nn.Module):
    def __init__(self, config: TeViTConfig) -> None:
        super().__init__()
        stages = range(config.head.stages)
        self.bbox_head = nn.ModuleList(QueryHead(config.head, config.classes) for _ in stages)
        self.mask_head = nn.ModuleList(MaskHead(config.head, config.classes) for _ in stages)
        for head in self.bbox_head:
            assert isinstance(head, QueryHead)
            init_query_head(head)


class TeViT(nn.Module):
    """The network; use :func:`build` to construct it with its backbone."""

    def __init__(self, config: TeViTConfig, backbone: nn.Module) -> None:
        super().__init__()
        self.config = config
        self.backbone = backbone
        self.neck = FPN(backbone.channels, config.head.channels)  # type: ignore[arg-type]
        self.rpn_head = _Proposals(config.queries, config.head.channels, config.query_layout)
        self.roi_head = _RoIHead(config)

    def encode(self, frames: Tensor, img_hw: Tensor) -> Features:
        """frames (B, T, 3, H, W) normalised and zero-padded to a multiple of 32; img_hw (B, 2) inside the padding."""
        maps, _ = self.backbone(frames.to(next(self.backbone.parameters()).dtype))
        return Features(tuple(self.neck(maps)), img_hw.to(frames.device), frames.shape[1])

    def stages(
        self, features: Features, extra_boxes: Tensor | None = None, extra_features: Tensor | None = None
    ) -> list[Queries]:
        """Refine all queries stage by stage.

        ``extra_boxes`` (B, T, E, 4) xyxy in input pixels and ``extra_features`` (B, T, E, C) are appended to the
        learned queries.
        """
        boxes, queries = self._start(features)
        if extra_boxes is not None and extra_features is not None:
            boxes = torch.cat((boxes, extra_boxes), dim=2)
            queries = torch.cat((queries, extra_features), dim=2)
        outputs = []
        for head in self.roi_head.bbox_head:
            rois = self.pool(features, boxes)
            stage = head(queries, rois)
            refined = decode_deltas(boxes, stage.deltas)
            outputs.append(Queries(stage.logits, refined, boxes, stage.object_features, stage.attention_features))
            boxes, queries = refined.detach(), stage.object_features
        return outputs

    def decode(
        self, features: Features, extra_boxes: Tensor | None = None, extra_features: Tensor | None = None
    ) -> Queries:
        """The queries after the last stage; arguments as in :meth:`stages`."""
        return self.stages(features, extra_boxes, extra_features)[-1]

    def masks(self, features: Features, queries: Queries, frame: Tensor, query: Tensor, label: Tensor) -> Tensor:
        """Mask probabilities (R, 28, 28) inside the refined boxes of R chosen (frame, query) pairs.

        frame (R,) int64 into B*T, query (R,) int64, label (R,) int64.
        """
        return self.mask_logits(features, queries, frame, query, label, stage=-1).sigmoid()

    def mask_logits(
        self, features: Features, queries: Queries, frame: Tensor, query: Tensor, label: Tensor, *, stage: int
    ) -> Tensor:
        """As :meth:`masks`, before the sigmoid and with the mask head of any stage (training uses all of them)."""
        boxes = queries.boxes.flatten(0, 1)[frame, query].detach()
        attended = queries.attention_features.flatten(0, 1)[frame, query]
        levels = self._levels(boxes)
        cells = self.config.head.mask_cells
        rois = roi_align(features.table, boxes, frame, levels, strides=STRIDES, cells=cells)
        return self.roi_head.mask_head[stage](attended, rois, label)

    def forward(self, frames: Tensor, img_hw: Tensor) -> Queries:
        """All queries of the clips after the last stage: encode, then decode."""
        return self.decode(self.encode(frames, img_hw))

    def _start(self, features: Features) -> tuple[Tensor, Tensor]:
        batch = len(features.img_hw)
        relative = cxcywh_to_xyxy(self.rpn_head.init_proposal_bboxes.weight)  # (N, 4)
        whwh = features.img_hw.flip(1).repeat(1, 2)  # (B, 4)
        boxes = relative[None, None] * whwh[:, None, None]
        boxes = boxes.expand(batch, features.frames, -1, 4)
        queries = self.rpn_head.init_proposal_features.weight
        return boxes, queries.expand(batch, features.frames, *queries.shape)

    def _levels(self, boxes: Tensor) -> Tensor:
        return pyramid_levels(boxes, canonical_size=self.config.head.canonical_size, levels=len(STRIDES))

    def pool(self, features: Features, boxes: Tensor) -> Tensor:
        """The regions (B*T*N, C, S, S) that a stage sees of boxes (B, T, N, 4), xyxy in input pixels."""
        flat = boxes.reshape(-1, 4)
        frames = torch.arange(len(flat), device=flat.device).div(boxes.shape[2], rounding_mode="floor")
        levels = self._levels(flat.detach())
        return roi_align(features.table, flat, frames, levels, strides=STRIDES, cells=self.config.head.box_cells)


def build(config: TeViTConfig) -> TeViT:
    """An untrained network of this configuration on the CPU in float32."""
    if isinstance(config.backbone, MessengerShiftConfig):
        return TeViT(config, MessengerShift(config.backbone))
    if isinstance(config.backbone, ResNetConfig):
        return TeViT(config, ResNet(config.backbone))
    if isinstance(config.backbone, Lite0Config):
        return TeViT(config, Lite0Backbone(config.backbone))
    return TeViT(config, Swin(config.backbone))


def shell(config: TeViTConfig) -> TeViT:
    """The network of this configuration with shapes only: its weights lie on the meta device, which holds no numbers.

    Loading weights into it (``load_state_dict`` with ``assign=True``) makes it a network that computes.
    """
    with torch.device("meta"), _NothingIsDrawn():
        return build(config)


# With the functions of torch.nn.init that call those of the tensor past a mode.
_DRAWS = (Tensor.normal_, Tensor.uniform_, nn.init.normal_, nn.init.uniform_, nn.init.kaiming_uniform_)


class _NothingIsDrawn(TorchFunctionMode):
    """Leaves out drawing random numbers into a tensor.

    On the meta device they change nothing, and yet the normal distribution takes a second there: PyTorch imports its
    compiler for it.
    """

    def __torch_function__(
        self, func: Callable[..., Any], types: Sequence[type], args: tuple = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        given = kwargs or {}
        if func in _DRAWS:
            return given["tensor"] if "tensor" in given else args[0]
        return func(*args, **given)
