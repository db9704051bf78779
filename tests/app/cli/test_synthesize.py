"""The command synthesize: the same seed gives the same bytes, and impossible videos leave nothing."""

import hashlib
from pathlib import Path

import pytest

from tests.app.command_line import Run


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def synthesize(run: Run, out: Path, *, seed: int = 3) -> None:
    flags = ["--domain", "demo", "--videos", "1", "--frames", "2", "--size", "64x48", "--seed", str(seed)]
    assert run("synthesize", "--out", out, *flags).code == 0


def test_the_same_seed_gives_the_same_bytes(run: Run, tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        synthesize(run, tmp_path / name, seed=seed)

    assert digests(tmp_path / "a") == digests(tmp_path / "b") != digests(tmp_path / "c")
    assert {"instances.json", "JPEGImages/00000/00001.png"} <= set(digests(tmp_path / "a"))


@pytest.mark.parametrize(("domain", "size", "words"), [("moon", "64x48", "moon"), ("demo", "8x8", "8 x 8")])
def test_impossible_videos_are_refused_and_leave_nothing(
    run: Run, tmp_path: Path, domain: str, size: str, words: str
) -> None:
    flags = ["--domain", domain, "--videos", "1", "--frames", "1", "--size", size, "--seed", "0"]

    ran = run("synthesize", "--out", tmp_path / "out", *flags)

    assert ran.code == 1
    assert words in ran.last
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_not_overwritten(run: Run, tmp_path: Path) -> None:
    synthesize(run, tmp_path / "out")
    before = digests(tmp_path / "out")

    flags = ["--domain", "demo", "--videos", "1", "--frames", "1", "--size", "64x48", "--seed", "9"]
    assert run("synthesize", "--out", tmp_path / "out", *flags).code == 1

    assert digests(tmp_path / "out") == before
