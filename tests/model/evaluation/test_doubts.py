"""Input that lowers the figures unnoticed is named; the figures stay the official ones."""

import copy

import pytest

from model.evaluation import EvaluationInputError, evaluate

FULL = {"size": [4, 6], "counts": [2, 10, 12]}
LONG = 10**399


def truth(*ids, categories=(1, 2), frames=3):
    """One video of ``frames`` frames with a track of category 1 for each id."""
    tracks = [
        {"id": number, "video_id": 1, "category_id": 1, "iscrowd": 0, "segmentations": [FULL] * frames}
        for number in ids
    ]
    return {
        "videos": [{"id": 1, "width": 6, "height": 4, "length": frames}],
        "categories": [{"id": number, "name": f"kind {number}"} for number in categories],
        "annotations": tracks,
    }


def result(video=1, category=1, count=3, score=0.9):
    return {"video_id": video, "category_id": category, "score": score, "segmentations": [FULL] * count}


def test_sound_input_raises_no_doubt():
    assert evaluate(truth(1), [result()]).doubts == ()


@pytest.mark.parametrize("count", [2, 4])
def test_a_result_of_another_length_is_named_with_both_numbers(count):
    outcome = evaluate(truth(1), [result(), result(count=count, score=0.5)])
    [line] = outcome.doubts
    assert line.startswith(f"results[1] has {count} masks, but video 1 has 3 frames")
    assert outcome.stats["warnings"] == [] and outcome.stats["AP"] == pytest.approx(1.0)


def test_the_truth_is_held_to_its_videos_as_well():
    known = truth(1)
    known["annotations"][0]["segmentations"] = [FULL] * 2
    assert evaluate(known, [result()]).doubts[0].startswith("truth.annotations[0] has 2 masks, but video 1 has 3")


def test_frames_are_counted_by_the_names_where_no_length_is_given():
    known = truth(1)
    known["videos"][0] = {"id": 1, "width": 6, "height": 4, "file_names": ["a", "b", "c"]}
    assert len(evaluate(known, [result(count=2)]).doubts) == 1
    known["videos"][0] = {"id": 1, "width": 6, "height": 4}
    assert evaluate(known, [result(count=2)]).doubts == ()


def test_many_results_of_another_length_are_counted():
    lines = evaluate(truth(1), [result(count=1)] * 8).doubts
    assert len(lines) == 6
    assert lines[-1] == "8 entries in all have another number of masks than frames; the first 5 are named."


def test_masks_of_another_size_than_their_video_are_named_by_the_first_frame():
    other = {"size": [2, 6], "counts": [2, 10]}
    strange = result() | {"segmentations": [FULL, None, other]}
    [line] = evaluate(truth(1), [result(), strange]).doubts
    assert line.startswith("results[1].segmentations[2] is a mask of [2, 6], but video 1 is [4, 6] (height, width)")
    lines = evaluate(truth(1), [strange] * 7).doubts
    assert len(lines) == 6 and lines[-1].startswith("7 entries in all have masks of another size")


def test_categories_that_the_truth_lacks_are_counted_and_named():
    outcome = evaluate(truth(1), [result(), result(category=7), result(category=7), result(category=9)])
    assert outcome.doubts == (
        "3 of 4 results are of categories that the truth lacks: 7 (2), 9 (1); they are left out.",
    )
    assert outcome.stats["AP"] == pytest.approx(1.0) and outcome.stats["n_dt"] == 4


def test_classes_counted_from_zero_are_recognised():
    [line] = evaluate(truth(1), [result(category=0), result(category=0)]).doubts
    assert "0 (2)" in line and "the results may count categories from 0" in line


def test_videos_that_the_truth_lacks_are_counted_and_named():
    outcome = evaluate(truth(1), [result(video=5), result()])
    assert outcome.doubts == ("1 of 2 results is of a video that the truth lacks: 5 (1); it is left out.",)
    assert outcome.stats["AP"] == pytest.approx(1.0) and outcome.stats["n_dt"] == 2


def test_many_strange_ids_are_cut():
    [line] = evaluate(truth(1), [result(category=number) for number in range(50, 70)]).doubts
    assert "50 (1), 51 (1), 52 (1), 53 (1), 54 (1) and 15 more" in line


def test_a_track_with_the_id_0_is_named_and_the_figure_stays_the_official_one():
    official = evaluate(truth(0), [result()])
    assert official.stats["AP"] == 0.0
    [line] = official.doubts
    assert line.startswith("truth.annotations[0] has the id 0, which the official evaluation takes for no track")
    assert evaluate(truth(5), [result()]).doubts == ()


HOSTILE = [
    (("results", 0, "score"), LONG, r"results\[0\].score"),
    (("results", 0, "score"), float("inf"), r"results\[0\].score"),
    (("results", 0, "segmentations", 1), {"size": [LONG, 6], "counts": "04"}, r"segmentations\[1\]: 'size'"),
    (("results", 0, "segmentations", 1), {"size": [10**12, 6], "counts": [1]}, r"segmentations\[1\]: 'size'"),
    (("results", 0, "segmentations", 1), {"size": [4, 6], "counts": [LONG]}, r"segmentations\[1\]: the run lengths"),
    (("results", 0, "segmentations", 1), {"size": [4, 6], "counts": [[1, 2], 3]}, r"segmentations\[1\]: uncompressed"),
    (("results", 0, "segmentations", 1), {"size": [4, 6], "counts": "\ud800"}, r"segmentations\[1\]: damaged"),
    (("results", 0, "segmentations", 1), [[1, 1, 5, LONG, 3, 3]], r"segmentations\[1\]: a polygon has a coordinate"),
    (("results", 0, "segmentations", 1), [[1, 1, 5, float("nan"), 3, 3]], r"segmentations\[1\]: a polygon has"),
    (("results", 0, "segmentations", 1), [[1, 1, 2, 2]], r"segmentations\[1\]: a polygon must be"),
    (("truth", "videos", 0, "height"), 10**24, "the truth's video 1: .* is not the size of a picture"),
    (("truth", "videos", 0, "width"), -6, "the truth's video 1: .* is not the size of a picture"),
    (("truth", "annotations", 0, "areas"), [LONG, None, 1], r"truth.annotations\[0\].areas"),
    (("truth", "annotations", 0, "areas"), [float("nan"), None, 1], r"truth.annotations\[0\].areas"),
]


@pytest.mark.parametrize(("place", "value", "message"), HOSTILE)
def test_numbers_that_no_picture_has_are_refused_with_their_place(place, value, message):
    given = copy.deepcopy({"truth": truth(1), "results": [result()]})
    at = given
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    with pytest.raises(EvaluationInputError, match=message):
        evaluate(given["truth"], given["results"])


def test_all_masks_of_a_size_that_no_picture_has_are_refused():
    """The common case of many masks of one size is checked at once, another way."""
    strange = result() | {"segmentations": [{"size": [LONG, 6], "counts": "04"}] * 3}
    with pytest.raises(EvaluationInputError, match=r"results\[0\].segmentations\[0\]: 'size'"):
        evaluate(truth(1), [strange])


def with_areas(*areas):
    known = truth(*range(1, len(areas) + 1))
    for track, stated in zip(known["annotations"], areas, strict=True):
        if stated is not None:
            track["areas"] = stated
    return known


@pytest.mark.parametrize("areas", [None, [10, 10, 10], [11, 10, 9], [10, None, 10], [None] * 3])
def test_areas_of_the_masks_raise_no_doubt(areas):
    assert evaluate(with_areas(areas), [result()]).doubts == ()


def test_stated_areas_that_are_not_those_of_the_masks_are_named_with_what_they_move():
    known = with_areas([10, 10, 10], [5, 5, 5], [20_000] * 3)
    outcome = evaluate(known, [result()])
    [line] = outcome.doubts
    assert line.startswith("2 of 3 tracks of the truth state areas that are not those of the masks; the first is truth")
    assert "annotations[1], with a mean of 5 pixels where the masks have 10" in line
    assert "1 of them is in another size class by it, which moves APs, APm and APl" in line
    # The figures are those of the stated areas, as in the official code.
    assert outcome.stats["APm"] != -1 and evaluate(with_areas(None, None, None), [result()]).stats["APm"] == -1


def test_stated_areas_within_one_size_class_move_nothing():
    [line] = evaluate(with_areas([99, 99, 99]), [result()]).doubts
    assert line.endswith("none of them is in another size class by it.")
