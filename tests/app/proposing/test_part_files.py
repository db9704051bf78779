"""The journal of processes that share work: after crashes, under other settings, and with a silent process."""

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from app.errors import BadInput
from app.machine import Shard
from app.proposing import part_files
from app.proposing.part_files import Journal, ProcessSilent
from tests.waiting import PATIENCE_SECONDS

KEY = {"model": "m"}


def line(number: int, digest: str) -> dict[str, Any]:
    return {"id": number, "hash": digest, "entry": {"id": number}, "results": []}


def parts(
    folder: Path, rank: int = 0, count: int = 1, *, key: dict[str, Any] | None = None, session: str = "s"
) -> Journal:
    return Journal(folder / "out.parts", Shard(rank, count, rank, session), key=KEY if key is None else key)


class Crash(Exception):
    pass


def broken_off(part: Journal, *lines: dict[str, Any]) -> None:
    """Writes lines and dies."""
    with pytest.raises(Crash), part:
        for one in lines:
            part.add(one)
        raise Crash


def test_what_was_finished_before_a_crash_is_found_again(tmp_path: Path) -> None:
    broken_off(parts(tmp_path), line(1, "a"), {"id": 2, "failed": "bad"}, line(3, "c"))

    with parts(tmp_path) as again:
        assert set(again.finished()) == {"a", "c"}
        assert list(again.lines_of_call()) == [], "no line of it belongs to this call"
        again.add(line(1, "b"))
        assert [one["hash"] for one in again.lines_of_call()] == ["b"]
        assert set(again.finished()) == {"a", "b", "c"}


def test_a_line_that_broke_off_does_not_count(tmp_path: Path) -> None:
    broken_off(parts(tmp_path), line(1, "a"))
    [path] = (tmp_path / "out.parts").glob("*.jsonl")
    path.write_text(path.read_text() + '{"id": 2, "hash": "b", "entr')

    with parts(tmp_path) as again:
        assert set(again.finished()) == {"a"}


def test_results_of_another_model_or_settings_do_not_count(tmp_path: Path) -> None:
    broken_off(parts(tmp_path), line(1, "a"))

    with parts(tmp_path, key={"model": "other"}) as again:
        assert again.finished() == {}


def test_a_call_that_breaks_off_at_once_leaves_nothing(tmp_path: Path) -> None:
    broken_off(parts(tmp_path))
    broken_off(parts(tmp_path), {"id": 2, "failed": "bad"})

    assert list(tmp_path.iterdir()) == []


def test_with_another_number_of_processes_everything_is_still_found(tmp_path: Path) -> None:
    broken_off(parts(tmp_path, 0, 2), line(1, "a"))
    broken_off(parts(tmp_path, 1, 2), line(2, "b"))

    with parts(tmp_path, 0, 1) as alone:
        assert set(alone.finished()) == {"a", "b"}


def test_two_processes_do_not_write_the_same_part(tmp_path: Path) -> None:
    with parts(tmp_path), pytest.raises(BadInput, match=r"out\.parts"), parts(tmp_path):
        raise AssertionError("both write")


def test_the_first_process_waits_until_all_have_ended(tmp_path: Path) -> None:
    order: list[str] = []
    first_waits = threading.Event()

    def second() -> None:
        with parts(tmp_path, 1, 2) as part:
            part.add(line(2, "b"))
            assert first_waits.wait(PATIENCE_SECONDS)
            order.append("second")
            part.end()

    thread = threading.Thread(target=second)
    with parts(tmp_path, 0, 2) as first:
        first.add(line(1, "a"))
        first.end()
        thread.start()
        first.wait_for_all(60.0, report=lambda text: first_waits.set())
        order.append("first")
        assert [one["hash"] for one in first.lines_of_call()] == ["a", "b"]
    thread.join()
    assert order == ["second", "first"]


def test_a_process_that_falls_silent_is_named_and_what_is_done_stays(tmp_path: Path) -> None:
    with (
        pytest.raises(ProcessSilent, match=r"Process 1 of 2 .*start the command again"),
        parts(tmp_path, 0, 2) as first,
    ):
        first.add(line(1, "a"))
        first.end()
        first.wait_for_all(0.2)

    with parts(tmp_path, 0, 1) as again:
        assert set(again.finished()) == {"a"}


@pytest.mark.parametrize(("session", "age"), [("another", 0.0), ("s", 10_000.0)])
def test_an_end_of_an_earlier_call_is_not_taken_for_one_of_this(tmp_path: Path, session: str, age: float) -> None:
    with parts(tmp_path, 1, 2, session=session) as second:
        second.end()
    path = tmp_path / "out.parts" / "rank-0001.jsonl"
    lines = path.read_text().splitlines()
    head = json.loads(lines[0])
    path.write_text("\n".join([json.dumps({**head, "began": head["began"] - age}), *lines[1:], ""]))

    with pytest.raises(ProcessSilent), parts(tmp_path, 0, 2) as first:
        first.end()
        first.wait_for_all(0.2)


def test_a_sign_of_life_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_files, "TOUCH_SECONDS", 0.0)
    with parts(tmp_path) as part:
        path = tmp_path / "out.parts" / "rank-0000.jsonl"
        os.utime(path, (0, 0))
        part.touch()
        assert path.stat().st_mtime > 0


def test_in_the_end_the_parts_are_gone_and_what_killed_processes_left_of_them(tmp_path: Path) -> None:
    with parts(tmp_path) as part:
        part.add(line(1, "a"))
        (part.folder / f".rank-0003.jsonl.{'a' * 32}.partial").write_text("half")
        part.remove()

    assert list(tmp_path.iterdir()) == []


def test_a_part_is_read_again_only_when_it_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_files, "POLL_SECONDS", 0.0)
    original, read = part_files._read, []
    looks = 0

    def watched(path: Path) -> list[dict[str, Any]]:
        read.append(path.name)
        return original(path)

    with parts(tmp_path, 1, 2) as second, parts(tmp_path, 0, 2) as first:
        first.end()

        def look(text: str) -> None:
            nonlocal looks
            looks += 1
            if looks == 20:
                second.add(line(2, "b"))
            if looks == 40:
                second.end()

        monkeypatch.setattr(part_files, "_read", watched)
        first.wait_for_all(60.0, report=look)
    assert looks == 40
    assert read == ["rank-0000.jsonl", *["rank-0001.jsonl"] * 3]


def test_a_part_that_had_ended_before_the_wait_is_not_waited_for(tmp_path: Path) -> None:
    with parts(tmp_path, 0, 1) as alone:
        alone.add(line(1, "a"))
        alone.end()
        alone.wait_for_all(0.0, report=lambda text: pytest.fail(text))


def test_progress_touches_the_file_of_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_files, "TOUCH_SECONDS", 0.0)
    reported: list[tuple[float, str]] = []
    with parts(tmp_path) as part:
        path = tmp_path / "out.parts" / "rank-0000.jsonl"
        report = part.touching(lambda done, message: reported.append((done, message)))
        for progress in ((0.25, "a"), (0.5, "half of it")):
            os.utime(path, (0, 0))
            report(*progress)
            assert path.stat().st_mtime > 0
    assert reported == [(0.25, "a"), (0.5, "half of it")]


def test_a_file_that_a_person_put_beside_the_parts_stays(tmp_path: Path) -> None:
    with parts(tmp_path) as part:
        part.add(line(1, "a"))
        (part.folder / "notes.txt").write_text("mine")
        part.remove()
    assert [path.name for path in (tmp_path / "out.parts").iterdir()] == ["notes.txt"]
