"""The pictures of the editor's states: each state has one, small and named by the README beside the editor."""

from pathlib import Path

from PIL import Image

from tests.screenshots import README, README_SIZE, STATES

EDITOR_README = Path(__file__).resolve().parents[1] / "assets" / "editor" / "README.md"
MOST_BYTES = 100_000


def test_every_state_has_a_picture_that_the_readme_shows() -> None:
    text = EDITOR_README.read_text(encoding="utf-8")

    assert {path.stem for path in README.glob("*.webp")} == set(STATES)
    assert [name for name in STATES if f"(../readme/editor/{name}.webp)" not in text] == []


def test_the_pictures_are_small_and_of_one_size() -> None:
    for path in README.glob("*.webp"):
        assert path.stat().st_size < MOST_BYTES, path.name
        with Image.open(path) as picture:
            assert picture.size == README_SIZE


def test_every_state_says_what_it_shows() -> None:
    assert all(state.__doc__ for state in STATES.values())
    assert len(STATES) == 10
