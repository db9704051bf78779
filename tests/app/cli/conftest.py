"""Commands in this process: over a data folder that each names, or over the test's own."""

from pathlib import Path

import numpy as np
import pytest

from app.settings import Settings
from storage.rle import encode
from tests.app.command_line import Ran, Run, annotation_file, pictures


@pytest.fixture
def data_run(run: Run, settings: Settings) -> Run:
    """Runs a command over the data folder of the test, on the CPU."""

    def over_data(*arguments: str | Path) -> Ran:
        return run(*arguments, "--data", settings.data, "--device", "cpu")

    return over_data


@pytest.fixture
def shots(tmp_path: Path) -> list[Path]:
    """Three folders of pictures, each of another length."""
    return [pictures(tmp_path / "videos" / name, count=count) for name, count in (("a", 2), ("b", 3), ("c", 4))]


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """``a.json`` with one track of two frames and null between them, beside ``frames``."""
    pictures(tmp_path / "set" / "frames" / "x")
    mask = np.zeros((48, 64), bool)
    mask[4:20, 6:30] = True
    annotation_file(
        tmp_path / "set" / "a.json",
        [[f"x/{k:05d}.png" for k in range(3)]],
        annotations=[
            {
                "id": 5,
                "video_id": 10,
                "category_id": 102,
                "iscrowd": 0,
                "segmentations": [dict(encode(mask)), None, dict(encode(mask[::-1]))],
            }
        ],
    )
    return tmp_path / "set"
