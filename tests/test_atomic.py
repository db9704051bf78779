"""What `model.atomic` and `storage.atomic` promise alike: a file appears whole or not at all."""

import errno
import os
import stat
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

import model.atomic
import storage.atomic
from tests.waiting import PATIENCE_SECONDS

Replacing = Callable[[Path], AbstractContextManager[Path]]


@pytest.fixture(params=[model.atomic, storage.atomic], ids=["model", "storage"])
def replacing(request: pytest.FixtureRequest) -> Replacing:
    found: Replacing = request.param.replacing
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file, the only one of its folder."""
    (tmp_path / "kept.json").write_text("old")
    return tmp_path / "kept.json"


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def write(replacing: Replacing, path: Path, text: str = "new") -> None:
    with replacing(path) as temporary:
        temporary.write_text(text)


def test_until_the_block_ends_the_old_file_is_there(replacing: Replacing, path: Path) -> None:
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old" and temporary.parent == path.parent

    assert path.read_text() == "new" and entries(path.parent) == [path.name]


@pytest.mark.parametrize("error", [RuntimeError("halfway"), KeyboardInterrupt()])
def test_a_failure_in_the_middle_leaves_the_old_file_whole_and_no_temporary(
    replacing: Replacing, path: Path, error: BaseException
) -> None:
    with pytest.raises(type(error)), replacing(path) as temporary:
        temporary.write_text("half of the n")
        raise error

    assert path.read_text() == "old" and entries(path.parent) == [path.name]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_whole(
    replacing: Replacing, path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(*((os, "fsync") if call == "fsync" else (Path, "replace")), full)
    with pytest.raises(OSError, match="No space left"):
        write(replacing, path)

    assert path.read_text() == "old" and entries(path.parent) == [path.name]


def test_of_two_writers_at_once_each_writes_its_own_file_and_the_last_wins(replacing: Replacing, path: Path) -> None:
    first_has_begun, second_is_done = threading.Event(), threading.Event()

    def first() -> None:
        with replacing(path) as temporary, temporary.open("w") as file:
            file.write("first " * 1000)
            file.flush()
            first_has_begun.set()
            assert second_is_done.wait(PATIENCE_SECONDS)
            file.write("end")

    writer = threading.Thread(target=first)
    writer.start()
    assert first_has_begun.wait(PATIENCE_SECONDS)
    write(replacing, path, "second")
    assert path.read_text() == "second"
    second_is_done.set()
    writer.join(PATIENCE_SECONDS)

    assert path.read_text() == "first " * 1000 + "end" and entries(path.parent) == [path.name]


@pytest.mark.skipif(os.name != "posix", reason="permissions and flushed folders are POSIX's")
@pytest.mark.parametrize(("number", "fails"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_a_folder_that_cannot_be_flushed_is_no_failure_but_a_broken_disk_is(
    replacing: Replacing, path: Path, monkeypatch: pytest.MonkeyPatch, number: int, fails: bool
) -> None:
    fsync = os.fsync

    def refused(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(number, os.strerror(number))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", refused)
    if fails:
        with pytest.raises(OSError, match=os.strerror(number)):
            write(replacing, path)
    else:
        write(replacing, path)

    assert entries(path.parent) == [path.name]


def test_only_what_killed_writers_of_this_file_left_long_ago_is_removed(replacing: Replacing, path: Path) -> None:
    old, young, other = (
        path.with_name(f".{name}.{sign * 32}.partial")
        for name, sign in ((path.name, "a"), (path.name, "b"), ("other.json", "c"))
    )
    then = time.time() - storage.atomic.ABANDONED_SECONDS - 60
    for left in (old, young, other):
        left.write_text("half")
    for left in (old, other):
        os.utime(left, (then, then))
    write(replacing, path)

    assert entries(path.parent) == sorted([path.name, young.name, other.name])
