"""The network: backbones, feature pyramid, query head, mask head, and the preparation of its input."""
