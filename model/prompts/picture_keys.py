"""By what a picture is known again, whose masks and maps are kept."""

import hashlib

import numpy as np


class PictureKeys:
    """Keys of pictures by their pixels; the latest picture is not hashed again, which takes 25 ms for one of 4K."""

    def __init__(self) -> None:
        self._latest: np.ndarray | None = None
        self._key = b""

    def of(self, picture: np.ndarray) -> bytes:
        """The key of ``picture`` (uint8 H x W x 3): the same for the same pixels, and another one for others."""
        if picture is self._latest:
            return self._key
        pixels = np.ascontiguousarray(picture)
        key = hashlib.blake2b(pixels.data, digest_size=16, key=repr(pixels.shape).encode()).digest()
        # A picture that can be written may have other pixels at the next prompt.
        if not picture.flags.writeable:
            self._latest, self._key = picture, key
        return key
