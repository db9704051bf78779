"""Pipes, sockets and devices in place of pictures and videos are refused at once, and by name."""

from pathlib import Path

import pytest

from storage import frames
from storage.frames import VideoError
from tests.fuzzing.files import odd_places


def test_no_odd_place_is_waited_for(tmp_path: Path) -> None:
    for place in odd_places(tmp_path / "odd"):
        for read in (frames.probe, frames.index):
            with pytest.raises(VideoError):
                read(place)


@pytest.mark.parametrize("folder", ["pictures", "devices"])
def test_the_pipe_or_device_among_the_pictures_is_named(tmp_path: Path, folder: str) -> None:
    odd_places(tmp_path / "odd")
    with pytest.raises(VideoError, match=r"0\.png is no file but a folder, pipe, socket or device"):
        frames.probe(tmp_path / "odd" / folder)
    with pytest.raises(VideoError, match=r"0\.png"):
        frames.index_files(tmp_path / "odd" / folder, ["0.png"])
