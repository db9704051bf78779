"""The pages stand in one order everywhere: in the bar of the first paint, and in the editor's own bar."""

import re

from app.settings import ASSETS
from app.web.pages.bar import NAVIGATION


def test_the_editors_bar_names_the_same_pages() -> None:
    code = (ASSETS / "editor" / "panels" / "topbar.js").read_text(encoding="utf-8")
    listed = code.partition("const PAGES = ")[2].partition("]);")[0]
    assert re.findall(r'\["(.*?)", "(.*?)"\]', listed) == [(path, title) for _, path, title in NAVIGATION]
