"""Finds optional reference material (golden figures, real videos) that lies beside the checkout.

The folder is not part of the project; a test that needs a file of it skips with the reason where it is absent.
"""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def material_root() -> Path:
    """The folder of optional material: ``$TEVIT_MATERIAL``, else ``../shared`` beside the checkout."""
    return Path(os.environ.get("TEVIT_MATERIAL", ROOT.parent / "shared"))


def material(relative: str) -> Path:
    """Path of one file or folder of the optional material; skips the calling test where it is not there."""
    path = material_root() / relative
    if not path.exists():
        pytest.skip(f"needs {relative} of the optional test material, which is not beside this checkout")
    return path
