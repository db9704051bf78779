"""Backbones: four feature maps at strides 4, 8, 16 and 32 from a batch of clips."""
