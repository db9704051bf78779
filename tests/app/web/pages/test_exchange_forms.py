"""What the exchange page's forms refuse, and the jobs they put in the queue."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.exchange.export_choice import ExportChoice
from app.library.uploads import IMPORTS, Upload
from app.settings import Settings
from app.web.context import Context
from app.web.pages.exchange import (
    ALL,
    ASK,
    AUTOMATIC,
    CROWDS,
    FOUND,
    FRAMES,
    HERE,
    JPEG,
    NEW,
    OBJECTS,
    OWN,
    PROPOSED,
    REPEATS,
    REVIEWED,
    TRUTH,
    VIDEOS,
    ExchangeForms,
)
from app.web.pages.shell import Answer
from storage import imports, jobs, projects
from storage.database import Database
from storage.projects import Project
from tests.app.exchange.files import content, write
from tests.app.made import project_with

CROWDS_KEPT = next(word for word, crowd in CROWDS.items() if crowd == "keep")


@dataclass(frozen=True)
class FilledForms:
    """The forms of the page, filled so that they are accepted; a test names what it fills in otherwise."""

    forms: ExchangeForms
    database: Database
    project: Project
    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "instances.json"

    @property
    def frames(self) -> Path:
        return self.folder / "JPEGImages"

    def start_import(self, **other: Any) -> Answer:
        values = {"project": self.project.id, "upload": None, "path": str(self.file), "frames": str(self.frames)}
        values |= {"into": HERE, "name": "", "stride": "", "repeat": ASK}
        values |= {"crowd": OBJECTS, "good": False, "kind": TRUTH, "named": "", "source": "", "score": ""}
        values |= {"video": "", **other}
        return self.forms.start_import(self.database, *values.values())

    def start_export(self, **other: Any) -> Answer:
        values = {"project": self.project.id, "which": ALL, "version": "2019", "stride": "", "out": ""}
        values |= {"unknown": FRAMES, "ids": AUTOMATIC, "valid": "", "frozen": "", "chosen": "", "pictures": JPEG}
        return self.forms.start_export(self.database, *(values | other).values())

    def queued(self) -> list[jobs.Job]:
        with self.database.read() as tx:
            return list(jobs.list_jobs(tx))

    def found_project(self, name: str) -> Project | None:
        with self.database.read() as tx:
            return projects.find_project(tx, name)


@pytest.fixture
def filled(
    app_context: Context, database: Database, project: Project, started_workers: list[Settings], tmp_path: Path
) -> FilledForms:
    found = FilledForms(ExchangeForms(app_context), database, project, tmp_path)
    found.file.write_text("{}")
    found.frames.mkdir()
    return found


def test_an_import_is_queued_with_its_paths(filled: FilledForms) -> None:
    answer = filled.start_import(path=f" {filled.file} ")
    assert (answer.kind, answer.go) == ("ok", "")
    (job,) = filled.queued()
    assert (job.kind, job.project_id) == ("import", filled.project.id)
    assert dict(job.parameters) == {"file": str(filled.file), "frames": str(filled.frames), "stride": None}


@pytest.mark.parametrize(
    ("chosen", "repeat"),
    [("Ask", None), ("Leave them", "skip"), ("Replace them", "replace"), ("Import again", "again")],
)
def test_what_becomes_of_videos_that_are_here_already_is_asked(
    filled: FilledForms, chosen: str, repeat: str | None
) -> None:
    assert chosen in REPEATS
    assert filled.start_import(repeat=chosen).kind == "ok"
    (job,) = filled.queued()
    assert job.parameters.get("repeat") == repeat


def test_with_a_stride_the_frames_may_be_a_video_file(filled: FilledForms) -> None:
    video = filled.folder / "whole.mp4"
    video.write_bytes(b"a video")
    without = filled.start_import(frames=str(video))
    assert without.kind == "error" and f"no folder {video}" in without.text
    assert filled.start_import(frames=str(video), stride=" 5 ").kind == "ok"
    (job,) = filled.queued()
    assert (job.parameters["frames"], job.parameters["stride"]) == (str(video), 5)


def test_an_uploaded_file_is_kept_for_each_job_that_was_asked_for(filled: FilledForms, settings: Settings) -> None:
    for _ in range(2):
        assert filled.start_import(upload=str(filled.file), path="").kind == "ok"
    given = [job.parameters for job in filled.queued()]
    kept = [Upload(settings.data / IMPORTS, one["upload"], one["file"]) for one in given]
    assert len({upload.id for upload in kept}) == 2
    assert all(upload.name == "instances.json" and upload.path.read_text() == "{}" for upload in kept)


def test_no_project_is_made_for_an_upload_that_is_gone(filled: FilledForms) -> None:
    filled.file.unlink()
    answer = filled.start_import(project="", upload=str(filled.file), path="", into=NEW, name="train set")
    assert (answer.kind, "choose the file again" in answer.text) == ("error", True)
    assert filled.found_project("train set") is None


def test_an_import_can_make_its_project(filled: FilledForms) -> None:
    answer = filled.start_import(project="", into=NEW, name=" train  set ")
    assert (answer.kind, answer.go) == ("ok", ""), "the page stays, with what is in its form"
    (job,) = filled.queued()
    assert (job.project_id, job.parameters["new_project"]) == (None, "train set")
    assert filled.found_project("train set") is None, "the job makes it when the first video comes in"


def test_an_import_that_broke_off_in_its_new_project_can_start_again(filled: FilledForms) -> None:
    with filled.database.atomic() as tx:
        imports.add_import(tx, project_id=filled.project.id, path="a.json")
    assert filled.start_import(into=NEW, name="street").kind == "ok"
    assert filled.queued()[0].parameters["new_project"] == "street"


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"path": ""}, "Choose"),
        ({"frames": "/no/such/folder"}, "/no/such/folder"),
        ({"frames": "/no/../such\0"}, "NUL"),
        ({"path": "/no/../such\0.json"}, "NUL"),
        ({"path": "/no/such/file.json"}, "/no/such/file.json"),
        ({"into": NEW}, "name"),
        ({"into": NEW, "name": "street"}, "street"),
    ],
)
def test_what_is_missing_is_named(filled: FilledForms, wrong: dict[str, str], word: str) -> None:
    assert filled.project.name == "street"
    answer = filled.start_import(**wrong)
    assert answer.kind == "error" and word in answer.text and answer.sheet == "import"
    assert filled.queued() == []


def test_a_folder_and_an_empty_folder_of_frames_are_enough(filled: FilledForms) -> None:
    assert filled.start_import(path=str(filled.folder), frames="", crowd=CROWDS_KEPT, good=True).kind == "ok"
    (job,) = filled.queued()
    expected = {"file": str(filled.folder), "stride": None, "crowd": "keep", "keep_good": True}
    assert dict(job.parameters) == expected


def test_what_was_chosen_is_named_before_the_import(filled: FilledForms) -> None:
    write(filled.file, content())
    for upload, path in ((None, str(filled.file)), (str(filled.file), "")):
        answer, seen = filled.forms.found(upload, path, "")
        assert (answer.kind, answer.sheet, seen.crowd) == ("ok", FOUND, False)
        assert answer.text == "This is YouTube-VIS: 2 videos, 4 tracks, 12 masks."


def test_nothing_chosen_is_nothing_found_and_an_error_has_its_place(filled: FilledForms) -> None:
    assert filled.forms.found(None, " ", "")[0].text == ""
    top = content()
    for track in top["annotations"]:
        track["iscrowd"] = 1
    write(filled.file, top)
    assert filled.forms.found(None, str(filled.file), "")[1].crowd
    top["annotations"][1]["segmentations"][2] = 5
    write(filled.file, top)
    answer, seen = filled.forms.found(str(filled.file), "", "")
    assert (answer.kind, seen.crowd) == ("error", False)
    assert answer.text.startswith("instances.json: annotations[1].segmentations[2]")


def test_an_import_into_no_project_is_refused(filled: FilledForms) -> None:
    assert filled.start_import(project="").kind == "error"


def test_an_export_is_queued(filled: FilledForms) -> None:
    out = filled.folder / "out"
    assert filled.start_export(which=REVIEWED, version="2021", stride="5", out=str(out)).kind == "ok"
    (job,) = filled.queued()
    assert job.kind == "export"
    choice = ExportChoice(reviewed_only=True, version="2021", stride=5)
    assert dict(job.parameters) == {"out": str(out), **choice.as_json()}


def test_an_export_is_queued_with_all_its_choices(filled: FilledForms) -> None:
    more = {"unknown": VIDEOS, "ids": "From 1", "valid": " 20 %", "frozen": "first", "pictures": "PNG, exact"}
    assert filled.start_export(**more).kind == "ok"
    parameters = dict(filled.queued()[0].parameters)
    wanted = ExportChoice(version="2019", unknown="videos", ids="counted", valid=0.2, pictures="png")
    assert ExportChoice.of(parameters) == wanted
    assert parameters["freeze"] == "first"


def test_an_export_has_the_chosen_videos_and_categories(filled: FilledForms) -> None:
    assert filled.start_export(chosen='{"videos": ["a, b"], "categories": ["dog", "cat"]}').kind == "ok"
    choice = ExportChoice.of(dict(filled.queued()[0].parameters))
    assert (choice.videos, choice.categories) == (("a, b",), ("dog", "cat"))


@pytest.mark.parametrize(
    ("chosen", "said"),
    [('{"videos": []}', "No videos are chosen"), ('{"videos": [1]}', "reload"), ("[]", "reload"), ("{", "reload")],
)
def test_a_choice_of_no_names_or_of_something_else_is_refused(filled: FilledForms, chosen: str, said: str) -> None:
    answer = filled.start_export(chosen=chosen)
    assert answer.kind == "error" and said in answer.text
    assert filled.queued() == []


@pytest.mark.parametrize("typed", ["0", "100", "-3", "a fifth", "nan"])
def test_a_share_that_is_none_is_refused(filled: FilledForms, typed: str) -> None:
    answer = filled.start_export(valid=typed)
    assert answer.kind == "error" and "no percentage between 0 and 100" in answer.text
    assert filled.queued() == []


def test_an_export_keeps_the_projects_own_categories_unless_a_year_is_chosen(filled: FilledForms) -> None:
    filled.start_export(version=OWN, out=str(filled.folder / "out"))
    assert filled.queued()[0].parameters["version"] is None


def test_an_export_without_a_folder_gets_a_dated_one(filled: FilledForms, settings: Settings) -> None:
    named, _ = project_with(filled.database, name="a/b: street")
    filled.start_export(project=named.id)
    parameters = dict(filled.queued()[0].parameters)
    folder = Path(parameters["out"])
    assert folder.parent == settings.exports and "/" not in folder.name and parameters["stride"] is None
    assert parameters["reviewed_only"] is False


def test_an_export_never_writes_over_a_folder(filled: FilledForms) -> None:
    answer = filled.start_export(stride="1", out=str(filled.folder))
    assert answer == Answer("error", f"The folder {filled.folder} is there already; name a new one.", "export")
    assert filled.queued() == []


def test_an_export_needs_a_project(filled: FilledForms) -> None:
    assert filled.start_export(project="").kind == "error"
    assert filled.start_export(project="unknown").kind == "error"


@pytest.mark.parametrize(("typed", "kept"), [("", None), ("  ", None), ("1", 1), (" 5 ", 5)])
def test_an_empty_stride_field_stands_for_no_stride(filled: FilledForms, typed: str, kept: int | None) -> None:
    assert filled.start_export(stride=typed).kind == "ok"
    assert filled.queued()[0].parameters["stride"] == kept


def test_results_of_a_model_are_proposals_with_their_file_name_and_least_score(filled: FilledForms) -> None:
    values = {"kind": PROPOSED, "named": f" {filled.file} ", "source": " DVIS  R50", "score": "0.1", "video": " dog "}
    assert filled.start_import(**values).kind == "ok"
    [job] = filled.queued()
    named = {"as": "proposals", "annotations": str(filled.file), "source": "DVIS R50", "min_score": 0.1, "video": "dog"}
    assert job.kind == "import" and job.parameters.items() >= named.items()


def test_without_more_words_proposals_have_only_their_kind(filled: FilledForms) -> None:
    assert filled.start_import(kind=PROPOSED).kind == "ok"
    [job] = filled.queued()
    assert job.parameters["as"] == "proposals"
    assert not {"annotations", "video", "source", "min_score", "repeat"} & set(job.parameters)


def test_the_frames_of_proposals_may_be_a_video_file(filled: FilledForms) -> None:
    video = filled.folder / "dog.mp4"
    video.touch()
    assert filled.start_import(frames=str(video)).kind == "error"
    assert filled.start_import(frames=str(video), kind=PROPOSED).kind == "ok"
    assert filled.queued()[0].parameters["frames"] == str(video)


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"score": "5"}, "Least score: 5 is no number from 0 to 1"),
        ({"score": "much"}, "Least score: much is no number"),
        ({"named": "/nowhere/valid.json"}, "There is no file /nowhere/valid.json on this machine"),
    ],
)
def test_wrong_fields_of_proposals_are_named(filled: FilledForms, wrong: dict[str, str], text: str) -> None:
    answer = filled.start_import(kind=PROPOSED, **wrong)
    assert answer.kind == "error" and text in answer.text and filled.queued() == []


def test_results_are_recognised_before_the_import(filled: FilledForms) -> None:
    tracks = [{"video_id": n, "category_id": 1, "score": n / 10, "segmentations": [None]} for n in (1, 1, 7)]
    filled.file.write_text(json.dumps(tracks))
    answer, seen = filled.forms.found(None, str(filled.file), "")
    assert seen.results and answer.text == (
        "These are YouTube-VIS results: 3 tracks of 2 videos, scores from 0.10 to 0.70. They come in as proposals."
    )
