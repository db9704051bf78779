"""The forms of the library: a new project, its categories, and videos by path."""

from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from app.checkpoints.choice import create_own_project
from app.errors import AppError
from app.library import videos
from app.sentences import counted
from app.web.context import Context
from app.web.pages import shell
from app.web.pages.shell import Answer
from storage import projects, youtube_vis
from storage.database import Database
from storage.errors import StorageError
from storage.frames import VideoError
from storage.youtube_vis import YouTubeVisError

TYPED, VIS_2019, VIS_2021, FROM_FILE = "Typed", "YouTube-VIS 2019", "YouTube-VIS 2021", "From a file"
SOURCES = (TYPED, VIS_2019, VIS_2021, FROM_FILE)
# Errors caused by the input; any other exception is a bug and must not be hidden.
REFUSALS = (AppError, StorageError, VideoError, YouTubeVisError)


def typed_categories(text: str) -> list[str]:
    """Names from a text, one a line or separated by commas, without repetitions."""
    names = [" ".join(part.split()) for line in text.splitlines() for part in line.split(",")]
    return list(dict.fromkeys(name for name in names if name))


def categories_of(source: str, *, typed: str, file: str | None) -> list[str]:
    """Category names for a new project from one of SOURCES.

    Raises:
        AppError: the file is missing, or it is not YouTube-VIS.
    """
    if source == TYPED:
        return typed_categories(typed)
    if source == FROM_FILE:
        if not file:
            raise AppError("Choose the YouTube-VIS file that has the categories, or type them.")
        return uploaded_categories(Path(file))
    preset = youtube_vis.categories_preset("2019" if source == VIS_2019 else "2021")
    return [category.name for category in preset]


def uploaded_categories(file: Path) -> list[str]:
    """Category names of an uploaded YouTube-VIS file.

    Raises:
        AppError: the file is not YouTube-VIS; the sentence has the name of the file, not the path of its copy.
    """
    try:
        return [category.name for category in youtube_vis.read_dataset(file).categories]
    except YouTubeVisError as error:
        raise AppError(str(error).replace(str(file), file.name)) from error


@dataclass(frozen=True)
class LibraryForms:
    """The forms inside the Blocks of the library."""

    context: Context

    def new_project(self) -> None:
        """The form for a new project, which is then opened."""
        form = shell.Form("project", self.context)
        name = gr.Textbox(label="Name", placeholder="street crossings", max_lines=1, elem_id="v-project-name")
        source = gr.Radio(SOURCES, value=TYPED, label="Categories", elem_id="v-project-source")
        typed = gr.Textbox(
            label="One a line, or separated by commas",
            placeholder="person\ndog\nball",
            lines=5,
            elem_id="v-project-typed",
        )
        file = gr.File(label="YouTube-VIS JSON", file_types=[".json"], visible=False, elem_id="v-project-file")
        gr.HTML(
            html_template='<p class="v-t3 v-hint">Categories can be added, renamed and retired at any time.</p>',
            apply_default_css=False,
            elem_classes="v-plain",
            js_on_load=None,
        )
        make = gr.Button("Make project", variant="primary", size="lg", elem_id="v-project-make")
        shell.message_line("project")
        source.change(
            lambda chosen: (gr.update(visible=chosen == TYPED), gr.update(visible=chosen == FROM_FILE)),
            inputs=source,
            outputs=[typed, file],
            show_progress="hidden",
            api_visibility="private",
        )
        form.on_click(make, self.make_project, name, source, typed, file)

    def make_project(self, database: Database, _: str, name: str, source: str, typed: str, file: str | None) -> Answer:
        """Make a project and open it; refuses an empty or taken name, and an unreadable file."""
        try:
            categories = categories_of(source, typed=typed or "", file=file)
            with database.atomic() as tx:
                project = create_own_project(tx, name=name or "", categories=categories)
                projects.set_last_project(tx, project.id)
        except REFUSALS as error:
            return Answer(kind="error", text=str(error), sheet="project")
        return Answer(kind="ok", text=f"{project.name} is made.", sheet="project", go=f"/?project={project.id}")

    def categories(self) -> None:
        """The list of categories: an ES module, which follows the changes of other people."""
        shell.mount_point("categories", module="categories")

    def add_videos(self) -> None:
        """Upload by button or drop (``assets/pages/drop.js``), or by a path on the server."""
        shell.mount_point("drop", module="drop")
        form = shell.Form("videos", self.context)
        shell.heading("From the server", "A video file, or a folder of frames.")
        path = gr.Textbox(
            label="Path", placeholder="/data/clips/street.mp4", max_lines=1, elem_id="v-videos-path", interactive=True
        )
        copy = gr.Checkbox(value=False, label="Copy into the data folder", elem_id="v-videos-copy", interactive=True)
        again = gr.Checkbox(
            value=False, label="Add again, though it is here already", elem_id="v-videos-again", interactive=True
        )
        add = gr.Button("Add from the server", variant="secondary", size="lg", elem_id="v-videos-add")
        shell.message_line("videos")
        form.on_click(add, self.add_path, path, copy, again)

    def add_path(self, database: Database, project_id: str, path: str, copy: bool, again: bool = False) -> Answer:
        """Add the video at a path of the server; the answer is its number of frames, or the reason of the refusal."""
        if not project_id:
            return Answer(kind="error", text="Make a project first; videos belong to one.", sheet="videos")
        if not (path or "").strip():
            return Answer(kind="error", text="Type the path of a video or of a folder on the server.", sheet="videos")
        try:
            added = videos.add_video(
                database, self.context.settings, project_id=project_id, path=path.strip(), copy=copy, again=again
            )
        except REFUSALS as error:
            return Answer(kind="error", text=str(error), sheet="videos")
        return Answer(kind="ok", text=f"{added.name} is added: {counted(added.count, 'frame')}.", sheet="videos")
