"""Retraining: the plan, one button, the live run, and the comparison of before and after."""

import gradio as gr

from app.web.context import Context
from app.web.pages import shell


def build(context: Context) -> gr.Blocks:
    """The page at ``/retrain``; all of it is ``assets/pages/retrain.js`` over ``app.web.routes.retrain``."""
    del context
    with shell.page("retrain", title="Retrain") as blocks:
        shell.mount_point("retrain", module="retrain")
    return blocks
