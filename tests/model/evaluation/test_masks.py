"""Reading segmentations of every form, and naming the damaged ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools import mask as coco_mask

from model.evaluation.masks import EvaluationInputError, mean_area, mean_areas, read_tracks

SIZE = (6, 7)


def compressed(mask):
    code = coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8))
    return {"size": list(code["size"]), "counts": code["counts"].decode("ascii")}


def uncompressed(mask):
    """Run lengths down the columns, zeros first."""
    runs, value = [0], 0
    for pixel in mask.T.reshape(-1).astype(int).tolist():
        if pixel != value:
            runs.append(0)
            value = pixel
        runs[-1] += 1
    return {"size": list(mask.shape), "counts": runs}


def read(*segmentations):
    return read_tracks([(list(segmentations), SIZE, "results[4]")])[0]


masks = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=20))


@settings(max_examples=60, deadline=None)
@given(masks)
def test_both_run_length_forms_decode_to_the_mask(mask):
    sequence = read(compressed(mask), None, uncompressed(mask))
    for t in (0, 2):
        assert (coco_mask.decode(sequence.codes[t]).astype(bool) == mask).all()
    assert sequence.areas.tolist() == [mask.sum(), 0, mask.sum()]
    assert [code and list(code["size"]) for code in sequence.codes] == [list(mask.shape), None, list(mask.shape)]


def test_absent_frames_may_be_null_or_empty():
    sequence = read(None, [], {})
    assert list(sequence.codes) == [None, None, None]
    assert len(sequence) == 3
    assert sequence.areas.sum() == 0


def test_an_empty_list_has_no_frames():
    assert len(read()) == 0


def test_a_visible_but_empty_mask_is_present():
    sequence = read(compressed(np.zeros(SIZE, bool)))
    assert sequence.codes[0] is not None
    assert sequence.areas[0] == 0


def test_several_polygons_make_one_mask_of_the_video_size():
    sequence = read([[0, 0, 3, 0, 3, 2, 0, 2], [4, 3, 6, 3, 6, 5, 4, 5]])
    mask = coco_mask.decode(sequence.codes[0])
    assert mask.shape == SIZE
    assert mask[0:2, 0:3].all() and mask[3:5, 4:6].all()
    assert mask.sum() == sequence.areas[0] == 10


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=12))
def test_any_bytes_either_read_as_a_mask_or_are_refused(counts):
    try:
        sequence = read({"size": list(SIZE), "counts": counts})
    except EvaluationInputError as error:
        assert str(error).startswith("results[4].segmentations[0]: ")
    else:
        assert 0 <= sequence.areas[0] <= SIZE[0] * SIZE[1]
        inverted = 1 - coco_mask.decode(sequence.codes[0])
        # Codes that end early keep the library counting for ever.
        assert not coco_mask.iou([sequence.codes[0]], [coco_mask.encode(inverted)], [0]).any()


GOOD = compressed(np.ones(SIZE, bool))
BROKEN = [
    ("text", "expected RLE, polygons or null, not str"),
    (3.5, "expected RLE"),
    ({"counts": GOOD["counts"]}, "'size' must be"),
    (GOOD | {"size": [6]}, "'size' must be"),
    (GOOD | {"size": [6.0, 7.0]}, "'size' must be"),
    (GOOD | {"size": [0, 7]}, "'size' must be"),
    ({"size": [6, 7]}, "RLE needs 'counts'"),
    (GOOD | {"counts": 12}, "RLE needs 'counts'"),
    (GOOD | {"counts": ""}, "RLE needs 'counts'"),
    (GOOD | {"counts": "0é"}, "foreign character"),
    (GOOD | {"counts": "0 "}, "foreign character"),
    (GOOD | {"counts": "0Z"}, "cut off"),
    (GOOD | {"counts": "0S2"}, "a run of no possible length"),
    (GOOD | {"counts": "44"}, "covers 8 pixels, not the 42"),  # without the background behind the last pixel
    (GOOD | {"counts": "5"}, "covers 5 pixels, not the 42"),
    (GOOD | {"counts": "oooooooooooo0"}, "a run of no possible length"),
    (GOOD | {"counts": "0TO"}, "a run of no possible length"),
    ({"size": [6, 7], "counts": [40]}, "cover 40 pixels, not the 42"),
    ({"size": [6, 7], "counts": [-1, 43]}, "non-negative"),
    ({"size": [6, 7], "counts": [0.5, 41.5]}, "non-negative integers"),
    ([[0, 0, 1, 1]], "at least 3 x, y pairs"),
    ([[0, 0, 1, 1, 2]], "flat list"),
    ([0, 0, 1, 1, 2, 2], "flat list"),
    ([["a", 0, 1, 1, 2, 2]], "flat list"),
]


@pytest.mark.parametrize(("segmentation", "message"), BROKEN)
def test_a_damaged_segmentation_is_named_with_its_frame(segmentation, message):
    with pytest.raises(EvaluationInputError, match=r"^results\[4\]\.segmentations\[1\]: .*" + message):
        read(GOOD, segmentation)


def test_segmentations_that_are_no_list_are_refused():
    with pytest.raises(EvaluationInputError, match=r"results\[4\]\.segmentations: expected a list"):
        read_tracks([(None, SIZE, "results[4]")])


def test_the_mean_area_leaves_out_absent_frames():
    assert mean_area([None, 0, 10, 20.0]) == 15.0
    assert mean_area([None, 0]) == mean_area([]) == 0.0


def test_a_track_of_more_frames_than_a_call_of_the_library_takes_is_read():
    sequence = read(*[GOOD] * 600, None)
    assert len(sequence) == 601 and sequence.areas.sum() == 600 * SIZE[0] * SIZE[1]
    assert sequence.size == SIZE


def test_masks_of_several_sizes_have_no_single_one():
    other = compressed(np.ones((3, 4), bool))
    assert read(GOOD, other).size is None and read(None).size is None
    assert [list(code["size"]) for code in read(GOOD, other).codes] == [[6, 7], [3, 4]]


def test_the_mean_of_stated_areas_is_that_of_numpy_to_the_last_digit():
    whole = [7, 10**15, 3, 0, None]
    assert mean_area(whole) == np.mean([7, 10**15, 3])
    large = [9 * 10**14 + 1] * 30  # their sum is no exact float
    assert mean_area(large) == np.mean(large)
    assert mean_area([0.1, 0.2, 0.4]) == np.mean([0.1, 0.2, 0.4])


def plain(code):
    """A mask in one spelling of its size and counts."""
    counts = code and code["counts"]
    return code and (*code["size"], counts.encode() if isinstance(counts, str) else counts)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.one_of(st.none(), masks), max_size=4), max_size=6), st.booleans())
def test_many_tracks_read_together_are_those_read_one_by_one(tracks, alike):
    given_masks = [
        [None if mask is None else compressed(np.resize(mask, SIZE) if alike else mask) for mask in track]
        for track in tracks
    ]
    together = read_tracks([(track, SIZE, f"results[{k}]") for k, track in enumerate(given_masks)])
    for track, one, means in zip(given_masks, together, mean_areas(together), strict=True):
        alone = read_tracks([(track, SIZE, "track")])[0]
        assert [plain(code) for code in one.codes] == [plain(code) for code in alone.codes]
        assert one.size == alone.size
        assert one.areas.tolist() == alone.areas.tolist()
        assert means == mean_area(alone.areas.tolist())


@pytest.mark.parametrize(("segmentation", "message"), BROKEN)
def test_of_many_tracks_the_damaged_one_is_named(segmentation, message):
    tracks = [([GOOD, None], SIZE, "results[0]"), ([None, segmentation], SIZE, "results[1]"), ([GOOD], SIZE, "last")]
    with pytest.raises(EvaluationInputError, match=r"^results\[1\]\.segmentations\[1\]: .*" + message):
        read_tracks(tracks)
