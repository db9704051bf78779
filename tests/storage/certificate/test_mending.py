"""A mended file is one that every loader reads and trains on; each change is named; nothing is mended twice."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from storage.certificate import Mended, certify, mend
from storage.youtube_vis import categories_preset, parse_dataset, write_dataset
from tests.storage.certificate.files import TEXT, Json, sound, track, video


def mended(top: Json, folder: Path) -> tuple[Mended, Json]:
    """The mended data set of a content, and its file; mending that again changes nothing."""
    done = mend(parse_dataset(copy.deepcopy(top), where="x"))
    write_dataset(folder / "out.json", done.dataset)
    written = json.loads((folder / "out.json").read_text())
    assert mend(parse_dataset(copy.deepcopy(written), where="x")).notes == ()
    return done, written


def crowd(top: Json) -> None:
    for one in top["annotations"]:
        one["iscrowd"] = True


def from_zero(top: Json) -> None:
    for one in top["annotations"]:
        one["id"] -= 1


def gapped(top: Json) -> None:
    top["categories"] = [{"id": 9, "name": "wasp"}, {"id": 4, "name": "bee"}, {"id": 5, "name": "ant"}]
    for one in top["annotations"]:
        one["category_id"] = {1: 4, 2: 9}[one["category_id"]]


def nested(top: Json) -> None:
    for one in top["videos"]:
        one["file_names"] = [f"data/JPEGImages/{name}" for name in one["file_names"]]


def bare(top: Json) -> None:
    for one in top["annotations"]:
        for key in ("areas", "bboxes", "iscrowd", "height", "width", "length"):
            del one[key]
        one["segmentations"] = [mask and dict(TEXT) for mask in one["segmentations"]]


def short(top: Json) -> None:
    top["videos"] += [video(3), video(4, 1)]
    top["annotations"] += [track(4, 3, 1, absent=(1, 2, 3, 4, 5)), track(5, 4, 1, 1)]


FAULTS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "short": (
        short,
        ("2 videos with fewer than two annotated frames were left out, on which trainers stop: v3, v4.",),
    ),
    "crowds": (crowd, ("All 3 tracks were crowds; now none is.",)),
    "from zero": (from_zero, ("Track ids are one higher than in the file, which counts them from 0.",)),
    "gaps": (
        gapped,
        (
            "ant has no track and was left out of the categories.",
            "Categories have ids from 1 now: bee 4 -> 1, wasp 9 -> 2.",
        ),
    ),
    "nested": (
        nested,
        ("Picture names begin below data/JPEGImages/ now; give loaders that folder as the place of the pictures.",),
    ),
    "bare": (bare, ()),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_mended_and_named(fault: str, tmp_path: Path) -> None:
    top = sound()
    change, notes = FAULTS[fault]
    change(top)
    assert not certify(top).sound
    done, written = mended(top, tmp_path)
    assert done.notes == notes and certify(written).sound


def test_all_faults_at_once_are_mended(tmp_path: Path) -> None:
    top = sound()
    for change, _ in FAULTS.values():
        change(top)
    _, written = mended(top, tmp_path)
    assert certify(written).sound and len(written["annotations"]) == 3


def test_a_sound_file_stays_as_it_is(tmp_path: Path) -> None:
    done, written = mended(sound(), tmp_path)
    assert done.notes == () and {**written, "info": {}} == {**sound(), "licenses": []}


def test_a_frame_with_something_that_is_no_mask_is_left_out_and_not_absent(tmp_path: Path) -> None:
    top = sound()
    top["annotations"][0]["segmentations"][2] = [[1, 1, 2, 2]]
    done, written = mended(top, tmp_path)
    assert done.notes == ("1 frame with something that is no mask was left out.",)
    assert written["videos"][0]["file_names"] == [f"v1/{k:05d}.jpg" for k in (0, 1, 3, 4, 5)]
    assert [len(one["segmentations"]) for one in written["annotations"]] == [5, 5, 6]
    assert [mask is None for mask in written["annotations"][1]["segmentations"]] == [True, False, True, False, False]


def test_the_categories_of_an_official_version_keep_their_ids(tmp_path: Path) -> None:
    top = sound()
    top["categories"] = [{"id": one.id, "name": one.name} for one in categories_preset("2019")]
    done, written = mended(top, tmp_path)
    assert done.notes == () and len(written["categories"]) == 40


def test_a_file_of_short_videos_only_keeps_them(tmp_path: Path) -> None:
    top = {**sound(), "videos": [video(1, 1)], "annotations": [track(1, 1, 1, 1), track(2, 1, 2, 1)]}
    done, written = mended(top, tmp_path)
    assert done.notes == () and len(written["videos"]) == 1


def test_a_video_without_picture_names_is_left_out(tmp_path: Path) -> None:
    top = sound()
    del top["videos"][0]["file_names"]
    done, written = mended(top, tmp_path)
    assert done.notes == (
        "1 video without picture names was left out: 1.",
        "wasp has no track and was left out of the categories.",
    )
    assert [one["id"] for one in written["videos"]] == [2] and certify(written).sound
