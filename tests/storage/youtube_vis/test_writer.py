"""What is written is what every known loader reads, and a round trip changes nothing that was in the file."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as mask_api

from storage import rle
from storage import youtube_vis as vis
from tests.material import material

coco: Any = mask_api

WORDS = st.text(alphabet="abcdefgh_ü\U0001f436", min_size=1, max_size=6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-1e6, 1e6) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=4,
)
# The prefix keeps foreign keys off the names that the format defines.
EXTRA = st.dictionaries(WORDS.map(lambda word: f"x_{word}"), JSON, max_size=2)


@st.composite
def masks(draw: st.DrawFn, height: int, width: int) -> Any:
    """One entry of `segmentations` in any of the forms that are about."""
    form = draw(st.sampled_from(["null", "compressed", "uncompressed", "polygon", "empty"]))
    if form == "null":
        return None
    if form == "polygon":
        x, y = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
        return [[x, y, width, y, width, height, x, height]]
    bits = draw(st.integers(0, 2 ** (height * width) - 1)) if form != "empty" else 0
    pixels = np.array([bits >> k & 1 for k in range(height * width)], bool).reshape(height, width)
    code = rle.encode(pixels)
    return {"size": [height, width], "counts": rle.uncompress(code)} if form == "uncompressed" else code


@st.composite
def files(draw: st.DrawFn) -> dict[str, Any]:
    """A sound YouTube-VIS file as parsed JSON, with foreign keys, any order of ids, and optional keys missing."""
    videos, tracks = [], []
    categories = draw(st.lists(st.integers(1, 50), unique=True, min_size=1, max_size=3))
    for number in draw(st.lists(st.integers(0, 90), unique=True, max_size=3)):
        height, width, length = draw(st.integers(1, 5)), draw(st.integers(1, 5)), draw(st.integers(1, 3))
        names = [f"v{number}/{k:05d}.jpg" for k in range(length)]
        video = {"id": number, "width": width, "height": height, "file_names": names, **draw(EXTRA)}
        videos.append({**video, "length": length} if draw(st.booleans()) else video)
        for _ in range(draw(st.integers(0, 2))):
            entry: dict[str, Any] = {
                "id": len(tracks) * 3 + 1,
                "video_id": number,
                "category_id": draw(st.sampled_from(categories)),
            }
            entry["segmentations"] = [draw(masks(height, width)) for _ in range(length)]
            tracks.append({**entry, **draw(EXTRA), **({"iscrowd": 1} if draw(st.booleans()) else {})})
    listed = [{"id": number, "name": f"thing {number}", **draw(EXTRA)} for number in categories]
    top = {"videos": videos, "categories": listed, "annotations": tracks, **draw(EXTRA)}
    return {**top, "info": draw(EXTRA), "licenses": draw(st.lists(EXTRA, max_size=1))}


@settings(max_examples=40, deadline=None)
@given(content=files(), form=st.sampled_from(["uncompressed", "compressed"]))
def test_import_export_import_export_keeps_everything(
    tmp_path_factory: pytest.TempPathFactory, content: dict[str, Any], form: Any
) -> None:
    folder = tmp_path_factory.mktemp("round")
    first = vis.parse_dataset(json.dumps(content), where="first")
    vis.write_dataset(folder / "1.json", first, segmentation=form)
    second = vis.read_dataset(folder / "1.json")
    vis.write_dataset(folder / "2.json", second, segmentation=form)
    assert (folder / "1.json").read_bytes() == (folder / "2.json").read_bytes()
    assert second.videos == first.videos
    assert second.tracks == first.tracks
    assert second.categories == tuple(sorted(first.categories, key=lambda category: category.id))
    assert (second.info, second.licenses, second.extra) == (first.info, first.licenses, first.extra)
    for track, original in zip(second.tracks, content["annotations"], strict=True):
        assert track.id == original["id"]
        assert track.extra == {key: value for key, value in original.items() if key.startswith("x_")}
        for mask, entry in zip(track.segmentations, original["segmentations"], strict=True):
            assert_same_mask(mask, entry)


def assert_same_mask(mask: Any, entry: Any) -> None:
    """`mask` (ours) has the pixels of `entry` (any form) as pycocotools alone sees them; None if there are none."""
    if isinstance(entry, dict):
        coded = coco.frPyObjects(entry, *entry["size"]) if isinstance(entry["counts"], list) else entry
        pixels = coco.decode(coded)
        assert mask is None if not pixels.any() else np.array_equal(rle.decode(mask), pixels)
    elif entry is None:
        assert mask is None


def small(**changes: Any) -> vis.VisDataset:
    """Two videos, categories and tracks out of order; `changes` replace fields."""
    mask = np.zeros((4, 6), bool)
    mask[1:3, 2:5] = True
    fields: dict[str, Any] = {
        "info": {"description": "small"},
        "licenses": (),
        "videos": (vis.VisVideo(2, 6, 4, 2, ("b/1.jpg", "b/2.jpg")), vis.VisVideo(1, 6, 4, 1, ("a/1.jpg",))),
        "categories": (vis.VisCategory(9, "dog"), vis.VisCategory(4, "cat")),
        "tracks": (vis.VisTrack(5, 2, 9, (None, rle.encode(mask))), vis.VisTrack(1, 1, 4, (None,), 1)),
    }
    return vis.VisDataset(**{**fields, **changes})


def test_the_written_form_is_the_one_that_every_loader_reads(tmp_path: Path) -> None:
    vis.write_dataset(tmp_path / "out.json", small())
    written = json.loads((tmp_path / "out.json").read_text())
    assert list(written) == ["info", "licenses", "videos", "categories", "annotations"]
    assert [category["id"] for category in written["categories"]] == [4, 9]
    assert all(category["supercategory"] == "object" for category in written["categories"])
    assert written["annotations"][0] == {
        "id": 5,
        "video_id": 2,
        "category_id": 9,
        "segmentations": [None, {"size": [4, 6], "counts": [9, 2, 2, 2, 2, 2, 5]}],
        "areas": [None, 6],
        "bboxes": [None, [2, 1, 3, 2]],
        "iscrowd": 0,
        "height": 4,
        "width": 6,
        "length": 2,
    }
    assert written["annotations"][1]["iscrowd"] == 1
    assert written["videos"][0] == {"id": 2, "width": 6, "height": 4, "length": 2, "file_names": ["b/1.jpg", "b/2.jpg"]}


def test_compressed_masks_are_written_on_request(tmp_path: Path) -> None:
    vis.write_dataset(tmp_path / "out.json", small(), segmentation="compressed")
    written = json.loads((tmp_path / "out.json").read_text())
    assert isinstance(written["annotations"][0]["segmentations"][1]["counts"], str)
    assert vis.read_dataset(tmp_path / "out.json").tracks == small().tracks


def test_without_tracks_the_list_of_annotations_is_empty(tmp_path: Path) -> None:
    vis.write_dataset(tmp_path / "out.json", small(tracks=()))
    assert json.loads((tmp_path / "out.json").read_text())["annotations"] == []


def test_foreign_keys_never_replace_those_of_the_format(tmp_path: Path) -> None:
    extra = {"z": 1, "a": [2]}
    vis.write_dataset(tmp_path / "out.json", small(extra=extra))
    text = (tmp_path / "out.json").read_text()
    assert text.endswith(',"a":[2],"z":1}')
    reordered = dict(reversed(extra.items()))
    vis.write_dataset(tmp_path / "again.json", small(extra=reordered))
    assert (tmp_path / "again.json").read_text() == text


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "deeper" / "out.json"
    vis.write_dataset(path, small())
    before = path.read_bytes()
    with pytest.raises(ValueError, match="JSON compliant"):
        vis.write_dataset(path, small(extra={"x": float("nan")}))
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_results_are_written_compressed_with_their_foreign_keys(tmp_path: Path) -> None:
    code = rle.encode(np.eye(3, dtype=bool))
    results = (
        vis.VisResult(4, 2, (code, None), 0.25, {"track_id": 7, "confidence": [0.5, None]}),
        vis.VisResult(4, 1, (None, None), 1.0),
    )
    vis.write_results(tmp_path / "results.json", results)
    written = json.loads((tmp_path / "results.json").read_text())
    assert written[0] == {
        "video_id": 4,
        "category_id": 2,
        "segmentations": [code, None],
        "score": 0.25,
        "confidence": [0.5, None],
        "track_id": 7,
    }
    assert vis.parse_results((tmp_path / "results.json").read_bytes(), where="results.json") == results
    vis.write_results(tmp_path / "none.json", ())
    assert (tmp_path / "none.json").read_text() == "[]"


@pytest.mark.parametrize(
    "name",
    [
        "annotated/pumavos_caps/instances_keyframes.json",
        "annotated/pumavos_caps/instances_mp4.json",
        "annotated_nc/davis16_a/instances.json",
        "annotated_nc/davis16_a/instances_first_video_uncompressed_rle.json",
        "annotated_nc/davis17_schoolgirls/instances.json",
        "formats/sav_000001_manual_ytvis.json",
    ],
)
def test_real_files_survive_the_round_trip(tmp_path: Path, name: str) -> None:
    original = material(f"data/{name}")
    content = json.loads(original.read_text())
    vis.write_dataset(tmp_path / "1.json", vis.read_dataset(original))
    again = vis.read_dataset(tmp_path / "1.json")
    vis.write_dataset(tmp_path / "2.json", again)
    assert (tmp_path / "1.json").read_bytes() == (tmp_path / "2.json").read_bytes()
    written = json.loads((tmp_path / "1.json").read_text())
    for kind in ("videos", "annotations"):
        for entry, before in zip(written[kind], content[kind], strict=True):
            assert {key: entry[key] for key in before if key not in ("segmentations", "areas", "bboxes")} == {
                key: before[key] for key in before if key not in ("segmentations", "areas", "bboxes")
            }
    for track, before in zip(again.tracks, content["annotations"], strict=True):
        for mask, entry in zip(track.segmentations, before["segmentations"], strict=True):
            assert_same_mask(mask, entry)
