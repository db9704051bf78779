"""The effort benchmark: what it sums up, and the videos that it reads."""

import json
from pathlib import Path

import numpy as np

from tests.app.exchange.files import LENGTH, SIZE, content, write, write_pictures
from tests.benchmarks._effort_videos import EffortVideo, annotated, procedural
from tests.benchmarks.annotator.plan import ShownTrack, TrueTrack
from tests.benchmarks.effort import Sums, chosen, measure, table


def video(name: str, shown: bool) -> EffortVideo:
    mask = np.zeros((20, 30), bool)
    mask[4:14, 5:20] = True
    masks = {t: mask for t in range(4)}
    pixels = np.zeros((20, 30, 3), np.uint8)
    proposals = [ShownTrack("a", "dog", masks)] if shown else None
    return EffortVideo(name, 4, (20, 30), [TrueTrack("dog", masks)], proposals, lambda frame: pixels)


def test_methods_are_summed_over_the_videos_in_which_they_can_be_used() -> None:
    sums = measure("made up", [video("a", True), video("b", False)])
    assert sums.videos == 2
    assert {name: frames for name, frames in sums.frames.items() if frames != 8} == {
        "proposals + brush": 4,
        "proposals + spreading": 4,
    }
    drawn, brushed = sums.per_frame("draw everything"), sums.per_frame("proposals + brush")
    assert drawn is not None and brushed is not None and brushed < drawn / 8
    [row] = table({"made up": sums}).rows
    assert row[1] == f"{drawn:.1f} s" and row[3] == f"{brushed:.1f} s ({drawn / brushed:.1f} x)"
    assert table({"none": Sums()}).rows[0][1:] == ("-",) * (len(row) - 1)


def test_files_are_chosen_by_the_names_of_their_folders() -> None:
    every = [Path("a/one/instances.json"), Path("a/two/instances.json")]
    assert chosen(every, None) == every
    assert chosen(every, ["two", "three"]) == every[1:]


def test_annotated_videos_come_with_pictures_truth_and_results(tmp_path: Path) -> None:
    write_pictures(tmp_path / "JPEGImages")
    top = content()
    results = [{**track, "score": 0.5} for track in top["annotations"][:1]]
    write(tmp_path / "instances.json", top)
    with annotated(tmp_path / "instances.json") as found:
        assert [one.shown for one in found] == [None, None]
    (tmp_path / "some_results.json").write_text(json.dumps(results))
    with annotated(tmp_path / "instances.json") as found:
        first, second = found
        assert (first.name, first.count, first.frames) == ("va", LENGTH, 2 * LENGTH)
        assert first.pictures(1).shape == (SIZE[1], SIZE[0], 3)
        assert first.shown is not None and len(first.shown) == 1 and second.shown == []
        assert all((first.shown[0].masks[t] == first.truth[0].masks[t]).all() for t in range(LENGTH))


def test_procedural_videos_have_proposals_of_the_demo_checkpoint() -> None:
    [one] = procedural("demo", count=1, frames=4, size=(160, 96), seed=5)
    assert one.size == (96, 160) and one.frames > 0 and one.shown is not None
    assert all(mask.shape == one.size for track in one.shown for mask in track.masks.values())
