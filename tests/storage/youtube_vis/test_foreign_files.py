"""Files that are given for YouTube-VIS and are something else are called by their name; other encodings are read."""

import bz2
import gzip
import io
import json
import lzma
import pickle
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from storage import youtube_vis as vis
from storage.youtube_vis import YouTubeVisError
from tests.storage.youtube_vis.files import content

TEXT = json.dumps(content(), ensure_ascii=False)


def zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("in.json", TEXT)
    return held.getvalue()


def tarred() -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("in.json"), io.BytesIO())
    return held.getvalue()


FOREIGN = [
    (gzip.compress(TEXT.encode()), "a gzip file"),
    (bz2.compress(TEXT.encode()), "a bzip2 file"),
    (lzma.compress(TEXT.encode()), "an xz file"),
    (zipped(), "a zip archive"),
    (tarred(), "a tar archive"),
    (pickle.dumps(content(), protocol=2), "a pickle of Python"),
    (b"\x89PNG\r\n\x1a\n" + bytes(20), "a PNG picture"),
    (b"\x00\x00\x00\x18ftypmp42" + bytes(20), "an MP4 or MOV video"),
    (b"<!DOCTYPE html>\n<html><title>404</title></html>", "a web page (HTML)"),
    (b"  <html lang=en>", "a web page (HTML)"),
    (b"<?xml version='1.0'?><annotations/>", "XML"),
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n", "a Git LFS pointer"),
    (b"../.git/annex/objects/aa/bb/SHA256-s9--00/in.json", "a git-annex pointer"),
    (b"", "the file is empty"),
    (b"\xef\xbb\xbf", "the file is empty"),
    (json.dumps({"videos": {"va": {"objects": {"1": {"category": "bee"}}}}}).encode(), "a meta.json of YouTube-VOS"),
    (json.dumps({"videos": {"va": {"expressions": {"0": {"exp": "a bee"}}}}}).encode(), "meta_expressions.json"),
    (json.dumps({"videos": {}}).encode(), "an object by name"),
]


@pytest.mark.parametrize(("data", "name"), FOREIGN, ids=[name for _, name in FOREIGN])
def test_a_file_of_another_kind_is_called_by_its_name(tmp_path: Path, data: bytes, name: str) -> None:
    file = tmp_path / "in.json"
    file.write_bytes(data)
    with pytest.raises(YouTubeVisError) as caught:
        vis.read_dataset(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert name in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_text_in_another_unicode_encoding_is_read(encoding: str) -> None:
    names = {"name": "蜂", "supercategory": "Tier"}
    text = json.dumps({**content(), "categories": [{"id": 7, **names}]}, ensure_ascii=False)
    found = vis.parse_dataset(text.encode(encoding), where="in.json")
    assert found.categories[0].name == "蜂"
    noted = [note.kind for note in found.notes]
    assert noted == ([] if encoding == "utf-8-sig" else ["encoding"])


@pytest.mark.parametrize("encoding", ["gb18030", "shift_jis", "euc-kr", "cp1251"])
def test_text_in_another_encoding_is_refused_with_the_byte(encoding: str) -> None:
    word = {"gb18030": "蜜蜂", "shift_jis": "ミツバチ", "euc-kr": "꿀벌", "cp1251": "пчела"}[encoding]
    text = json.dumps({**content(), "categories": [{"id": 7, "name": word}]}, ensure_ascii=False)
    data = text.encode(encoding)
    with pytest.raises(YouTubeVisError, match=r"byte \d+ is not UTF-8.*save it as UTF-8"):
        vis.parse_dataset(data, where="in.json")


def test_text_that_is_cut_off_in_utf_16_is_refused() -> None:
    with pytest.raises(YouTubeVisError, match="UTF-16"):
        vis.parse_dataset(TEXT.encode("utf-16")[:-1], where="in.json")


@pytest.mark.parametrize("annotations", [None, "broken", [{"segmentations": [float("nan")]}]])
def test_without_annotations_nothing_of_them_matters(tmp_path: Path, annotations: Any) -> None:
    file = tmp_path / "in.json"
    file.write_text(json.dumps({**content(), "annotations": annotations}))
    found = vis.read_dataset(file, annotations=False)
    assert found.tracks == () and found.notes == () and len(found.videos) == 1
