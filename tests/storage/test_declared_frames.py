"""Frames that are declared complete, by category; what the progress makes of them is in ``test_video_progress``."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from storage.declared_frames import DeclaredFrames, covered, declared_frames, union
from storage.edits import Change
from tests.storage.scenes import Scene, new_id, square

SPANS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)))


@given(SPANS)
def test_a_union_has_each_frame_once_in_runs_that_do_not_meet(spans: list[tuple[int, int]]) -> None:
    runs = union(spans)

    frames = [frame for start, stop in runs for frame in range(start, stop)]
    assert frames == sorted({frame for start, stop in spans for frame in range(start, stop)})
    assert covered(runs) == len(frames)
    assert all(stop < start for (_, stop), (start, _) in pairwise(runs))


def test_only_frames_of_every_category_in_use_are_complete_and_each_track_counts_its_own(scene: Scene) -> None:
    cat, dog = scene.new_track(), new_id()
    scene.applied(Change(dog, None, 0, {"category": scene.dog.id}), kind="new track")
    scene.applied(Change(cat, 3, 0, {"rle": square(1)}), Change(dog, 9, 0, {"rle": square(1)}))
    for start, stop, category in ((0, 6, scene.cat.id), (2, 8, scene.dog.id)):
        after = {"start": start, "stop": stop, "categories": [category]}
        scene.applied(Change(None, None, 0, after, range_id=new_id()), kind="complete")

    with scene.database.read() as tx:
        found = declared_frames(tx, scene.project.id)

    # Frames 2 to 5 for both; the cat has no mask on five of its six frames, the dog on all of its six.
    assert found == {scene.video.id: DeclaredFrames(complete=4, with_row=1, settled=5 + 6)}
