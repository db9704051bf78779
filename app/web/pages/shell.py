"""What every page shares: the top bar, mount points for ES modules, side sheets, and the bridge to their messages."""

import html
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import gradio as gr

from app.sentences import sentence

NAVIGATION = (
    ("library", "/", "Library"),
    ("review", "/review", "Review"),
    ("retrain", "/retrain", "Retrain"),
    ("models", "/models", "Models"),
    ("exchange", "/exchange", "Import, export"),
)

# Gradio events run with the project of the address, not with state of a session: `js=` puts it in first. Gradio draws
# a button before our modules are there; a click in between waits for them (`vReady` is made by the page's head).
PROJECT_FIRST = "async (_, ...rest) => { const pages = await window.vReady; return [pages.project(), ...rest]; }"
# A handler's answer is one message; the module writes it with textContent, so no markup of a user is ever run.
SHOW_ANSWER = "async (answer) => { (await window.vReady).answer(answer); }"


@dataclass(frozen=True)
class Answer:
    """What a form's handler tells the page: ``kind`` 'ok' | 'error', one sentence, and what the page does next.

    ``sheet`` names the form it belongs to (the message appears there); ``go`` is an address to open.
    """

    kind: str
    text: str
    sheet: str
    go: str = ""

    def as_list(self) -> list[str]:
        """The JSON form that ``window.vPages.answer`` reads."""
        return [self.kind, sentence(self.text), self.sheet, self.go]


def top_bar(current: str) -> gr.HTML:
    """The bar of 44 px with constant links; ``shell.js`` fills the right side."""
    links = "".join(
        f'<a href="{href}" data-nav="{key}"{" aria-current=page" if key == current else ""}>{html.escape(label)}</a>'
        for key, href, label in NAVIGATION
    )
    template = (
        f'<header class="v-top" data-page="{current}"><a class="v-brand" href="/" aria-label="Library"></a>'
        f'<nav class="v-nav" aria-label="Pages">{links}</nav><span class="v-grow"></span>'
        '<span class="v-top-right"></span></header>'
    )
    return gr.HTML(
        html_template=template,
        js_on_load="import('/ui/pages/shell.js').then((m) => m.mount(element));",
        apply_default_css=False,
        elem_id="v-top",
        elem_classes="v-plain",
    )


def mount_point(name: str, *, module: str, elem_id: str | None = None) -> gr.HTML:
    """A constant ``<div>`` that the ES module ``assets/pages/<module>.js`` fills through its ``mount(element)``."""
    return gr.HTML(
        html_template=f'<div class="v-mount" id="v-{name}"></div>',
        js_on_load=f"import('/ui/pages/{module}.js').then((m) => m.mount(element));",
        apply_default_css=False,
        elem_id=elem_id or f"v-{name}-holder",
        elem_classes="v-plain",
    )


def heading(title: str, text: str = "") -> gr.HTML:
    """A constant title with one line under it, for forms; never given a string of a user."""
    line = f"<p>{html.escape(text)}</p>" if text else ""
    template = f'<div class="v-fhead"><h2>{html.escape(title)}</h2>{line}</div>'
    return gr.HTML(html_template=template, apply_default_css=False, elem_classes="v-plain", js_on_load=None)


def message_line(sheet: str) -> gr.HTML:
    """The place of a form's one-sentence answer, empty until there is one."""
    return gr.HTML(
        html_template=f'<p class="v-msg" data-sheet="{sheet}" role="status" hidden></p>',
        apply_default_css=False,
        elem_classes="v-plain v-msg-holder",
        js_on_load=None,
    )


@contextmanager
def sheet(name: str, title: str) -> Iterator[None]:
    """A form in a panel at the right edge, opened by ``vPages.open(name)`` and closed by Esc or its cross."""
    template = (
        f'<div class="v-sheet-head"><h2>{html.escape(title)}</h2>'
        f'<button class="v-icon-btn" data-close="{name}" aria-label="Close"></button></div>'
    )
    with gr.Column(elem_id=f"v-sheet-{name}", elem_classes="v-sheet", visible=True):
        gr.HTML(html_template=template, apply_default_css=False, elem_classes="v-plain", js_on_load=None)
        yield


@contextmanager
def page(current: str, *, title: str) -> Iterator[gr.Blocks]:
    """A Blocks with the top bar already in it."""
    with gr.Blocks(title=title, analytics_enabled=False, fill_width=True) as blocks:
        top_bar(current)
        yield blocks


class Form:
    """Wires a form's button to a use case: project of the address first, one answer shown beside the button.

    Built inside a Blocks. The two hidden components carry an id in and a message out; they hold no state.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.project = gr.Textbox(visible="hidden", elem_id=f"v-{name}-project", interactive=True)
        self.outcome = gr.JSON(visible="hidden", elem_id=f"v-{name}-outcome")

    def on_click(self, button: gr.Button, action: Callable[..., Answer], *inputs: gr.components.Component) -> None:
        """Run ``action(project_id, *values)`` at a click; what it raises is a bug, what it refuses is an Answer."""

        def run(project_id: str, *values: object) -> list[str]:
            return action(project_id, *values).as_list()

        button.click(
            run,
            inputs=[self.project, *inputs],
            outputs=self.outcome,
            js=PROJECT_FIRST,
            show_progress="hidden",
            preprocess=True,
            trigger_mode="once",
            concurrency_limit=4,
            api_visibility="private",
        ).then(None, inputs=self.outcome, outputs=None, js=SHOW_ANSWER)
