"""A project's own attributes, and their values on tracks and masks."""

from typing import Any

import pytest
from sqlalchemy import select

from storage import schema
from storage.attributes import (
    MOST_CHOICES,
    Attribute,
    add_attribute,
    change_attribute,
    get_attribute,
    list_attributes,
    retire_attribute,
)
from storage.database import Database
from storage.edits import Change, EditError, MachineOnHumanRow
from storage.errors import BadName, NameTaken, NotFound
from storage.projects import create_project
from tests.storage.scenes import Scene, square


def add(scene: Scene, **more: Any) -> Attribute:
    with scene.database.atomic() as tx:
        return add_attribute(tx, scene.video.project_id, **{"name": "pose", "choices": ["sits", "runs"], **more})


def test_attributes_are_listed_in_their_order_with_tidy_names_and_values(database: Database) -> None:
    with database.atomic() as tx:
        project = create_project(tx, name="zoo").id
        pose = add_attribute(tx, project, name="  body  pose ", choices=[" sits", "runs ", "sits"], key="3")
        rain = add_attribute(tx, project, name="weather", choices=["rain"], per="frame")
        assert list_attributes(tx, project) == (pose, rain)
        assert (pose.name, pose.choices, pose.per, pose.key) == ("body pose", ("sits", "runs"), "track", "3")
        assert (rain.per, rain.key, rain.position) == ("frame", None, 1)
        assert get_attribute(tx, rain.id) == rain
        with pytest.raises(NotFound):
            add_attribute(tx, "elsewhere", name="a", choices=["b"])
        with pytest.raises(NotFound):
            get_attribute(tx, "none")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "needs a name"),
        ({"name": "Occluded"}, "occluded already"),
        ({"choices": []}, "needs values"),
        ({"choices": [""]}, "needs a name"),
        ({"choices": [str(n) for n in range(MOST_CHOICES + 1)]}, "at most"),
        ({"key": "A"}, "is one of"),
        ({"key": "3"}, "belongs to pose"),
        ({"per": "video"}, "per track or per frame"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(scene: Scene, wrong: dict[str, Any], words: str) -> None:
    add(scene, key="3")
    with pytest.raises(BadName, match=words):
        add(scene, **{"name": "mood", **wrong})
    with pytest.raises(NameTaken):
        add(scene)


def test_an_attribute_changes_and_comes_back_without_a_key_that_is_taken(scene: Scene) -> None:
    pose = add(scene, key="3")
    with scene.database.atomic() as tx:
        changed = change_attribute(tx, pose.id, name="posture", choices=["stands"])
        assert (changed.name, changed.choices, changed.key) == ("posture", ("stands",), "3")
        assert change_attribute(tx, pose.id, key="3") == changed, "its own name and key are free for it"
        assert change_attribute(tx, pose.id, key="").key is None
        change_attribute(tx, pose.id, key="4")
        assert retire_attribute(tx, pose.id).retired
        assert list_attributes(tx, pose.project_id) == ()
        assert [one.id for one in list_attributes(tx, pose.project_id, retired=True)] == [pose.id]
        other = add_attribute(tx, pose.project_id, name="mood", choices=["calm"], key="4")
        assert retire_attribute(tx, pose.id, retired=False).key is None
        retire_attribute(tx, pose.id)
        change_attribute(tx, other.id, name="posture")
        with pytest.raises(NameTaken):
            retire_attribute(tx, pose.id, retired=False)


def test_values_on_tracks_and_masks_are_part_of_the_log_and_of_undo(scene: Scene) -> None:
    pose, rain = add(scene), add(scene, name="weather", choices=["rain"], per="frame")
    track = scene.new_track()
    scene.draw(track, 3, 1)
    scene.applied(Change(track, None, scene.track(track).version, {"attributes": {pose.id: "sits"}, "truncated": True}))
    after = {"attributes": {rain.id: "rain"}, "occluded": True, "truncated": True}
    scene.applied(Change(track, 3, scene.version(track, 3), after))
    row = scene.row(track, 3)
    assert row is not None and (row.attributes, row.truncated, row.review) == ({rain.id: "rain"}, True, "corrected")
    assert (scene.track(track).attributes, scene.track(track).truncated) == ({pose.id: "sits"}, True)
    scene.assert_log_explains_tables()
    scene.undo()
    undone = scene.row(track, 3)
    assert undone is not None and (undone.attributes, undone.occluded, undone.truncated) == (None, False, False)
    scene.undo()
    assert (scene.track(track).attributes, scene.track(track).truncated) == (None, False)
    scene.redo()
    assert scene.track(track).attributes == {pose.id: "sits"}
    scene.assert_log_explains_tables()


def test_no_values_are_stored_in_one_way(scene: Scene) -> None:
    rain = add(scene, name="weather", choices=["rain"], per="frame")
    track = scene.new_track()
    scene.draw(track, 0, 1, attributes={rain.id: "rain"})
    scene.applied(Change(track, 0, scene.version(track, 0), {"attributes": {}}))
    with scene.database.read() as tx:
        masks = schema.masks
        assert tx.execute(select(masks.c.frame).where(masks.c.attributes.is_not(None))).all() == []


@pytest.mark.parametrize("value", ["sits", ["sits"], {"a": 1}, {"a": None}])
def test_values_that_are_no_texts_by_attribute_are_refused(scene: Scene, value: Any) -> None:
    track = scene.new_track()
    with pytest.raises(EditError, match=r"attributes? must be"):
        scene.apply(Change(track, None, scene.track(track).version, {"attributes": value}))


def test_an_attribute_must_be_one_of_the_project_and_hold_per_track_or_per_frame(scene: Scene) -> None:
    pose, rain = add(scene), add(scene, name="weather", per="frame")
    track = scene.new_track()
    version = scene.track(track).version
    with pytest.raises(EditError, match="has no attribute other"):
        scene.apply(Change(track, None, version, {"attributes": {"other": "a"}}))
    with pytest.raises(EditError, match="per frame, so no track"):
        scene.apply(Change(track, None, version, {"attributes": {rain.id: "a"}}))
    with pytest.raises(EditError, match="per track, so no frame"):
        scene.apply(Change(track, 0, 0, {"rle": square(1), "attributes": {pose.id: "a"}}))


@pytest.mark.parametrize("mark", ["truncated", "attributes"])
def test_a_machine_keeps_attributes_of_a_mask_and_the_track_that_has_them(scene: Scene, mark: str) -> None:
    rain = add(scene, name="weather", per="frame")
    track = scene.new_track(author="run:a")
    scene.applied(Change(track, 0, 0, {"rle": square(1)}), author="run:a")
    value = True if mark == "truncated" else {rain.id: "runs"}
    scene.applied(Change(track, 0, scene.version(track, 0), {mark: value}))
    scene.applied(Change(track, 0, scene.version(track, 0), {"rle": square(5)}), author="run:b")
    row = scene.row(track, 0)
    assert row is not None and (getattr(row, mark), row.review) == (value, "unreviewed")
    with pytest.raises(MachineOnHumanRow, match="person's work"):
        scene.apply(Change(track, None, scene.track(track).version, None), author="run:b")
