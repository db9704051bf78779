"""The small commands: what they leave of a person's files when they fail."""

import errno
from pathlib import Path
from typing import Any

import pytest

from storage.frames import export as frame_export
from tests.app.command_line import Run, runner
from tests.storage.made_videos import make_video


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


def test_a_picture_that_was_there_before_is_not_taken_back(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video, out = make_video(tmp_path / "clip.mp4", frames=3), tmp_path / "out"
    assert run("frames", video, "--extract", "0", "--out", out).code == 0
    write = frame_export.write_picture

    def fail_at_the_last(pixels: Any, path: Path) -> None:
        if path.name == "000002.png":
            raise OSError(errno.ENOSPC, "No space left on device")
        write(pixels, path)

    monkeypatch.setattr(frame_export, "write_picture", fail_at_the_last)
    assert run("frames", video, "--extract", "0,1,2", "--out", out).code == 1
    assert [path.name for path in out.iterdir()] == ["000000.png"]
