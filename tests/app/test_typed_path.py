"""Paths in quotes and as file:// addresses mean the path inside; a file of exactly that name comes first."""

from pathlib import Path

import pytest

from app.errors import BadInput
from app.library.sources import named_place
from app.typed_path import home_path, typed_path


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/data/a b", "/data/a b"),
        ("'/data/a b'", "/data/a b"),
        ('"/data/a b"', "/data/a b"),
        (' "/data/a" ', "/data/a"),
        ("“/data/a”", "/data/a"),
        ("file:///data/a%20b", "/data/a b"),
        ("FILE:///data/a#1?x", "/data/a#1?x"),
        ("file://localhost/data/a", "/data/a"),
        ('"file:///data/a"', "/data/a"),
        ("relative/a", "relative/a"),
        ('"', '"'),
        ("''", "''"),
        ("it's", "it's"),
        ("'a", "'a"),
        ("a\0b", "a\0b"),
        ("x" * 5000, "x" * 5000),
    ],
)
def test_quotes_and_addresses_are_left_out(text: str, path: str) -> None:
    assert typed_path(text) == Path(path)


@pytest.mark.parametrize("name", ["'odd'", "file:", ' "a" '])
def test_a_file_of_exactly_that_name_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).touch()
    assert typed_path(name) == Path(name)


def test_places_that_are_typed_on_a_page_are_understood(tmp_path: Path) -> None:
    (tmp_path / "a b").mkdir()
    address = f"file://{tmp_path}/a%20b"
    assert named_place(f"'{tmp_path}/a b'") == named_place(address) == tmp_path / "a b"


def test_the_home_folder_of_nobody_is_refused_unless_a_file_is_called_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert home_path("~/a") == tmp_path / "a" and home_path("a/~") == Path("a/~")
    with pytest.raises(BadInput, match="no home folder ~nobody-here"):
        home_path("~nobody-here.mp4")
    Path("~nobody-here.mp4").touch()
    assert home_path("~nobody-here.mp4") == Path("~nobody-here.mp4")
