"""Gradio without two things that it does at each start of a server and that nobody here needs.

It rewrites the interface files (``.pyi``) of its components beside its own modules, for type checkers; and it makes
two applications for each page that the one which is mounted replaces. Both together are two fifths of the CPU time of
a server's start.
"""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.routing import Mount

if TYPE_CHECKING:
    import gradio as gr


def import_gradio() -> ModuleType:
    """Gradio, imported without a look at the interface files of its components."""
    with without_interfaces():
        import gradio
    return gradio


@contextmanager
def without_interfaces() -> Iterator[None]:
    """Classes of components that are made in here get no interface file."""
    known = inspect.getfile

    def getfile(thing: Any) -> str:
        # This is the answer for a class that no file holds, which Gradio leaves without an interface.
        if type(thing).__module__ == "gradio.component_meta":
            raise OSError(f"no interface is made for {thing.__name__}")
        return known(thing)

    inspect.getfile = getfile  # type: ignore[assignment]
    try:
        yield
    finally:
        inspect.getfile = known


@contextmanager
def unserved() -> Iterator[None]:
    """Blocks that are built in here get no application; `serve_mounted` gives them theirs."""
    from gradio import blocks

    known = blocks.App
    blocks.App = SimpleNamespace(create_app=_no_app)  # type: ignore[assignment, misc]
    try:
        yield
    finally:
        blocks.App = known  # type: ignore[misc]


def _no_app(*_: object, **__: object) -> None:
    return None


def serve_mounted(app: FastAPI, blocks: "gr.Blocks") -> None:
    """Give blocks the application that was mounted last on ``app``, as ``launch`` of Gradio does with its own."""
    mounted = app.routes[-1]
    assert isinstance(mounted, Mount)
    blocks.app = mounted.app  # type: ignore[assignment]
