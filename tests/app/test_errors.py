"""Messages reach people as sentences, wherever they come from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import sentence


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("a.mp4 is empty; give a video file", "a.mp4 is empty; give a video file."),
        ("The disk is full.", "The disk is full."),
        ("Is it there?", "Is it there?"),
        ("two\n lines", "two lines."),
        ("", ""),
    ],
)
def test_a_message_ends_as_a_sentence_in_one_line(given_text: str, shown: str) -> None:
    assert sentence(given_text) == shown


@given(st.text())
def test_a_sentence_stays_as_it_is(text: str) -> None:
    assert sentence(sentence(text)) == sentence(text)
