"""What teaches, counted by the database, equals what plain loops over the rows count."""

import random

import pytest
from sqlalchemy import Connection

from storage import edits, masks, projects, tracks, videos
from storage.database import Database
from storage.teaching import Teaching, teaching
from storage.videos import Video
from tests.storage.scattered import declare, scatter
from tests.storage.scenes import FRAMES, HEIGHT, WIDTH, Scene, make_video, square

EMPTY = {"size": [HEIGHT, WIDTH], "counts": "P6"}  # 12 x 16 pixels, all zero


@pytest.fixture
def scene(database: Database) -> Scene:
    return Scene.make(database)


def by_loops(scene: Scene) -> list[Teaching]:
    """The same numbers row by row, by the words of the design."""
    found = []
    with scene.database.read() as tx:
        in_use = {category.id for category in projects.list_categories(tx, scene.project.id)}
        for video in videos.list_videos(tx, scene.project.id):
            found.append(_of_video(tx, video, in_use))
    return found


def _of_video(tx: Connection, video: Video, in_use: set[str]) -> Teaching:
    numbers = dict.fromkeys(("drawn", "accepted", "imported", "unreviewed", "uncategorised", "absent", "rejected"), 0)
    with_masks, with_rejected, labelled = set(), set(), set()
    known = {track.id: track for track in tracks.list_tracks(tx, video.id)}
    for row in tracks.rows(tx, video.id):
        track = known[row.track_id]
        used, shows = track.category_id in in_use, row.state == "present" and row.area > 0
        if track.rejected or row.review == "rejected":
            if shows and used:
                numbers["rejected"] += 1
                with_rejected.add(track.id)
        elif row.iscrowd:
            continue
        elif row.state == "absent":
            numbers["absent"] += row.human and used
        elif shows and not row.human:
            numbers["unreviewed"] += 1
        elif shows and not used:
            numbers["uncategorised"] += 1
        elif shows:
            with_masks.add(track.id)
            labelled |= set() if track.iscrowd else {row.frame}
            drawn = row.source == "drawn" or row.review == "corrected"
            numbers["drawn" if drawn else "imported" if row.source == "imported" else "accepted"] += 1
    complete = {
        frame
        for found in edits.list_complete(tx, video.id)
        if in_use and (not found.categories or in_use.intersection(found.categories))
        for frame in range(found.start, min(found.stop, video.count))
    }
    more = {"tracks": len(with_masks), "rejected_tracks": len(with_rejected), "complete": len(complete)}
    more["labelled"] = len(labelled)
    categories = frozenset(str(known[track_id].category_id) for track_id in with_masks)
    content = video.content_hash or video.id
    known_of_it = {"frames": video.count, "content": content, "categories": categories}
    return Teaching(video_id=video.id, name=video.name, **known_of_it, **numbers, **more)


@pytest.mark.parametrize("seed", range(6))
def test_the_database_counts_what_plain_loops_count(scene: Scene, seed: int) -> None:
    rng = random.Random(seed)
    with scene.database.atomic() as tx:
        old = projects.add_category(tx, scene.project.id, "old")
        projects.retire_category(tx, old.id)
        blobs = masks.put_blobs(tx, [square(1), square(5), square(9), EMPTY])
        every = [scene.video, *(make_video(tx, scene.project.id, name=f"clip {n}") for n in range(3))]
        for video in every:
            scatter(tx, video, categories=[scene.cat.id, scene.dog.id, old.id, None], blobs=blobs, tracks=9, rng=rng)
        for video, categories, start, stop in (
            (every[0], [], 0, 10),
            (every[0], [scene.cat.id], 5, 15),
            (every[0], [old.id], 20, 30),
            (every[1], [old.id, scene.dog.id], FRAMES - 5, FRAMES + 20),
        ):
            declare(tx, video, categories, start, stop)
        videos.remove_video(tx, every[3].id)
    with scene.database.read() as tx:
        counted = teaching(tx, scene.project.id)
    assert list(counted) == by_loops(scene)
    assert len(counted) == 3 and counted[0].complete == 15 and counted[1].complete == 5
    # Every kind occurs, so that the comparison compares something.
    for name in ("drawn", "accepted", "imported", "unreviewed", "uncategorised", "absent", "rejected", "tracks"):
        assert any(getattr(video, name) for video in counted), name


def test_other_projects_and_empty_videos_count_nothing(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        other = projects.create_project(tx, name="other", categories=["cat"])
        make_video(tx, other.id)
        scatter(
            tx,
            scene.video,
            categories=[scene.cat.id],
            blobs=masks.put_blobs(tx, [square(1)]),
            tracks=2,
            rng=random.Random(1),
        )
    with scene.database.read() as tx:
        (video,) = teaching(tx, other.id)
        assert (video.masks, video.has_background, video.unreviewed) == (0, False, 0)
        assert teaching(tx, scene.project.id)[0].masks > 0


def test_without_a_category_in_use_no_frame_is_complete(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        declare(tx, scene.video, [], 0, 10)
    with scene.database.read() as tx:
        assert teaching(tx, scene.project.id)[0].complete == 10
    with scene.database.atomic() as tx:
        for category in (scene.cat, scene.dog):
            projects.retire_category(tx, category.id)
    with scene.database.read() as tx:
        assert teaching(tx, scene.project.id)[0].complete == 0
