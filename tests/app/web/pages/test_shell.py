"""Parts that pages share."""

import inspect
import json
import subprocess
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from fastapi import FastAPI

from app.web.assets.versioned import Assets
from app.web.context import Context
from app.web.pages import GRADIO_PAGES, PAGES, mount_pages, shell
from app.web.pages.first_paint import READY_SCRIPT
from app.web.write_queue import WriteQueue
from storage.database import Database
from tests import own_loop
from tests.javascript.node import node

ASSETS = Path(__file__).resolve().parents[4] / "assets"


def built(name: str, app_context: Context) -> gr.Blocks:
    from importlib import import_module

    return import_module(f"app.web.pages.{name}").build(app_context)


def components(blocks: gr.Blocks) -> list[Any]:
    return list(blocks.blocks.values())


@pytest.mark.parametrize("name", [name for name, _ in GRADIO_PAGES])
def test_a_page_holds_no_state_and_sends_nothing_home(name: str, app_context: Context) -> None:
    blocks = built(name, app_context)
    assert not [part for part in components(blocks) if isinstance(part, gr.State)]
    assert blocks.analytics_enabled is False


@pytest.mark.parametrize("name", [name for name, _ in GRADIO_PAGES])
def test_templates_are_constant(name: str, app_context: Context) -> None:
    """A placeholder in a template would run what a user typed."""
    for part in components(built(name, app_context)):
        if isinstance(part, gr.HTML):
            assert "${" not in part.html_template and "{{" not in part.html_template
            assert part.value in (None, "")


@pytest.mark.parametrize("name", ["library", "tracks", "retrain", "models", "exchange"])
def test_the_top_bar_marks_the_page_one_is_on(name: str, app_context: Context) -> None:
    bars = [part for part in components(built(name, app_context)) if getattr(part, "elem_id", "") == "v-top"]
    template = bars[0].html_template
    assert len(bars) == 1 and template.count("aria-current=page") == 1
    assert f'data-nav="{name}" aria-current=page' in template
    assert all(f'href="{path}"' in template for _, path in PAGES)


def test_components_of_forms_are_usable(app_context: Context) -> None:
    """Gradio renders a component that no event uses as disabled, unless told otherwise."""
    for name in ("library", "models", "exchange"):
        blocks = built(name, app_context)
        used = {key for fn in blocks.fns.values() for key in [part._id for part in fn.inputs]}
        fields = [
            part for part in components(blocks) if isinstance(part, gr.Textbox | gr.Radio | gr.Dropdown | gr.File)
        ]
        assert fields
        assert all(part._id in used or part.interactive for part in fields)


def test_events_of_forms_are_no_public_interface(app_context: Context) -> None:
    for name in ("library", "models", "exchange"):
        for fn in built(name, app_context).fns.values():
            assert fn.api_visibility != "public" or fn.fn is None


def test_an_answer_is_a_list_that_survives_json() -> None:
    answer = shell.Answer(kind="error", text="No <b>.", sheet="videos", go="/?project=1")
    assert json.loads(json.dumps(answer.as_list())) == ["error", "No <b>.", "videos", "/?project=1"]


def test_titles_are_escaped() -> None:
    with gr.Blocks():
        assert "&lt;" in shell.heading("a < b").html_template


def test_mount_points_name_modules_and_places_that_exist(app_context: Context) -> None:
    """The module that a mount point imports fills the place of that mount point's name."""
    for name in ("library", "retrain", "models", "exchange"):
        for part in components(built(name, app_context)):
            place = (getattr(part, "elem_id", None) or "").removesuffix("-holder").removeprefix("v-")
            if isinstance(part, gr.HTML) and 'class="v-mount"' in part.html_template:
                module = ASSETS / "pages" / f"{place}.js"
                assert "'/ui/pages/index.js'" in str(part.js_on_load)
                assert f"mount('{place}', element)" in str(part.js_on_load)
                assert f'"#v-{place}"' in module.read_text()


def test_every_sheet_that_is_opened_is_on_its_page(app_context: Context) -> None:
    opened = {"library": ("project", "manage", "categories", "videos"), "models": ("checkpoint",)}
    for page, sheets in opened.items():
        ids = {getattr(part, "elem_id", None) for part in components(built(page, app_context))}
        assert {f"v-sheet-{sheet}" for sheet in sheets} <= ids


def test_a_press_before_the_modules_are_there_waits_for_them() -> None:
    """The strings that Gradio runs at a press, with the page's head before them and the modules long after."""
    program = f"""
        globalThis.window = globalThis;
        {READY_SCRIPT}
        const first = window.vReady;
        {READY_SCRIPT}
        const told = [];
        const pages = {{ begin: (form) => `p of ${{form}}`, answer: (list) => told.push(list) }};
        const asked = ({shell.PROJECT_FIRST.format(form=json.dumps("videos"))})("", "name", null);
        const shown = ({shell.SHOW_ANSWER})(["ok", "Done.", "a", ""]);
        let early = true;
        asked.then(() => {{ early = Boolean(window.made); }});
        setTimeout(() => {{ window.made = true; window.vMakeReady(pages); }}, 5);
        Promise.all([asked, shown]).then(([inputs]) => console.log(JSON.stringify(
            {{ inputs, told, early, once: first === window.vReady }})));
    """
    done = subprocess.run([node(), "-e", program], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == {
        "inputs": ["p of videos", "name", None],
        "told": [["ok", "Done.", "a", ""]],
        "early": True,
        "once": True,
    }


def test_a_press_waits_for_its_turn_without_a_thread_and_is_told_where_too_much_waits(app_context: Context) -> None:
    given: list[object] = []

    def act(*values: object) -> shell.Answer:
        given.append(values)
        return shell.Answer(kind="ok", text="Done", sheet="project")

    with gr.Blocks() as blocks:
        shell.Form("project", app_context).on_click(gr.Button(), act, gr.Textbox())
    press = next(fn.fn for fn in blocks.fns.values() if fn.fn is not None)
    assert inspect.iscoroutinefunction(press)
    assert own_loop.run(press("p", "name")) == ["ok", "Done.", "project", ""]
    [(database, *values)] = given
    assert isinstance(database, Database) and values == ["p", "name"]
    app_context.writing_long = WriteQueue(database, name="full", threads=1, most=0)
    kind, text, sheet, _ = own_loop.run(press("p", "name"))
    assert (kind, sheet) == ("error", "project") and "try again" in text and len(given) == 1


class Slept(Exception):
    """A queue has nothing to do and waits so many seconds."""


def test_the_queues_of_the_pages_look_for_work_a_few_times_a_second(
    app_context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounted: list[gr.Blocks] = []
    mount = gr.mount_gradio_app

    def remembered(app: FastAPI, blocks: gr.Blocks, **more: Any) -> FastAPI:
        mounted.append(blocks)
        return mount(app, blocks, **more)

    monkeypatch.setattr(gr, "mount_gradio_app", remembered)
    mount_pages(FastAPI(), app_context, Assets(ASSETS))

    async def sleep(seconds: float) -> None:
        raise Slept(seconds)

    monkeypatch.setattr("gradio.queueing.asyncio.sleep", sleep)
    assert len(mounted) == len(GRADIO_PAGES)
    for blocks in mounted:
        waits = []
        for work in (blocks._queue.start_processing, blocks._queue.start_progress_updates):
            blocks._queue.stopped = False
            with pytest.raises(Slept) as caught:
                own_loop.run(work())
            waits.append(caught.value.args[0])
        assert waits[0] == 0.05 and waits[1] >= 1, "by itself Gradio waits for a millisecond"
