"""The progress of videos: what counts, and that the share that is done is that of the editor."""

import random
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from storage import likely_errors, tracks
from storage.edits import Change
from storage.likely_errors import StoredError
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
        unreviewed=0,
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


def declare(scene: Scene, start: int, stop: int, *categories: str) -> None:
    after = {"start": start, "stop": stop, "categories": list(categories)}
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
    assert len(statements) == 5


@pytest.mark.parametrize("videos", [1, 4])
def test_videos_of_which_a_part_is_complete_take_as_many_queries_as_one(scene: Scene, videos: int) -> None:
    statements: list[str] = []
    with scene.database.atomic() as tx:
        made = [make_video(tx, scene.project.id, name=str(number)) for number in range(videos)]
    for video in made:
        track = new_id()
        rows = (Change(track, None, 0, {}), *(Change(track, k, 0, {"rle": square(1)}) for k in (1, 3)))
        complete = Change(None, None, 0, {"start": 1, "stop": 3, "categories": []}, range_id=new_id())
        for changes in (rows, (complete,)):
            replace(scene, video=video).applied(*changes)
    with scene.database.read() as tx:
        event.listen(tx, "before_cursor_execute", lambda *call: statements.append(call[2]))
        found = video_summaries(tx, scene.project.id)
    assert [(found[video.id].complete, found[video.id].bare) for video in made] == [(2, made[0].count - 3)] * videos
    assert len(statements) == 8


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


def looped(scene: Scene, ranges: list[tuple[int, int, str | None]], doubted: set[str]) -> tuple[int, int, int]:
    """(asked, done, complete) by looking at every frame of every track.

    ``ranges``: start, stop, category (None: all); ``doubted``: tracks with a doubted absence.
    """

    def declared(category: str) -> set[int]:
        return {frame for start, stop, of in ranges if of in (None, category) for frame in range(start, stop)}

    with scene.database.read() as tx:
        standing = {track.id: track for track in tracks.list_tracks(tx, scene.video.id)}
        rows = {(row.track_id, row.frame): row for row in tracks.rows(tx, scene.video.id)}
    asked = done = 0
    for track in standing.values():
        of_track = [rows.get((track.id, frame)) for frame in range(scene.video.count)]
        assumed = [row for row in of_track if row is not None and row.state == "absent" and not row.human]
        waiting = [
            row
            for row in of_track
            if row is not None and (row.look_reason or (row.state == "present" and not row.human))
        ]
        asked += scene.video.count
        for frame, row in enumerate(of_track):
            if row is None:
                done += track.rejected or frame in declared(track.category_id or "")
            elif row in waiting:
                done += track.rejected
            else:
                done += track.rejected or row not in assumed or not (waiting or track.id in doubted)
    return asked, done, len(declared(scene.cat.id) & declared(scene.dog.id))


@pytest.mark.parametrize("seed", range(6))
def test_what_is_asked_and_done_is_counted_frame_by_frame(scene: Scene, seed: int) -> None:
    chance = random.Random(seed)
    ids = [scene.new_track() for _ in range(5)]
    flag = {"look": {"reason": "odd", "author": "run:a"}}
    after: dict[str, dict[str, Any]] = {
        "drawn": {"rle": square(1)},
        "proposed": {"rle": square(1), "source": "proposed", "review": "unreviewed"},
        "accepted": {"rle": square(1), "source": "proposed", "review": "accepted"},
        "flagged": {"rle": square(1), "source": "proposed", "review": "accepted", **flag},
        "absent": {"state": "absent", "source": "proposed", "review": "unreviewed"},
        "flagged absent": {"state": "absent", "source": "proposed", "review": "unreviewed", **flag},
        "seen absent": {"state": "absent"},
    }
    settled = ("none", "drawn", "accepted", "absent", "seen absent")
    for at, track in enumerate(ids):
        for frame in range(scene.video.count):
            kind = chance.choice(settled if at > 2 else ("none", *after))
            if kind in after and (at, frame) != (4, 30):
                scene.applied(Change(track, frame, 0, after[kind]))
    scene.applied(Change(ids[0], None, scene.track(ids[0]).version, {"rejected": True}), kind="reject")
    scene.applied(Change(ids[1], None, scene.track(ids[1]).version, None), kind="delete track")
    dog = Change(ids[2], None, scene.track(ids[2]).version, {"category": scene.dog.id})
    scene.applied(dog, kind="relabel")
    abouts = (None, scene.cat.id, scene.dog.id, scene.cat.id, scene.dog.id)
    ranges = [(first, first + chance.randint(1, 6), about) for about in abouts if (first := chance.randrange(20)) >= 0]
    for start, stop, about in ranges:
        declare(scene, start, stop, *([about] if about else []))
    doubt(scene, ids[4], 30)

    with scene.database.read() as tx:
        found = video_summaries(tx, scene.project.id)[scene.video.id]

    assert (found.asked, found.done, found.complete) == looped(scene, ranges, {ids[4]})


def doubt(scene: Scene, track: str, frame: int, kind: str = "gap") -> None:
    """A search finds that a track is missing on a frame."""
    found = StoredError(kind, (track,), (None,), frame, frame, frame, 0.4, {})
    with scene.database.atomic() as tx:
        likely_errors.replace(tx, scene.video.id, [found], edit=1)


def test_a_doubted_absence_is_a_question_until_somebody_answers_it(scene: Scene) -> None:
    absent = {"state": "absent", "source": "proposed", "review": "unreviewed"}
    accepted = {"rle": square(1), "review": "accepted", "source": "proposed"}
    track, other = scene.new_track(), scene.new_track()
    for one in (track, other):
        rows = [Change(one, frame, 0, absent if frame % 9 == 4 else accepted) for frame in range(scene.video.count)]
        scene.applied(*rows)

    def left() -> int:
        with scene.database.read() as tx:
            found = video_summaries(tx, scene.project.id)[scene.video.id]
        return found.asked - found.done

    assumed = sum(frame % 9 == 4 for frame in range(scene.video.count))
    assert left() == 0
    doubt(scene, track, 4, "jump")
    assert left() == 0, "the mask that it was about has a verdict"
    doubt(scene, track, 4)
    assert left() == assumed
    declare(scene, 3, 6, scene.dog.id)
    assert left() == assumed, "nobody declared that category"
    declare(scene, 3, 6, scene.cat.id)
    assert left() == 0, "complete frames have no missing masks"
    doubt(scene, track, 13, "flicker")
    assert left() == assumed
    scene.applied(Change(track, 13, scene.version(track, 13), {"state": "absent"}))
    assert left() == 0, "a person says that it is absent"
    doubt(scene, track, 22)
    scene.applied(Change(track, None, scene.track(track).version, {"rejected": True}), kind="reject")
    assert left() == 0, "a rejected track is done"
