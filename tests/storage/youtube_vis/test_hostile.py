"""Whatever stands in a file, reading it gives a dataset or one error with its place, and never anything else."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from storage import youtube_vis as vis
from storage.youtube_vis import YouTubeVisError
from tests.storage.youtube_vis.files import content, mask_code, results

LONG = 10**399
NESTED = [[{"id": 1}, {"id": 2}]]
HOSTILE: tuple[Any, ...] = (
    *(None, True, -1, 0, LONG, -LONG, 10**24, 1e24, 1e308, 0.5, float("nan"), float("inf")),
    *("", "\0", "x" * 5000, "\ud800", "a/\udfff.jpg", [], [[]], NESTED, {}, {"size": [LONG, 1]}, [LONG], [[LONG] * 6]),
)
MESSAGES = [
    (
        content(segmentations=[{"size": [32, 48], "counts": [10, 20, NESTED[0]]}, None, None]),
        "segmentations[0]: counts",
    ),
    (content(segmentations=[{"size": [32, 48], "counts": [NESTED[0], 20]}, None, None]), "segmentations[0]: counts"),
    (content(segmentations=[{"size": [32, 48], "counts": [LONG, 20]}, None, None]), "segmentations[0]: counts"),
    (
        content(segmentations=[{"size": [LONG, 48], "counts": [1]}, None, None]),
        "segmentations[0].size: is [a number of",
    ),
    (content(segmentations=[[[1, 1, 20, LONG, 20, 20]], None, None]), "segmentations[0]: a polygon must be"),
    (content(id=LONG), "annotations[0].id: is a number of 400 digits, which is too large"),
    (content(note="\ud800"), "annotations[0].note: holds half a surrogate pair"),
    (content(note=[1, {"a": "\udc00"}]), "annotations[0].note[1].a: holds half a surrogate pair"),
]


@pytest.mark.parametrize(("top", "message"), MESSAGES)
def test_a_hostile_value_is_refused_with_its_place(top: Any, message: str) -> None:
    with pytest.raises(YouTubeVisError) as caught:
        vis.parse_dataset(json.dumps(top), where="in.json")
    assert message in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("name", "reason"),
    [("a" * 5000 + ".jpg", "5004 letters"), ("\ud800.jpg", "surrogate"), ("a\0b", "cannot be"), ("", "''")],
)
def test_a_name_that_no_picture_can_have_is_refused(name: str, reason: str) -> None:
    top = content()
    top["videos"][0]["file_names"][1] = name
    with pytest.raises(YouTubeVisError) as caught:
        vis.parse_dataset(json.dumps(top), where="in.json")
    assert "videos[0].file_names[1]" in str(caught.value) and reason in str(caught.value)


def test_sizes_beyond_any_picture_are_refused() -> None:
    top = content(segmentations=[None] * 3)
    top["videos"][0]["width"] = 10**12
    with pytest.raises(YouTubeVisError, match=r"videos\[0\]: is 1000000000000 x 32 pixels"):
        vis.parse_dataset(json.dumps(top), where="in.json")


def test_a_number_of_thousands_of_digits_is_refused_with_its_place() -> None:
    text = json.dumps(content()).replace('"video_id": 3', '"video_id": ' + "7" * 5000)
    with pytest.raises(YouTubeVisError, match=r"annotations\[0\]\.video_id: is infinite"):
        vis.parse_dataset(text, where="in.json")


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every value inside `value`."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*place, key)
        yield from places(item, (*place, key))


def changed(top: Any, place: tuple[Any, ...], value: Any) -> Any:
    new = copy.deepcopy(top)
    at = new
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = value
    return new


def varied() -> dict[str, Any]:
    """A content in which every form of a mask occurs."""
    square = [[10, 4, 22, 4, 22, 13]]
    uncompressed = {"size": [32, 48], "counts": [100, 20, 1416]}
    return content(segmentations=[square, uncompressed, mask_code()], note={"a": [1, "b"]})


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:20])
def test_a_hostile_value_at_any_place_of_a_dataset_is_read_or_refused(value: Any) -> None:
    refused = 0
    for place in places(varied()):
        text = json.dumps(changed(varied(), place, value))
        try:
            vis.parse_dataset(text, where="in.json")
        except YouTubeVisError as error:
            refused += 1
            assert str(error).startswith("in.json: ")
    assert refused > 10


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:20])
def test_a_hostile_value_at_any_place_of_results_is_read_or_refused(value: Any) -> None:
    dataset = vis.parse_dataset(varied(), where="in.json")
    found = results(segmentations=varied()["annotations"][0]["segmentations"])
    for place in places(found):
        for against in (dataset, None):
            try:
                vis.parse_results(json.dumps(changed(found, place, value)), where="r.json", dataset=against)
            except YouTubeVisError as error:
                assert str(error).startswith("r.json: ")
