"""The progress of videos: what counts, and that the share that is done is that of the editor."""

import random
from dataclasses import replace

import pytest
from sqlalchemy import event

from storage import tracks
from storage.edits import Change
from storage.video_progress import VideoSummary, video_summaries
from tests.storage.scenes import Scene, make_video, new_id, square


def test_summaries_count_rows_by_verdict_and_leave_deleted_tracks_out(scene: Scene) -> None:
    first, second, gone = (scene.new_track() for _ in range(3))
    look = {"reason": "odd", "author": "run:a"}
    scene.applied(
        Change(first, 0, 0, {"rle": square(1), "review": "unreviewed", "source": "proposed", "look": look}),
        Change(first, 1, 0, {"rle": square(1), "review": "accepted", "source": "proposed"}),
        Change(second, 1, 0, {"rle": square(1)}),
        Change(second, 2, 0, {"rle": square(1), "review": "rejected", "source": "proposed"}),
        Change(second, 3, 0, {"state": "absent"}),
        Change(gone, 9, 0, {"rle": square(1)}),
    )
    scene.applied(Change(gone, None, scene.track(gone).version, None), kind="delete track")
    with scene.database.atomic() as tx:
        empty = make_video(tx, scene.project.id, name="empty")
        found = video_summaries(tx, scene.project.id)
    assert found[empty.id] == VideoSummary(empty.id)
    assert found[scene.video.id] == VideoSummary(
        scene.video.id,
        tracks=2,
        frames=4,
        unreviewed=1,
        accepted=1,
        corrected=2,
        rejected=1,
        look=1,
        bare=scene.video.count - 4,
        asked=2 * scene.video.count,
        done=4,
    )


def test_a_rejected_track_is_done_and_a_models_own_absence_asks_nothing(scene: Scene) -> None:
    kept, rejected = scene.new_track(), scene.new_track()
    absent = {"state": "absent", "source": "proposed", "review": "unreviewed"}
    look = {"reason": "odd", "author": "run:a"}
    scene.applied(
        Change(kept, 0, 0, {"rle": square(1), "review": "accepted", "source": "proposed"}),
        Change(kept, 1, 0, absent),
        Change(kept, 2, 0, {"state": "absent"}),
        Change(rejected, 0, 0, {"rle": square(1), "review": "unreviewed", "source": "proposed", "look": look}),
        Change(rejected, 1, 0, absent),
    )
    scene.applied(Change(rejected, None, scene.track(rejected).version, {"rejected": True}), kind="reject")
    declare(scene, 0, scene.video.count)
    with scene.database.read() as tx:
        found = video_summaries(tx, scene.project.id)[scene.video.id]
    assert (found.accepted, found.corrected, found.rejected, found.unreviewed, found.look) == (1, 1, 1, 0, 0)
    assert (found.state, found.complete, found.done) == ("done", scene.video.count, found.asked)


def rows(track: str, *frames: int) -> list[Change]:
    return [Change(track, frame, 0, {"rle": square(1)}) for frame in frames]


def declare(scene: Scene, start: int, stop: int) -> None:
    after = {"start": start, "stop": stop, "categories": []}
    scene.applied(Change(None, None, 0, after, range_id=new_id()), kind="complete")


def test_frames_without_a_row_keep_a_video_open_until_they_are_declared_complete(scene: Scene) -> None:
    """Somebody drew in three frames: all that is there is reviewed, but nobody looked at the others."""
    track = scene.new_track()
    scene.applied(*rows(track, 0, 1, 5))

    def summary() -> VideoSummary:
        with scene.database.read() as tx:
            return video_summaries(tx, scene.project.id)[scene.video.id]

    count = scene.video.count
    assert (summary().bare, summary().state) == (count - 3, "review")
    declare(scene, 4, 8)
    assert (summary().bare, summary().state) == (count - 6, "review")
    declare(scene, 6, count)
    assert (summary().bare, summary().state) == (2, "review")
    declare(scene, 0, 4)
    assert (summary().bare, summary().state) == (0, "done")


def test_a_video_imported_at_a_stride_is_done_when_its_annotated_frames_are(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        strided = make_video(tx, scene.project.id, name="strided", stride=5, file_names=["0.jpg", "5.jpg"])
        plain = make_video(tx, scene.project.id, name="plain", file_names=["0.jpg"])
    with scene.database.read() as tx:
        empty = video_summaries(tx, scene.project.id)
    assert (empty[strided.id].bare, empty[plain.id].bare) == (0, 0)
    for video in (strided, plain):
        there, track = replace(scene, video=video), new_id()
        there.applied(Change(track, None, 0, {"category": scene.cat.id}), *rows(track, 0, 5))
    with scene.database.read() as tx:
        found = video_summaries(tx, scene.project.id)
    assert (found[strided.id].bare, found[strided.id].state) == (0, "done")
    assert (found[plain.id].bare, found[plain.id].state) == (plain.count - 2, "review")


def test_summaries_of_many_videos_take_few_queries(scene: Scene) -> None:
    statements: list[str] = []
    with scene.database.atomic() as tx:
        for number in range(20):
            make_video(tx, scene.project.id, name=str(number))
    with scene.database.read() as tx:
        event.listen(tx, "before_cursor_execute", lambda *call: statements.append(call[2]))
        assert len(video_summaries(tx, scene.project.id)) == 21
    assert len(statements) == 3


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        ({}, "new"),
        ({"tracks": 1}, "new"),
        ({"unreviewed": 3}, "proposed"),
        ({"unreviewed": 3, "accepted": 1}, "review"),
        ({"corrected": 3, "look": 1}, "review"),
        ({"corrected": 3, "bare": 1}, "review"),
        ({"unreviewed": 3, "bare": 1}, "proposed"),
        ({"rejected": 3}, "done"),
        ({"accepted": 2, "corrected": 1}, "done"),
    ],
)
def test_the_state_of_a_video_follows_from_the_counts(counts: dict[str, int], state: str) -> None:
    assert VideoSummary("v", **counts).state == state


def looped(scene: Scene, ranges: list[tuple[int, int]]) -> tuple[int, int, int]:
    """(asked, done, complete) by looking at every frame of every track."""
    declared = {frame for start, stop in ranges for frame in range(start, stop)}
    with scene.database.read() as tx:
        standing = {track.id: track for track in tracks.list_tracks(tx, scene.video.id)}
        rows = {(row.track_id, row.frame): row for row in tracks.rows(tx, scene.video.id)}
    asked = done = 0
    for track in standing.values():
        for frame in range(scene.video.count):
            row = rows.get((track.id, frame))
            machine = row is not None and row.source != "drawn" and row.review == "unreviewed"
            if row is not None and machine and row.state == "absent":
                continue
            asked += 1
            unjudged = frame not in declared if row is None else row.review == "unreviewed"
            done += track.rejected or not unjudged
    return asked, done, len(declared)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_asked_and_done_is_counted_frame_by_frame(scene: Scene, seed: int) -> None:
    chance = random.Random(seed)
    ids = [scene.new_track() for _ in range(4)]
    for track in ids:
        for frame in range(scene.video.count):
            kind = chance.choice(["none", "drawn", "proposed", "accepted", "absent", "seen absent"])
            after = {
                "drawn": {"rle": square(1)},
                "proposed": {"rle": square(1), "source": "proposed", "review": "unreviewed"},
                "accepted": {"rle": square(1), "source": "proposed", "review": "accepted"},
                "absent": {"state": "absent", "source": "proposed", "review": "unreviewed"},
                "seen absent": {"state": "absent"},
            }
            if kind in after:
                scene.applied(Change(track, frame, 0, after[kind]))
    scene.applied(Change(ids[0], None, scene.track(ids[0]).version, {"rejected": True}), kind="reject")
    scene.applied(Change(ids[1], None, scene.track(ids[1]).version, None), kind="delete track")
    ranges = [(first, first + chance.randint(1, 6)) for first in (chance.randrange(0, 20) for _ in range(3))]
    for start, stop in ranges:
        declare(scene, start, stop)

    with scene.database.read() as tx:
        found = video_summaries(tx, scene.project.id)[scene.video.id]

    assert (found.asked, found.done, found.complete) == looped(scene, ranges)
