"""Import of any format and export of YouTube-VIS: two forms, and a list of the jobs with their results."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from app.errors import AppError, BadInput
from app.exchange.export_categories import VERSIONS
from app.exchange.export_choice import ExportChoice, Ids, Pictures, Unknown
from app.exchange.glance import Glance, glance
from app.exchange.open_source import Crowd
from app.exchange.repeats import Repeat
from app.exchange.versions import checked_name
from app.jobs import queue
from app.library import uploads
from app.library.sources import named_place
from app.library.uploads import IMPORTS
from app.library.videos import safe_name
from app.web.context import Context
from app.web.pages import shell
from app.web.pages.proposal_fields import parameters_of, proposal_fields
from app.web.pages.shell import Answer
from storage import imports, projects
from storage.database import Database
from storage.errors import NameTaken, StorageError

ASK = "Ask"
# What to do with videos that an earlier import added: the words of the form, and the value for the job.
REPEATS: dict[str, Repeat] = {ASK: "ask", "Leave them": "skip", "Replace them": "replace", "Import again": "again"}
FOUND = "found"
"""The name of the line that says what was chosen for the import."""
SUFFIXES = [".json", ".xml", ".zip", ".gz", ".txt"]
TRUTH, PROPOSED = "Annotations", "Proposals of a model"
OBJECTS = "Ordinary objects"
CROWDS: dict[str, Crowd] = {OBJECTS: "objects", "Crowds": "keep"}
HERE, NEW = "This project", "A new project"
OWN = "Own"  # the project's own categories, instead of those of a version of YouTube-VIS
ALL, REVIEWED = "All masks that are not rejected", "Only reviewed masks"
# What happens to unknown frames, and the ids of the file: the words of the form, and the values for the job.
FRAMES, VIDEOS = "Leave out the frame", "Leave out the video"
UNKNOWNS: dict[str, Unknown] = {FRAMES: "frames", VIDEOS: "videos"}
AUTOMATIC = "Automatic"
IDS: dict[str, Ids | None] = {AUTOMATIC: None, "As they came": "came", "From 1": "counted"}
JPEG = "JPEG"
PICTURES: dict[str, Pictures] = {JPEG: "jpg", "PNG, exact": "png", "None": "none"}


def build(context: Context) -> gr.Blocks:
    """The page at ``/exchange``; the list of jobs is ``assets/pages/exchange.js``."""
    forms = ExchangeForms(context)
    with shell.page("exchange", title="Import, export") as blocks:
        gr.HTML(
            html_template='<div class="v-page v-above"><div class="v-phead"><div class="v-grow"><h1>Import, export</h1>'
            "<p>YouTube-VIS, COCO, CVAT, DAVIS, MOTS, YOLO, labelme, Label Studio and SA-V come in; YouTube-VIS "
            "goes out, and the command <code>convert</code> makes the other formats of it.</p></div></div></div>",
            apply_default_css=False,
            elem_classes="v-plain",
            js_on_load=None,
        )
        with gr.Row(elem_classes="v-cols v-form", equal_height=True):
            with gr.Column(elem_classes="v-formcard"):
                forms.import_fields()
            with gr.Column(elem_classes="v-formcard"):
                forms.export_fields()
        shell.mount_point("exchange", module="exchange")
    return blocks


@dataclass(frozen=True)
class ExchangeForms:
    """The two forms: they check the input and queue the jobs."""

    context: Context

    def import_fields(self) -> None:
        """The fields of an import: file, frames, project."""
        form = shell.Form("import", self.context)
        shell.heading("Import", "Masks come in unreviewed; the pictures stay where they are.")
        kind = gr.Radio([TRUTH, PROPOSED], value=TRUTH, label="As", elem_id="v-import-kind")
        file = gr.File(label="Annotations: a file, archive or folder", file_types=SUFFIXES, elem_id="v-import-file")
        path = gr.Textbox(
            label="Or the path of a file, archive or folder on the server",
            placeholder="/data/train/instances.json",
            max_lines=1,
            elem_id="v-import-path",
        )
        shell.message_line(FOUND)
        crowd = gr.Radio(
            list(CROWDS),
            value=OBJECTS,
            label="Every track is marked as crowd, as labelformat and Datumaro do. Read them as",
            visible=False,
            elem_id="v-import-crowd",
        )
        with gr.Row():
            frames = gr.Textbox(
                label="Folder of the frames",
                placeholder="beside the file, or in the archive",
                max_lines=1,
                scale=3,
                elem_id="v-import-frames",
            )
            stride = _every_frames("v-import-stride", empty="those in the file")
        with gr.Row():
            into = gr.Radio([HERE, NEW], value=HERE, label="Into", elem_id="v-import-into")
            name = gr.Textbox(label="Its name", max_lines=1, visible=False, elem_id="v-import-name")
        repeat = gr.Radio(list(REPEATS), value=ASK, label="Videos that are here already", elem_id="v-import-repeat")
        model = proposal_fields()
        good = gr.Checkbox(label="Leave out videos with an error", value=False, elem_id="v-import-good")
        start = gr.Button("Import", variant="primary", size="lg", elem_id="v-import-start")
        shell.message_line("import")
        into.change(
            lambda chosen: gr.update(visible=chosen == NEW),
            inputs=into,
            outputs=name,
            show_progress="hidden",
            api_visibility="private",
        )
        kind.change(
            lambda chosen: (gr.update(visible=chosen == PROPOSED), gr.update(visible=chosen != PROPOSED)),
            inputs=kind,
            outputs=[model.column, repeat],
            show_progress="hidden",
            api_visibility="private",
        )
        fields = (file, path, frames, into, name, stride, repeat, crowd, good, kind, *model.fields)
        form.on_click(start, self.start_import, *fields)
        for changed in (file.change, path.blur, path.submit):
            changed(
                self.show_found,
                inputs=[file, path, frames],
                outputs=[form.outcome, crowd, kind],
                show_progress="hidden",
                trigger_mode="always_last",
                api_visibility="private",
            ).then(None, inputs=form.outcome, outputs=None, js=shell.SHOW_ANSWER)

    async def show_found(
        self, file: str | None, path: str, frames: str
    ) -> tuple[list[str], dict[str, Any], dict[str, Any]]:
        """The answer that names what was chosen, whether the question about crowds is shown, and the kind."""
        answer, seen = await self.context.run(self.found, file, path, frames)
        kind = gr.update(value=PROPOSED) if seen.results else gr.update()
        return answer.as_list(), gr.update(visible=seen.crowd), kind

    def found(self, file: str | None, path: str, frames: str) -> tuple[Answer, Glance]:
        """What the chosen file, archive or folder is."""
        try:
            given = Path(file) if file else named_place((path or "").strip()) if (path or "").strip() else None
            if given is None:
                return Answer(kind="ok", text="", sheet=FOUND), Glance("")
            folder = named_place(frames.strip()) if (frames or "").strip() else None
            seen = glance(self.context.settings, given, folder)
        except (AppError, StorageError) as error:
            text = str(error).replace(str(Path(file).parent) + "/", "") if file else str(error)
            return Answer(kind="error", text=text, sheet=FOUND), Glance("")
        return Answer(kind="ok", text=seen.sentence, sheet=FOUND), seen

    def start_import(
        self,
        database: Database,
        project_id: str,
        file: str | None,
        path: str,
        frames: str,
        into: str,
        name: str,
        stride: str,
        repeat: str = ASK,
        crowd: str = OBJECTS,
        keep_good: bool = False,
        kind: str = TRUTH,
        annotations: str = "",
        source_name: str = "",
        least_score: str = "",
        video: str = "",
    ) -> Answer:
        """Queue an import of a file, archive or folder of any format.

        A new project is made by the job, when the first video comes in.

        Without ``frames`` they are looked for beside the file. With ``stride``, ``frames`` may be a video file, or a
        folder at the full frame rate; every ``stride``-th frame of it is annotated. ``repeat`` is a key of `REPEATS`:
        what to do with videos that an earlier import added. ``crowd`` is a key of `CROWDS`. ``kind`` is `TRUTH` or
        `PROPOSED`; for the latter ``frames`` may be a video file, ``annotations`` is a path, ``least_score`` a number
        and ``video`` a name, all of which may be empty.
        """

        def refuse(text: str) -> Answer:
            return Answer(kind="error", text=text, sheet="import")

        given, folder = (path or "").strip(), (frames or "").strip()
        if not file and not given:
            return refuse("Choose the file with the annotations, or type its path.")
        try:
            place = named_place(folder) if folder else None
            may_be_file = kind == PROPOSED or bool((stride or "").strip())
            if place is not None and not place.is_dir() and not (may_be_file and place.is_file()):
                return refuse(f"There is no folder {folder} on this machine.")
            if not file and not named_place(given).exists():
                return refuse(f"There is no file {given} on this machine.")
            if into == HERE and not project_id:
                return refuse("There is no project yet; import into a new one.")
            every = _whole(stride)
            new = self.new_name(database, name) if into == NEW else ""
            source = (
                uploads.keep(self.context.settings.data / IMPORTS, file).parameters
                if file
                else {"file": str(named_place(given))}
            )
            parameters: dict[str, Any] = {**source, "stride": every}
            if place is not None:
                parameters["frames"] = str(place)
            if crowd in CROWDS and CROWDS[crowd] == "keep":
                parameters["crowd"] = "keep"
            if keep_good:
                parameters["keep_good"] = True
            if into == NEW:
                parameters["new_project"] = new
            if kind == PROPOSED:
                parameters |= parameters_of(annotations, source_name, least_score, video)
            elif repeat in REPEATS and repeat != ASK:
                parameters["repeat"] = REPEATS[repeat]
            queue.enqueue(
                database, self.context.settings, kind="import", project_id=project_id or None, parameters=parameters
            )
        except (AppError, StorageError) as error:
            return refuse(str(error))
        return Answer(kind="ok", text="The import is under way; it is in the list below.", sheet="import")

    def new_name(self, database: Database, name: str) -> str:
        """The name of the project that an import is to make.

        It may be taken by a project that a broken import made, for the import to go on.

        Raises `storage.errors.BadName`, `storage.errors.NameTaken`.
        """
        with database.read() as tx:
            new = projects.checked_name(name or "")
            known = projects.find_project(tx, new)
            if known is not None and not any(found.project_id == known.id for found in imports.open_imports(tx)):
                raise NameTaken("project", new)
        return new

    def export_fields(self) -> None:
        """The fields of an export: masks, version, stride, folder."""
        form = shell.Form("export", self.context)
        shell.heading("Export", "One folder: instances.json and JPEGImages. Rejected masks never leave.")
        what = gr.Radio([ALL, REVIEWED], value=ALL, label="Masks", elem_id="v-export-what")
        with gr.Row():
            unknown = gr.Radio(
                list(UNKNOWNS), value=FRAMES, label="Where a track is unknown", elem_id="v-export-unknown"
            )
            ids = gr.Radio(list(IDS), value=AUTOMATIC, label="Ids", elem_id="v-export-ids")
        with gr.Row():
            version = gr.Radio(
                [OWN, *VERSIONS], value=OWN, label="Categories (a year: YouTube-VIS)", elem_id="v-export-version"
            )
            pictures = gr.Radio(list(PICTURES), value=JPEG, label="Pictures", elem_id="v-export-pictures")
        with gr.Row():
            stride = _every_frames("v-export-stride", empty="as each video came")
            valid = gr.Textbox(
                label="Validation videos, %", placeholder="none: one file", max_lines=1, elem_id="v-export-valid"
            )
            frozen = gr.Textbox(
                label="Keep as version", placeholder="its name; empty: not kept", max_lines=1, elem_id="v-export-freeze"
            )
        # Written by the module: the names of the chosen videos and categories as JSON, empty for all.
        chosen = gr.Textbox(visible="hidden", elem_id="v-export-chosen", interactive=True)
        shell.mount_point("exportplan", module="exportplan")
        out = gr.Textbox(
            label="New folder on the server",
            placeholder=f"{self.context.settings.exports}/…",
            info="Empty: a dated folder among the exports.",
            max_lines=1,
            elem_id="v-export-out",
        )
        start = gr.Button("Export", variant="primary", size="lg", elem_id="v-export-start")
        shell.message_line("export")
        form.on_click(
            start, self.start_export, what, version, stride, out, unknown, ids, valid, frozen, chosen, pictures
        )

    def start_export(
        self,
        database: Database,
        project_id: str,
        what: str,
        version: str,
        stride: str,
        out: str,
        unknown: str = FRAMES,
        ids: str = AUTOMATIC,
        valid: str = "",
        frozen: str = "",
        chosen: str = "",
        pictures: str = JPEG,
    ) -> Answer:
        """Queue an export of the project into a new folder.

        ``version`` is a year, or `OWN`; ``unknown`` a key of `UNKNOWNS`, ``ids`` one of `IDS`, ``pictures`` one of
        `PICTURES`. ``valid`` is a share in percent, ``frozen`` the name of a version; empty for none. ``chosen`` is a
        JSON object whose ``videos`` and ``categories`` are lists of names; all of those that are missing.
        """
        if not project_id:
            return Answer(kind="error", text="There is no project yet, so there is nothing to export.", sheet="export")
        try:
            folder = self.export_folder(project_id, out)
            if folder.exists():
                text = f"The folder {folder} is there already; name a new one."
                return Answer(kind="error", text=text, sheet="export")
            names = _names(chosen)
            choice = ExportChoice(
                reviewed_only=what == REVIEWED,
                version=version if version in VERSIONS else None,
                stride=_whole(stride),
                unknown=UNKNOWNS[unknown],
                ids=IDS[ids],
                valid=_share(valid),
                videos=names.get("videos"),
                categories=names.get("categories"),
                pictures=PICTURES[pictures],
            )
            parameters = {"out": str(folder), **choice.as_json()}
            if (frozen or "").strip():
                parameters["freeze"] = checked_name(self.context.settings, project_id, frozen, choice)
            queue.enqueue(database, self.context.settings, kind="export", project_id=project_id, parameters=parameters)
        except (AppError, StorageError) as error:
            return Answer(kind="error", text=str(error), sheet="export")
        return Answer(kind="ok", text="The export is under way; it is in the list below.", sheet="export")

    def export_folder(self, project_id: str, out: str) -> Path:
        """The typed folder, or else ``exports/<project>-<date>-<time>``; absolute."""
        if (out or "").strip():
            return named_place(out.strip())
        with self.context.database.read() as tx:
            project = projects.get_project(tx, project_id)
        return self.context.settings.exports / f"{safe_name(project.name)}-{time.strftime('%Y%m%d-%H%M%S')}"


def _names(chosen: str) -> dict[str, tuple[str, ...]]:
    """The lists of names in the field that the page writes. Raises `BadInput` if something else is in it."""
    try:
        found = json.loads(chosen) if (chosen or "").strip() else {}
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BadInput("The chosen videos and categories could not be read; reload the page.")
    listed = {key: found[key] for key in ("videos", "categories") if found.get(key) is not None}
    for what, names in listed.items():
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise BadInput("The chosen videos and categories could not be read; reload the page.")
        if not names:
            raise BadInput(f"No {what} are chosen; choose at least one.")
    return {key: tuple(names) for key, names in listed.items()}


def _share(percent: str) -> float | None:
    """The typed share of 1, None for an empty field. Raises `BadInput` if it is no percentage between 0 and 100."""
    text = (percent or "").strip().removesuffix("%").strip()
    if not text:
        return None
    try:
        share = float(text) / 100
    except ValueError:
        share = 0.0
    if not 0 < share < 1:
        raise BadInput(f"Validation videos: {text} is no percentage between 0 and 100; leave the field empty for none.")
    return share


def _every_frames(name: str, *, empty: str) -> gr.Textbox:
    """A text field for a stride, because Gradio's number field turns an empty value into 0."""
    return gr.Textbox(label="Every how many frames", placeholder=empty, max_lines=1, elem_id=name)


def _whole(stride: str) -> int | None:
    """The typed stride, None for an empty field. Raises `BadInput` if it is not 1, 2, 3, …"""
    text = (stride or "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text) >= 1):
        raise BadInput(f"Every how many frames: {text} is no whole number from 1 on; leave the field empty for all.")
    return int(text)
