"""How fast the network is: `tevit_tiny` and `tevit_msgshift` per clip, and RoIAlign as a gather against grid_sample."""

import torch
from torch import Tensor
from torch.nn import functional as F

from model.config import named
from model.network.roi_align import pyramid_levels, roi_align
from model.network.tevit import STRIDES, build
from tests.benchmarks._tables import options, show
from tests.benchmarks._timing import Row, measured, timing_table


def grid_sampled(features: list[Tensor], boxes: Tensor, frames: Tensor, levels: Tensor, *, cells: int) -> Tensor:
    """RoIAlign by `grid_sample`, level by level and frame by frame: the straightforward way."""
    out = torch.zeros(len(boxes), features[0].shape[1], cells, cells)
    steps = (torch.arange(cells * 2) + 0.5) / (cells * 2)
    for level, feature in enumerate(features):
        height, width = feature.shape[2:]
        for frame in range(feature.shape[0]):
            chosen = ((levels == level) & (frames == frame)).nonzero()[:, 0]
            if len(chosen) == 0:
                continue
            part = boxes[chosen] / STRIDES[level]
            x = part[:, :1] + (part[:, 2:3] - part[:, :1]) * steps
            y = part[:, 1:2] + (part[:, 3:] - part[:, 1:2]) * steps
            grid = torch.stack(
                (
                    (x / width * 2 - 1)[:, None].expand(-1, cells * 2, -1),
                    (y / height * 2 - 1)[:, :, None].expand(-1, -1, cells * 2),
                ),
                dim=-1,
            )
            sampled = F.grid_sample(
                feature[frame : frame + 1].expand(len(chosen), -1, -1, -1),
                grid,
                padding_mode="border",
                align_corners=False,
            )
            out[chosen] = F.avg_pool2d(sampled, 2)
    return out


def roi_rows() -> list[Row]:
    """500 boxes over a 5-frame pyramid of 640 x 384, 256 channels, 7 x 7 cells."""
    torch.manual_seed(0)
    features = [torch.randn(5, 256, 384 // s, 640 // s) for s in (4, 8, 16, 32)]
    low = torch.rand(500, 2) * torch.tensor([500.0, 280.0])
    boxes = torch.cat((low, low + 20 + torch.rand(500, 2) * 200), dim=1)
    frames = torch.arange(5).repeat_interleave(100)
    levels = pyramid_levels(boxes, canonical_size=56.0, levels=4)
    with torch.inference_mode():
        slow = measured(
            "RoIAlign of 500 boxes: `grid_sample` per level",
            lambda: grid_sampled(features, boxes, frames, levels, cells=7),
            repeats=5,
        )
        fast = measured(
            "RoIAlign of 500 boxes: one gather",
            lambda: roi_align(features, boxes, frames, levels, strides=STRIDES, cells=7),
            repeats=5,
            rival=slow,
        )
    return [slow, fast]


def network_row(name: str, *, frames: int, hw: tuple[int, int], repeats: int) -> Row:
    """Encode and decode one clip."""
    network = build(named(name)).eval()
    pixels = torch.randn(1, frames, 3, *hw)
    size = torch.tensor([list(hw)], dtype=torch.float32)
    with torch.inference_mode():
        return measured(
            f"`{name}`, {frames} frames of {hw[1]} x {hw[0]}", lambda: network(pixels, size), repeats=repeats
        )


def main() -> None:
    asked = options(__doc__).parse_args()
    rows = roi_rows()
    rows.append(network_row("tevit_tiny", frames=36, hw=(96, 160), repeats=5))
    rows.append(network_row("tevit_msgshift", frames=5, hw=(384, 640), repeats=3))
    show(timing_table(f"model, {torch.get_num_threads()} threads", rows), asked)


if __name__ == "__main__":
    main()
