"""Formats are recognised by content, whatever the name."""

import bz2
import json
import lzma
import pickle
from pathlib import Path
from typing import Any

import pytest

from storage.formats import FormatError, recognise

CONTENTS: dict[str, dict[str, Any]] = {
    "youtube-vis": {"videos": [], "categories": [], "annotations": []},
    "coco": {"annotations": [{"segmentation": {"images": 1}}], "images": []},
    "cocovid": {"videos": [], "annotations": [], "images": []},
    "sa-v": {"video_id": "a", "masklet": []},
    "labelme": {"shapes": [], "imagePath": "a.jpg"},
}


@pytest.mark.parametrize("name", CONTENTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_json_file_by_its_keys(tmp_path: Path, name: str, encoding: str) -> None:
    path = tmp_path / "some.file"
    path.write_text(json.dumps(CONTENTS[name]), encoding=encoding)
    assert recognise(path).format.name == name


def test_keys_behind_many_masks_are_found(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"annotations": [{"images": "x" * 100}] * 20_000, "images": []}))
    assert recognise(path).format.name == "coco"


@pytest.mark.parametrize(
    "name", ["instances.json", "annotations/instances_default.json", "inner/instances.json", "x.json"]
)
def test_a_folder_by_the_file_in_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(CONTENTS["youtube-vis"]))
    assert recognise(tmp_path).path == path


def test_a_folder_with_several_files_asks_for_one(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(json.dumps(CONTENTS["youtube-vis"]))
    with pytest.raises(FormatError, match=r"a\.json, b\.json"):
        recognise(tmp_path)


@pytest.mark.parametrize("content", [b"hello", b"<a>", b"\x00\x01"])
def test_anything_else_is_refused_with_the_formats_there_are(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(content)
    with pytest.raises(FormatError, match="YouTube-VIS, COCO, CocoVID, CVAT"):
        recognise(path)
    with pytest.raises(FormatError, match="holds nothing that can be read"):
        recognise(tmp_path)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "the file is empty"),
        (b"<!DOCTYPE html><html></html>", "a web page"),
        (b"<!-- saved --><!DOCTYPE html><html></html>", "a web page"),
        (b"<!-- saved --><html><meta></html>", "a web page"),
        (b"%PDF-1", "a PDF document"),
        (bz2.compress(b"{}"), "a bzip2 file"),
        (lzma.compress(b"{}"), "an xz file"),
        (pickle.dumps({}), "a pickle"),
        (bytes(257) + b"ustar" + bytes(250), "a tar archive"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "a Git LFS pointer"),
    ],
)
def test_a_file_of_another_kind_is_called_what_it_is(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "page.or.archive"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=f"this is .*{kind}"):
        recognise(path)


@pytest.mark.parametrize("start", ["", "<!-- from a script -->", "\n<!-- a -->\n<!-- b -->\n"])
def test_xml_of_cvat_may_begin_with_a_comment(tmp_path: Path, start: str) -> None:
    path = tmp_path / "a.file"
    path.write_text(f"{start}<annotations><version>1.1</version></annotations>")
    assert recognise(path).format.name == "cvat-images"


def test_an_empty_list_is_results_without_a_track(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text(" [\n] ")
    assert recognise(path).format.name == "youtube-vis-results"


def test_coco_with_a_file_for_each_subset_is_found_or_asked_about(tmp_path: Path) -> None:
    top = {"images": [], "annotations": [], "categories": []}
    (tmp_path / "annotations").mkdir()
    for name in ("instances_train2017.json", "captions_train2017.json"):
        (tmp_path / "annotations" / name).write_text(json.dumps(top))
    found = recognise(tmp_path)
    assert (found.format.name, found.path.name) == ("coco", "instances_train2017.json")
    (tmp_path / "annotations/instances_val2017.json").write_text(json.dumps(top))
    with pytest.raises(
        FormatError, match=r"annotations/instances_train2017\.json, annotations/instances_val2017\.json"
    ):
        recognise(tmp_path)
