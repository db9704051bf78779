"""Filters and counts by flags, attributes and comments against plain loops over what was made."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import comments, projects, track_marks, track_search, videos
from storage.attributes import add_attribute, retire_attribute
from storage.edits import Change, Edit, apply_edit
from storage.track_marks import COMMENTS, FLAGS
from storage.track_search import TrackFilter
from tests.storage.scenes import Scene, make_video, new_id, square
from tests.storage.track_projects import refresh

LIGHT, POSE = ("day", "night"), ("sits", 'it\'s: "up"', "runs")
AUTHORS = ("ann", "ben")
flags = st.sets(st.sampled_from(FLAGS))


@dataclass(frozen=True)
class Marked:
    """A track: its own flags and light, flags and pose by frame, and comments as author, resolved and deleted."""

    flags: set[str]
    light: str | None
    rows: dict[int, tuple[set[str], str | None]]
    comments: list[tuple[str, bool, bool]]

    @property
    def all_flags(self) -> set[str]:
        return self.flags.union(*(own for own, _ in self.rows.values()))

    @property
    def poses(self) -> set[str]:
        return {pose for _, pose in self.rows.values() if pose}

    @property
    def kept(self) -> list[tuple[str, bool]]:
        return [(author, resolved) for author, resolved, deleted in self.comments if not deleted]


marked = st.builds(
    Marked,
    flags=flags,
    light=st.none() | st.sampled_from(LIGHT),
    rows=st.dictionaries(st.integers(0, 5), st.tuples(flags, st.none() | st.sampled_from(POSE)), max_size=3),
    comments=st.lists(st.tuples(st.sampled_from(AUTHORS), st.booleans(), st.booleans()), max_size=3),
)
wanted_marks = st.fixed_dictionaries(
    {
        "flags": st.lists(st.sampled_from(FLAGS), max_size=2).map(tuple),
        "light": st.lists(st.sampled_from(["", *LIGHT, "odd"]), max_size=2),
        "pose": st.lists(st.sampled_from(["", *POSE, "odd"]), max_size=2),
        "comments": st.lists(st.sampled_from(COMMENTS), max_size=2).map(tuple),
        "commenters": st.lists(st.sampled_from([*AUTHORS, "zoe"]), max_size=2).map(tuple),
    }
)


def values(flags: set[str], attributes: dict[str, str | None]) -> dict[str, Any]:
    named = {name: value for name, value in attributes.items() if value}
    own = {"iscrowd" if name == "crowd" else name: True for name in flags}
    return {**own, "attributes": named or None}


def build(scene: Scene, made: list[Marked]) -> dict[str, Marked]:
    """The tracks, by id, in a video of their own."""
    with scene.database.atomic() as tx:
        video = make_video(tx, scene.project.id, name=new_id())
        light = add_attribute(tx, scene.project.id, name="light", choices=LIGHT).id
        pose = add_attribute(tx, scene.project.id, name="pose", choices=POSE, per="frame").id
        found = {new_id(): one for one in made}
        for track, one in found.items():
            changes = [Change(track, None, 0, values(one.flags, {light: one.light}))]
            changes += [
                Change(track, k, 0, {"rle": square(k), **values(own, {pose: value})})
                for k, (own, value) in one.rows.items()
            ]
            apply_edit(tx, Edit(new_id(), "draw", "ann", video.id, changes))
            for author, resolved, deleted in one.comments:
                comment = comments.add_comment(tx, video.id, author=author, text="x", frame=0, track_id=track)
                comments.change_comment(tx, comment.id, author="ben", resolved=resolved, deleted=deleted)
        comments.add_comment(tx, video.id, author="zoe", text="of no track", frame=0)
    refresh(scene.database, scene.project.id)
    return found


def own_scene(scene: Scene) -> Scene:
    with scene.database.atomic() as tx:
        project = projects.create_project(tx, name=new_id())
    return Scene(scene.database, project, scene.cat, scene.dog, scene.video)


def holds(one: Marked, wanted: dict[str, Any]) -> bool:
    chosen = {author for author in wanted["commenters"]} or {*AUTHORS, "zoe"}
    only_open = set(wanted["comments"]) == {"open"}
    return all(
        (
            not wanted["flags"] or one.all_flags & set(wanted["flags"]),
            not wanted["light"] or (one.light or "") in wanted["light"],
            not wanted["pose"] or (one.poses or {""}) & set(wanted["pose"]),
            not (wanted["comments"] or wanted["commenters"])
            or any(author in chosen and not (only_open and resolved) for author, resolved in one.kept),
        )
    )


@given(made=st.lists(marked, max_size=6), wanted=wanted_marks)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None)
def test_what_is_found_and_counted_is_what_loops_find(scene: Scene, made: list[Marked], wanted: dict[str, Any]) -> None:
    own = own_scene(scene)
    tracks = build(own, made)
    with scene.database.read() as tx:
        counted = track_marks.count(tx, own.project.id)
        light, pose = counted.attributes
        pairs = [(light.attribute.id, value) for value in wanted["light"]]
        pairs += [(pose.attribute.id, value) for value in wanted["pose"]]
        named = {name: wanted[name] for name in ("flags", "comments", "commenters")}
        found = track_search.ids(tx, TrackFilter(own.project.id, attributes=tuple(pairs), **named))
    assert set(found) == {track for track, one in tracks.items() if holds(one, wanted)}
    assert counted.flags == {name: sum(name in one.all_flags for one in made) for name in FLAGS}
    assert light.values == Counter(one.light for one in made if one.light)
    assert pose.values == Counter(value for one in made for value in one.poses)
    assert (light.without, pose.without) == tuple(
        sum(not found for found in each) for each in ([one.light for one in made], [one.poses for one in made])
    )
    assert counted.comments == {
        "open": sum(any(not resolved for _, resolved in one.kept) for one in made),
        "any": sum(bool(one.kept) for one in made),
    }
    assert counted.commenters == Counter(author for one in made for author in {author for author, _ in one.kept})


def test_a_project_without_lists_has_flags_and_comments_only(scene: Scene) -> None:
    with scene.database.read() as tx:
        counted = track_marks.count(tx, scene.project.id)
    assert (counted.attributes, counted.commenters) == ((), {})
    assert counted.flags == {"occluded": 0, "truncated": 0, "crowd": 0} and counted.comments == {"open": 0, "any": 0}


@pytest.mark.parametrize("gone", ["attribute", "track", "video"])
def test_what_is_retired_deleted_or_removed_is_not_counted(scene: Scene, gone: str) -> None:
    own = own_scene(scene)
    (track,) = build(own, [Marked({"crowd"}, "day", {}, [("ann", False, False)])])
    with scene.database.atomic() as tx:
        (video,) = videos.list_videos(tx, own.project.id)
        if gone == "attribute":
            for one in track_marks.count(tx, own.project.id).attributes:
                retire_attribute(tx, one.attribute.id)
        elif gone == "track":
            apply_edit(tx, Edit(new_id(), "delete", "ann", video.id, [Change(track, None, 1, None)]))
        else:
            videos.remove_video(tx, video.id)
        counted = track_marks.count(tx, own.project.id)
    assert [one.values for one in counted.attributes] == ([] if gone == "attribute" else [{}, {}])
    assert (counted.flags["crowd"], counted.comments["any"]) == ((1, 1) if gone == "attribute" else (0, 0))
