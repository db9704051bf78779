"""U2-Netp (Qin et al., Pattern Recognition 2020): how much each pixel belongs to the salient thing of a picture.

It runs in OpenCV's own reader of ONNX files, so that no other package is needed.
"""

from pathlib import Path

import cv2
import numpy as np

SIDE = 320
"""Side of the square that the network sees, in pixels."""
_MEAN = np.array((0.485, 0.456, 0.406), dtype=np.float32)
_DEVIATION = np.array((0.229, 0.224, 0.225), dtype=np.float32)


class U2NetpError(ValueError):
    """A file is not the network; the message is one sentence."""


class U2Netp:
    """The network; it holds nothing between pictures and must be used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Read the network of an ONNX file. Raises `U2NetpError` for a file that is not one."""
        try:
            self._net = cv2.dnn.readNetFromONNX(str(path))
        except cv2.error as error:
            raise U2NetpError(f"{path} does not hold the network U2-Netp.") from error

    def saliency(self, picture: np.ndarray) -> np.ndarray:
        """Probability of each pixel (float32 `SIDE` x `SIDE`, 0 to 1) of ``picture`` (uint8 H x W x 3 RGB).

        The picture is stretched to the square. Values are the sigmoid that the network ends with: they are not
        stretched to 0 and 1, so that a low maximum shows that nothing was found.
        """
        shrinks = picture.shape[0] > SIDE or picture.shape[1] > SIDE
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        square = cv2.resize(picture, (SIDE, SIDE), interpolation=method).astype(np.float32)
        square /= max(1.0, float(square.max()))
        self._net.setInput(((square - _MEAN) / _DEVIATION).transpose(2, 0, 1)[None])
        return np.asarray(self._net.forward(), dtype=np.float32).reshape(SIDE, SIDE)
