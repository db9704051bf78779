"""The fields of the import form for results of a model, and the parameters of the job that they stand for."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from app.errors import BadInput
from app.library.sources import named_place
from app.result_files.importing import PROPOSALS


@dataclass(frozen=True)
class ProposalFields:
    """The fields, and the column that shows or hides them."""

    column: gr.Column
    fields: tuple[gr.Textbox, ...]


def proposal_fields() -> ProposalFields:
    """The fields, hidden at first; make them inside Blocks."""
    with gr.Column(visible=False, elem_id="v-import-model") as column:
        named = gr.Textbox(
            label="YouTube-VIS file that names its videos and categories, on the server",
            placeholder="that of the import that brought the videos",
            max_lines=1,
            elem_id="v-import-annotations",
        )
        video = gr.Textbox(
            label="Video of the project, for a file of one video",
            placeholder="the one of its name",
            max_lines=1,
            elem_id="v-import-video",
        )
        with gr.Row():
            source = gr.Textbox(
                label="Model", placeholder="the name of the file", max_lines=1, elem_id="v-import-source"
            )
            score = gr.Textbox(
                label="Least score, 0 to 1", placeholder="all tracks", max_lines=1, elem_id="v-import-score"
            )
    return ProposalFields(column, (named, source, score, video))


def parameters_of(annotations: str, source: str, least_score: str, video: str) -> dict[str, Any]:
    """The parameters of a job that imports results of a model; raises `BadInput`."""
    found: dict[str, Any] = {"as": PROPOSALS}
    named = (annotations or "").strip()
    if named:
        place = named_place(named)
        if not place.is_file():
            raise BadInput(f"There is no file {named} on this machine; it names the videos and categories of results.")
        found["annotations"] = str(place)
    if (source or "").strip():
        found["source"] = " ".join(source.split())
    if (video or "").strip():
        found["video"] = video.strip()
    text = (least_score or "").strip()
    if text:
        try:
            found["min_score"] = float(text)
        except ValueError:
            found["min_score"] = -1.0
        if not 0 <= found["min_score"] <= 1:
            raise BadInput(f"Least score: {text} is no number from 0 to 1; leave the field empty for all tracks.")
    return found
