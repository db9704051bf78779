"""The library: the videos of a project as cards, and forms for projects, categories and videos."""

import gradio as gr

from app.web.context import Context
from app.web.pages import library_forms, shell


def build(context: Context) -> gr.Blocks:
    """The page at ``/``; the grid is ``assets/pages/library.js``, the forms are Gradio's."""
    forms = library_forms.LibraryForms(context)
    with shell.page("library", title="Library") as blocks:
        shell.mount_point("library", module="library")
        with shell.sheet("project", "New project"):
            forms.new_project()
        with shell.sheet("manage", "Projects"):
            shell.mount_point("manage", module="manage")
        with shell.sheet("categories", "Categories"):
            forms.categories()
        with shell.sheet("attributes", "Attributes"):
            shell.mount_point("attributes", module="attributes")
        with shell.sheet("guide", "Annotation guide"):
            shell.mount_point("guide", module="guide")
        with shell.sheet("videos", "Add videos"):
            forms.add_videos()
    return blocks
