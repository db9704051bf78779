"""Gradio's own files: read once, only scripts and sheets, and at one address for all pages."""

from pathlib import Path

import gradio as gr
import pytest
from fastapi.testclient import TestClient
from starlette.responses import PlainTextResponse

from app.settings import ASSETS
from app.web.assets.bundle import Bundle
from app.web.assets.door import FOREVER, AssetDoor
from app.web.assets.versioned import Assets

FILES = Path(gr.__file__).parent / "templates" / "frontend"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    for name in ("index-abc.js", "index-abc.css", "logo.svg"):
        (tmp_path / "files" / name).write_text(f"/* {name} */")
    (tmp_path / "secret.js").write_text("secret")
    return tmp_path / "files"


def test_a_file_is_read_once_and_sent_as_what_it_is(folder: Path) -> None:
    bundle = Bundle(folder, "6.1")
    script, sheet = bundle.find("index-abc.js"), bundle.find("index-abc.css")
    assert script is not None and sheet is not None
    assert script.content == b"/* index-abc.js */" and script.media_type.startswith("text/javascript")
    assert sheet.media_type.startswith("text/css")
    (folder / "index-abc.js").unlink()
    assert bundle.find("index-abc.js") is script


@pytest.mark.parametrize("name", ["../secret.js", "none.js", "logo.svg", "", ".", "..", "files/index-abc.js", "\0.js"])
def test_nothing_else_is_sent(folder: Path, name: str) -> None:
    assert Bundle(folder, "6.1").find(name) is None


def test_the_door_sends_it_for_ever_under_its_version_and_not_under_another(folder: Path) -> None:
    door = AssetDoor(PlainTextResponse("passed on", 404), assets=Assets(ASSETS), bundle=Bundle(folder, "6.1"))
    client = TestClient(door)
    answer = client.get("/gradio-6.1/index-abc.js")
    assert answer.text == "/* index-abc.js */" and answer.headers["cache-control"] == FOREVER.decode()
    assert client.get("/gradio-6.0/index-abc.js").headers["cache-control"] == "no-cache"
    assert client.get("/gradio-6.1/%2e%2e/secret.js").text == "passed on"
    assert client.get("/gradio-6.1/none.js").status_code == 404
    without = TestClient(AssetDoor(PlainTextResponse("passed on", 404), assets=Assets(ASSETS)))
    assert without.get("/gradio-6.1/index-abc.js").text == "passed on"


def test_the_document_of_this_gradio_names_its_files_as_expected() -> None:
    """A Gradio that names them in another way would be served from below each page again."""
    bundle = Bundle(FILES / "assets", gr.__version__)
    html = bundle.addressed((FILES / "index.html").read_bytes()).decode()
    begun = f'="/gradio-{gr.__version__}/'
    named = [part.partition('"')[0] for part in html.split(begun)[1:]]
    assert len(named) >= 2 and all(bundle.find(name) for name in named)
    assert "./assets/" not in html
