"""The shared parts of the pages: the top bar, mount points for ES modules, side sheets, and forms."""

import html
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import gradio as gr

from app.sentences import known_sentence, sentence
from app.web.context import Context
from app.web.pages.bar import bar_html

# The import map of the document leads to the version of the module that fits the document.
FILL = "import('/ui/pages/index.js').then((pages) => pages.mount('{name}', element));"
# The project of a Gradio event is that of the page's address, not session state: `js=` adds it as the first argument.
# Gradio draws a button before our modules are loaded; a click in between waits for them (`vReady`).
# It also takes the form's last answer away, which is not about what is sent now.
PROJECT_FIRST = "async (_, ...rest) => {{ const pages = await window.vReady; return [pages.begin({form}), ...rest]; }}"
# The answer of a handler is one message; the module writes it with textContent, so that it is never parsed as HTML.
SHOW_ANSWER = "async (answer) => { (await window.vReady).answer(answer); }"


@dataclass(frozen=True)
class Answer:
    """The answer of a form to the page: ``kind`` 'ok' or 'error', and one sentence.

    ``sheet`` is the name of the form, where the message appears; ``go`` is an address to open afterwards.
    """

    kind: str
    text: str
    sheet: str
    go: str = ""

    def as_list(self) -> list[str]:
        """The answer as JSON for ``window.vPages.answer``."""
        return [self.kind, sentence(self.text), self.sheet, self.go]


def top_bar(current: str) -> gr.HTML:
    """The bar with the links to all pages; ``shell.js`` fills its right side."""
    return gr.HTML(
        html_template=bar_html(current),
        js_on_load=FILL.format(name="shell"),
        apply_default_css=False,
        elem_id="v-top",
        elem_classes="v-plain",
    )


def mount_point(name: str, *, module: str, elem_id: str | None = None) -> gr.HTML:
    """A ``<div>`` that the function ``mount(element)`` of ``assets/pages/<module>.js`` fills."""
    return gr.HTML(
        html_template=f'<div class="v-mount" id="v-{name}"></div>',
        js_on_load=FILL.format(name=module),
        apply_default_css=False,
        elem_id=elem_id or f"v-{name}-holder",
        elem_classes="v-plain",
    )


def heading(title: str, text: str = "") -> gr.HTML:
    """A title of a form, with one line below it; both must be constants."""
    line = f"<p>{html.escape(text)}</p>" if text else ""
    template = f'<div class="v-fhead"><h2>{html.escape(title)}</h2>{line}</div>'
    return gr.HTML(html_template=template, apply_default_css=False, elem_classes="v-plain", js_on_load=None)


def message_line(sheet: str) -> gr.HTML:
    """The place for the answer of a form, empty at first."""
    return gr.HTML(
        html_template=f'<p class="v-msg" data-sheet="{sheet}" role="status" hidden></p>',
        apply_default_css=False,
        elem_classes="v-plain v-msg-holder",
        js_on_load=None,
    )


@contextmanager
def sheet(name: str, title: str) -> Iterator[None]:
    """A panel at the right edge with a form, opened by ``vPages.open(name)``, closed by Esc or its cross."""
    template = (
        f'<div class="v-sheet-head"><h2>{html.escape(title)}</h2>'
        f'<button class="v-icon-btn" data-close="{name}" aria-label="Close"></button></div>'
    )
    with gr.Column(elem_id=f"v-sheet-{name}", elem_classes="v-sheet", visible=True):
        gr.HTML(html_template=template, apply_default_css=False, elem_classes="v-plain", js_on_load=None)
        yield


@contextmanager
def page(current: str, *, title: str) -> Iterator[gr.Blocks]:
    """Blocks that begin with the top bar."""
    with gr.Blocks(title=title, analytics_enabled=False, fill_width=True) as blocks:
        top_bar(current)
        yield blocks


class Form:
    """Connects the button of a form to a function, and shows the answer beside the button.

    Make it inside Blocks. Two hidden components carry the project id in and the answer out; they hold no state.
    """

    def __init__(self, name: str, context: Context) -> None:
        self.name = name
        self.context = context
        self.project = gr.Textbox(visible="hidden", elem_id=f"v-{name}-project", interactive=True)
        self.outcome = gr.JSON(visible="hidden", elem_id=f"v-{name}-outcome")

    def on_click(self, button: gr.Button, action: Callable[..., Answer], *inputs: gr.components.Component) -> None:
        """Run ``action(database, project_id, *values)`` at a click, in its turn among the writes.

        It returns refusals as an Answer and raises only for bugs.
        """

        async def run(project_id: str, *values: object) -> list[str]:
            try:
                answer = await self.context.write_long(action, project_id, *values)
            except Exception as error:
                told = known_sentence(error)
                if told is None:
                    raise
                answer = Answer(kind="error", text=told, sheet=self.name)
            return answer.as_list()

        button.click(
            run,
            inputs=[self.project, *inputs],
            outputs=self.outcome,
            js=PROJECT_FIRST.format(form=json.dumps(self.name)),
            show_progress="hidden",
            preprocess=True,
            trigger_mode="once",
            concurrency_limit=4,
            api_visibility="private",
        ).then(None, inputs=self.outcome, outputs=None, js=SHOW_ANSWER)
