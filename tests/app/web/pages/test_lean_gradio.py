"""What Gradio would do at each start and nobody needs: interface files for type checkers, and two more applications."""

import importlib.util
import inspect
import sys
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from fastapi import FastAPI
from gradio import blocks as gradio_blocks
from starlette.routing import Mount

from app.web import pages
from app.web.assets.versioned import Assets
from app.web.context import Context
from app.web.pages import lean_gradio

ASSETS = Path(__file__).resolve().parents[4] / "assets"
COMPONENT = 'from gradio.components import HTML\n\n\nclass Part(HTML):\n    EVENTS = ["change"]\n'


def component_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Import a module with a component from a new folder; where its interface would be."""
    folder.mkdir()
    path = folder / "part.py"
    path.write_text(COMPONENT)
    spec = importlib.util.spec_from_file_location(f"part_in_{folder.name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return path.with_suffix(".pyi")


def test_no_interface_is_written_beside_a_component(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert component_in(tmp_path / "with", monkeypatch).exists(), (
        "Gradio writes none any more; the module is not needed"
    )

    with lean_gradio.without_interfaces():
        assert not component_in(tmp_path / "without", monkeypatch).exists()


def test_other_classes_have_their_files_meanwhile_and_all_have_them_afterwards() -> None:
    known = inspect.getfile
    with lean_gradio.without_interfaces():
        assert Path(inspect.getfile(Context)).name == "context.py"
        with pytest.raises(OSError, match="no interface is made for HTML"):
            inspect.getfile(gr.HTML)

    assert inspect.getfile is known
    assert Path(inspect.getfile(gr.HTML)).name == "html.py"


def test_a_mistake_in_between_leaves_nothing_changed() -> None:
    file, app = inspect.getfile, gradio_blocks.App

    with pytest.raises(KeyError), lean_gradio.without_interfaces(), lean_gradio.unserved():
        raise KeyError

    assert inspect.getfile is file
    assert gradio_blocks.App is app


def test_importing_gradio_goes_without_interfaces(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    known, real = inspect.getfile, __import__

    def watched(name: str, *rest: Any, **named: Any) -> Any:
        if name == "gradio":
            seen.append(inspect.getfile is not known)
        return real(name, *rest, **named)

    monkeypatch.setattr("builtins.__import__", watched)

    assert lean_gradio.import_gradio() is gr
    assert seen == [True]


def test_each_page_makes_one_application_which_is_the_mounted_one(
    app_context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[gr.Blocks] = []
    create = gradio_blocks.App.create_app

    def counted(blocks: gr.Blocks, *rest: Any, **named: Any) -> Any:
        made.append(blocks)
        return create(blocks, *rest, **named)

    monkeypatch.setattr(gradio_blocks.App, "create_app", counted)
    app, _ = pages.mount_pages(FastAPI(), app_context, Assets(ASSETS))

    mounts = [route for route in app.routes if isinstance(route, Mount)]
    assert len(mounts) == len(made) == len(pages.GRADIO_PAGES)
    assert [mount.app for mount in mounts] == [blocks.app for blocks in made]


def test_blocks_outside_have_an_application_of_their_own() -> None:
    with lean_gradio.unserved(), gr.Blocks(analytics_enabled=False) as bare:
        pass
    with gr.Blocks(analytics_enabled=False) as served:
        pass

    assert bare.app is None
    assert isinstance(served.app, gradio_blocks.App)
