"""Files and folders that appear whole or not at all; `tests.test_atomic` has what `model.atomic` promises too."""

import os
import stat
from functools import partial
from pathlib import Path
from typing import Any

import filelock
import pytest

from storage.atomic import (
    TEMPORARY,
    new_folder,
    put_in_place,
    remove_abandoned_folder,
    temporary_of,
    work_folder,
    write_text,
)
from tests.storage.threads import at_once


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_text_is_written_with_its_line_ends_and_in_utf_8(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "one\r\ntwo\n")
    write_text(tmp_path / "b.txt", (piece for piece in ("drei\n", "für\n")))

    assert (tmp_path / "a.txt").read_bytes() == b"one\r\ntwo\n"
    assert (tmp_path / "b.txt").read_bytes() == "drei\nfür\n".encode()
    assert entries(tmp_path) == ["a.txt", "b.txt"]


def test_pieces_that_fail_after_some_were_written_leave_no_new_file(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        write_text(tmp_path / "new.txt", (str(1 // n) for n in (1, 0)))

    assert entries(tmp_path) == []


def test_many_writers_at_once_leave_one_whole_text(tmp_path: Path) -> None:
    path = tmp_path / "shared.txt"
    texts = [f"{k}" * 50_000 for k in range(8)]
    at_once(*(partial(write_text, path, text) for text in texts))

    assert path.read_text() in texts
    assert entries(tmp_path) == ["shared.txt"]


@pytest.mark.skipif(os.name != "posix", reason="permissions and flushed folders are POSIX's")
def test_the_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_text(tmp_path / "ours.txt", "x")
        (tmp_path / "any.txt").write_text("x")
    finally:
        os.umask(before)

    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("ours.txt", "any.txt")}
    assert modes == {0o640}


@pytest.mark.skipif(os.name != "posix", reason="permissions and flushed folders are POSIX's")
def test_content_is_flushed_before_the_rename_and_the_folder_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def flushed(handle: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else f"{os.fstat(handle).st_size} bytes")
        fsync(handle)

    def renamed(self: Path, target: Path) -> Path:
        steps.append("rename")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(Path, "replace", renamed)
    write_text(tmp_path / "a.txt", "12345")

    assert steps == ["5 bytes", "rename", "folder"]


def test_a_file_that_a_person_gave_the_name_of_a_temporary_stays(tmp_path: Path) -> None:
    mine = tmp_path / ".kept.json.mine.partial"
    mine.write_text("half")
    os.utime(mine, (0, 0))
    write_text(tmp_path / "kept.json", "whole")

    assert entries(tmp_path) == sorted(["kept.json", mine.name])


def test_a_name_as_long_as_a_disk_allows_can_be_written(tmp_path: Path) -> None:
    for name in ("n" * 255, "ü" * 127):
        write_text(tmp_path / name, "x")

        assert (tmp_path / name).read_text() == "x"


def test_a_finished_file_is_put_in_the_place_of_another(tmp_path: Path) -> None:
    part, path = tmp_path / "a.part", tmp_path / "a"
    part.write_text("new")
    path.write_text("old")
    put_in_place(part, path)

    assert path.read_text() == "new" and entries(tmp_path) == ["a"]


def test_a_folder_appears_with_all_that_is_in_it(tmp_path: Path) -> None:
    with new_folder(tmp_path / "deep" / "out") as folder:
        (folder / "a.txt").write_text("x")
        assert not (tmp_path / "deep" / "out").exists()

    assert entries(tmp_path / "deep") == ["out"] and entries(tmp_path / "deep" / "out") == ["a.txt"]


def test_a_folder_that_fails_halfway_goes_with_all_that_is_in_it(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), new_folder(tmp_path / "out") as folder:
        (folder / "a.txt").write_text("x")
        print(1 // 0)

    assert entries(tmp_path) == []


def test_a_folder_that_appeared_meanwhile_keeps_its_files(tmp_path: Path) -> None:
    with pytest.raises(OSError), new_folder(tmp_path / "out") as folder:
        (folder / "ours.txt").write_text("x")
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "theirs.txt").write_text("x")

    assert entries(tmp_path) == ["out"] and entries(tmp_path / "out") == ["theirs.txt"]


def test_a_folder_that_is_being_written_is_not_abandoned_and_a_killed_writers_goes_with_the_next(
    tmp_path: Path,
) -> None:
    killed = tmp_path / f".out.{'0f' * 16}.partial"
    killed.mkdir()
    (killed / ".held").write_text("")
    (killed / "a.txt").write_text("x")
    with new_folder(tmp_path / "out") as folder:
        assert not killed.exists()
        assert not remove_abandoned_folder(folder)
        (folder / "b.txt").write_text("x")
        with work_folder(tmp_path / "out") as other:
            assert other.is_dir() and folder.is_dir() and not remove_abandoned_folder(other)
        assert not other.exists()
    assert entries(tmp_path / "out") == ["b.txt"]


def test_an_empty_folder_of_a_writer_that_was_killed_before_it_locked_it_goes_at_once(tmp_path: Path) -> None:
    killed = tmp_path / f".out.{'0f' * 16}.partial"
    killed.mkdir()
    assert remove_abandoned_folder(killed) and not killed.exists()


def test_a_writer_whose_folder_goes_before_it_is_locked_makes_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acquire, removed = filelock.FileLock.acquire, []

    def late(lock: filelock.FileLock, *rest: Any, **named: Any) -> Any:
        folder = Path(lock.lock_file).parent
        if not removed:
            removed.append(remove_abandoned_folder(folder))
            raise FileNotFoundError(lock.lock_file)
        return acquire(lock, *rest, **named)

    monkeypatch.setattr("filelock.FileLock.acquire", late)
    with new_folder(tmp_path / "out") as folder:
        (folder / "a.txt").write_text("x")
    assert removed == [True] and entries(tmp_path) == ["out"]


def test_without_locks_the_age_of_a_folder_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr("filelock.FileLock.acquire", refuse)
    with new_folder(tmp_path / "out") as folder:
        (folder / "a.txt").write_text("x")
        assert not remove_abandoned_folder(folder)
    with work_folder(tmp_path / "other") as empty:
        assert not remove_abandoned_folder(empty) and empty.is_dir()
    assert entries(tmp_path / "out") == ["a.txt"]
    old = tmp_path / "old"
    old.mkdir()
    os.utime(old, (0, 0))
    assert remove_abandoned_folder(old) and not old.exists()


def test_the_temporaries_of_a_name_are_told_from_those_of_another(tmp_path: Path) -> None:
    with work_folder(tmp_path / "out (1)") as folder:
        assert temporary_of(tmp_path / "out (1)").fullmatch(folder.name)
        assert TEMPORARY.fullmatch(folder.name)
        assert not temporary_of(tmp_path / "out").fullmatch(folder.name)
