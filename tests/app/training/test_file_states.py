"""The states beside an export: its complete frames, and who judged its masks, reach a training."""

import json
from pathlib import Path

import pytest

from app.errors import BadInput
from app.exchange.export_choice import ExportChoice
from app.exchange.exporting import export_dataset
from app.settings import Settings
from app.training.file_clips import YoutubeVisClips
from app.training.file_states import FileStates
from storage.database import Database
from storage.edits import Change, Edit, apply_edit
from tests.app.made import PERSON, new_track, project_with, send, square, video_in


def exported(database: Database, settings: Settings, folder: Path) -> Path:
    """An export of a video whose frames 1 and 2 are complete: a dog in 0 and 1, drawn and interpolated."""
    project, categories = project_with(database, "dog", "cat")
    video = video_in(database, settings, project, folder)
    _, changes = new_track(categories["dog"].id, {0: square(0, 4), 1: square(1, 4)})
    changes[2]["after"] |= {"source": "interpolated", "review": "unreviewed"}
    send(database, video, changes)
    after = {"start": 1, "stop": 3, "categories": [categories["dog"].id]}
    complete = Change(None, None, 0, after, range_id="r1")
    with database.atomic() as tx:
        apply_edit(tx, Edit("e", "complete", PERSON, video.id, (complete,)))
    export_dataset(database, project_id=project.id, out=folder / "out", choice=ExportChoice(ids="came"))
    return folder / "out"


def clips(out: Path, states: Path | None) -> YoutubeVisClips:
    return YoutubeVisClips(out / "instances.json", out / "JPEGImages", states)


def test_complete_frames_and_human_masks_are_read(database: Database, settings: Settings, tmp_path: Path) -> None:
    out = exported(database, settings, tmp_path)
    [plain] = clips(out, None).videos
    [video] = clips(out, out / "states.json").videos
    assert plain.complete is None and plain.tracks[0].human is None
    assert video.count == 3 and video.complete is not None
    assert [sorted(labels) for labels in video.complete] == [[], [0], [0]]
    assert video.tracks[0].human == (True, False, True)
    assert video.tracks[0].states == plain.tracks[0].states


def test_states_of_another_file_are_refused(database: Database, settings: Settings, tmp_path: Path) -> None:
    out = exported(database, settings, tmp_path)
    top = json.loads((out / "states.json").read_text())
    for change in ({"videos": []}, {"tracks": []}):
        (tmp_path / "other.json").write_text(json.dumps({**top, **change}))
        with pytest.raises(BadInput, match="does not belong to the annotations"):
            clips(out, tmp_path / "other.json")
    (tmp_path / "other.json").write_text("[]")
    with pytest.raises(BadInput, match=r"is no states\.json"):
        FileStates.read(tmp_path / "other.json")
    with pytest.raises(BadInput, match="cannot be read"):
        FileStates.read(tmp_path / "none.json")
