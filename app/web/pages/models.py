"""The page of checkpoints: those of the project, releases to download, and a form that adds a file."""

from dataclasses import dataclass

import gradio as gr

from app.errors import AppError
from app.jobs import queue
from app.library import uploads
from app.library.sources import named_place
from app.web.context import Context
from app.web.pages import shell
from app.web.pages.installed import installed_html
from app.web.pages.shell import Answer
from model.config import CONFIGURATIONS
from storage.database import Database
from storage.errors import StorageError

FROM_FILE = "As the file says"


def build(context: Context) -> gr.Blocks:
    """The page at ``/models``; the tables are ``assets/pages/models.js``."""
    form = CheckpointForm(context)
    with shell.page("models", title="Models") as blocks:
        shell.mount_point("models", module="models")
        gr.HTML(html_template=installed_html(), apply_default_css=False, elem_classes="v-plain", js_on_load=None)
        with shell.sheet("checkpoint", "Add a checkpoint"):
            form.fields()
    return blocks


@dataclass(frozen=True)
class CheckpointForm:
    """The form for a checkpoint file, by upload or by path; a job checks and stores the file."""

    context: Context

    def fields(self) -> None:
        """The fields of the form, inside the Blocks of the page."""
        form = shell.Form("checkpoint", self.context)
        file = gr.File(label="Checkpoint file", file_types=[".safetensors", ".pth", ".pt"], elem_id="v-checkpoint-file")
        path = gr.Textbox(
            label="Or its path on the server",
            placeholder="/models/tevit_msgshift.pth",
            max_lines=1,
            elem_id="v-checkpoint-path",
        )
        name = gr.Textbox(label="Name", placeholder="as the file is called", max_lines=1, elem_id="v-checkpoint-name")
        config = gr.Dropdown(
            [FROM_FILE, *CONFIGURATIONS],
            value=FROM_FILE,
            label="Configuration",
            info="An official .pth with another file name needs it.",
            elem_id="v-checkpoint-config",
        )
        use = gr.Checkbox(True, label="Propose with it in this project", elem_id="v-checkpoint-use")
        add = gr.Button("Add the checkpoint", variant="primary", size="lg", elem_id="v-checkpoint-add")
        shell.message_line("checkpoint")
        form.on_click(add, self.add, file, path, name, config, use)

    def add(
        self, database: Database, project_id: str, file: str | None, path: str, name: str, config: str, use: bool
    ) -> Answer:
        """Queue the job; the job reports whether the file fits."""
        given = (path or "").strip()
        if not project_id:
            return Answer(kind="error", text="Make a project first.", sheet="checkpoint")
        if not file and not given:
            return Answer(kind="error", text="Choose a checkpoint file, or type its path.", sheet="checkpoint")
        try:
            if file:
                upload = uploads.keep(self.context.settings.data / uploads.CHECKPOINTS, file)
                source, named = upload.path, upload.parameters
            else:
                source = named_place(given)
                named = {"path": str(source)}
            if not source.is_file():
                raise AppError(f"There is no file {source} on this machine.")
            parameters = {
                **named,
                "name": (name or "").strip() or source.stem,
                "config": None if config == FROM_FILE else config,
                "use": bool(use),
            }
            queue.enqueue(
                database, self.context.settings, kind="add_checkpoint", project_id=project_id, parameters=parameters
            )
        except (AppError, StorageError) as error:
            return Answer(kind="error", text=str(error), sheet="checkpoint")
        return Answer(kind="ok", text="The file is being checked; the job tells how it went.", sheet="checkpoint")
