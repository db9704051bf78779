"""Gradio's own files: read once, only scripts and sheets, and kept by the browser."""

import re
from pathlib import Path

import gradio as gr
import pytest
from fastapi.testclient import TestClient
from starlette.responses import PlainTextResponse

from app.settings import ASSETS
from app.web.assets.bundle import Bundle
from app.web.assets.door import FOREVER, AssetDoor
from app.web.assets.versioned import Assets

FILES = Path(gr.__file__).parent / "templates" / "frontend" / "assets"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    for name in ("index-abc.js", "index-abc.css", "logo.svg"):
        (tmp_path / "files" / name).write_text(f"/* {name} */")
    (tmp_path / "secret.js").write_text("secret")
    return tmp_path / "files"


def test_a_file_is_read_once_and_sent_as_what_it_is(folder: Path) -> None:
    bundle = Bundle(folder)
    script, sheet = bundle.find("index-abc.js"), bundle.find("index-abc.css")
    assert script is not None and sheet is not None
    assert script.content == b"/* index-abc.js */" and script.media_type.startswith("text/javascript")
    assert sheet.media_type.startswith("text/css")
    (folder / "index-abc.js").unlink()
    assert bundle.find("index-abc.js") is script


@pytest.mark.parametrize("name", ["../secret.js", "none.js", "logo.svg", "", ".", "..", "files/index-abc.js", "\0.js"])
def test_nothing_else_is_sent(folder: Path, name: str) -> None:
    assert Bundle(folder).find(name) is None


def test_the_door_sends_it_for_ever_below_every_page(folder: Path) -> None:
    door = AssetDoor(PlainTextResponse("passed on", 404), assets=Assets(ASSETS), bundle=Bundle(folder))
    client = TestClient(door)
    for page in ("", "/tracks"):
        answer = client.get(f"{page}/assets/index-abc.js")
        assert answer.text == "/* index-abc.js */" and answer.headers["cache-control"] == FOREVER.decode()
        assert client.get(f"{page}/assets/none.js").text == "passed on"
        assert client.get(f"{page}/assets/%2e%2e/secret.js").text == "passed on"
    assert client.get("/a/b/assets/index-abc.js").text == "passed on"
    without = TestClient(AssetDoor(PlainTextResponse("passed on", 404), assets=Assets(ASSETS)))
    assert without.get("/assets/index-abc.js").text == "passed on"


def test_the_names_of_these_files_have_a_hash() -> None:
    """A file without one could change under its name, and must not be kept for ever."""
    named = re.compile(r"[\w.-]+-[\w-]{8}\d?\.(js|css)")
    names = [path.name for path in FILES.iterdir() if path.suffix in (".js", ".css")]
    assert len(names) > 100
    assert [name for name in names if not named.fullmatch(name)] == []
