"""Versions of the assets: what changes them, what is kept, and what is sent under an address."""

import gzip
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.settings import ASSETS
from app.web.assets.versioned import KEPT, Assets

FILES = {
    "pages/index.js": 'import { one } from "../kit/one.js";\nexport const two = 2 * one;\n',
    "kit/one.js": "export const one = 1;\n",
    "pages/index.css": '/* All. */\n@import "../look/base.css";\n@import "./page.css";\n',
    "pages/page.css": "a {\n}\n",
    "look/base.css": "b {\n}\n",
    "demo/notes.json": "{}",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_version_follows_content_and_names_and_nothing_else(folder: Path) -> None:
    first = Assets(folder).current()
    os.utime(folder / "kit/one.js", (1, 1))
    assert Assets(folder).current().version == first.version
    (folder / "kit/one.js").rename(folder / "kit/first.js")
    renamed = Assets(folder).current().version
    (folder / "kit/first.js").rename(folder / "kit/one.js")
    (folder / "kit/one.js").write_text("export const one = 7;\n")
    assert len({first.version, renamed, Assets(folder).current().version}) == 3


def test_a_changed_file_is_seen_at_the_next_look_and_the_version_before_stays(folder: Path) -> None:
    assets = Assets(folder)
    first = assets.current()
    assert assets.current() is first
    (folder / "kit/one.js").write_text("export const one = 100;\n")
    (folder / "pages/new.css").write_text("i {\n}\n")
    second = assets.current()
    assert second.version != first.version
    changed, before = (found.find("pages/index.js") for found in (second, first))
    assert changed is not None and b"one = 100" in changed.content
    assert before is not None and b"one = 1;" in before.content
    assert assets.version(first.version) is first
    for number in range(KEPT):
        (folder / "kit/one.js").write_text(f"export const one = {10**number};\n")
        assets.current()
    assert assets.version(first.version) is None


def test_only_files_that_changed_make_it_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assets = Assets(folder)
    assets.current()
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: pytest.fail("nothing has changed"))
    assets.current()


def test_a_module_that_no_other_imports_comes_whole_and_the_others_as_they_are(folder: Path) -> None:
    snapshot = Assets(folder).current()
    whole = snapshot.find("pages/index.js")
    assert whole is not None and whole.media_type.startswith("text/javascript")
    assert b"const one = 1;" in whole.content and b"import " not in whole.content
    assert whole.content.endswith(b"//# sourceMappingURL=index.js.map\n")
    single = snapshot.find("kit/one.js")
    assert single is not None and single.content.decode() == FILES["kit/one.js"]
    assert gzip.decompress(whole.packed) == whole.content
    described = snapshot.find("pages/index.js.map")
    assert described is not None and b"../kit/one.js" in described.content


def test_a_sheet_comes_with_the_sheets_that_it_imports(folder: Path) -> None:
    found = Assets(folder).current().find("pages/index.css")
    assert found is not None and found.media_type.startswith("text/css")
    assert found.content.decode() == "/* All. */\n/* look/base.css */\nb {\n}\n\n/* pages/page.css */\na {\n}\n\n"


@pytest.mark.parametrize("path", ["demo/notes.json", "kit/none.js", "kit/one.js.map", "../conftest.py", "pages", ""])
def test_there_is_nothing_under_other_paths(folder: Path, path: str) -> None:
    assert Assets(folder).current().find(path) is None


def test_modules_that_cannot_be_joined_come_one_by_one_and_the_log_has_the_reason(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    text = 'import { one } from "../kit/one.js";\nexport default one;\n'
    (folder / "pages/index.js").write_text(text)
    with caplog.at_level(logging.WARNING):
        found = Assets(folder).current().find("pages/index.js")
    assert found is not None and found.content.decode() == text
    assert "export default one" in caplog.text


def test_all_of_our_sheets_are_in_one_of_the_two() -> None:
    """A sheet that no page gets is either forgotten or left over."""
    snapshot = Assets(ASSETS).current()
    sent = [found.content for page in ("pages", "editor") if (found := snapshot.find(f"{page}/index.css"))]
    for path in snapshot.texts:
        if path.endswith(".css") and not path.endswith("/index.css"):
            assert any(snapshot.texts[path].encode() in content for content in sent), path


def test_a_sheet_that_is_not_there_takes_no_other_with_it(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "look/base.css").unlink()
    sheet = Assets(folder).current().find("pages/index.css")
    assert sheet is not None and b"a {" in sheet.content and b'@import "../look/base.css";' in sheet.content
    assert "pages/index.css imports look/base.css" in caplog.text


def test_pages_that_open_at_once_get_one_version(folder: Path) -> None:
    assets = Assets(folder)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: assets.current(), range(32)))
    assert all(one is found[0] for one in found)
