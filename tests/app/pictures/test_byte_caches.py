"""Pictures in memory and on disk: never above their limits, the least recently used go first."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from app.pictures.byte_caches import BLOCK, DiskCache, MemoryCache


def on_disk(folder: Path) -> int:
    """Bytes that the files of a folder take, by blocks."""
    return sum(-(-path.stat().st_size // BLOCK) * BLOCK for path in folder.rglob("*") if path.is_file())


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
        kept.put(f"v/full/{k:06d}.jpg", b"x" * (k * 391 % (3 * BLOCK)))
        assert on_disk(tmp_path) <= 10 * BLOCK
        assert kept.size == on_disk(tmp_path)
    assert kept.get("v/full/000039.jpg") is not None
    assert kept.get("v/full/000000.jpg") is None
    assert not list(tmp_path.rglob("*.part"))


def test_small_files_count_with_the_whole_block_that_they_take(tmp_path: Path) -> None:
    kept = DiskCache(tmp_path, 3 * BLOCK)
    for k in range(9):
        kept.put(f"{k}.jpg", b"x")
    assert len(list(tmp_path.iterdir())) == 3


def test_what_was_used_last_stays_on_disk(tmp_path: Path) -> None:
    kept = DiskCache(tmp_path, 2 * BLOCK)
    kept.put("a", b"a")
    kept.put("b", b"b")
    assert kept.get("a") == b"a"
    kept.put("c", b"c")
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (b"a", None, b"c")


def test_writing_a_picture_again_counts_once(tmp_path: Path) -> None:
    kept = DiskCache(tmp_path, 4 * BLOCK)
    for size in (10, 3 * BLOCK, 10):
        kept.put("a", b"x" * size)
    assert kept.size == BLOCK == on_disk(tmp_path)


def test_a_picture_larger_than_the_whole_cache_is_not_written(tmp_path: Path) -> None:
    kept = DiskCache(tmp_path, BLOCK)
    kept.put("small", b"x")
    kept.put("large", b"x" * (BLOCK + 1))
    assert kept.get("large") is None
    assert kept.get("small") == b"x"


def test_what_an_earlier_run_left_counts_and_halves_of_pictures_go(tmp_path: Path) -> None:
    first = DiskCache(tmp_path, 100 * BLOCK)
    for k in range(8):
        first.put(f"v/{k}.jpg", b"x")
    (tmp_path / "v" / "9.77.part").write_bytes(b"half")
    again = DiskCache(tmp_path, 5 * BLOCK)
    again.put("new.jpg", b"y")
    assert on_disk(tmp_path) == again.size == 5 * BLOCK
    assert (again.get("v/3.jpg"), again.get("v/7.jpg"), again.get("new.jpg")) == (None, b"x", b"y")
    assert not list(tmp_path.rglob("*.part"))


def test_what_is_counted_is_what_is_there_after_many_threads_wrote(tmp_path: Path) -> None:
    kept = DiskCache(tmp_path, 12 * BLOCK)
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda k: kept.put(f"{k % 5}/{k % 90}.jpg", b"x" * (k * 37 % 9000)), range(300)))
    assert kept.size == on_disk(tmp_path) <= 12 * BLOCK


def test_the_folder_may_be_deleted_at_any_time(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    kept = DiskCache(folder, 4 * BLOCK)
    kept.put("a/1.jpg", b"1")
    (folder / "a" / "1.jpg").unlink()
    (folder / "a").rmdir()
    assert kept.get("a/1.jpg") is None
    kept.put("a/1.jpg", b"1")
    assert kept.get("a/1.jpg") == b"1"


def test_a_folder_that_cannot_be_written_costs_only_the_cache(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    kept = DiskCache(blocked, 4 * BLOCK)
    kept.put("a.jpg", b"1")
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
        kept.put(f"v/{k}.jpg", b"y")
    assert kept.size == BLOCK and kept.get("v/3.jpg") == b"y" and kept.get("v/2.jpg") is None
    assert all(path.is_file() for path in theirs) and (tmp_path / "v" / "7.jpg").is_symlink()
