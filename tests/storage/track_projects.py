"""Projects with any tracks in two videos, for tests of what is computed over them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from storage import schema, track_summaries
from storage.authors import is_machine
from storage.database import Database
from storage.edits import Change, Edit, apply_edit
from storage.videos import Video
from tests.storage.scenes import Scene, make_video, new_id, square

ABSENT: dict[str, Any] = {"state": "absent", "source": "drawn", "review": "corrected"}
AUTHORS = ("ann", "ben", "run:1")


@dataclass(frozen=True)
class Made:
    """A track as the test makes it: author, own values and rows by frame."""

    author: str
    video: int
    own: dict[str, Any]
    rows: dict[int, dict[str, Any]]


def masks_of(author: str) -> st.SearchStrategy[dict[str, Any]]:
    machine = is_machine(author)
    return st.fixed_dictionaries(
        {
            "rle": st.builds(square, st.integers(0, 9), side=st.integers(1, 7)),
            "source": st.sampled_from(["proposed", "propagated", "interpolated", "imported"])
            if machine
            else st.sampled_from(schema.SOURCES),
            "review": st.just("unreviewed") if machine else st.sampled_from(schema.REVIEWS),
            "score": st.none() | st.sampled_from([0.25, 0.5, 1.0]),
            "look": st.none() | st.just({"reason": "odd", "author": author}),
        }
    )


@st.composite
def made_tracks(draw: st.DrawFn) -> Made:
    author = draw(st.sampled_from(AUTHORS))
    row = masks_of(author) if is_machine(author) else masks_of(author) | st.just(ABSENT)
    own = {
        "name": draw(st.none() | st.sampled_from(["old dog", "50%_", "Rex"])),
        "score": draw(st.none() | st.sampled_from([0.125, 0.5, 0.75])),
        "rejected": draw(st.booleans()),
        "deleted": draw(st.integers(0, 5)) == 0,
        "category": draw(st.sampled_from([None, "cat", "dog"])),
    }
    return Made(author, draw(st.integers(0, 1)), own, draw(st.dictionaries(st.integers(0, 6), row, max_size=4)))


def build(scene: Scene, made: Iterable[Made]) -> list[Video]:
    """The tracks in a video of their own and a second one, as edits."""
    with scene.database.atomic() as tx:
        both = [make_video(tx, scene.project.id, name=f"{name} {new_id()}") for name in ("walk", "night")]
        ids = {None: None, "cat": scene.cat.id, "dog": scene.dog.id}
        for one in made:
            track = new_id()
            changes = [Change(track, None, 0, {**one.own, "category": ids[one.own["category"]]})]
            # Nothing can be drawn on a track that is deleted, so it is deleted afterwards.
            changes[0] = Change(track, None, 0, {**dict(changes[0].after or {}), "deleted": False})
            changes += [Change(track, frame, 0, row) for frame, row in one.rows.items()]
            kind, video = ("import" if is_machine(one.author) else "draw"), both[one.video]
            done = apply_edit(tx, Edit(new_id(), kind, one.author, video.id, changes))
            if one.own["deleted"]:
                version = getattr(done, "number")  # noqa: B009
                apply_edit(tx, Edit(new_id(), "delete", "ann", video.id, [Change(track, None, version, None)]))
    return both


def refresh(database: Database, project_id: str) -> None:
    with database.atomic() as tx:
        for video in track_summaries.stale_videos(tx, project_id):
            track_summaries.refresh(tx, video)
