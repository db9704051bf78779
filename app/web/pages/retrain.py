"""Retraining: the plan, one button, the live run, and the comparison of before and after."""

import gradio as gr

from app.settings import Settings
from app.web.pages import shell
from storage.database import Database


def build(settings: Settings, database: Database) -> gr.Blocks:
    """The page at ``/retrain``; all of it is ``assets/pages/retrain.js`` over ``app.web.routes.retrain``."""
    del settings, database
    with shell.page("retrain", title="Retrain") as blocks:
        shell.mount_point("retrain", module="retrain")
    return blocks
