"""The SQL of the page of tracks against plain loops over the rows, for any project, filter and order."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import checkpoints, projects, runs, schema, track_search, track_summaries, tracks, videos
from storage.authors import is_machine, is_persons_work
from storage.database import Database
from storage.edits import Change, edits_since, undo
from storage.track_search import MACHINE, SORTS, STATES, TrackFilter
from storage.videos import Video
from tests.storage.scenes import Scene, new_id
from tests.storage.track_projects import Made, build, made_tracks, refresh

filters = st.fixed_dictionaries(
    {},
    optional={
        "categories": st.lists(st.sampled_from([None, "cat", "dog"]), max_size=2).map(tuple),
        "states": st.lists(st.sampled_from(STATES), max_size=2).map(tuple),
        "sources": st.lists(st.sampled_from(schema.SOURCES), max_size=2).map(tuple),
        "authors": st.lists(st.sampled_from(["ann", "ben", MACHINE]), max_size=2).map(tuple),
        "videos": st.lists(st.integers(0, 1), max_size=1).map(tuple),
        "score": st.tuples(st.none() | st.just(0.25), st.none() | st.just(0.5)),
        "length": st.tuples(st.none() | st.integers(0, 3), st.none() | st.integers(1, 4)),
        "text": st.sampled_from(["", "dog", "REX", "%", "_", "walk", "#2", "1", "no such name"]),
    },
)


@dataclass(frozen=True)
class Plain:
    """The same facts from loops over what `storage.tracks` reads."""

    track: tracks.Track
    video: Video
    state: str
    score: float | None
    masks: int
    best: tuple[int, str, int] | None
    sources: set[str]
    human: int
    author: str


def plain(database: Database, project_id: str) -> list[Plain]:
    with database.read() as tx:
        authors = {entry.number: entry.author for entry in edits_since(tx, 0, limit=10_000)}
        return [
            _plain(track, rows, video, authors)
            for video in videos.list_videos(tx, project_id)
            for track in tracks.list_tracks(tx, video.id)
            for rows in [[row for row in tracks.rows(tx, video.id) if row.track_id == track.id]]
        ]


def _plain(track: tracks.Track, rows: list[tracks.MaskRow], video: Video, authors: dict[int, str]) -> Plain:
    shown = [row for row in rows if row.hash is not None]
    scores = [row.score for row in shown if row.score is not None]
    own = track.score if track.score is not None else sum(scores) / len(scores) if scores else None
    order = sorted(shown, key=lambda row: (row.review == "rejected", -row.area, row.frame))
    best = (order[0].frame, order[0].hash or "", order[0].area) if order else None
    newest = max([track.version, *(row.version for row in rows)])
    human = sum(is_persons_work(source=row.source, review=row.review) for row in rows)
    sources = {row.source for row in shown}
    return Plain(track, video, _state(track, rows), own, len(shown), best, sources, human, authors[newest])


def _state(track: tracks.Track, rows: list[tracks.MaskRow]) -> str:
    if track.rejected:
        return "rejected"
    if any(row.look_reason is not None for row in rows):
        return "look"
    reviews = {row.review for row in rows if row.hash is not None}
    return next((name for name in ("unreviewed", "corrected", "accepted", "rejected") if name in reviews), "unreviewed")


def holds(one: Plain, wanted: dict[str, Any], names: dict[str | None, str]) -> bool:
    (low, high), (fewest, most) = wanted.get("score", (None, None)), wanted.get("length", (None, None))
    text, category = wanted.get("text", "").lower(), names.get(one.track.category_id, "")
    texts = [name.lower() for name in (one.track.name or "", category, one.video.name)]
    number = text.removeprefix("#")
    author = MACHINE if is_machine(one.author) else one.author
    return all(
        (
            not wanted.get("categories") or (category or None) in wanted["categories"],
            not wanted.get("states") or one.state in wanted["states"],
            not wanted.get("sources") or one.sources & set(wanted["sources"]),
            not wanted.get("authors") or author in wanted["authors"],
            low is None or (one.score is not None and one.score >= low),
            high is None or (one.score is not None and one.score <= high),
            fewest is None or one.masks >= fewest,
            most is None or one.masks <= most,
            not text or any(text in name for name in texts) or (number.isdigit() and one.track.number == int(number)),
        )
    )


def sort_key(one: Plain, sort: str, descending: bool) -> tuple[Any, ...]:
    value: Any = {
        "video": one.video.name.lower(),
        "score": one.score,
        "length": one.masks,
        "area": one.best[2] if one.best else 0,
        "name": None if one.track.name is None else one.track.name.lower(),
    }[sort]
    if isinstance(value, str):
        value = (*tuple(-ord(c) for c in value), 1) if descending else tuple(ord(c) for c in value)
    elif value is not None and descending:
        value = -value
    return (value is None, value or 0 if value is not None else 0, one.video.name.lower(), one.track.number)


@given(
    made=st.lists(made_tracks(), max_size=7),
    wanted=filters,
    sort=st.sampled_from(SORTS),
    descending=st.booleans(),
    cut=st.tuples(st.integers(0, 3), st.integers(0, 9)),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_what_is_found_is_what_loops_find(
    scene: Scene, made: list[Made], wanted: dict[str, Any], sort: str, descending: bool, cut: tuple[int, int]
) -> None:
    with scene.database.atomic() as tx:
        project = projects.create_project(tx, name=new_id(), categories=("cat", "dog"))
        cat, dog = projects.list_categories(tx, project.id)
    own = Scene(scene.database, project, cat, dog, scene.video)
    both = build(own, made)
    refresh(scene.database, project.id)
    ids = {None: None, "cat": cat.id, "dog": dog.id}
    sent = {**wanted, "categories": tuple(ids[name] for name in wanted.get("categories", ()))}
    sent["videos"] = tuple(both[index].id for index in wanted.get("videos", ()))
    names = {cat.id: "cat", dog.id: "dog"}
    expected = [one for one in plain(scene.database, project.id) if holds(one, wanted, names)]
    expected = [one for one in expected if not sent["videos"] or one.video.id in sent["videos"]]
    expected.sort(key=lambda one: sort_key(one, sort, descending))
    asked = TrackFilter(project.id, **sent)
    with scene.database.read() as tx:
        found = track_search.search(tx, asked, sort=sort, descending=descending, start=cut[0], stop=cut[1])
        assert track_search.count(tx, asked) == (len(expected), sum(one.masks for one in expected))
        assert list(track_search.ids(tx, asked, sort=sort, descending=descending)) == [one.track.id for one in expected]
        counted = track_search.facets(tx, project.id)
    for line, one in zip(found, expected[cut[0] : cut[1]], strict=True):
        assert (line.id, line.state, line.masks, line.human) == (one.track.id, one.state, one.masks, one.human)
        assert (line.score, set(line.sources), line.author) == (one.score, one.sources, one.author)
        assert (line.frame, line.blob_hash, line.area) == (one.best or (None, None, 0))
    everyone = plain(scene.database, project.id)
    assert counted.states == Counter(one.state for one in everyone)
    assert counted.authors == Counter(MACHINE if is_machine(one.author) else one.author for one in everyone)
    assert counted.categories == Counter(one.track.category_id for one in everyone)
    assert counted.sources == {name: sum(name in one.sources for one in everyone) for name in schema.SOURCES}


def lines(scene: Scene) -> list[track_search.TrackLine]:
    refresh(scene.database, scene.project.id)
    with scene.database.read() as tx:
        return list(track_search.search(tx, TrackFilter(scene.project.id), stop=100))


def test_summaries_follow_edits_undo_and_deleted_rows(scene: Scene) -> None:
    track, other = scene.new_track(), scene.new_track()
    scene.draw(track, 3, 2)
    assert [(line.masks, line.frame) for line in lines(scene)] == [(1, 3), (0, None)]
    scene.draw(track, 5, 4)
    assert lines(scene)[0].masks == 2
    scene.applied(Change(track, 3, scene.version(track, 3), None))
    assert [(line.masks, line.frame) for line in lines(scene)] == [(1, 5), (0, None)]
    with scene.database.atomic() as tx:
        undo(tx, video=scene.video.id, author="ann", new_id=new_id())
    assert [(line.id, line.masks) for line in lines(scene)] == [(track, 2), (other, 0)]


def test_only_videos_with_new_edits_are_stale(scene: Scene) -> None:
    track = scene.new_track()
    refresh(scene.database, scene.project.id)
    with scene.database.read() as tx:
        assert track_summaries.stale_videos(tx, scene.project.id) == ()
    scene.draw(track, 0, 1)
    with scene.database.read() as tx:
        assert track_summaries.stale_videos(tx, scene.project.id) == (scene.video.id,)


def test_tracks_of_a_removed_video_are_not_found(scene: Scene) -> None:
    scene.new_track()
    assert len(lines(scene)) == 1
    with scene.database.atomic() as tx:
        videos.remove_video(tx, scene.video.id)
    assert lines(scene) == []


def test_many_ids_are_asked_for_at_once(scene: Scene) -> None:
    track = scene.new_track()
    scene.new_track()
    refresh(scene.database, scene.project.id)
    asked = TrackFilter(scene.project.id, track_ids=(*(new_id() for _ in range(2500)), track))
    with scene.database.read() as tx:
        assert track_search.ids(tx, asked) == (track,)


@pytest.mark.parametrize("text", ["9" * 30, "#", "\\", "é"])
def test_odd_texts_find_nothing(scene: Scene, text: str) -> None:
    scene.new_track()
    refresh(scene.database, scene.project.id)
    with scene.database.read() as tx:
        assert track_search.count(tx, TrackFilter(scene.project.id, text=text)) == (0, 0)


def test_tracks_of_the_runs_of_one_checkpoint_that_nobody_touched(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        ours, other = (
            checkpoints.add_checkpoint(
                tx, name=name, path=name, sha256=name, config="tiny", categories=[], size_bytes=1
            )
            for name in ("a", "b")
        )
        run = {
            name: runs.start_run(tx, kind="proposal", project_id=scene.project.id, video_id=scene.video.id, **values).id
            for name, values in {
                "first": {"checkpoint_id": ours.id},
                "second": {"checkpoint_id": ours.id},
                "other": {"checkpoint_id": other.id},
                "imported": {},
            }.items()
        }
    track = {name: scene.new_track(run=run_id) for name, run_id in run.items()}
    track |= {"drawn": scene.new_track(), "imported too": scene.new_track(run=run["imported"])}
    refresh(scene.database, scene.project.id)

    def found(name: str, *, untouched: bool = False) -> set[str]:
        wanted = TrackFilter(scene.project.id, run_of=track[name], untouched=untouched)
        with scene.database.read() as tx:
            ids = track_search.ids(tx, wanted)
        return {name for name, one in track.items() if one in ids}

    assert found("first") == found("second") == {"first", "second"}
    assert found("other") == {"other"}
    assert found("imported") == {"imported", "imported too"}
    assert found("drawn") == set()
    scene.draw(track["second"], 1, 2)
    refresh(scene.database, scene.project.id)
    assert found("first", untouched=True) == {"first"}
