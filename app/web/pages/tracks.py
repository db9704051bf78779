"""The page of tracks: every track of a project as a crop, to find, compare, relabel and judge many at once."""

import gradio as gr

from app.web.context import Context
from app.web.pages import shell


def build(context: Context) -> gr.Blocks:
    """The page at ``/tracks``; all of it is ``assets/pages/tracks.js`` over ``app.web.routes.track_list``."""
    del context
    with shell.page("tracks", title="Tracks") as blocks:
        shell.mount_point("tracks", module="tracks")
    return blocks
