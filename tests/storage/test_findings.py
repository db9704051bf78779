"""Findings of runs and looks of videos: stored once per run, read by project, gone with their video."""

from storage import findings, removal, runs, track_likenesses, track_summaries
from storage.edits import Change
from storage.findings import RankedVideo
from storage.runs import Run
from tests.storage.scenes import Scene, make_video
from tests.storage.track_projects import refresh


def finished_run(scene: Scene, state: str = "done") -> Run:
    with scene.database.atomic() as tx:
        run = runs.start_run(tx, kind="proposal", project_id=scene.project.id, video_id=scene.video.id)
        return runs.finish_run(tx, run.id, state=state)


def put(scene: Scene, run: Run, masks: int = 10, near: int = 3, errors: float = 1.5) -> None:
    with scene.database.atomic() as tx:
        findings.put(tx, run, masks=masks, near=near, errors=errors)


def ranked(scene: Scene) -> tuple[RankedVideo, ...]:
    refresh(scene.database, scene.project.id)
    with scene.database.read() as tx:
        return findings.ranked_videos(tx, scene.project.id)


def test_the_first_findings_of_a_run_stay_and_the_newest_run_comes_first(scene: Scene) -> None:
    old, new = finished_run(scene), finished_run(scene)
    put(scene, old)
    put(scene, new, masks=20)
    put(scene, new, masks=99)
    with scene.database.read() as tx:
        found = findings.of_project(tx, scene.project.id)
    assert [(one.run_id, one.masks, one.near, one.errors) for one in found] == [
        (new.id, 20, 3, 1.5),
        (old.id, 10, 3, 1.5),
    ]


def test_a_run_that_did_not_end_counts_for_nothing(scene: Scene) -> None:
    run = finished_run(scene, "failed")
    put(scene, run)
    with scene.database.read() as tx:
        assert findings.of_project(tx, scene.project.id) == ()
    assert ranked(scene)[0].run is None


def test_a_video_is_reviewed_once_a_person_judged_rejected_or_declared_something(scene: Scene) -> None:
    track = scene.new_track()
    with scene.database.atomic() as tx:
        other = make_video(tx, scene.project.id, name="other")
    assert [(one.name, one.reviewed) for one in ranked(scene)] == [(scene.video.name, False), ("other", False)]
    scene.draw(track, 2, 1)
    assert [(one.id, one.reviewed) for one in ranked(scene)] == [(scene.video.id, True), (other.id, False)]


def test_a_rejected_track_alone_makes_a_video_reviewed(scene: Scene) -> None:
    track = scene.new_track()
    assert not ranked(scene)[0].reviewed
    scene.applied(Change(track, None, scene.track(track).version, {"rejected": True}))
    assert ranked(scene)[0].reviewed


def test_the_latest_run_that_ended_is_named(scene: Scene) -> None:
    finished_run(scene)
    latest = finished_run(scene)
    finished_run(scene, "cancelled")
    assert ranked(scene)[0].run == latest.id


def test_a_look_replaces_the_one_before_and_another_method_does_not_count(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        findings.put_look(tx, scene.video.id, method="a", vector=b"old")
        findings.put_look(tx, scene.video.id, method="a", vector=b"new")
    with scene.database.read() as tx:
        assert findings.looks(tx, scene.project.id, method="a") == {scene.video.id: b"new"}
        assert findings.looks(tx, scene.project.id, method="b") == {}


def test_looks_of_tracks_say_whether_a_person_kept_them_and_rejected_ones_are_left_out(scene: Scene) -> None:
    drawn, rejected = scene.new_track(), scene.new_track()
    for track in (drawn, rejected):
        scene.draw(track, 2, 1)
    refresh(scene.database, scene.project.id)
    with scene.database.atomic() as tx:
        _, unseen = track_likenesses.unseen(tx, scene.project.id, method="a", limit=9, video_id=scene.video.id)
        assert track_likenesses.unseen(tx, scene.project.id, method="a", limit=9, video_id="none") == (0, ())
        track_likenesses.put(tx, {one: one.track_id.encode() for one in unseen}, method="a")
    scene.applied(Change(rejected, None, scene.track(rejected).version, {"rejected": True}))
    with scene.database.read() as tx:
        assert findings.track_looks(tx, scene.project.id, method="a") == ((scene.video.id, True, drawn.encode()),)


def test_findings_and_looks_go_with_their_video(scene: Scene) -> None:
    put(scene, finished_run(scene))
    with scene.database.atomic() as tx:
        findings.put_look(tx, scene.video.id, method="a", vector=b"x")
        track_summaries.refresh(tx, scene.video.id)
        removal.delete_video(tx, scene.video.id)
        assert findings.of_project(tx, scene.project.id) == ()
        assert findings.looks(tx, scene.project.id, method="a") == {}
