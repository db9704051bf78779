"""What may be read without waiting for ever."""

import os
from pathlib import Path

import pytest

from storage.regular_files import is_regular, may_be_read


def test_only_files_and_links_to_them_may_be_read(tmp_path: Path) -> None:
    file, pipe, lost = tmp_path / "file", tmp_path / "pipe", tmp_path / "lost"
    file.write_text("")
    os.mkfifo(pipe)
    lost.symlink_to(tmp_path / "nowhere")
    (tmp_path / "link").symlink_to(file)
    places = (file, tmp_path / "link", pipe, tmp_path, lost, tmp_path / "nothing")
    assert [may_be_read(place) for place in places] == [True, True, False, False, False, False]
    assert [is_regular(place) for place in places[:4]] == [True, True, False, False]
    with pytest.raises(FileNotFoundError):
        is_regular(lost)
