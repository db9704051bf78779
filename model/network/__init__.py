"""The network: backbones, feature pyramid, query head, mask head, and the frames that it reads."""
