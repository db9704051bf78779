"""The frames that lost most, with their masks by reference."""

from collections.abc import Sequence
from typing import Any

from app.training.worst_frames import worst_frames
from model.rule_scoring import HeldOutVideo
from model.scoring import judged_frames
from tests.app.training.test_measuring import side
from tests.model.test_rule_scoring import Shown, held_out, made
from tests.model.test_scoring import Source, rle

STORED: list[dict[str, Any]] = []


def store(masks: Sequence[Any]) -> list[str]:
    STORED.extend(masks)
    return [mask["counts"] for mask in masks]


def test_the_worst_frames_come_from_different_videos_and_show_before_and_after() -> None:
    videos = Source(*[made()] * 3)
    before = side([held_out(videos, k, (0, 0, 0.9), (30, 1, 0.8)) for k in range(3)])
    after = side(
        [held_out(videos, 0, (0, 0, 0.9)), held_out(videos, 1), held_out(videos, 2, (0, 0, 0.9), (30, 1, 0.9))]
    )
    first, second = worst_frames(before, after, ids=("a", "b", "c"), store=store, most=2)
    assert (first.video, first.frame, first.before, first.after) == ("b", 0, 1.0, 0.0)
    assert (second.video, second.after) == ("a", 0.5)
    assert [mask.label for mask in first.truth] == ["cat", "dog"] and first.after_masks == ()
    assert {(mask.label, mask.mask, mask.score) for mask in first.before_masks} == {
        ("cat", rle(0)["counts"], 0.9),
        ("dog", rle(30)["counts"], 0.8),
    }
    assert all(mask in STORED for mask in (rle(0), rle(30)))


def test_where_no_frame_got_worse_those_that_changed_most_are_shown() -> None:
    videos = Source(*[made()] * 2)
    before = side([held_out(videos, 0, (0, 0, 0.9)), held_out(videos, 1)])
    after = side([held_out(videos, 0, (0, 0, 0.9)), held_out(videos, 1, (0, 0, 0.9), (30, 1, 0.9))])
    first, second = worst_frames(before, after, ids=("a", "b"), store=store, most=2)
    assert (first.video, first.before, first.after) == ("b", 0.0, 1.0)
    assert (second.video, second.before, second.after) == ("a", 0.5, 0.5), "also where nothing changed"
    assert worst_frames(side([]), side([]), ids=(), store=store) == ()


def test_a_class_that_the_project_lacks_has_no_name() -> None:
    videos = Source(made())
    old = HeldOutVideo(videos, 0, judged_frames, Shown([(0, 0, 0.9)]), [], (None, 1))  # type: ignore[arg-type]
    (found,) = worst_frames(side([old]), side([held_out(videos, 0)]), ids=("a",), store=store, most=1)
    assert [mask.label for mask in found.before_masks] == [""]
