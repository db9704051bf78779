import numpy as np
import pytest

from model.likely_errors import TrackInput
from model.suspicious import MaskSearch, SuspiciousMask
from model.suspicious.evidence import KINDS, NAMES
from model.suspicious.search import WEIGHTS, main_kinds
from tests.benchmarks._spoiled_masks import KINDS as CORPORA
from tests.benchmarks._spoiled_masks import LabelledVideo, labelled_video
from tests.model.likely_errors.scenes import rle


def found(video: LabelledVideo, *, pictures: bool = True) -> list[SuspiciousMask]:
    search = MaskSearch(video.inputs(), len(video.frames))
    for frame in search.frames:
        search.add(frame, video.frames[frame] if pictures else None)
    return search.found()


@pytest.fixture
def video() -> LabelledVideo:
    return next(
        video
        for index in range(20)
        if len((video := labelled_video(CORPORA[0], seed=7, index=index)).tracks) >= 2
        and all(len(masks) == 12 for masks in video.tracks)
    )


@pytest.mark.parametrize("pictures", [True, False])
def test_sound_masks_are_not_named(video: LabelledVideo, pictures: bool) -> None:
    assert found(video, pictures=pictures) == []


def test_masks_that_two_tracks_swapped_in_one_frame_are_named_with_their_rival(video: LabelledVideo) -> None:
    first, second = video.tracks[0], video.tracks[1]
    first[5], second[5] = second[5], first[5]
    named = {(one.track, one.frame): one for one in found(video)}
    assert set(named) == {("0", 5), ("1", 5)}
    assert named["0", 5].rival == "1" and named["1", 5].rival == "0"
    assert all(one.kinds and set(one.kinds) <= set(KINDS) for one in named.values())


def test_a_mask_on_the_ground_is_named(video: LabelledVideo) -> None:
    video.tracks[0][6] = rle((2, 2, 12, 12))
    assert [(one.track, one.frame) for one in found(video)] == [("0", 6)]


def test_places_of_masks_alone_name_none(video: LabelledVideo) -> None:
    video.tracks[0][6] = video.tracks[1][6]
    assert found(video, pictures=False) == []


def test_only_frames_with_masks_are_read() -> None:
    search = MaskSearch([TrackInput("a", {3: rle((5, 5, 9, 9)), 7: rle((6, 5, 9, 9))}, {})], 20)
    assert search.frames == [3, 7]


def test_an_empty_mask_is_no_mask() -> None:
    empty = {"size": [96, 160], "counts": rle((0, 0, 0, 0))["counts"]}
    search = MaskSearch([TrackInput("a", {0: empty, 1: rle((5, 5, 9, 9))}, {})], 2)
    for frame in search.frames:
        search.add(frame, None)
    assert search.found() == [] and len(search.measured().edges) == 1


def test_the_main_kinds_are_those_that_weigh_most() -> None:
    values = np.zeros(len(NAMES))
    values[NAMES.index("edge")] = 0.5
    values[NAMES.index("motion")] = 0.9
    values[NAMES.index("other")] = 0.01
    assert main_kinds(values) == ("edge", "motion")
    values[NAMES.index("size")] = 1.0
    assert main_kinds(values) == ("edge", "motion", "size")


def test_every_number_has_a_weight_that_is_not_negative() -> None:
    assert set(WEIGHTS) == set(NAMES) and min(WEIGHTS.values()) >= 0
