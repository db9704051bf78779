"""The bar with the links to all pages, as HTML: Gradio draws it, and the document has it before Gradio has started."""

import html
import re

from app.settings import ASSETS

NAVIGATION = (
    ("library", "/", "Library"),
    ("review", "/review", "Review"),
    ("tracks", "/tracks", "Tracks"),
    ("retrain", "/retrain", "Retrain"),
    ("models", "/models", "Models"),
    ("exchange", "/exchange", "Import, export"),
)

_ICONS = (ASSETS / "look" / "icons.js").read_text(encoding="utf-8")
_SHAPE = re.findall(r'^  logo: "(.*)",$', _ICONS, re.MULTILINE)[0].replace("'", '"')
# As `iconMarkup` of look/icons.js writes it, so that the brand is there before any script.
LOGO = (
    '<i class="v-ic"><svg viewBox="0 0 20 20" width="22" height="22" fill="none" stroke="currentColor" '
    'stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">'
    f"{_SHAPE}</svg></i>"
)

FIRST_IS_THERE = "v-first-is-there"
"""Id of the element after the bar that the document has: with it the whole bar is parsed."""
# The links of the first bar take the project from the page's address. The bar goes as soon as the page's own one is
# there, or the editor, before anything is painted.
_FIRST_SCRIPT = """
(() => {
  const first = document.getElementById("v-first");
  const project = new URLSearchParams(location.search).get("project");
  if (project) for (const link of first.querySelectorAll("a")) link.search = new URLSearchParams({ project });
  new MutationObserver((_, watch) => {
    if (!document.querySelector("#v-top .v-top, .v-editor .v-top")) return;
    watch.disconnect();
    first.remove();
  }).observe(document.body, { childList: true, subtree: true });
})();
"""


def bar_html(current: str) -> str:
    """The bar with the link of the page ``current`` marked; ``shell.js`` fills its right side."""
    links = "".join(
        f'<a href="{href}" data-nav="{key}"{" aria-current=page" if key == current else ""}>{html.escape(label)}</a>'
        for key, href, label in NAVIGATION
    )
    return (
        f'<header class="v-top" data-page="{current}"><a class="v-brand" href="/" aria-label="Library">{LOGO}</a>'
        f'<nav class="v-nav" aria-label="Pages">{links}</nav><span class="v-grow"></span>'
        '<span class="v-top-right"></span></header>'
    )


def page_of(path: str) -> str:
    """Name of the page at ``path`` of the server ("/review/"); empty where there is none."""
    return next((key for key, href, _ in NAVIGATION if href.rstrip("/") == path.rstrip("/")), "")


def first_bar(path: str) -> str:
    """The bar that the document of the page at ``path`` shows until the page's own bar is there."""
    bar = bar_html(page_of(path))
    return f'<div id="v-first" class="v-plain">{bar}</div><script id="{FIRST_IS_THERE}">{_FIRST_SCRIPT}</script>'
