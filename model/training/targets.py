"""The ground truth of a clip as tensors, for the matcher and the losses."""

from dataclasses import dataclass

import torch
from torch import Tensor

PRESENT, ABSENT, UNKNOWN = 1, 0, -1

Box = tuple[float, float, float, float]  # xyxy


@dataclass(frozen=True)
class ClipTargets:
    """Ground truth of a clip of T frames with G tracks, in pixels of the clip's padded network input."""

    ids: Tensor  # (G,) int64, ascending
    labels: Tensor  # (G,) int64
    states: Tensor  # (T, G) int8: PRESENT, ABSENT or UNKNOWN
    boxes: Tensor  # (T, G, 4) float xyxy, zeros where not present
    masks: Tensor  # (T, G, H, W) uint8 0/1 at the padded size, zeros where not present
    img_hw: tuple[int, int]  # size of the picture inside the padding
    complete: Tensor | None = None  # (T, classes) bool: every object of this class is labelled; None: everywhere
    rejected: tuple[tuple[int, int, Box], ...] = ()  # (frame, label, box): not this class
    unknown: tuple[tuple[int, Box, bool], ...] = ()  # (frame, box, is crowd): perhaps an object, nobody judged it
    weights: Tensor | None = None  # (T, G) float32, of the losses of a present mask; None: 1 everywhere
    taught: Tensor | None = None  # (classes,) bool: the classes that the clip says anything about; None: all
    stands_for: tuple[tuple[int, float], ...] = ()  # (label, 0..1): every track counts as one of these, too, so much
    video: str = ""  # name of the video, for reports
    frames: tuple[int, ...] = ()

    def frames_without_truth(self) -> tuple[int, ...]:
        """Positions in the clip at which no track is present; they train background only, if they are complete."""
        present = (self.states == PRESENT).any(dim=1)
        return tuple(position for position, any_track in enumerate(present.tolist()) if not any_track)

    @property
    def pad_hw(self) -> tuple[int, int]:
        """Height and width of the padded clip."""
        return int(self.masks.shape[2]), int(self.masks.shape[3])

    def to(self, device: torch.device | str) -> "ClipTargets":
        """The same targets on another device."""
        return ClipTargets(
            ids=self.ids.to(device),
            labels=self.labels.to(device),
            states=self.states.to(device),
            boxes=self.boxes.to(device),
            masks=self.masks.to(device),
            img_hw=self.img_hw,
            complete=None if self.complete is None else self.complete.to(device),
            rejected=self.rejected,
            unknown=self.unknown,
            weights=None if self.weights is None else self.weights.to(device),
            taught=None if self.taught is None else self.taught.to(device),
            stands_for=self.stands_for,
            video=self.video,
            frames=self.frames,
        )
