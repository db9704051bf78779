import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import tracks
from storage.database import Database
from storage.edits import Change, last_number
from storage.edits.row_store import load_video
from storage.edits.row_values import TRACK_ROW, Value
from storage.edits.versions import TrackVersion, machine_row, track_version, track_versions
from storage.errors import NotFound
from tests.storage.scenes import Scene, make_video, new_id, square


def version(scene: Scene, track: str, number: int) -> TrackVersion:
    with scene.database.read() as tx:
        return track_version(tx, video=scene.video.id, track=track, number=number)


def stored(scene: Scene, track: str) -> tuple[int, Value | None, dict[int, Value | None]]:
    """The number of the last edit, and the rows of a track as the tables have them."""
    with scene.database.read() as tx:
        rows = load_video(tx, scene.video.id)
        number = last_number(tx)
    own = {key.frame: row.value for key, row in rows.items() if key.owner == track}
    return number, own.pop(TRACK_ROW, None), own


STEPS = st.lists(
    st.tuples(st.sampled_from(["draw", "absent", "clear", "rename", "undo", "other"]), st.integers(0, 3)), max_size=12
)


@settings(max_examples=25, deadline=None)
@given(steps=STEPS)
def test_a_version_is_what_the_tables_held_then(scene_factory: "SceneFactory", steps: list[tuple[str, int]]) -> None:
    scene = scene_factory()
    track, other = scene.new_track(author="bob"), scene.new_track(author="bob")
    seen = [stored(scene, track)]
    for kind, frame in steps:
        at = scene.version(track, frame)
        if kind == "draw":
            scene.draw(track, frame, 1 + frame)
        elif kind == "absent":
            scene.applied(Change(track, frame, at, {"state": "absent"}))
        elif kind == "clear" and at:
            scene.applied(Change(track, frame, at, None))
        elif kind == "rename":
            scene.applied(Change(track, None, scene.track(track).version, {"name": f"n{frame}"}))
        elif kind == "undo" and len(seen) > 1:
            scene.undo()
        elif kind == "other":
            scene.draw(other, frame, 5)
        seen.append(stored(scene, track))
    for number, own, rows in seen:
        found = version(scene, track, number)
        assert (found.own, found.rows) == (own, rows)


class SceneFactory:
    """Makes scenes in databases of their own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.base = Scene.make(database)
        self.made = 0

    def __call__(self) -> Scene:
        self.made += 1
        with self.database.atomic() as tx:
            video = make_video(tx, self.base.project.id, name=f"v{self.made}")
        return Scene(self.database, self.base.project, self.base.cat, self.base.dog, video)


@pytest.fixture(scope="module")
def scene_factory(tmp_path_factory: pytest.TempPathFactory) -> "SceneFactory":
    path = tmp_path_factory.mktemp("versions") / "a.sqlite3"
    return SceneFactory(Database.open(f"sqlite:///{path}"))


def test_the_list_names_each_edit_with_a_mask_that_it_wrote(scene: Scene) -> None:
    track = scene.new_track()
    scene.applied(
        Change(track, 3, 0, {"state": "absent"}), Change(track, 5, 0, {"rle": square(2)}), kind="brush", author="bea"
    )
    scene.applied(Change(track, None, scene.track(track).version, {"name": "Tom"}), kind="rename")
    scene.applied(Change(track, 3, scene.version(track, 3), {"key": True}), kind="key")
    with scene.database.read() as tx:
        lines = track_versions(tx, video=scene.video.id, track=track)
        (row,) = tracks.rows(tx, scene.video.id, start=5, stop=6)
    assert [(line.edit.kind, line.edit.author, line.frame, line.mask, line.gone) for line in lines] == [
        ("key", "ann", 3, None, False),
        ("rename", "ann", None, None, False),
        ("brush", "bea", 5, row.hash, False),
        ("new track", "ann", None, None, False),
    ]


def test_an_edit_that_only_takes_masks_away_shows_the_first_of_them(scene: Scene) -> None:
    track = scene.new_track()
    drawn = [scene.draw(track, frame, frame) for frame in (2, 4)]
    gone = [Change(track, frame, edit.number, {"state": "absent"}) for frame, edit in zip((2, 4), drawn, strict=True)]
    scene.applied(Change(track, 1, 0, {"state": "absent"}), *gone, kind="end")
    with scene.database.read() as tx:
        line, *_ = track_versions(tx, video=scene.video.id, track=track)
    assert (line.frame, line.mask, line.gone) == (2, drawn[0].rows[0]["after"]["mask"], True)


def test_a_track_of_nobody_and_one_that_was_not_made_yet_are_not_found(scene: Scene) -> None:
    with scene.database.read() as tx:
        before = last_number(tx)
    track = scene.new_track()
    for name, number in (("nobody", 10**6), (track, before), (new_id(), 5)):
        with pytest.raises(NotFound):
            version(scene, name, number)


def test_tracks_of_other_videos_are_not_found(scene: Scene) -> None:
    track = scene.new_track()
    with scene.database.atomic() as tx:
        other = make_video(tx, scene.project.id, name="other")
    with scene.database.read() as tx, pytest.raises(NotFound):
        track_version(tx, video=other.id, track=track, number=10**6)


def proposed(scene: Scene, track: str, frame: int) -> Value | None:
    with scene.database.read() as tx:
        return machine_row(tx, video=scene.video.id, track=track, frame=frame)


def test_the_row_of_a_machine_is_found_under_what_a_person_made_of_it(scene: Scene) -> None:
    track = scene.new_track()
    machine = {"state": "present", "source": "proposed", "review": "unreviewed", "score": 0.7}
    scene.applied(Change(track, 3, 0, {**machine, "rle": square(1)}), author="run:1", kind="propose")
    wanted = scene.row(track, 3)
    scene.draw(track, 3, 5)
    scene.draw(track, 3, 7)
    found = proposed(scene, track, 3)
    assert wanted is not None and found is not None
    assert (found["mask"], found["source"], found["score"]) == (wanted.hash, "proposed", 0.7)


def test_a_verdict_without_a_stroke_leaves_the_machines_row_under_it(scene: Scene) -> None:
    track = scene.new_track()
    machine = {"state": "absent", "source": "proposed", "review": "unreviewed"}
    scene.applied(Change(track, 3, 0, machine), author="run:1", kind="propose")
    scene.draw(track, 3, 5)
    found = proposed(scene, track, 3)
    assert found is not None and found["state"] == "absent" and found["mask"] is None


def test_what_only_a_person_drew_has_no_row_of_a_machine(scene: Scene) -> None:
    track = scene.new_track()
    scene.draw(track, 3, 5)
    assert proposed(scene, track, 3) is None
    assert proposed(scene, track, 4) is None
