"""The figures of the window table on cases that can be counted by hand."""

import numpy as np
import pytest
from pycocotools import mask as coco

from model.tracking.whole_video import WholeTrack, WholeVideo
from tests.benchmarks._tracking import (
    Borders,
    Thing,
    accumulated,
    average_precision,
    border_identities,
    identity,
)

HW = (20, 30)


def square(x: int | None) -> dict | None:
    if x is None:
        return None
    mask = np.zeros(HW, np.uint8, order="F")
    mask[4:14, x : x + 8] = 1
    code = coco.encode(mask)
    return {"size": list(HW), "counts": code["counts"].decode("ascii")}


def thing(places: list[int | None], label: int = 0) -> Thing:
    return Thing(label, tuple(square(x) for x in places))


def whole(*places: list[int | None]) -> WholeVideo:
    tracks = [
        WholeTrack(number, 0, 0.9, (), (0.9,) * len(own), tuple(square(x) for x in own))
        for number, own in enumerate(places)
    ]
    return WholeVideo(len(places[0]), tuple(tracks), ())


def test_a_perfect_answer_has_every_figure_at_one() -> None:
    things = [thing([0, 1, 2, 3]), thing([20, 20, 20, None])]
    answer = whole([0, 1, 2, 3], [20, 20, 20, None])
    figures = identity([accumulated(things, answer)])
    assert figures["idf1"] == figures["recall"] == 1.0 and figures["num_switches"] == 0
    assert average_precision([(things, answer)], ("fish", "star"), (HW[1], HW[0]))["AP"] == pytest.approx(1.0)


def test_a_change_of_track_is_a_switch_and_halves_idf1() -> None:
    things, answer = [thing([0] * 4)], whole([0, 0, None, None], [None, None, 0, 0])
    figures = identity([accumulated(things, answer)])
    assert figures["num_switches"] == 1 and figures["idf1"] == pytest.approx(0.5)


def test_figures_are_over_all_videos() -> None:
    good, bad = whole([0] * 4), whole([20] * 4)
    figures = identity([accumulated([thing([0] * 4)], answer) for answer in (good, bad)])
    assert figures["idf1"] == figures["recall"] == pytest.approx(0.5)


def test_only_things_met_on_both_sides_of_a_border_count() -> None:
    things = [thing([0] * 4), thing([20, 20, 20, None]), thing([10] * 4)]
    answer = whole([0, 0, None, None], [20] * 4, [None, None, 0, 0], [10, 10, 10, 10])
    assert border_identities(things, answer, [(1, 2)]) == Borders(3, 2)
    assert border_identities(things, answer, [(1, 3)]) == Borders(2, 1)
    assert border_identities(things, answer, [(0, 1), (2, 3)]) == Borders(5, 5)


def test_borders_add_up() -> None:
    total = Borders(3, 2) + Borders(1, 1)
    assert total == Borders(4, 3) and total.recall == 0.75 and Borders().recall == 1.0
