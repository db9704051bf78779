"""Markdown to HTML that is safe to show: no raw HTML, no scripts, no pictures, links to web and mail addresses only."""

import re
from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

_ADDRESS = re.compile(r"(https?|mailto):", re.IGNORECASE)


def to_html(text: str) -> str:
    """The HTML of a Markdown text (CommonMark with tables).

    HTML in the text is shown as it is written. A picture is shown as its description, because pages load nothing from
    other servers. Links open in a new tab, without a referrer.
    """
    return str(_MARKDOWN.render(text))


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        """Whether an address may become a link."""
        return bool(_ADDRESS.match(url.strip()))


def _link(renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:
    tokens[at].attrSet("target", "_blank")
    tokens[at].attrSet("rel", "noopener noreferrer")
    return renderer.renderToken(tokens, at, options, env)


def _picture(_: RendererHTML, tokens: Sequence[Token], at: int, __: OptionsDict, ___: Any) -> str:
    return escapeHtml(tokens[at].content)


def _parser() -> MarkdownIt:
    parser = _Markdown("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("link_open", _link)
    parser.add_render_rule("image", _picture)
    return parser


_MARKDOWN = _parser()
