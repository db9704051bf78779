"""The evaluator against the official figures, against plain loops on random cases, and on hand-made cases."""

import copy
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from model.evaluation import EvaluationInputError, evaluate
from tests.material import material
from tests.model.evaluation.looped_evaluation import looped_evaluate

SETS = ("basic", "nulls", "ties", "areas", "crowd", "many", "emptycats", "formats", "mismatch", "gtid0")
KEYS = ("AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl")
HEIGHT, WIDTH = 12, 16


def rle(mask):
    """Compressed RLE as JSON holds it; None stays null."""
    if mask is None:
        return None
    code = coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8))
    return {"size": list(code["size"]), "counts": code["counts"].decode("ascii")}


def box(left, top, right, bottom, shape=(HEIGHT, WIDTH)):
    mask = np.zeros(shape, bool)
    mask[top:bottom, left:right] = True
    return mask


def make_truth(*tracks, videos=1, categories=(1,), shape=(HEIGHT, WIDTH), frames=2):
    """Truth from (video, category, masks) with optional further fields."""
    annotations = []
    for number, (video, category, masks, *more) in enumerate(tracks):
        entry = {"id": number + 1, "video_id": video, "category_id": category, "iscrowd": 0}
        entry |= {"segmentations": [rle(m) for m in masks], "bboxes": [None] * len(masks)}
        entry["areas"] = [None if m is None else int(m.sum()) for m in masks]
        annotations.append(entry | (more[0] if more else {}))
    size = {"height": shape[0], "width": shape[1], "length": frames}
    return {
        "videos": [{"id": n + 1, **size} for n in range(videos)],
        "categories": [{"id": c, "name": f"kind {c}"} for c in categories],
        "annotations": annotations,
    }


def make_result(video, category, score, masks):
    return {"video_id": video, "category_id": category, "score": score, "segmentations": [rle(m) for m in masks]}


def assert_same(stats, expected):
    for key in KEYS:
        assert stats[key] == pytest.approx(expected[key], abs=1e-6), key


@pytest.fixture
def one():
    """One track of two frames and its perfect result."""
    masks = [box(2, 2, 8, 8), box(3, 2, 9, 8)]
    return make_truth((1, 1, masks)), [make_result(1, 1, 0.9, masks)]


@pytest.mark.parametrize("name", SETS)
def test_every_official_set_gives_the_official_figures(name):
    folder = material("reference/eval")
    expected = json.loads((folder / f"{name}_stats.json").read_text())
    truth = json.loads((folder / f"{name}_gt.json").read_text())
    outcome = evaluate(truth, json.loads((folder / f"{name}_dt.json").read_text()))
    assert_same(outcome.stats, expected)
    assert outcome.stats["stats"] == pytest.approx(expected["stats"], abs=1e-6)
    ours, theirs = outcome.stats["per_category_AP"], expected["per_category_AP"]
    assert [value is None for value in ours] == [value is None for value in theirs]
    assert [v for v in ours if v is not None] == pytest.approx([v for v in theirs if v is not None], abs=1e-6)
    assert {key: outcome.stats[key] for key in ("n_gt", "n_dt", "printed", "warnings")} == {
        key: expected[key] for key in ("n_gt", "n_dt", "printed", "warnings")
    }
    assert set(outcome.stats) == set(expected)


@pytest.mark.parametrize("name", SETS)
def test_every_official_set_gives_the_official_curves(name):
    folder = material("reference/eval")
    truth = json.loads((folder / f"{name}_gt.json").read_text())
    outcome = evaluate(truth, json.loads((folder / f"{name}_dt.json").read_text()))
    with np.load(folder / f"{name}_curves.npz") as curves:
        np.testing.assert_allclose(outcome.precision[:, :, :, 0, 2], curves["precision_all_area_max100"], atol=1e-9)
        np.testing.assert_allclose(outcome.precision.mean(axis=1), curves["precision_mean_over_recall"], atol=1e-9)
        np.testing.assert_allclose(outcome.recall, curves["recall"], atol=1e-9)


@pytest.mark.parametrize("name", SETS)
def test_the_loops_it_is_timed_against_give_the_official_figures_too(name):
    folder = material("reference/eval")
    truth, results = (json.loads((folder / f"{name}_{part}.json").read_text()) for part in ("gt", "dt"))
    precision, recall = looped_evaluate(truth, results)
    with np.load(folder / f"{name}_curves.npz") as curves:
        np.testing.assert_allclose(precision.mean(axis=1), curves["precision_mean_over_recall"], atol=1e-9)
        np.testing.assert_allclose(recall, curves["recall"], atol=1e-9)


def test_real_predictions_of_another_program_give_the_official_table():
    folder = material("data/annotated_nc/davis16_a")
    truth = json.loads((folder / "instances.json").read_text())
    results = json.loads((folder / "osvos_results.json").read_text())
    expected = json.loads((folder / "osvos_expected_iou.json").read_text())["official_ytvoseval"]["stats"]
    stats = evaluate(truth, results).stats
    for key, value in expected.items():
        assert stats[key.replace("_", "")] == pytest.approx(value, abs=1e-6), key


def test_a_perfect_result_scores_one(one):
    stats = evaluate(*one).stats
    assert (stats["AP"], stats["AR1"]) == pytest.approx((1.0, 1.0))
    assert stats["per_category_AP"] == [pytest.approx(1.0)]


def test_no_results_score_zero_instead_of_failing(one):
    stats = evaluate(one[0], []).stats
    assert stats["AP"] == stats["AP50"] == stats["AR100"] == 0.0
    assert (stats["n_gt"], stats["n_dt"]) == (1, 0)


def test_no_truth_leaves_every_figure_undefined(one):
    stats = evaluate(make_truth(), one[1]).stats
    assert all(stats[key] == -1.0 for key in KEYS)
    assert stats["per_category_AP"] == [None]


def test_no_categories_leave_every_figure_undefined():
    outcome = evaluate(make_truth(categories=()), [])
    assert outcome.stats["AP"] == -1.0
    assert outcome.categories == ()


def test_the_input_is_left_as_it_was(one):
    before = copy.deepcopy(one)
    evaluate(*one)
    assert one == before


def test_a_false_result_before_the_true_one_halves_precision(one):
    truth, results = one
    wrong = make_result(1, 1, 0.95, [box(10, 0, 16, 4), None])
    assert evaluate(truth, [*results, wrong]).stats["AP"] == pytest.approx(0.5)
    wrong["score"] = 0.5
    assert evaluate(truth, [*results, wrong]).stats["AP"] == pytest.approx(1.0)


def test_the_overlap_is_taken_over_time_and_not_frame_by_frame():
    # 36 + 12 pixels shared of 36 + 36: IoU 2/3, although the second frame alone has 1/3.
    masks = [box(0, 0, 6, 6), box(0, 0, 6, 6)]
    stats = evaluate(make_truth((1, 1, masks)), [make_result(1, 1, 1.0, [box(0, 0, 6, 6), box(0, 0, 6, 2)])]).stats
    assert stats["AP50"] == pytest.approx(1.0)
    assert stats["AP75"] == 0.0
    assert stats["AP"] == pytest.approx(0.4)


def test_a_longer_result_is_compared_over_the_common_frames(one):
    truth, results = one
    results[0]["segmentations"].append(rle(box(0, 0, 16, 12)))
    assert evaluate(truth, results).stats["AP"] == pytest.approx(1.0)


def test_a_frame_of_another_mask_size_counts_for_nothing(one):
    truth, results = one
    results[0]["segmentations"][1] = rle(box(0, 0, 2, 2, shape=(5, 5)))
    outcome = evaluate(truth, results)
    assert outcome.stats["AP"] == pytest.approx(1.0)
    assert outcome.stats["warnings"] == []


def test_a_pair_without_any_comparable_pixel_is_reported(one):
    truth, results = one
    results[0]["segmentations"] = [rle(box(0, 0, 2, 2, shape=(5, 5)))] * 2
    outcome = evaluate(truth, results)
    assert outcome.stats["AP"] == 0.0
    assert outcome.stats["warnings"] == ["Mask sizes in video 1 and category 1 may not match!"]


def test_results_of_a_category_that_the_truth_lacks_play_no_part(one):
    truth, results = one
    other = make_result(1, 77, 1.0, [box(0, 0, 4, 4)] * 2)
    assert evaluate(truth, [other, *results]).stats["AP"] == pytest.approx(1.0)


def test_a_crowd_region_absorbs_results_without_counting(one):
    truth, results = one
    crowd = [box(9, 0, 16, 12)] * 2
    truth["annotations"] += make_truth((1, 1, crowd, {"id": 2, "iscrowd": 1}))["annotations"]
    extra = [make_result(1, 1, 0.99, crowd), make_result(1, 1, 0.98, crowd)]
    assert evaluate(truth, results + extra).stats["AP"] == pytest.approx(1.0)


def test_an_identity_of_zero_counts_as_unmatched(one):
    truth, results = one
    truth["annotations"][0]["id"] = 0
    assert evaluate(truth, results).stats["AP"] == 0.0


def test_every_segmentation_form_means_the_same_mask(one):
    truth, results = one
    mask = box(2, 2, 8, 8)
    runs, value = [], 0
    for pixel in [*mask.T.reshape(-1).astype(int), -1]:
        if not runs or pixel != value:
            runs += [0, 0] if not runs and pixel == 1 else [0]
            value = pixel
        runs[-1] += 1
    uncompressed = {"size": [HEIGHT, WIDTH], "counts": runs[:-1]}
    truth["annotations"][0]["segmentations"] = [uncompressed, [[3, 2, 9, 2, 9, 8, 3, 8]]]
    assert evaluate(truth, results).stats["AP"] == pytest.approx(1.0)
    results[0]["segmentations"] = [[[2, 2, 8, 2, 8, 8, 2, 8]], {"size": [HEIGHT, WIDTH], "counts": "x"}]
    results[0]["segmentations"][1] = rle(box(3, 2, 9, 8)) | {"counts": rle(box(3, 2, 9, 8))["counts"].encode()}
    assert evaluate(truth, results).stats["AP"] == pytest.approx(1.0)


def test_sizes_follow_the_stated_areas_of_truth():
    big = [box(0, 0, 16, 12)] * 2
    truth = make_truth((1, 1, big, {"areas": [200.0**2, None]}))
    stats = evaluate(truth, [make_result(1, 1, 1.0, big)]).stats
    assert (stats["APs"], stats["APm"], stats["APl"]) == (-1.0, pytest.approx(1.0), -1.0)


def test_areas_are_taken_from_the_masks_where_the_truth_states_none(one):
    truth, results = one
    del truth["annotations"][0]["areas"]
    assert evaluate(truth, results).stats["APs"] == pytest.approx(1.0)


def test_categories_are_named_by_rising_id():
    masks = [box(0, 0, 4, 4)] * 2
    truth = make_truth((1, 9, masks), categories=(9, 2))
    outcome = evaluate(truth, [make_result(1, 9, 1.0, masks)])
    assert outcome.categories == ((2, "kind 2"), (9, "kind 9"))
    assert outcome.stats["per_category_AP"] == [None, pytest.approx(1.0)]


def test_only_the_best_results_count_towards_a_recall_limit():
    left, right = [box(0, 0, 4, 4)] * 2, [box(8, 0, 12, 4)] * 2
    results = [make_result(1, 1, 0.9, left), make_result(1, 1, 0.8, right)]
    stats = evaluate(make_truth((1, 1, left), (1, 1, right)), results).stats
    assert stats["AR1"] == pytest.approx(0.5)
    assert (stats["AR10"], stats["AR100"]) == pytest.approx((1.0, 1.0))


def test_the_printed_table_shows_three_digits(one):
    lines = evaluate(*one).stats["printed"]
    assert lines[1] == " Average Precision  (AP) @[ IoU=0.50      | area=   all | maxDets=100 ] = 1.000"
    assert lines[6] == " Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets=  1 ] = 1.000"


def _set(path, value):
    def change(truth, results):
        target = {"truth": truth, "results": results}
        for step in path[:-1]:
            target = target[step]
        if value is KeyError:
            del target[path[-1]]
        else:
            target[path[-1]] = value

    return change


BROKEN = [
    (("truth", "videos"), None, "truth.videos"),
    (("truth", "annotations"), None, "truth.annotations"),
    (("truth", "categories"), KeyError, "truth: 'categories' is missing"),
    (("truth", "videos", 0, "id"), "1", r"truth.videos\[0\].id"),
    (("truth", "videos", 0, "height"), KeyError, "the truth's video 1: 'height' is missing"),
    (("truth", "annotations", 0, "category_id"), 5, r"truth.annotations\[0\].category_id: .* no category 5"),
    (("truth", "annotations", 0, "areas"), 7, r"truth.annotations\[0\].areas"),
    (("truth", "annotations", 0), 3, r"truth.annotations\[0\]: expected an object"),
    (("truth", "annotations", 0, "video_id"), 8, r"truth.annotations\[0\].video_id: the truth has no video 8"),
    (("results", 0, "score"), float("nan"), r"results\[0\].score: nan"),
    (("results", 0, "score"), "high", r"results\[0\].score"),
    (("results", 0, "score"), True, r"results\[0\].score"),
    (("results", 0, "segmentations"), KeyError, r"results\[0\]: 'segmentations' is missing"),
    (("results", 0, "segmentations", 1), 5, r"results\[0\].segmentations\[1\]: expected RLE"),
]


@pytest.mark.parametrize(("path", "value", "message"), BROKEN)
def test_a_broken_entry_is_named(one, path, value, message):
    _set(path, value)(*one)
    with pytest.raises(EvaluationInputError, match=message):
        evaluate(*one)


def test_results_that_are_no_list_are_refused(one):
    with pytest.raises(EvaluationInputError, match="results: expected a list"):
        evaluate(one[0], {"annotations": []})  # type: ignore[arg-type]


def test_an_identity_used_twice_is_refused(one):
    truth, results = one
    truth["annotations"].append(dict(truth["annotations"][0]))
    with pytest.raises(EvaluationInputError, match=r"truth.annotations\[1\].id: 1 is used already"):
        evaluate(truth, results)


@st.composite
def scenes(draw):
    """Random truth and results over two videos and two categories, as entries with decoded masks."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = (220, 300) if draw(st.booleans()) else (HEIGHT, WIDTH)

    def masks():
        found = []
        for _ in range(int(rng.integers(1, 4))):
            low, high = np.sort(rng.random((2, 2)) ** 2, axis=0) * shape
            made = np.zeros(shape, bool)
            made[int(low[0]) : int(high[0]) + 1, int(low[1]) : int(high[1]) + 1] = True
            found.append(None if rng.random() < 0.15 else made)
        return found

    def where():
        return {"video": int(rng.integers(1, 3)), "category": int(rng.integers(1, 3))}

    known = [where() | {"masks": masks(), "crowd": bool(rng.random() < 0.2)} for _ in range(int(rng.integers(0, 6)))]
    found = [where() | {"masks": masks(), "score": float(rng.integers(0, 4))} for _ in range(int(rng.integers(0, 5)))]
    for entry in known:
        if rng.random() < 0.8:
            near = [None if m is None else np.roll(m, int(rng.integers(0, 3)), axis=1) for m in entry["masks"]]
            place = {"video": entry["video"], "category": entry["category"]}
            found.append(place | {"masks": near, "score": float(rng.integers(0, 4))})
    return shape, known, found


def summary(precision, recall):
    """The twelve figures from the curves: means over what is defined, -1 where nothing is."""
    found = {"AP": precision[..., 0, 2], "AP50": precision[:1, ..., 0, 2], "AP75": precision[5:6, ..., 0, 2]}
    found |= {f"AR{most}": recall[..., 0, number] for number, most in enumerate((1, 10, 100))}
    for number, size in enumerate("sml", start=1):
        found |= {f"AP{size}": precision[..., number, 2], f"AR{size}": recall[..., number, 2]}
    return {key: float(values[values > -1].mean()) if (values > -1).any() else -1.0 for key, values in found.items()}


@settings(max_examples=60, deadline=None)
@given(scenes())
def test_random_scenes_agree_with_plain_loops(scene):
    shape, known, found = scene
    tracks = [(k["video"], k["category"], k["masks"], {"iscrowd": int(k["crowd"])}) for k in known]
    truth = make_truth(*tracks, videos=2, categories=(1, 2), shape=shape)
    results = [make_result(d["video"], d["category"], d["score"], d["masks"]) for d in found]
    precision, recall = looped_evaluate(truth, results)
    outcome = evaluate(truth, results)
    for key, value in summary(precision, recall).items():
        assert outcome.stats[key] == pytest.approx(value, abs=1e-9), key
    np.testing.assert_allclose(outcome.precision, precision, atol=1e-9)
    np.testing.assert_allclose(outcome.recall, recall, atol=1e-9)
