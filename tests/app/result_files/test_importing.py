"""Results of any model as proposals: matched by the rules of a run, never over a person's work, one undo."""

import json
import math
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.errors import BadInput, Cancelled
from app.library.unpacked import UNPACKED
from app.result_files.choices import ProposalChoices
from app.result_files.importing import ProposalsImported, import_proposals
from app.result_files.taking_back import take_back_proposals
from storage import jobs, projects, runs, videos
from storage.errors import NameTaken
from storage.youtube_vis import YouTubeVisError
from tests.app.exchange.files import LENGTH, SIZE, content, write, write_pictures
from tests.app.made import PERSON, new_track, square
from tests.app.result_files.results_scene import ResultsScene, result
from tests.storage.made_videos import make_video


def test_tracks_are_unreviewed_proposals_with_their_scores_and_their_source(scene: ResultsScene) -> None:
    file = scene.results(result(1, 2, 4, score=0.83, frames=(0, 1)), result(2, 1, 20), name="DVIS.json")
    done = scene.bring(file)
    assert (done.source, done.videos, done.tracks, done.masks, done.added) == ("DVIS", ["va", "vb"], 2, 5, 2)
    [track] = scene.tracks("va")
    assert scene.categories()[track.category_id or ""] == "wasp" and track.score == 0.83
    rows = scene.rows(track)
    assert [(row.state, row.source, row.review, row.score) for row in rows.values()] == [
        ("present", "proposed", "unreviewed", 0.83),
        ("present", "proposed", "unreviewed", 0.83),
        ("absent", "proposed", "unreviewed", 0.83),
    ]
    run = scene.run("va")
    assert run is not None and run.state == "done" and {row.run_id for row in rows.values()} == {run.id}
    with scene.exchange.database.read() as tx:
        assert runs.names(tx, track.video_id) == {run.id: "DVIS"}


def test_human_masks_and_human_absences_stay(scene: ResultsScene) -> None:
    scene.bring(scene.results(result(1, 1, 4), name="one.json"))
    [track] = scene.tracks("va")
    rows = scene.rows(track)
    drawn = {"track": track.id, "frame": 0, "before_version": rows[0].version, "after": {"rle": square(5, 9)}}
    absent = {"track": track.id, "frame": 2, "before_version": rows[2].version}
    gone = {"state": "absent", "mask": None, "source": "drawn", "review": "corrected"}
    scene.exchange.change(scene.video("va"), [drawn, {**absent, "after": gone}])
    kept = scene.rows(track)
    done = scene.bring(scene.results(result(1, 1, 5), name="two.json"))
    assert (done.added, done.replaced, done.deleted) == (0, 1, 0)
    after = scene.rows(scene.tracks("va")[0])
    assert [after[frame].hash for frame in (0, 2)] == [kept[frame].hash for frame in (0, 2)]
    assert after[1].hash != kept[1].hash and after[2].state == "absent"


def test_what_the_file_lacks_goes_unless_a_person_worked_on_it(scene: ResultsScene) -> None:
    own, changes = new_track(next(iter(scene.categories())), {0: square(40, 30)})
    scene.exchange.change(scene.video("va"), changes)
    scene.bring(scene.results(result(1, 1, 4), name="one.json"))
    done = scene.bring(scene.results(result(1, 2, 24), name="two.json"))
    assert (done.added, done.deleted) == (1, 1)
    assert own in {track.id for track in scene.tracks("va")} and len(scene.tracks("va")) == 2


def test_one_undo_takes_all_of_a_video_back_and_the_file_can_come_again(scene: ResultsScene) -> None:
    file = scene.results(result(1, 1, 4), result(2, 1, 4))
    done = scene.bring(file)
    exchange = scene.exchange
    facts: dict[str, Any] = {"project_id": exchange.project.id, "digest": done.digest, "author": PERSON}
    back = take_back_proposals(exchange.database, **facts)
    assert back.videos == ("va", "vb") and back.kept == ()
    assert [track for name in ("va", "vb") for track in scene.tracks(name)] == []
    with pytest.raises(BadInput, match="could be taken back"):
        take_back_proposals(exchange.database, **facts)
    assert scene.bring(file).added == 2


def test_a_video_that_a_person_worked_on_since_keeps_its_proposals(scene: ResultsScene) -> None:
    done = scene.bring(scene.results(result(1, 1, 4), result(2, 1, 4)))
    [track] = scene.tracks("va")
    row = scene.rows(track)[0]
    accepted = {"track": track.id, "frame": 0, "before_version": row.version, "after": {"review": "accepted"}}
    scene.exchange.change(scene.video("va"), [accepted])
    exchange = scene.exchange
    facts: dict[str, Any] = {"project_id": exchange.project.id, "digest": done.digest, "author": PERSON}
    back = take_back_proposals(exchange.database, **facts)
    assert back.videos == ("vb",)
    assert back.kept == ("va keeps its proposals: a later edit changed the same rows.",)


def test_a_video_of_whose_two_runs_only_the_newer_one_can_be_undone_keeps_a_part(scene: ResultsScene) -> None:
    file = scene.results(result(1, 1, 4))
    scene.bring(file)
    [track] = scene.tracks("va")
    accepted = {"track": track.id, "frame": 0, "after": {"review": "accepted"}}
    scene.exchange.change(scene.video("va"), [{**accepted, "before_version": scene.rows(track)[0].version}])
    done = scene.bring(file, again=True)
    exchange = scene.exchange
    facts: dict[str, Any] = {"project_id": exchange.project.id, "digest": done.digest, "author": PERSON}
    back = take_back_proposals(exchange.database, **facts)
    assert (back.videos, scene.tracks("va") != []) == ((), True)
    assert back.kept == ("va keeps a part of its proposals: a later edit changed the same rows.",)


def test_the_same_file_again_changes_nothing_until_that_is_asked_for(scene: ResultsScene) -> None:
    file = scene.results(result(1, 1, 4))
    scene.bring(file)
    before = scene.rows(scene.tracks("va")[0])
    again = scene.bring(file)
    assert again.videos == [] and again.notes == ["va has these proposals already; it stays as it is."]
    assert scene.rows(scene.tracks("va")[0]) == before
    assert scene.bring(file, again=True).replaced == 1
    assert scene.bring(file, source="another").replaced == 1


def test_tracks_below_the_least_score_stay_out(scene: ResultsScene) -> None:
    file = scene.results(result(1, 1, 4, score=0.6), result(1, 1, 30, score=0.05))
    done = scene.bring(file, least_score=0.1)
    assert (done.tracks, done.low, done.notes) == (1, 1, ["1 track below the score 0.1 left out."])
    with pytest.raises(BadInput, match=r"with a score of 0\.9 or more"):
        scene.bring(file, least_score=0.9)


def test_a_class_without_a_category_stays_a_suggestion(scene: ResultsScene) -> None:
    file = scene.annotations(categories=("bee", "hornet"))
    done = scene.bring(scene.results(result(1, 2, 4)), annotations=file)
    assert done.unmapped == {"hornet": 1}
    [track] = scene.tracks("va")
    assert track.category_id is None and dict(track.extra or {})["class"] == "hornet"


def test_a_class_is_another_thing_in_every_video_of_a_file_that_names_any(scene: ResultsScene) -> None:
    scene.bring(scene.results(result(2, 1, 4)))
    [bee] = scene.tracks("vb")
    before = scene.rows(bee)
    scene.exchange.change(
        scene.video("vb"),
        [{"track": bee.id, "frame": 0, "before_version": before[0].version, "after": {"review": "accepted"}}],
    )
    file = scene.results(result(1, 1, 4), result(2, 2, 4), name="other.json")
    done = scene.bring(file, annotations=scene.annotations(categories=("bee", "hornet")))
    assert (done.videos, done.unmapped) == (["va", "vb"], {"hornet": 1})
    assert (done.added, done.replaced) == (2, 0)
    [same, hornet] = scene.tracks("vb")
    assert same.id == bee.id and dict(hornet.extra or {})["class"] == "hornet"
    assert scene.rows(same)[0].hash == before[0].hash


def test_a_rejected_track_does_not_come_back(scene: ResultsScene) -> None:
    scene.bring(scene.results(result(1, 1, 4), name="one.json"))
    [track] = scene.tracks("va")
    reject = {"track": track.id, "frame": None, "before_version": track.version, "after": {"rejected": True}}
    scene.exchange.change(scene.video("va"), [reject])
    done = scene.bring(scene.results(result(1, 1, 4), name="two.json"))
    assert (done.dropped, done.added) == (1, 0)


def test_missing_videos_come_in_without_their_truth(empty: ResultsScene) -> None:
    empty.annotations()
    write_pictures(empty.folder / "pictures")
    file = empty.results(result(1, 1, 4))
    done = empty.bring(file, annotations=empty.folder / "valid.json", frames=empty.folder / "pictures")
    assert done.added == 1
    assert [video.name for video in empty.exchange.videos()] == ["va"]  # the results have nothing about vb
    [track] = empty.tracks("va")
    assert empty.categories()[track.category_id or ""] == "bee" and track.score == 0.9


def test_a_new_project_is_gone_again_if_nothing_comes_in(empty: ResultsScene) -> None:
    scene = empty.exchange
    with pytest.raises(BadInput, match=r"results\.json: no video of the project is video 1 \(va\); add it"):
        import_proposals(
            scene.database,
            scene.settings,
            new_project="fresh",
            file=empty.results(result(1, 1, 4)),
            choices=ProposalChoices(annotations=empty.annotations()),
        )
    with scene.database.read() as tx:
        assert projects.find_project(tx, "fresh") is None


def test_a_new_project_goes_on_in_the_job_that_made_it(empty: ResultsScene) -> None:
    scene = empty.exchange
    write_pictures(empty.folder / "pictures")
    choices = ProposalChoices(annotations=empty.annotations(), frames=empty.folder / "pictures")
    facts: dict[str, Any] = {"new_project": "fresh", "choices": choices}
    facts["file"] = empty.results(result(1, 1, 4), result(2, 1, 4))
    with scene.database.atomic() as tx:
        job, other = (jobs.enqueue(tx, kind="import", project_id=None).id for _ in range(2))

    def stopped() -> bool:
        with scene.database.read() as tx:
            fresh = projects.find_project(tx, "fresh")
            return fresh is not None and fresh.videos > 0

    with pytest.raises(Cancelled):
        import_proposals(scene.database, scene.settings, **facts, job_id=job, cancelled=stopped)
    with pytest.raises(NameTaken):
        import_proposals(scene.database, scene.settings, **facts, job_id=other)
    done = import_proposals(scene.database, scene.settings, **facts, job_id=job)
    assert (done.videos, done.added) == (["va", "vb"], 2)


def test_a_folder_of_masks_is_matched_by_the_names_of_its_videos(scene: ResultsScene) -> None:
    for k in range(LENGTH):
        values = np.zeros((SIZE[1], SIZE[0]), np.uint8)
        values[5:15, 4 + k : 14 + k] = 3
        place = scene.folder / "masks" / "Annotations" / "vb" / f"{k:05d}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray(values, mode="P")
        picture.putpalette([0, 0, 0] * 256)
        picture.save(place)
    done = scene.bring(scene.folder / "masks", source="SAM 2")
    assert (done.source, done.videos, done.masks) == ("SAM 2", ["vb"], LENGTH)
    [track] = scene.tracks("vb")
    assert track.score is None and {row.score for row in scene.rows(track).values()} == {None}


def test_masks_frame_by_frame_leave_other_frames_unknown(scene: ResultsScene) -> None:
    frames = {str(k): {"out_obj_ids": [4], "out_probs": [0.25 * k], "out_binary_masks": [square(9, 9)]} for k in (0, 2)}
    done = scene.bring(write(scene.folder / "va.json", frames))
    assert (done.videos, done.masks) == (["va"], 2)
    [track] = scene.tracks("va")
    assert {frame: row.score for frame, row in scene.rows(track).items()} == {0: 0.0, 2: 0.5}
    assert track.score == 0.25


def of_frames(scene: ResultsScene, places: dict[int, int]) -> ProposalsImported:
    """Import a file of single frames with one square in each, at these places by frame."""
    return scene.bring(write(scene.folder / "va.json", {str(k): {"4": square(at, 9)} for k, at in places.items()}))


def test_masks_without_a_class_become_those_of_the_track_that_they_overlap(scene: ResultsScene) -> None:
    scene.bring(
        scene.results(result(1, 2, 4), result(1, 1, 40)), annotations=scene.annotations(categories=("bee", "hornet"))
    )
    before = {track.id: track for track in scene.tracks("va")}
    frames = {str(k): {"1": square(4 + k, 9, size=SIZE), "2": square(20, 30, size=SIZE)} for k in range(LENGTH)}
    done = scene.bring(write(scene.folder / "va.json", frames), source="SAM 2")
    assert (done.added, done.replaced, done.deleted) == (1, 1, 1)
    assert done.unmapped == {"object": 1}, "the track that stood keeps its own class"
    [matched] = [track for track in scene.tracks("va") if track.id in before]
    assert (matched.category_id, matched.number) == (before[matched.id].category_id, before[matched.id].number)
    assert dict(matched.extra or {})["class"] == "hornet"
    assert {row.frame for row in scene.rows(matched).values() if row.hash} == set(range(LENGTH))


def test_masks_without_a_class_leave_a_category_and_human_masks(scene: ResultsScene) -> None:
    scene.bring(scene.results(result(1, 1, 4)))
    [track] = scene.tracks("va")
    row = scene.rows(track)[0]
    accept = {"track": track.id, "frame": 0, "before_version": row.version, "after": {"review": "accepted"}}
    scene.exchange.change(scene.video("va"), [accept])
    of_frames(scene, {0: 6, 1: 7})
    [after] = scene.tracks("va")
    assert (after.id, after.category_id) == (track.id, track.category_id)
    assert scene.rows(after)[0].hash == row.hash
    assert scene.rows(after)[1].run_id == after.run_id != track.run_id


def test_frames_that_a_file_leaves_open_do_not_count_against_a_match(scene: ResultsScene) -> None:
    of_frames(scene, {0: 9, 1: 9, 2: 9})
    [track] = scene.tracks("va")
    before = scene.rows(track)
    done = of_frames(scene, {0: 11})
    assert (done.added, done.replaced, done.deleted) == (0, 1, 0)
    assert [one.id for one in scene.tracks("va")] == [track.id]
    after = scene.rows(track)
    assert after[0].hash != before[0].hash and (after[1], after[2]) == (before[1], before[2])


def test_tracks_in_frames_that_a_file_leaves_open_stay(scene: ResultsScene) -> None:
    of_frames(scene, {2: 9})
    done = of_frames(scene, {0: 40})
    assert (done.added, done.deleted) == (1, 0) and len(scene.tracks("va")) == 2
    done = of_frames(scene, {0: 10, 2: 30})
    assert (done.added, done.deleted) == (1, 2)


def test_a_video_with_an_error_is_left_out_only_if_that_is_asked_for(scene: ResultsScene) -> None:
    file = scene.results(result(1, 1, 4), {**result(2, 1, 4), "score": 7})
    with pytest.raises(BadInput, match=r"results\.json: \[1\]\.score: is 7; scores are numbers from 0 to 1"):
        scene.bring(file)
    done = scene.bring(file, keep_good=True)
    assert done.videos == ["va"] and done.skipped[0].startswith("Video 2 was left out: results.json: [1].score")


def test_a_cancelled_import_keeps_what_is_stored_and_goes_on_later(scene: ResultsScene) -> None:
    file = scene.results(result(1, 1, 4), result(2, 1, 4))
    exchange = scene.exchange

    def cancelled() -> bool:
        return bool(scene.tracks("va"))

    with pytest.raises(Cancelled):
        import_proposals(
            exchange.database, exchange.settings, project_id=exchange.project.id, file=file, cancelled=cancelled
        )
    assert len(scene.tracks("va")) == 1 and scene.tracks("vb") == []
    scene.bring(file)
    assert len(scene.tracks("va")) == len(scene.tracks("vb")) == 1


@pytest.mark.parametrize("entries", [[], [{"video_id": 1, "segmentations": []}], [{"video_id": 1}]])
def test_a_file_without_results_is_refused(scene: ResultsScene, entries: list[Any]) -> None:
    with pytest.raises((BadInput, YouTubeVisError), match=r"results\.json"):
        scene.bring(scene.results(*entries))


def test_what_is_read_in_another_way_than_it_is_written_is_told(scene: ResultsScene) -> None:
    file = scene.folder / "results.json"
    file.write_bytes(json.dumps([{**result(1, 1, 4), "video_id": "1", "areas": [math.nan]}]).encode("utf-16"))
    done = scene.bring(file)
    assert done.videos == ["va"] and done.notes == [
        "results.json: is UTF-16 text, not UTF-8; it is read as such.",
        "results.json: [0].areas[0]: holds NaN; it is ignored, since it is computed from the masks.",
        "results.json: [0].video_id: is '1' instead of a whole number; it is read as 1.",
    ]


def test_results_of_a_model_that_found_nothing_hold_no_track(scene: ResultsScene) -> None:
    with pytest.raises(BadInput, match=r"results\.json holds no track, so there is nothing to propose"):
        scene.bring(scene.results())


def test_an_archive_with_an_error_leaves_nothing_in_the_data_folder(scene: ResultsScene) -> None:
    inner = scene.results(result(1, 1, 4), {**result(2, 1, 4), "score": 7})
    with zipfile.ZipFile(scene.folder / "a.zip", "w") as archive:
        archive.write(inner, "results.json")
    with pytest.raises(BadInput, match=r"a\.zip: \[1\]\.score: is 7"):
        scene.bring(scene.folder / "a.zip")
    unpacked = scene.exchange.settings.data / UNPACKED
    assert list(unpacked.iterdir()) == []
    assert scene.bring(scene.folder / "a.zip", keep_good=True).videos == ["va"] and list(unpacked.iterdir()) == []


def test_ids_that_nothing_explains_ask_for_the_file_that_does(empty: ResultsScene, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"Nothing says which .* results\.json mean; name .* \(--annotations FILE"):
        empty.bring(empty.results(result(1, 1, 4)))
    write(tmp_path / "results.json.meta.json", content())
    with pytest.raises(BadInput, match=r"results\.json\.meta\.json is no meta file of `propose`"):
        empty.bring(empty.results(result(1, 1, 4)))


def test_videos_that_a_meta_file_names_are_added_from_a_folder(empty: ResultsScene) -> None:
    write_pictures(empty.folder / "shots")
    size = {"width": SIZE[0], "height": SIZE[1], "length": LENGTH}
    videos = [{"id": 1, "path": "/elsewhere/vb", "file_names": [], "content_hash": "?", **size}]
    meta = {"videos": videos, "categories": [{"id": 1, "name": "bee"}], "model": {"name": "round 3"}}
    write(empty.folder / "results.json.meta.json", meta)
    done = empty.bring(empty.results(result(1, 1, 4)), frames=empty.folder / "shots")
    assert (done.source, done.videos, done.unmapped) == ("round 3", ["vb"], {"bee": 1})
    with pytest.raises(BadInput, match=r"no video of the project is video 1 \(vx\)"):
        write(empty.folder / "results.json.meta.json", {**meta, "videos": [{**videos[0], "path": "/elsewhere/vx"}]})
        empty.bring(empty.results(result(1, 1, 4)), frames=empty.folder / "shots")


@pytest.mark.parametrize("place", ["../outside", "{}/outside"])
def test_a_file_reaches_no_video_outside_of_the_named_folder(empty: ResultsScene, place: str) -> None:
    write_pictures(empty.folder, ["outside"])
    (empty.folder / "shots").mkdir()
    names = [f"{place.format(empty.folder)}/{k:05d}.png" for k in range(LENGTH)]
    video = {"id": 1, "path": "x", "file_names": names, "content_hash": "?", "width": SIZE[0], "height": SIZE[1]}
    meta = {"videos": [{**video, "length": LENGTH}], "categories": [{"id": 1, "name": "bee"}], "model": {"name": "m"}}
    write(empty.folder / "results.json.meta.json", meta)
    with pytest.raises(BadInput, match="no video of the project is video 1"):
        empty.bring(empty.results(result(1, 1, 4)), frames=empty.folder / "shots")
    assert empty.exchange.videos() == ()


def test_frames_are_counted_before_entries_are_matched_to_them(empty: ResultsScene) -> None:
    names = [f"vc/{letter}.png" for letter in "abc"]
    top = content(["vc"])
    top["videos"][0]["file_names"] = names
    video = empty.exchange.add(make_video(empty.folder / "vc.mp4", frames=LENGTH, size=SIZE))
    pts = [*video.index["pts"], video.index["pts"][-1] + 40]
    with empty.exchange.database.atomic() as tx:
        index = {**video.index, "pts": pts, "confirmed": False}
        videos.store_index(tx, video.id, index_json=index, count=len(pts), confirmed=0)
    done = empty.bring(empty.results(result(1, 1, 4)), annotations=write(empty.folder / "valid.json", top))
    assert (done.videos, done.masks) == (["vc"], LENGTH)


def test_the_video_of_masks_frame_by_frame_is_added_from_a_folder(empty: ResultsScene) -> None:
    write_pictures(empty.folder / "shots")
    file = write(empty.folder / "va.json", {"1": {"4": square(9, 9)}})
    done = empty.bring(file, frames=empty.folder / "shots")
    assert (done.videos, done.masks) == (["va"], 1)
    assert sorted(empty.rows(empty.tracks("va")[0])) == [1]
