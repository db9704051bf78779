"""Files of weights that appear whole or not at all."""

import errno
import os
import stat
import time
from pathlib import Path

import pytest

from model.atomic import ABANDONED_SECONDS, replacing


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_file_takes_the_place_of_the_old_one_when_the_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"

    assert path.read_text() == "new" and entries(tmp_path) == ["net.pth"]


def test_a_failure_in_the_middle_leaves_the_old_file_whole_and_no_temporary(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(path) as temporary:
        temporary.write_text("half")
        print(1 // 0)

    assert path.read_text() == "old" and entries(tmp_path) == ["net.pth"]


def test_a_full_disk_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "net.pth"
    path.write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"), replacing(path) as temporary:
        temporary.write_text("new")

    assert path.read_text() == "old" and entries(tmp_path) == ["net.pth"]


def test_of_two_writers_at_once_each_writes_its_own_file_and_the_last_wins(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    with replacing(path) as first:
        first.write_text("first")
        with replacing(path) as second:
            second.write_text("second")
        assert path.read_text() == "second"

    assert path.read_text() == "first" and entries(tmp_path) == ["net.pth"]


@pytest.mark.skipif(os.name != "posix", reason="permissions and flushed folders are POSIX's")
@pytest.mark.parametrize(("number", "fails"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_a_folder_that_cannot_be_flushed_is_no_failure_but_a_broken_disk_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, fails: bool
) -> None:
    fsync = os.fsync

    def refused(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(number, os.strerror(number))
        fsync(handle)

    def write() -> None:
        with replacing(tmp_path / "net.pth") as temporary:
            temporary.write_text("x")

    monkeypatch.setattr(os, "fsync", refused)
    if fails:
        with pytest.raises(OSError, match=os.strerror(number)):
            write()
    else:
        write()

    assert entries(tmp_path) == ["net.pth"]


def test_only_what_killed_writers_of_this_file_left_long_ago_is_removed(tmp_path: Path) -> None:
    old, young, other = (tmp_path / f".{name}.partial" for name in ("net.pth.a", "net.pth.b", "other.pth.c"))
    then = time.time() - ABANDONED_SECONDS - 60
    for left in (old, young, other):
        left.write_text("half")
    for left in (old, other):
        os.utime(left, (then, then))
    with replacing(tmp_path / "net.pth") as temporary:
        temporary.write_text("whole")

    assert entries(tmp_path) == sorted(["net.pth", young.name, other.name])
