"""The networks whose weights come with the installation: a section of the page of models, with licence and notice."""

import html

from model.pretrained import INSTALLED, InstalledWeights, find
from model.pretrained.installed import COMMAND

TITLE = "Networks that come with the installation"


def installed_html() -> str:
    """A table of `model.pretrained.INSTALLED` as HTML: purpose, licence, notice, and whether each is installed."""
    rows = "".join(_row(weights) for weights in INSTALLED.values())
    return (
        f'<section class="v-app v-page" style="padding-top: 0" aria-label="{TITLE}"><div class="v-card v-scroll">'
        f"<header><h2>{TITLE}</h2></header>"
        '<table class="v-table left v-roomy"><thead><tr><th scope="col">Network</th><th scope="col">What it does</th>'
        '<th scope="col">Licence</th><th scope="col">State</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div></section>"
    )


def _row(weights: InstalledWeights) -> str:
    # Links are words, not buttons, so that a page without network loses nothing.
    name = f'<a href="{html.escape(weights.home)}" rel="noreferrer">{html.escape(weights.title)}</a>'
    state = "installed" if find(weights.name) else f"not installed; <code>{html.escape(COMMAND)}</code> brings it"
    licence = f"{html.escape(weights.licence)}<div class='v-t2'>{html.escape(weights.notice)}</div>"
    purpose = html.escape(weights.purpose)
    return f'<tr><td>{name}</td><td>{purpose}</td><td class="v-wrap">{licence}</td><td>{state}</td></tr>'
