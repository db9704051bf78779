"""What the handlers of jobs do around the use cases: an uploaded file goes when its job has ended."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.errors import BadInput, Cancelled, Undecided
from app.exchange.export_choice import ExportChoice
from app.exchange.repeats import ImportedAlready
from app.exchange.versions import Version
from app.library.uploads import IMPORTS, keep
from app.settings import Settings
from app.training import corrections
from app.worker import handlers
from app.worker.handlers import ASIDE, HANDLERS, import_file
from app.worker.job import JobContext
from model.tracking.settings import ProposeSettings
from storage import jobs, tracks
from storage.database import Database, DatabaseBusy
from tests.app.exchange.scene import ExchangeScene
from tests.app.made import FRAMES, new_track, project_with, send, square, video_in
from tests.app.result_files.results_scene import ResultsScene, result


def context_with(settings: Settings, database: Database, file: Path, frames: Path) -> JobContext:
    project, _ = project_with(database)
    job = SimpleNamespace(project_id=project.id, parameters={"file": str(file), "frames": str(frames)})
    report = cast(Any, lambda *_args, **_more: None)
    report.cancelled = lambda: False
    return JobContext(settings=settings, database=database, job=cast(Any, job), report=report, warm=cast(Any, None))


@pytest.mark.parametrize("content", ["no JSON", "[]", '{"hello": "world"}'])
def test_an_uploaded_file_is_named_as_the_person_knows_it_and_removed(
    settings: Settings, database: Database, tmp_path: Path, content: str
) -> None:
    (tmp_path / "notes.json").write_text(content)
    upload = keep(settings.data / IMPORTS, str(tmp_path / "notes.json"))
    with pytest.raises(BadInput, match=r"^notes\.json") as refused:
        import_file(context_of(settings, database, **upload.parameters, frames=str(tmp_path)))
    assert str(settings.data) not in str(refused.value)
    assert not upload.path.parent.exists() and (tmp_path / "notes.json").exists()


def test_a_file_of_the_server_stays_where_it_is(settings: Settings, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "notes.json"
    file.write_text("[]")
    with pytest.raises(BadInput, match=str(file)):
        import_file(context_with(settings, database, file, tmp_path))
    assert file.is_file()


def test_every_kind_of_job_has_one_handler() -> None:
    assert not set(HANDLERS) & set(ASIDE)
    assert {"propose", "find_errors", "import", "export", "index"} <= set(HANDLERS) and set(ASIDE) == {"retrain"}


class Called:
    """Stands for a use case: remembers what it was called with."""

    def __init__(self, result: dict[str, Any] | None = None) -> None:
        self.named: dict[str, Any] = {}
        self.result = result or {"stored": True}

    def __call__(self, *_: Any, **named: Any) -> Any:
        self.named = named
        return SimpleNamespace(as_json=lambda: self.result, count=7)


def context_of(settings: Settings, database: Database, **parameters: Any) -> JobContext:
    report = cast(Any, lambda *_args, **_more: None)
    report.cancelled = lambda: False
    job = SimpleNamespace(id="j", project_id="p", video_id="v", parameters=parameters)
    return JobContext(settings=settings, database=database, job=cast(Any, job), report=report, warm=cast(Any, None))


def test_a_proposal_is_made_by_the_review_rule_unless_the_job_says_otherwise(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_case = Called()
    monkeypatch.setattr(handlers, "propose_video", use_case)
    searched: list[str] = []
    monkeypatch.setattr(handlers, "request_search", lambda *_, video_id: searched.append(video_id))
    assert HANDLERS["propose"](context_of(settings, database, checkpoint="c")) == {"stored": True}
    assert (use_case.named["video_id"], use_case.named["checkpoint_id"], use_case.named["job_id"]) == ("v", "c", "j")
    assert use_case.named["propose_settings"] == ProposeSettings("review", None)
    assert searched == ["v"]
    HANDLERS["propose"](context_of(settings, database, checkpoint="c", rule="published", precision="fast"))
    assert use_case.named["propose_settings"] == ProposeSettings("published", "fast")
    HANDLERS["propose"](context_of(settings, database, checkpoint="c", window=8, overlap=2, max_tracks=3))
    assert use_case.named["propose_settings"] == ProposeSettings(max_tracks=3, window=8, overlap=2)


def test_proposing_again_leaves_a_video_alone_that_somebody_reviews_by_now(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_case, judged = Called(), False
    monkeypatch.setattr(handlers, "propose_video", use_case)
    monkeypatch.setattr(handlers, "request_search", lambda *_, video_id: None)
    monkeypatch.setattr(handlers, "is_unjudged", lambda _, project_id, video_id: not judged)
    assert HANDLERS["propose"](context_of(settings, database, checkpoint="c", background=True)) == {"stored": True}
    use_case.named, judged = {}, True
    done = HANDLERS["propose"](context_of(settings, database, checkpoint="c", background=True))
    assert not use_case.named and "reviewed something" in dict(done or {})["skipped"]
    assert HANDLERS["propose"](context_of(settings, database, checkpoint="c")) == {"stored": True}, "asked for by name"


def test_an_export_gives_what_the_job_says_and_the_defaults_of_the_format(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use_case = Called()
    monkeypatch.setattr(handlers, "export_dataset", use_case)
    HANDLERS["export"](context_of(settings, database, out=str(tmp_path)))
    plain = {name: use_case.named[name] for name in ("project_id", "out", "choice")}
    assert plain == {"project_id": "p", "out": tmp_path, "choice": ExportChoice()}
    HANDLERS["export"](context_of(settings, database, out=str(tmp_path), reviewed_only=1, version="2021", stride=5))
    assert use_case.named["choice"] == ExportChoice(reviewed_only=True, version="2021", stride=5)


def test_an_export_of_a_version_is_made_again_and_can_be_stopped(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    numbers = {"videos": 1, "frames": 4, "tracks": 2, "masks": 3}
    files = {"train/states.json": "", "valid/instances.json": "", "train/instances.json": ""}
    version = Version("one", "p", 7, numbers, {}, files, {}, (), tmp_path)
    seen: dict[str, Any] = {}

    def use_case(*_: Any, **named: Any) -> Version:
        seen.update(named)
        named["check"]()
        return version

    monkeypatch.setattr(handlers, "make_version", use_case)
    context = context_of(settings, database, out="/new", again="one")
    expected = {"out": "/new", "annotations": "/new/train/instances.json", "again": "one"}
    assert HANDLERS["export"](context) == {**expected, "videos": 1, "tracks": 2, "masks": 3}
    assert (seen["name"], seen["project_id"], seen["out"]) == ("one", "p", Path("/new"))
    cast(Any, context.report).cancelled = lambda: True
    with pytest.raises(Cancelled):
        HANDLERS["export"](context)


def test_a_retraining_is_a_process_that_gets_the_same_data(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(handlers, "watch_child", lambda _work, command: commands.append(command))
    assert ASIDE["retrain"](context_of(settings, database)) is None
    assert commands == [["retrain", "--job", "j", *settings.flags()]]
    assert str(settings.data) in commands[0] and "cpu" in commands[0]


def test_an_import_that_worked_removes_its_upload_and_nothing_else(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "notes.json").write_text("{}")
    upload, neighbour = (keep(settings.data / IMPORTS, str(tmp_path / "notes.json")) for _ in range(2))
    use_case = Called({"videos": 1})
    monkeypatch.setattr(handlers, "import_dataset", use_case)
    context = context_of(settings, database, **upload.parameters, frames=str(tmp_path))
    assert import_file(context) == {"videos": 1}
    assert use_case.named["file"] == upload.path and use_case.named["frames_folder"] == tmp_path
    assert not upload.path.parent.exists() and neighbour.path.exists()


@pytest.mark.parametrize(
    "given",
    ["mine/notes.json", "{uploads}/../mine/notes.json", "{uploads}/notes.json", "{uploads}/a/b/notes.json",
     "{uploads}/0123abcd/notes.json"],
)  # fmt: skip
def test_what_a_path_names_is_never_removed(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    """A path inside the folder of uploads too: a person put it there, or an older version queued the job."""
    use_case = Called()
    monkeypatch.setattr(handlers, "import_dataset", use_case)
    uploads = settings.data / IMPORTS
    file = settings.data / given.format(uploads=uploads)
    for folder in (uploads, settings.data / "mine", file.parent):
        folder.mkdir(parents=True, exist_ok=True)
    file.write_text("{}")
    import_file(context_of(settings, database, file=str(file), frames="/x"))
    assert use_case.named["file"] == file and file.exists()


def test_videos_that_are_here_already_are_asked_about_in_words_of_the_page(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **named: Any) -> None:
        assert named["repeat"] == "ask"
        raise ImportedAlready("in.json: va is here already.")

    monkeypatch.setattr(handlers, "import_dataset", refuse)
    with pytest.raises(Undecided) as caught:
        import_file(context_of(settings, database, file="in.json", frames="/x"))
    assert str(caught.value) == "in.json: va is here already. Choose what becomes of them."
    assert caught.value.kind == "imported_already"


def test_an_import_is_repeated_as_the_job_says(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_case = Called()
    monkeypatch.setattr(handlers, "import_dataset", use_case)
    import_file(context_of(settings, database, file="in.json", frames="/x", repeat="replace"))
    assert use_case.named["repeat"] == "replace"


@pytest.mark.parametrize(
    ("error", "stays"),
    [
        (Cancelled(), True),
        (ImportedAlready("in.json: va is here already."), True),
        (DatabaseBusy("busy"), True),
        (BadInput("it is no JSON"), False),
    ],
)
def test_an_upload_stays_as_long_as_a_job_may_go_on_with_it(
    settings: Settings,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    error: Exception,
    stays: bool,
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(handlers, "import_dataset", fails)
    (tmp_path / "notes.json").write_text("{}")
    upload = keep(settings.data / IMPORTS, str(tmp_path / "notes.json"))
    with pytest.raises((type(error), Undecided)):
        import_file(context_of(settings, database, **upload.parameters, frames=str(tmp_path)))
    assert upload.path.exists() == stays


def test_an_import_goes_into_the_jobs_project_or_a_new_one(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_case = Called()
    monkeypatch.setattr(handlers, "import_dataset", use_case)
    import_file(context_of(settings, database, file="/in.json", frames="/x"))
    assert (use_case.named["project_id"], use_case.named["new_project"]) == ("p", None)
    import_file(context_of(settings, database, file="/in.json", frames="/x", new_project="sea"))
    assert (use_case.named["project_id"], use_case.named["new_project"]) == (None, "sea")
    assert use_case.named["resumes"]["new_project"] == "sea"


def test_a_check_of_corrections_names_masks_and_the_edit_that_it_saw(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    project, categories = project_with(database, "dog")
    video = video_in(database, settings, project, tmp_path)
    masks = {k: square(2 * k, 10 if k != 6 else 34) for k in range(FRAMES)}
    send(database, video, new_track(categories["dog"].id, masks)[1])
    context = context_of(settings, database)
    context.job.project_id = project.id  # type: ignore[misc]
    found = HANDLERS[corrections.KIND](context)
    assert found["masks"] == FRAMES
    assert {(one["video_id"], one["track"]) for one in found["named"]} == {(video.id, 1)}
    with database.read() as tx:
        hashes = {row.frame: row.hash for row in tracks.rows(tx, video.id)}
    assert all(one["mask"] == hashes[one["frame"]] for one in found["named"])
    with database.read() as tx:
        assert found["edit"] == corrections.last_edit(tx, project.id) > 0
    cast(Any, context.report).cancelled = lambda: True
    with pytest.raises(Cancelled):
        HANDLERS[corrections.KIND](context)


def test_results_of_a_model_come_in_as_proposals_and_are_searched(
    settings: Settings, database: Database, started_workers: list[Settings], tmp_path: Path
) -> None:
    scene = ResultsScene(ExchangeScene(database, settings, project_with(database, name="sea")[0]), tmp_path)
    scene.bring_videos()
    upload = keep(
        settings.data / IMPORTS, str(scene.results(result(1, 1, 4, score=0.4), result(2, 1, 4), name="D.json"))
    )
    project = scene.exchange.project.id
    with database.atomic() as tx:
        parameters = {**upload.parameters, "as": "proposals", "min_score": 0.5}
        job = jobs.enqueue(tx, kind="import", project_id=project, parameters=parameters)
    context = replace(context_of(settings, database), job=job)
    done = import_file(context)
    assert (done["as"], done["source"], done["videos"], done["low"]) == ("proposals", "D", ["vb"], 1)
    assert not upload.path.parent.exists()
    with database.read() as tx:
        waiting = [(job.kind, job.video_id) for job in jobs.list_jobs(tx, active=True) if job.kind != "import"]
    assert waiting == [("find_errors", scene.video("vb").id)]
