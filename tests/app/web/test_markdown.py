"""Markdown becomes HTML in which nothing runs and nothing is loaded."""

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.web.markdown import to_html

TAGS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "li", "a", "em", "strong", "code", "pre", "blockquote"),
    *("br", "hr", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"href", "target", "rel", "title", "start", "class", "style"}


class Found(HTMLParser):
    """Fails on tags, attributes and addresses that a guide may not have."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        for name, value in attrs:
            assert name in ATTRIBUTES, (tag, name)
            if name == "href":
                assert (value or "").lower().startswith(("http:", "https:", "mailto:")), value
            if name == "style":
                assert (value or "") in ("text-align:left", "text-align:right", "text-align:center")


PIECES = st.sampled_from(
    [
        *(
            "<script>",
            "</script>",
            "<img src=x onerror=alert(1)>",
            "javascript:alert(1)",
            "JaVaScRiPt&#58;x",
            "\n",
            "\n\n",
        ),
        *("[a](", ")", "![b](", "<", ">", '"', "'", "`", "```", "# ", "- ", "1. ", "| a | b |\n|---|:-:|\n| c | d |\n"),
        *(
            "data:text/html,x",
            "https://a.b/?c=d",
            "[r]: javascript:x",
            "[r]",
            " onclick=x",
            "&lt;",
            "\\",
            "*",
            "file:///x",
        ),
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES | st.text(max_size=5), max_size=25).map("".join))
def test_no_text_brings_markup_of_its_own(text: str) -> None:
    Found().feed(to_html(text))


def test_headings_lists_tables_and_links_are_rendered() -> None:
    html = to_html("# Fish\n\n- *all*\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[more](https://a.example/x)")
    for part in ("<h1>Fish</h1>", "<li><em>all</em></li>", "<td>2</td>"):
        assert part in html
    assert '<a href="https://a.example/x" target="_blank" rel="noopener noreferrer">more</a>' in html


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b>bold</b>", "&lt;b&gt;bold&lt;/b&gt;"),
        ("<script>alert(1)</script>", "&lt;script&gt;"),
        ("![a <b> fish](https://elsewhere/x.png)", "a &lt;b&gt; fish"),
        ("[x](javascript:alert)", "[x](javascript:alert)"),
        ("[x](/data/projects)", "[x](/data/projects)"),
    ],
)
def test_what_could_run_or_load_something_is_text(text: str, shown: str) -> None:
    html = to_html(text)
    assert shown in html and "<a" not in html and "<img" not in html
