"""Joint classes, and clips that teach the classes of their source alone."""

from dataclasses import replace

import pytest
import torch

from model.adapting.classes import JointClasses, TeachingSource, stand_ins
from model.training.clips import clip_targets, fit_video
from model.training.supervision import class_truth
from model.training.targets import UNKNOWN
from tests.model.adapting.made import NEW, corrections
from tests.model.small import CONFIG, NAMES, MadeSource

CLASSES = JointClasses.of(NAMES, NEW)


def test_the_classes_of_the_corrections_come_first_and_known_names_are_not_doubled() -> None:
    assert CLASSES.names == ("dog", "fox", "owl", "cat", "horse") and CLASSES.kept == ("cat", "horse")
    assert JointClasses.of(("Sea-Star",), ("sea star",)).names == ("sea star",)
    assert CLASSES.labels_of(NAMES) == (3, 0, 4)
    with pytest.raises(ValueError, match="'bird'"):
        CLASSES.labels_of(("bird",))


def test_targets_have_the_labels_of_the_network_and_teach_no_other_class() -> None:
    source = corrections()
    teaching = TeachingSource(source, (1, 4, 0), 5)
    video = source.videos[0]
    own = clip_targets(video, (1, 2), fit_video(video, CONFIG.scales.test), flip=False, classes=3)
    targets = teaching.targets(own)
    assert targets.labels.tolist() == [1, 0] and own.labels.tolist() == [0, 2]
    assert targets.taught is not None and targets.taught.tolist() == [True, True, False, False, True]
    logits, boxes = torch.randn(2, 6, 5, requires_grad=True), torch.rand(2, 6, 4)
    _, weight = class_truth(logits, boxes, targets, (torch.tensor([0, 3]), torch.tensor([0, 1])))
    assert not weight[..., 2:4].any() and weight[..., [0, 1, 4]].all()


def test_complete_frames_and_rejected_masks_follow_their_labels() -> None:
    source = corrections()
    video = source.videos[0]
    own = clip_targets(video, (0,), fit_video(video, CONFIG.scales.test), flip=False, classes=3)
    own = replace(own, complete=torch.tensor([[True, False, True]]), rejected=((0, 2, (0.0, 0.0, 9.0, 9.0)),))
    targets = TeachingSource(source, (1, 4, 0), 5).targets(own)
    assert targets.complete is not None and targets.complete.tolist() == [[True, True, False, False, False]]
    assert targets.rejected == ((0, 0, (0.0, 0.0, 9.0, 9.0)),)


def videos_with(*labels: tuple[int, ...]) -> MadeSource:
    """One video for each entry, whose tracks have these labels of dog, fox, owl."""
    source = corrections()
    track = source.videos[0].tracks[0]
    made = [
        replace(source.videos[0], tracks=tuple(replace(track, id=k, label=label) for k, label in enumerate(one, 1)))
        for one in labels
    ]
    return replace(source, videos=made)


def test_replayed_things_stand_in_for_the_classes_that_videos_show_as_much_as_one_of_these() -> None:
    classes = JointClasses.of(("cat", "horse"), NEW)
    assert stand_ins(classes, ("cat", "horse"), videos_with((0,))) == (1.0, 0.0, 0.0)
    assert stand_ins(classes, ("cat", "horse"), videos_with((0,), (0, 1), (), (1,))) == pytest.approx((1 / 3, 1 / 3, 0))
    assert stand_ins(classes, ("cat", "horse"), videos_with(())) == (0.0, 0.0, 0.0)


def test_tracks_that_nobody_confirmed_show_no_class() -> None:
    classes, source = JointClasses.of(("cat", "horse"), NEW), videos_with((0,), (1,))
    unknown = replace(source.videos[1].tracks[0], states=(UNKNOWN,) * source.videos[1].count)
    proposed = replace(source, videos=[source.videos[0], replace(source.videos[1], tracks=(unknown,))])
    assert stand_ins(classes, ("cat", "horse"), proposed) == (1.0, 0.0, 0.0)


def test_nothing_stands_in_where_the_base_knows_a_category_of_the_corrections() -> None:
    assert stand_ins(CLASSES, NAMES, videos_with((1,))) == (0.0, 0.0, 0.0)


def test_a_thing_that_stands_in_is_of_its_own_class_and_of_the_new_one_with_its_weight() -> None:
    source = corrections()
    video = source.videos[0]
    own = clip_targets(video, (1, 2), fit_video(video, CONFIG.scales.test), flip=False, classes=3)
    own = replace(own, complete=torch.tensor([[True, True, True], [True, False, True]]))
    targets = TeachingSource(source, (2, 3, 4), 5, (0.5, 0.0)).targets(own)
    assert targets.stands_for == ((0, 0.5),)
    logits, boxes = torch.randn(2, 6, 5), torch.rand(2, 6, 4)
    truth, weight = class_truth(logits, boxes, targets, (torch.tensor([0, 3]), torch.tensor([0, 1])))
    present = own.states[:, [0, 1]] == 1
    assert torch.equal(truth[:, [0, 3], 0].bool(), present) and torch.equal(truth[..., 0], truth[..., 2:].amax(-1))
    assert not truth[..., 1].any() and not weight[..., 1].any()
    others = [1, 2, 4, 5]
    assert weight[0, others, 0].unique().tolist() == [0.5]
    assert not weight[1, others, 0].any()  # the second frame is not complete for all that could be one
    assert weight[0, others, 2].unique().tolist() == [1.0]
