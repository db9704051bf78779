"""Joint classes, and clips that teach the classes of their source alone."""

from dataclasses import replace

import pytest
import torch

from model.adapting.classes import JointClasses, TeachingSource
from model.training.clips import clip_targets, fit_video
from model.training.supervision import class_truth
from tests.model.adapting.made import NEW, corrections
from tests.model.small import CONFIG, NAMES

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
