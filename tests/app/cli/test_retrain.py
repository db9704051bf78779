"""The command retrain: a refused start, and a job that is followed to its end."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.cli import retrain
from app.cli.outcome import ChecksFailed
from app.library.kept_runs import STATE
from app.settings import Settings
from app.training import suspicions
from app.training.suspicions import CorrectionCheck, NamedMask
from storage import jobs
from storage.database import Database
from tests.app.command_line import Run
from tests.app.made import add_checkpoint, new_track, project_with, send, square, video_in
from tests.app.web.routes.test_next_videos import proposed_by

SIZE = (64, 48)


def test_retraining_a_project_without_corrections_says_why_not(data_run: Run, database: Database) -> None:
    project_with(database, "fish", name="sea")

    ran = data_run("retrain", "--project", "sea")

    assert ran.code == 1
    assert "review" in ran.last.lower()


def test_the_plan_is_printed_and_nothing_starts(
    data_run: Run, database: Database, settings: Settings, tmp_path: Path
) -> None:
    made, categories = project_with(database, "fish", name="sea")
    clip = video_in(database, settings, made, tmp_path)
    _, changes = new_track(categories["fish"].id, {0: square(4, 4), 1: square(5, 4)})
    changes.append({"track": changes[0]["track"], "frame": 2, "before_version": 0, "after": {"state": "absent"}})
    send(database, clip, changes)

    text = data_run("retrain", "--project", "sea", "--plan")
    data = json.loads(data_run("retrain", "--project", "sea", "--plan", "--json").out)

    assert text.code == 0
    assert text.out.splitlines()[:2] == [
        "It trains on 2 masks of 1 track in 2 frames of 1 video: 2 drawn or corrected.",
        "Background: 1 frame in which a track was marked absent.",
    ]
    short, long = (data_run("retrain", "--project", "sea", "--plan", "--steps", steps).out for steps in ("1", "9000"))
    assert short != long, "the time is that of the steps that were asked for"
    assert (data["masks_drawn"], data["absences"], data["background"][0]["name"]) == (2, 1, clip.name)
    assert data["corrections"] == {"masks": 2, "suspicious": 0, "named": [], "share": 0.0}
    with database.read() as tx:
        assert jobs.list_jobs(tx) == ()


RESULT = {"checkpoint": "new", "verdict": "round 1: AP 50.0 before (demo), 62.5 after."}


@pytest.mark.parametrize("as_json", [True, False])
def test_the_command_prints_a_sentence_and_json_only_on_request(
    data_run: Run,
    database: Database,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    as_json: bool,
) -> None:
    made, categories = project_with(database, "fish", name="sea")
    clip = video_in(database, settings, made, tmp_path)
    send(database, clip, new_track(categories["fish"].id, {0: square(4, 4)})[1])
    monkeypatch.setattr(retrain, "start", lambda *_, **__: SimpleNamespace(id="job"))
    monkeypatch.setattr(retrain, "_follow", lambda *_: RESULT)
    ran = data_run("retrain", "--project", "sea", *(["--json"] if as_json else []))
    assert ran.out.strip() == (json.dumps(RESULT) if as_json else RESULT["verdict"])
    # Said before it starts.
    assert ran.errors[0].startswith("It trains on 1 mask of 1 track in 1 frame of 1 video")
    assert any(line.startswith("It takes about") for line in ran.errors)


def test_masks_that_look_spoiled_are_left_out_on_request(
    data_run: Run, database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, categories = project_with(database, "fish", name="sea")
    clip = video_in(database, settings, made, tmp_path)
    send(database, clip, new_track(categories["fish"].id, {0: square(4, 4)})[1])
    named = NamedMask(clip.id, clip.name, 1, 0, 0.9, ("size",), None, "Its size differs.")
    monkeypatch.setattr(suspicions, "check_project", lambda *_, **__: CorrectionCheck(5, 1, (named,)))
    monkeypatch.setattr(retrain, "_follow", lambda *_: RESULT)
    for asked, wanted in (([], None), (["--leave-out-suspicious"], [[clip.id, 1, 0]])):
        ran = data_run("retrain", "--project", "sea", *asked)
        with database.atomic() as tx:
            [job] = jobs.list_jobs(tx, active=True)
            jobs.request_cancel(tx, job.id)
        assert (job.parameters.get("leave_out"), job.parameters.get("again")) == (wanted, None)
        taught = "left out of this training" if asked else "it is trained on unless you correct it"
        at = ran.errors.index(f"1 of 5 masks looks spoiled; {taught}:")
        assert ran.errors[at + 1] == f"{clip.name}, track 1, frame 0: Its size differs."


def test_proposing_again_after_a_promotion_is_announced_and_can_be_declined(
    data_run: Run, database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, categories = project_with(database, "fish", name="sea")
    add_checkpoint(database, "fish", chosen_in=made.id)
    clips = [video_in(database, settings, made, tmp_path, name) for name in ("corrected", "open")]
    send(database, clips[0], new_track(categories["fish"].id, {0: square(4, 4)})[1])
    proposed_by(database, clips[1], add_checkpoint(database, "fish", name="old").id)
    monkeypatch.setattr(retrain, "_follow", lambda *_: {**RESULT, "name": "round 1", "again": 1})
    ran = data_run("retrain", "--project", "sea")
    assert "If it is promoted, it proposes again in 1 unreviewed video." in ran.errors
    assert ran.errors[-1].startswith("1 unreviewed video is proposed again with round 1, after all other jobs.")
    with database.atomic() as tx:
        jobs.request_cancel(tx, jobs.list_jobs(tx, active=True)[0].id)
    ran = data_run("retrain", "--project", "sea", "--no-propose-again")
    assert not any(line.startswith("If it is promoted") for line in ran.errors)
    with database.read() as tx:
        assert jobs.list_jobs(tx, active=True)[0].parameters["again"] is False


@pytest.mark.parametrize("ending", ["done", "failed"])
def test_a_job_is_followed_to_its_end(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="retrain", project_id=None)
        jobs.claim(tx, worker="here:1", kinds=["retrain"])

    def end(given: Database, at: Settings) -> None:
        with given.atomic() as tx:
            if ending == "done":
                jobs.finish(tx, job.id, result={"checkpoint": "new"})
            else:
                jobs.fail(tx, job.id, error="It went wrong.")

    monkeypatch.setattr(retrain, "care", end)
    if ending == "done":
        assert retrain._follow(database, settings, job.id) == {"checkpoint": "new"}
    else:
        with pytest.raises(ChecksFailed, match="went wrong"):
            retrain._follow(database, settings, job.id)


def test_a_stopped_retraining_is_resumed(data_run: Run, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    made, _ = project_with(database, "fish", name="sea")
    assert "no stopped retraining" in data_run("retrain", "--project", "sea", "--resume").last
    went_on: list[str] = []

    def go_on(*_: object, project_id: str) -> SimpleNamespace:
        went_on.append(project_id)
        return SimpleNamespace(id="job")

    monkeypatch.setattr(retrain, "go_on", go_on)
    monkeypatch.setattr(retrain, "_follow", lambda *_: RESULT)
    assert data_run("retrain", "--project", "sea", "--resume").out.strip() == RESULT["verdict"]
    assert went_on == [made.id]
    monkeypatch.setenv("WORLD_SIZE", "2")
    refused = data_run("retrain", "--project", "sea", "--resume")
    assert (refused.code, len(went_on)) == (2, 1) and "without torchrun" in refused.last


@pytest.mark.parametrize("kept", [False, True])
def test_interrupting_cancels_the_job_that_is_followed_and_promises_only_what_is_there(
    database: Database,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kept: bool,
) -> None:
    def interrupt(given: Database, at: Settings) -> None:
        raise KeyboardInterrupt

    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="retrain", project_id=None)
    monkeypatch.setattr(retrain, "care", interrupt)
    if kept:
        (settings.retrainings / job.id).mkdir(parents=True)
        (settings.retrainings / job.id / STATE).touch()

    with pytest.raises(KeyboardInterrupt):
        retrain._follow(database, settings, job.id)

    with database.read() as tx:
        assert jobs.get_job(tx, job.id).status == "cancelled"
    assert ("--resume" in capsys.readouterr().err) == kept
