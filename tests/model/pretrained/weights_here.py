"""The weights of the installation, for the tests that truly need them."""

from pathlib import Path

import pytest

from model import pretrained


def installed(name: str) -> Path:
    """The weight file; skips the calling test, with the command that brings it, where it is not installed."""
    path = pretrained.find(name)
    if path is None:
        pytest.skip(pretrained.missing(name))
    return path
