"""The pages: layout and wiring only. ``mount_pages`` mounts all of them, the library last.

The editor is a document of its own; all other pages are built with Gradio.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI

from app.web.assets.bundle import Bundle
from app.web.assets.versioned import Assets
from app.web.context import Context
from app.web.form_door import FormDoor
from app.web.pages import review
from app.web.pages.first_paint import FirstPaint
from app.web.pages.lean_gradio import import_gradio, serve_mounted, unserved

if TYPE_CHECKING:
    import gradio as gr

FORM_SECONDS = 0.05
"""Between two looks of a page's queue for a form that was sent."""
PROGRESS_SECONDS = 5.0
"""Between two looks of a page's queue for the progress of its forms, which have none: jobs have it."""
# The library is last: it is mounted at "/", and this mount gets all requests that no earlier route takes.
GRADIO_PAGES = (
    ("tracks", "/tracks"),
    ("retrain", "/retrain"),
    ("models", "/models"),
    ("exchange", "/exchange"),
    ("library", "/"),
)
PAGES = (("review", review.PATH), *GRADIO_PAGES)


def mount_pages(app: FastAPI, context: Context, assets: Assets) -> tuple[FastAPI, Bundle]:
    """Mount every page on ``app``; call it after all routes are registered.

    Gradio is imported only here, so that the caller can switch its telemetry off before. Also returns the files of
    Gradio's pages.
    """
    gr = import_gradio()
    from gradio.utils import get_upload_folder

    from app.web.pages.theme import css, theme

    bundle = Bundle(Path(str(gr.__file__)).parent / "templates" / "frontend" / "assets")
    app.add_middleware(FirstPaint, paths=tuple(path for _, path in PAGES), assets=assets)
    app.include_router(review.router())
    forms: dict[str, dict[int, int]] = {}
    for name, path in GRADIO_PAGES:
        with unserved():
            blocks = import_module(f"app.web.pages.{name}").build(context)
        forms[path.rstrip("/")] = {number: len(function.inputs) for number, function in blocks.fns.items()}
        gr.mount_gradio_app(
            app,
            blocks,
            path=path,
            theme=theme(),
            css=css(),
            footer_links=[],
            run_history=False,
            ssr_mode=False,
            show_error=True,
        )
        serve_mounted(app, blocks)
        _slow_down(blocks)
    own = frozenset({review.PATH, f"{review.PATH}/"})
    app.add_middleware(FormDoor, forms=forms, uploads=Path(get_upload_folder()), own=own)
    return app, bundle


def _slow_down(blocks: "gr.Blocks") -> None:
    """Let the queue of a page look for work less often than every millisecond, which takes some percent of a core."""
    blocks._queue.sleep_when_free = FORM_SECONDS
    blocks._queue.progress_update_sleep_when_free = PROGRESS_SECONDS
