"""The theme that Gradio is given."""

import inspect
import re
from pathlib import Path

import gradio as gr

from app.web.pages.theme import css, theme, tokens

TOKENS = Path(__file__).resolve().parents[4] / "assets" / "look" / "tokens.css"


def test_every_token_is_one_that_gradio_knows() -> None:
    assert set(tokens()) <= set(inspect.signature(gr.themes.Base.set).parameters)


def test_colours_are_variables_of_the_look_that_exist() -> None:
    defined = set(re.findall(r"(--v-[\w-]+):", TOKENS.read_text()))
    used = {name for value in tokens().values() for name in re.findall(r"var\((--v-[\w-]+)\)", value)}
    assert used and used <= defined
    assert not [value for value in tokens().values() if "#" in value or "rgb" in value]


def test_dark_differs_from_light_only_in_the_variables() -> None:
    made = theme()
    for name, value in tokens().items():
        assert getattr(made, name) == value
        if hasattr(made, f"{name}_dark"):
            assert getattr(made, f"{name}_dark") == value


def test_no_font_is_fetched() -> None:
    made = theme()
    assert not [font for font in made._font + made._font_mono if isinstance(font, gr.themes.GoogleFont)]


def test_the_footer_of_gradio_is_hidden() -> None:
    assert "footer" in css() and "display:none" in css()
