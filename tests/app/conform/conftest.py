"""What tests of `conform` share: one folder of figures that pass, and a copy of it for each test to damage."""

import shutil
from pathlib import Path

import pytest

from tests.app.conform.made_figures import write_figures


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One evaluation, one unit and one forward case (see `write_figures`); not to be changed."""
    return write_figures(tmp_path_factory.mktemp("figures") / "sound")


@pytest.fixture
def figures(sound: Path, tmp_path: Path) -> Path:
    """The test's own copy of the sound figures."""
    return Path(shutil.copytree(sound, tmp_path / "figures"))
