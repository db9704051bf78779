"""Small YouTube-VIS contents, sound ones, and what can be wrong with them."""

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
SIZE = [4, 6]  # height, width
RUNS = {"size": SIZE, "counts": [5, 2, 17]}
TEXT = {"size": SIZE, "counts": "52a0"}


def video(number: int, frames: int = 6) -> Json:
    names = [f"v{number}/{k:05d}.jpg" for k in range(frames)]
    return {"id": number, "width": 6, "height": 4, "length": frames, "file_names": names}


def track(number: int, video_id: int, category: int, frames: int = 6, absent: tuple[int, ...] = ()) -> Json:
    def line(value: object) -> list[Any]:
        return [None if k in absent else value for k in range(frames)]

    ids = {"id": number, "video_id": video_id, "category_id": category}
    lists = {"segmentations": line(dict(RUNS)), "areas": line(2), "bboxes": line([1, 1, 1, 2])}
    return {**ids, **lists, "iscrowd": 0, "height": 4, "width": 6, "length": frames}


def sound() -> Json:
    """Two videos, two categories, three tracks: every loader reads it and trains on it."""
    return {
        "info": {},
        "videos": [video(1), video(2)],
        "categories": [{"id": k, "name": name, "supercategory": "object"} for k, name in ((1, "bee"), (2, "wasp"))],
        "annotations": [track(1, 1, 1), track(2, 1, 2, absent=(0, 3)), track(3, 2, 1)],
    }


Change = Callable[[Json], None]


def dropped(place: str, key: str) -> Change:
    """The last entry of a list without a key."""
    return lambda top: top[place][-1].pop(key)


def put(place: str, key: str, value: object) -> Change:
    return lambda top: top[place][-1].__setitem__(key, value)


def top_without(key: str) -> Change:
    return lambda top: top.pop(key)


def top_null(key: str) -> Change:
    return lambda top: top.__setitem__(key, None)


def frame_value(key: str, value: object) -> Change:
    return lambda top: top["annotations"][-1][key].__setitem__(2, value)


def shorter(key: str) -> Change:
    return lambda top: top["annotations"][-1].__setitem__(key, top["annotations"][-1][key][:3])


KEYS = {
    "videos": ("id", "width", "height", "length", "file_names"),
    "categories": ("id", "name", "supercategory"),
    "annotations": (
        *("id", "video_id", "category_id", "segmentations", "areas", "bboxes", "iscrowd", "height", "width", "length"),
    ),
}
POLYGONS = (
    *([], [[1, 1]], [[1, 1, 2, 2]], [[0, 0, 3, 0, 3, 3], [1, 1]], [[0, 0, 3, 0, 3, 3], [1, 1, 2, 2]]),
    *([[1, 1], [0, 0, 3, 0, 3, 3]], [[1, 1, 2, 2], [0, 0, 3, 0, 3, 3]]),
)
LISTS = ("segmentations", "areas", "bboxes")
FAULTS: dict[str, Change] = {
    **{f"no {key}": top_without(key) for key in ("videos", "categories", "annotations", "info")},
    **{f"null {key}": top_null(key) for key in ("videos", "categories", "annotations")},
    **{f"{place} without {key}": dropped(place, key) for place, listed in KEYS.items() for key in listed},
    **{f"{key} too short": shorter(key) for key in LISTS},
    **{f"{key} {value} in place of a list": put("annotations", key, value) for key in LISTS for value in (5, None)},
    "area null beside a box": frame_value("areas", None),
    "a compressed mask": frame_value("segmentations", dict(TEXT)),
    "a polygon": frame_value("segmentations", [[0, 0, 3, 0, 3, 3]]),
    **{f"polygons {one}": frame_value("segmentations", one) for one in POLYGONS},
    "a strange video": put("annotations", "video_id", 9),
    "a strange category": put("annotations", "category_id", 9),
    "a length beyond the names": put("videos", "length", 8),
    "no picture name": put("videos", "file_names", []),
    "an id in text": put("annotations", "id", "seven"),
    "a track id twice": put("annotations", "id", 2),
    "a gap in the categories": lambda top: (
        top["categories"][1].update(id=5),
        top["annotations"][1].update(category_id=5),
    )[0],
    "an unused category": lambda top: top["categories"].append({"id": 3, "name": "ant", "supercategory": "object"}),
}
