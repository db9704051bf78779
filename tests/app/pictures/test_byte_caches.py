"""Pictures in memory and on disk: never above their limits, the least recently used go first."""

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pictures.byte_caches import BLOCK, WAITING, DiskCache, MemoryCache
from tests.waiting import PATIENCE_SECONDS


def on_disk(folder: Path) -> int:
    """Bytes that the files of a folder take, by blocks."""
    return sum(-(-path.stat().st_size // BLOCK) * BLOCK for path in folder.rglob("*") if path.is_file())


def put(kept: DiskCache, key: str, picture: bytes) -> None:
    """Put a picture, and wait until it is written."""
    kept.put(key, picture)
    kept.flush()


def test_memory_keeps_the_most_recent_within_its_bytes() -> None:
    kept = MemoryCache(10)
    kept.put("a", b"1234")
    kept.put("b", b"1234")
    assert kept.get("a") == b"1234"
    kept.put("c", b"1234")
    assert kept.get("b") is None
    assert kept.get("a") is not None and kept.get("c") is not None
    kept.put("a", b"1")
    assert kept.size == 5
    kept.put("huge", b"x" * 11)
    assert kept.get("huge") is None


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 30)), max_size=40))
def test_memory_never_holds_more_than_its_limit(puts: list[tuple[int, int]]) -> None:
    kept = MemoryCache(50)
    last: dict[str, bytes] = {}
    for key, size in puts:
        last[str(key)] = bytes(size)
        kept.put(str(key), last[str(key)])
        assert kept.size <= 50
        assert kept.get(str(key)) == last[str(key)]
    held = {key: kept.get(key) for key in last}
    assert kept.size == sum(len(found) for found in held.values() if found is not None)
    assert all(found in (None, last[key]) for key, found in held.items())


def test_the_disk_is_never_above_its_limit_while_pictures_come_in(tmp_path: Path) -> None:
    kept = DiskCache(tmp_path, 10 * BLOCK)
    for k in range(40):
        put(kept, f"v/full/{k:06d}.jpg", b"x" * (k * 391 % (3 * BLOCK)))
        assert on_disk(tmp_path) <= 10 * BLOCK
        assert kept.size == on_disk(tmp_path)
    assert kept.get("v/full/000039.jpg") is not None
    assert kept.get("v/full/000000.jpg") is None
    assert not list(tmp_path.rglob("*.part"))


def test_small_files_count_with_the_whole_block_that_they_take(tmp_path: Path) -> None:
    kept = DiskCache(tmp_path, 3 * BLOCK)
    for k in range(9):
        put(kept, f"{k}.jpg", b"x")
    assert len(list(tmp_path.iterdir())) == 3


def test_what_was_used_last_stays_on_disk(tmp_path: Path) -> None:
    kept = DiskCache(tmp_path, 2 * BLOCK)
    put(kept, "a", b"a")
    put(kept, "b", b"b")
    assert kept.get("a") == b"a"
    put(kept, "c", b"c")
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (b"a", None, b"c")


def test_writing_a_picture_again_counts_once(tmp_path: Path) -> None:
    kept = DiskCache(tmp_path, 4 * BLOCK)
    for size in (10, 3 * BLOCK, 10):
        put(kept, "a", b"x" * size)
    assert kept.size == BLOCK == on_disk(tmp_path)


def test_a_picture_larger_than_the_whole_cache_is_not_written(tmp_path: Path) -> None:
    kept = DiskCache(tmp_path, BLOCK)
    put(kept, "small", b"x")
    put(kept, "large", b"x" * (BLOCK + 1))
    assert kept.get("large") is None
    assert kept.get("small") == b"x"


def test_what_an_earlier_run_left_counts_and_halves_of_pictures_go(tmp_path: Path) -> None:
    first = DiskCache(tmp_path, 100 * BLOCK)
    for k in range(8):
        put(first, f"v/{k}.jpg", b"x")
    (tmp_path / "v" / "9.77.part").write_bytes(b"half")
    again = DiskCache(tmp_path, 5 * BLOCK)
    put(again, "new.jpg", b"y")
    assert on_disk(tmp_path) == again.size == 5 * BLOCK
    assert (again.get("v/3.jpg"), again.get("v/7.jpg"), again.get("new.jpg")) == (None, b"x", b"y")
    assert not list(tmp_path.rglob("*.part"))


def test_what_is_counted_is_what_is_there_after_many_threads_wrote(tmp_path: Path) -> None:
    kept = DiskCache(tmp_path, 12 * BLOCK)
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda k: put(kept, f"{k % 5}/{k % 90}.jpg", b"x" * (k * 37 % 9000)), range(300)))
    assert kept.size == on_disk(tmp_path) <= 12 * BLOCK


def test_the_folder_may_be_deleted_at_any_time(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    kept = DiskCache(folder, 4 * BLOCK)
    put(kept, "a/1.jpg", b"1")
    (folder / "a" / "1.jpg").unlink()
    (folder / "a").rmdir()
    assert kept.get("a/1.jpg") is None
    put(kept, "a/1.jpg", b"1")
    assert kept.get("a/1.jpg") == b"1"


def test_a_folder_that_cannot_be_written_costs_only_the_cache(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    kept = DiskCache(blocked, 4 * BLOCK)
    put(kept, "a.jpg", b"1")
    assert kept.get("a.jpg") is None
    assert kept.size == 0


def test_a_file_of_a_person_is_neither_counted_nor_removed(tmp_path: Path) -> None:
    theirs = [tmp_path / name for name in ("notes.part", "best/1.jpg", "v/mine.jpg")]
    for path in theirs:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    (tmp_path / "v" / "7.jpg").symlink_to(theirs[1])
    kept = DiskCache(tmp_path, BLOCK, ours=re.compile(r"v/\d\.jpg"))
    for k in range(4):
        put(kept, f"v/{k}.jpg", b"y")
    assert kept.size == BLOCK and kept.get("v/3.jpg") == b"y" and kept.get("v/2.jpg") is None
    assert all(path.is_file() for path in theirs) and (tmp_path / "v" / "7.jpg").is_symlink()


@dataclass
class Blocked:
    """A cache whose disk does not answer until `go`."""

    kept: DiskCache
    begun: threading.Event
    free: threading.Event

    def go(self) -> None:
        self.free.set()
        self.kept.flush()


def blocked_at(method: str, folder: Path, limit: int, monkeypatch: pytest.MonkeyPatch) -> Blocked:
    """A cache that is stopped at the beginning of one of its methods, from the first call on."""
    begun, free = threading.Event(), threading.Event()
    real = getattr(DiskCache, method)

    def wait(*arguments: Any) -> Any:
        begun.set()
        assert free.wait(PATIENCE_SECONDS)
        return real(*arguments)

    monkeypatch.setattr(DiskCache, method, wait)
    return Blocked(DiskCache(folder, limit), begun, free)


def in_time(work: Callable[[], object]) -> None:
    """Fails where the work does not end."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive(), "it waits for the disk"


def test_nothing_waits_while_the_folder_of_an_earlier_run_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = DiskCache(tmp_path, 100 * BLOCK)
    for k in range(8):
        put(earlier, f"v/{k}.jpg", b"x")
    blocked = blocked_at("_files", tmp_path, 5 * BLOCK, monkeypatch)
    assert blocked.begun.wait(PATIENCE_SECONDS)
    in_time(lambda: blocked.kept.put("new.jpg", b"y"))
    assert blocked.kept.get("v/0.jpg") == b"x" and blocked.kept.get("new.jpg") is None
    blocked.go()
    assert on_disk(tmp_path) == blocked.kept.size == 5 * BLOCK, "the limit holds once everything is counted"
    assert (blocked.kept.get("v/3.jpg"), blocked.kept.get("new.jpg")) == (None, b"y")


def test_nothing_waits_for_a_write_and_only_some_pictures_wait_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = blocked_at("_write", tmp_path, 500 * BLOCK, monkeypatch)
    blocked.kept.put("0.jpg", b"x")
    assert blocked.begun.wait(PATIENCE_SECONDS)
    in_time(lambda: [blocked.kept.put(f"{k}.jpg", b"x") for k in range(1, 3 * WAITING)])
    blocked.go()
    assert {path.name for path in tmp_path.iterdir()} == {f"{k}.jpg" for k in range(WAITING + 1)}
    put(blocked.kept, "later.jpg", b"x")
    assert blocked.kept.get("later.jpg") == b"x"


def test_closing_writes_what_waits_and_closing_twice_is_harmless(tmp_path: Path) -> None:
    kept = DiskCache(tmp_path, 100 * BLOCK)
    put(kept, "first.jpg", b"x")  # from now on the folder is counted
    for k in range(20):
        kept.put(f"{k}.jpg", b"x")
    kept.close()
    assert len(list(tmp_path.iterdir())) == 21
    kept.close()
    kept.put("late.jpg", b"x")
    assert kept.get("late.jpg") is None


def test_closing_does_not_wait_until_a_large_folder_is_counted(tmp_path: Path) -> None:
    for k in range(9):
        (tmp_path / f"{k}.jpg").write_bytes(b"x")
    begun, free = threading.Event(), threading.Event()
    seen: list[str] = []

    class Slow:
        def fullmatch(self, key: str) -> bool:
            seen.append(key)
            begun.set()
            return free.wait(PATIENCE_SECONDS)

    kept = DiskCache(tmp_path, 3 * BLOCK, ours=Slow())  # type: ignore[arg-type]
    assert begun.wait(PATIENCE_SECONDS)
    kept.put("new.jpg", b"y")
    closing = threading.Thread(target=kept.close)
    closing.start()
    assert kept._closing.wait(PATIENCE_SECONDS)
    free.set()
    closing.join(PATIENCE_SECONDS)
    assert not closing.is_alive() and len(seen) == 1
    assert len(list(tmp_path.iterdir())) == 9, "of a folder that is not counted nothing is removed, nor is it added to"
