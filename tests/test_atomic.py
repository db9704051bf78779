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


def left_beside(path: Path, sign: str, *, hours: float = 0.0) -> Path:
    """A temporary file of ``path`` that nobody locks, last written so many hours ago."""
    left = path.with_name(f".{path.name}.{sign * 32}.partial")
    left.write_text("half")
    then = time.time() - hours * 3600
    os.utime(left, (then, then))
    return left


@pytest.mark.skipif(os.name != "posix", reason="locked files are POSIX's")
def test_what_killed_writers_of_this_file_left_goes_at_once(replacing: Replacing, path: Path) -> None:
    left_beside(path, "a", hours=2)
    left_beside(path, "b")
    other = left_beside(path.with_name("other.json"), "c", hours=2)
    mine = path.with_name(f".{path.name}.mine.partial")
    mine.touch()
    linked = path.with_name(f".{path.name}.{'d' * 32}.partial")
    linked.symlink_to(other)
    write(replacing, path)

    assert entries(path.parent) == sorted(left.name for left in (path, other, mine, linked))


@pytest.mark.skipif(os.name != "posix", reason="locked files are POSIX's")
def test_what_is_being_written_stays_however_long_it_takes(replacing: Replacing, path: Path) -> None:
    with replacing(path) as temporary:
        temporary.write_text("first")
        os.utime(temporary, (0, 0))
        write(replacing, path, "second")
        assert temporary.is_file()

    assert path.read_text() == "first" and entries(path.parent) == [path.name]


@pytest.mark.skipif(os.name != "posix", reason="locked files are POSIX's")
def test_on_a_disk_without_locks_the_age_decides(
    replacing: Replacing, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", refuse)
    old, young = left_beside(path, "a", hours=2), left_beside(path, "b")
    write(replacing, path)

    assert path.read_text() == "new" and not old.exists() and entries(path.parent) == [young.name, path.name]


@pytest.mark.skipif(os.name != "posix", reason="locked files are POSIX's")
@pytest.mark.parametrize("taken", ["removed", "locked"])
def test_a_new_file_that_another_process_takes_for_abandoned_is_made_again(
    replacing: Replacing, path: Path, monkeypatch: pytest.MonkeyPatch, taken: str
) -> None:
    """Between its creation and its lock, a file looks like one that a killed process left."""
    import fcntl

    flock, seen = fcntl.flock, list[str]()

    def late(handle: int, operation: int) -> None:
        [temporary] = set(entries(path.parent)) - {path.name}
        seen.append(temporary)
        if len(seen) == 1 and taken == "locked":
            raise BlockingIOError
        if len(seen) == 1:
            path.with_name(temporary).unlink()
        flock(handle, operation)

    monkeypatch.setattr("fcntl.flock", late)
    write(replacing, path)

    assert path.read_text() == "new" and entries(path.parent) == [path.name] and len(set(seen)) == 2
