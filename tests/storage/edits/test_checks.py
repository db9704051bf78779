"""What an edit may never do: the whole table of machine against human, and names that belong elsewhere."""

from itertools import product
from typing import Any

import pytest

from storage import schema
from storage.edits import AS_BASE_LEFT_IT, Applied, Change, Conflict, Edit, EditError, MachineOnHumanRow, apply_edit
from tests.storage.scenes import Scene, make_video, new_id, square
from tests.waiting import at_most

EVERY_ROW = list(product(schema.SOURCES, schema.REVIEWS))
MACHINE_MAY = [("proposed", "unreviewed"), ("propagated", "unreviewed"), ("interpolated", "unreviewed")]
MACHINE_MAY.append(("imported", "unreviewed"))


def row_of(scene: Scene, source: str, review: str) -> tuple[str, Applied]:
    """A track of a machine with one mask of this kind on frame 0, as an import brings it."""
    track = scene.new_track(author="run:first")
    after = {"rle": square(1), "source": source, "review": review}
    return track, scene.applied(Change(track, 0, 0, after), author="run:first", kind="import")


def test_a_machine_redraws_exactly_the_rows_that_nobody_drew_or_judged(scene: Scene) -> None:
    for source, review in EVERY_ROW:
        track, made = row_of(scene, source, review)
        for after in ({"rle": square(5)}, {"state": "absent"}, None):
            change = Change(track, 0, made.number, after)
            if (source, review) in MACHINE_MAY:
                scene.applied(change, author="run:b")
                made = scene.applied(Change(track, 0, scene.version(track, 0), {"rle": square(1)}), author="run:b")
            else:
                with pytest.raises(MachineOnHumanRow, match="frame 0"):
                    scene.apply(change, author="run:b")
        row = scene.row(track, 0)
        assert row is not None and row.human is ((source, review) not in MACHINE_MAY), (source, review)
    scene.assert_log_explains_tables()


def test_a_machine_writes_only_what_is_no_persons_work(scene: Scene) -> None:
    track = scene.new_track(author="run:a")
    for frame, (source, review) in enumerate(EVERY_ROW):
        change = Change(track, frame, 0, {"rle": square(1), "source": source, "review": review})
        if (source, review) in MACHINE_MAY:
            scene.applied(change, author="run:a")
        else:
            with pytest.raises(EditError, match="only a person"):
                scene.apply(change, author="run:a")
        assert (scene.row(track, frame) is None) is ((source, review) not in MACHINE_MAY), (source, review)


def test_a_machine_deletes_exactly_the_tracks_without_a_persons_mask(scene: Scene) -> None:
    for source, review in EVERY_ROW:
        track, _ = row_of(scene, source, review)
        delete = Change(track, None, scene.track(track).version, {"deleted": True})
        if (source, review) in MACHINE_MAY:
            scene.applied(delete, author="run:b")
        else:
            with pytest.raises(MachineOnHumanRow, match="person's work"):
                scene.apply(delete, author="run:b")
        assert scene.track(track).deleted is ((source, review) in MACHINE_MAY), (source, review)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("score", 0.9, True),
        ("run", "r2", True),
        ("extra", {"class": "cat"}, True),
        ("source_id", "12", True),
        ("name", "Tom", False),
        ("rejected", True, False),
        ("occluded", True, False),
        ("iscrowd", True, False),
        ("truncated", True, False),
        ("category", "dog", False),
    ],
)
def test_of_a_persons_track_a_machine_changes_only_its_own_notes(
    scene: Scene, name: str, value: Any, allowed: bool
) -> None:
    track = scene.new_track()
    value = scene.dog.id if name == "category" else value
    change = Change(track, None, scene.track(track).version, {name: value})
    if allowed:
        scene.applied(change, author="run:b")
    else:
        with pytest.raises(MachineOnHumanRow):
            scene.apply(change, author="run:b")
    same = Change(track, None, scene.track(track).version, {"category": scene.cat.id, "rejected": False})
    scene.applied(same, author="run:b", kind="says what is so already")


def test_a_human_row_among_thousands_stops_the_machines_whole_edit(scene: Scene) -> None:
    track = scene.new_track(author="run:a")
    scene.draw(track, 7, 3)
    changes = [Change(track, frame, scene.version(track, frame), {"rle": square(1)}) for frame in range(40)]
    with pytest.raises(MachineOnHumanRow, match="frame 7"):
        scene.apply(*changes, author="run:a")
    assert scene.row(track, 0) is None


def test_a_range_of_another_video_is_refused_in_one_sentence(scene: Scene) -> None:
    said = {"start": 0, "stop": 4, "categories": []}
    scene.applied(Change(None, None, 0, said, range_id="r"))
    with scene.database.atomic() as tx:
        other = make_video(tx, scene.project.id, name="other")
    for after in (said, None):
        with scene.database.atomic() as tx, pytest.raises(EditError, match="r belongs to another video than 'other'"):
            apply_edit(tx, Edit(new_id(), "complete", "ann", other.id, (Change(None, None, 0, after, range_id="r"),)))
    scene.assert_log_explains_tables()


@pytest.mark.parametrize(
    "after",
    [
        {"score": float("nan")},
        {"score": float("inf")},
        {"score": 10**400},
        {"extra": {"deep": [{"x": float("-inf")}]}},
        {"extra": {"half a character": "\ud800"}},
        {"extra": {"\udfff": 1}},
        {"extra": {"a set": {1, 2}}},
    ],
)
def test_what_could_not_be_sent_back_to_a_page_is_never_stored(scene: Scene, after: dict[str, Any]) -> None:
    track = scene.new_track()
    for change in (Change(track, 0, 0, {"rle": square(1), **after}), Change(new_id(), None, 0, after)):
        with pytest.raises(EditError, match=f"{next(iter(after))} holds"):
            scene.apply(change)
    assert scene.row(track, 0) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change("new", None, 0, {"name": "\ud800"}), "name holds"),
        (Change(None, None, 0, {"start": 0, "stop": 2, "categories": ["\ud800"]}, range_id="r"), "by their ids"),
        (Change("new", None, 0, {"source_id": "\udc00"}), "source_id holds"),
    ],
)
def test_texts_are_whole_characters(scene: Scene, change: Change, words: str) -> None:
    with pytest.raises(EditError, match=words):
        scene.apply(change)


def test_texts_of_all_languages_are_kept(scene: Scene) -> None:
    track = scene.new_track(name="Ünïcode 字 \U0001f42c", extra={"κ": ["\U0001f42c", 1.5, None]})
    stored = scene.track(track)
    assert (stored.name, stored.extra) == ("Ünïcode 字 \U0001f42c", {"κ": ["\U0001f42c", 1.5, None]})
    scene.assert_log_explains_tables()


def test_bases_that_name_each_other_do_not_hold_up_the_writers(scene: Scene) -> None:
    track = scene.new_track()
    scene.applied(id="a", base="b")
    scene.applied(id="b", base="a")
    scene.draw(track, 0, 1, author="bob")
    with at_most(60):
        answer = scene.apply(Change(track, 0, AS_BASE_LEFT_IT, {"rle": square(2)}), base="a")
        assert isinstance(answer, Conflict)
        answer = scene.apply(Change(track, 0, AS_BASE_LEFT_IT, {"rle": square(2)}), id="c", base="c")
        assert isinstance(answer, Conflict)


def test_a_base_that_came_later_than_what_names_it_is_not_followed_further(scene: Scene) -> None:
    track = scene.new_track()
    scene.applied(id="early", base="late")
    scene.applied(Change(track, 0, 0, {"rle": square(1)}), id="late", author="bob")
    answer = scene.apply(Change(track, 0, AS_BASE_LEFT_IT, {"rle": square(2)}), base="early")
    assert isinstance(answer, Conflict), "what bob drew after the base is not part of it"
