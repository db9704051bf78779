"""Numbers go with their nouns."""

import pytest

from storage.words import counted


@pytest.mark.parametrize(
    ("number", "noun", "plural", "words"),
    [(0, "video", None, "0 videos"), (1, "video", None, "1 video"), (2, "class", "classes", "2 classes")],
)
def test_a_number_goes_with_its_noun(number: int, noun: str, plural: str | None, words: str) -> None:
    assert counted(number, noun, plural) == words
