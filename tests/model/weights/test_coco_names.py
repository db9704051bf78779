from model.weights.categories import normalised
from model.weights.coco_names import COCO_NAMES


def test_there_are_eighty_names_and_each_once() -> None:
    assert len(COCO_NAMES) == len({normalised(name) for name in COCO_NAMES}) == 80


def test_they_stand_in_the_order_of_the_category_ids() -> None:
    places = {"person": 0, "car": 2, "truck": 7, "cat": 15, "giraffe": 23, "tennis racket": 38, "toothbrush": 79}
    assert {name: COCO_NAMES.index(name) for name in places} == places
