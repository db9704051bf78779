"""A stored project as training clips: only what a person said is truth."""

import pickle
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.settings import Settings
from app.training.plan import plan
from app.training.project_clips import ProjectClips, videos_with_human_masks
from model.config import ScaleConfig
from model.training.clips import ClipDataset, LabelledTrack
from model.training.targets import ABSENT, PRESENT, UNKNOWN
from storage import edits, masks, projects, rle, tracks
from storage.database import Database
from storage.edits import Change, Edit
from storage.projects import Category
from storage.videos import Video
from tests.app.made import FRAMES, new_track, project_with, send, square, video_in
from tests.storage.made_videos import decoded


class Annotated:
    """A project with one video of which a person and a machine said this and that."""

    def __init__(self, database: Database, settings: Settings, folder: Path) -> None:
        self.database = database
        self.project, self.categories = project_with(database, "dog", "cat")
        self.video: Video = video_in(database, settings, self.project, folder)
        dog = self.category("dog").id
        self.drawn, changes = new_track(dog, {0: square(0, 4), 1: square(1, 4), 2: square(2, 4)})
        changes[3]["after"]["review"] = "rejected"
        changes.append({"track": self.drawn, "frame": 3, "before_version": 0, "after": {"state": "absent"}})
        wrong, more = new_track(self.category("cat").id, {4: square(30, 20)}, rejected=True)
        _, nameless = new_track(None, {0: square(40, 30)})
        self.send([*changes, *more, *nameless])
        self.rejected = wrong
        self.proposed = self.propose(dog)

    def category(self, name: str) -> Category:
        return self.categories[name]

    def send(self, changes: list[dict[str, Any]]) -> None:
        result = send(self.database, self.video, changes)
        assert result["status"] == "applied", result

    def propose(self, category: str) -> str:
        track = str(uuid.uuid4())
        with self.database.atomic() as tx:
            digest = masks.put_blob(tx, square(20, 20))
            own = Change(track, None, 0, {"category": category})
            present = Change(track, 0, 0, {"state": "present", "mask": digest})
            absent = Change(track, 1, 0, {"state": "absent"})
            edits.apply_edit(tx, Edit(str(uuid.uuid4()), "propose", "run:1", self.video.id, (own, present, absent)))
        return track

    def clips(self, **more: Any) -> ProjectClips:
        return ProjectClips(self.database, project_id=self.project.id, **more)


@pytest.fixture
def annotated(database: Database, settings: Settings, tmp_path: Path) -> Annotated:
    return Annotated(database, settings, tmp_path)


def states(track: LabelledTrack) -> dict[int, int]:
    return {frame: state for frame, state in enumerate(track.states) if state != UNKNOWN}


def test_only_a_persons_rows_are_truth(annotated: Annotated) -> None:
    [video] = annotated.clips().videos
    drawn, proposed = video.tracks
    assert states(drawn) == {0: PRESENT, 1: PRESENT, 3: ABSENT}
    assert states(proposed) == {}
    assert drawn.segmentations[1] == square(1, 4) and drawn.segmentations[2] is None
    assert drawn.boxes[1] == (1.0, 4.0, 10.0, 10.0)
    assert drawn.human is not None and drawn.human[:5] == (True, True, True, True, False)
    assert (drawn.label, drawn.id) == (0, 1)


def test_unjudged_masks_count_when_asked_but_never_as_absence(annotated: Annotated) -> None:
    [video] = annotated.clips(human_only=False).videos
    proposed = video.tracks[1]
    assert states(proposed) == {0: PRESENT}
    assert proposed.human is not None and not any(proposed.human)


def test_rejected_masks_and_tracks_are_what_it_is_not(annotated: Annotated) -> None:
    [video] = annotated.clips().videos
    assert sorted((frame, label) for frame, label, _ in video.rejected) == [(2, 0), (4, 1)]
    assert {frame: mask for frame, _, mask in video.rejected}[4] == square(30, 20)


def unknown(annotated: Annotated, **more: Any) -> dict[tuple[int, float, float], bool]:
    """Whether it is a crowd, by frame and corner of each unknown mask."""
    [video] = annotated.clips(**more).videos
    return {(at, *rle.bbox(mask)[:2]): is_crowd for at, mask, is_crowd in video.unknown}


def test_masks_without_a_verdict_or_a_category_are_unknown_and_the_plan_counts_them(annotated: Annotated) -> None:
    proposed, nameless = (0, 20, 20), (0, 40, 30)
    assert unknown(annotated) == {proposed: False, nameless: False}
    assert unknown(annotated, human_only=False) == {nameless: False}
    found = plan(annotated.database, annotated.project.id)
    assert (found.ignored_unreviewed, found.ignored_uncategorised) == (1, 1)


def test_a_human_mask_of_a_category_that_is_not_trained_is_not_unknown_unless_the_category_is_retired(
    annotated: Annotated,
) -> None:
    cat, dog = annotated.category("cat").id, annotated.category("dog").id
    assert unknown(annotated, category_ids=[cat]) == {(0, 20, 20): False, (0, 40, 30): False}
    with annotated.database.atomic() as tx:
        projects.retire_category(tx, dog)
    drawn = {(0, 0, 4): False, (1, 1, 4): False}
    assert unknown(annotated) == {**drawn, (0, 20, 20): False, (0, 40, 30): False}


def test_crowds_are_unknown_whoever_drew_them(annotated: Annotated) -> None:
    _, changes = new_track(annotated.category("cat").id, {7: square(50, 2)}, iscrowd=True)
    _, more = new_track(annotated.category("cat").id, {8: square(50, 2), 9: square(50, 2)})
    more[1]["after"]["iscrowd"] = True
    annotated.send([*changes, *more])
    assert {key: crowd for key, crowd in unknown(annotated).items() if key[0] > 6} == {
        (7, 50, 2): True,
        (8, 50, 2): True,
    }


def test_masks_weigh_by_what_a_person_did_and_one_on_average(annotated: Annotated) -> None:
    track = annotated.propose(annotated.category("cat").id)
    with annotated.database.read() as tx:
        [row] = [row for row in tracks.rows(tx, annotated.video.id) if (row.track_id, row.frame) == (track, 0)]
    verdict = {"before_version": row.version, "after": {"review": "accepted"}}
    annotated.send([{"track": track, "frame": 0, **verdict}])
    [video] = annotated.clips().videos
    drawn, *_, judged = video.tracks
    assert drawn.weights is not None and judged.weights is not None
    weights = [drawn.weights[0], drawn.weights[1], judged.weights[0]]
    assert sum(weights) == pytest.approx(3)
    assert weights[0] == weights[1] == pytest.approx(2 * weights[2])


def test_only_declared_frames_are_complete(annotated: Annotated) -> None:
    [video] = annotated.clips().videos
    assert video.complete is not None and not any(video.complete)
    declared = {"track": None, "frame": None, "before_version": 0, "range_id": str(uuid.uuid4())}
    annotated.send([{**declared, "after": {"start": 5, "stop": 7, "categories": [annotated.category("cat").id]}}])
    everything = {**declared, "range_id": str(uuid.uuid4()), "after": {"start": 6, "stop": 8, "categories": []}}
    annotated.send([everything])
    [video] = annotated.clips().videos
    assert video.complete is not None
    found = {frame: set(labels) for frame, labels in enumerate(video.complete) if labels}
    assert found == {5: {1}, 6: {0, 1}, 7: {0, 1}}


def test_labels_follow_the_order_that_was_asked_for(annotated: Annotated) -> None:
    cat, dog = annotated.category("cat").id, annotated.category("dog").id
    clips = annotated.clips(category_ids=[cat, dog])
    assert clips.categories == ("cat", "dog")
    assert {track.label for track in clips.videos[0].tracks} == {1}
    assert annotated.clips(category_ids=[cat]).videos[0].tracks == ()


def test_frames_are_the_decoders_in_the_order_asked(annotated: Annotated) -> None:
    clips = annotated.clips()
    truth = decoded(Path(annotated.video.path))
    wanted = [5, 0, 5, FRAMES - 1]
    pixels = clips.read_frames(0, wanted)
    assert pixels.dtype == np.uint8
    assert all(np.array_equal(pixel, truth[frame]) for pixel, frame in zip(pixels, wanted, strict=True))
    again = pickle.loads(pickle.dumps(clips))
    assert np.array_equal(again.read_frames(0, [3])[0], truth[3])
    clips.close()


def test_the_snapshot_names_what_was_used_and_changes_with_it(annotated: Annotated) -> None:
    named, described = annotated.clips().snapshot
    assert {(track, frame) for _, track, frame, _, _ in named} == {
        *((annotated.drawn, frame) for frame in range(4)),
        (annotated.rejected, 4),
    }
    assert described[0][:2] == [annotated.video.id, annotated.video.content_hash]
    assert annotated.clips().snapshot == (named, described)
    _, changes = new_track(annotated.category("dog").id, {6: square(6, 6)})
    annotated.send(changes)
    assert len(annotated.clips().snapshot[0]) == len(named) + 1


def test_the_snapshot_changes_with_the_masks_that_nobody_judged(annotated: Annotated) -> None:
    """They are no truth, but what lies on them is not taught."""
    named, described = annotated.clips().snapshot
    annotated.propose(annotated.category("cat").id)
    again, other = annotated.clips().snapshot
    assert again == named and other[0][:3] == described[0][:3] and other != described


def test_videos_worth_training_on_are_those_with_a_persons_masks(
    annotated: Annotated, database: Database, settings: Settings, tmp_path: Path
) -> None:
    video_in(database, settings, annotated.project, tmp_path, name="untouched")
    with database.read() as tx:
        assert videos_with_human_masks(tx, annotated.project.id) == (annotated.video.id,)
    assert len(annotated.clips().videos) == 2
    assert len(annotated.clips(video_ids=[annotated.video.id]).videos) == 1


def test_a_training_clip_comes_out_of_it(annotated: Annotated) -> None:
    scales = ScaleConfig(test=(64, 48), train=((64, 48),), multiscale="value")
    clips = ClipDataset(annotated.clips(), scales, clip_frames=3, flip=0.0, seed=0, length=4)
    clip = clips[0]
    assert clip.frames.shape[0] == 3
    assert clip.targets.labels.tolist() == [0]
    assert int((clip.targets.states == PRESENT).sum()) >= 2
