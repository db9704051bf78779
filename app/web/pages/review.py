"""The page of the editor: one mount point that fills the window."""

import gradio as gr

from app.web.context import Context


def build(context: Context) -> gr.Blocks:
    """The page at ``/review``; all of it is ``assets/editor/main.js``, which calls the routes itself."""
    del context
    with gr.Blocks(title="Review", analytics_enabled=False, fill_width=True) as blocks:
        gr.HTML(
            html_template='<div id="v-editor"></div>',
            js_on_load="import('/ui/editor/main.js').then((m) => m.mount(element.querySelector('#v-editor')));",
            apply_default_css=False,
            elem_id="v-editor-holder",
        )
    return blocks
