"""Archives are unpacked only after names and sizes were judged."""

import gzip
import stat
import zipfile
from pathlib import Path

import pytest

from storage.formats import FormatError, archives, is_archive, unpack


def zipped(path: Path, files: dict[str, bytes], **mode: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def test_files_come_out_in_their_folders(tmp_path: Path, out: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"annotations.xml": b"<a/>", "images\\b.png": b"1", "__MACOSX/._b.png": b"2"})
    assert is_archive(path)
    assert unpack(path, out) == out
    found = {one.relative_to(out).as_posix(): one.read_bytes() for one in out.rglob("*") if one.is_file()}
    assert found == {"annotations.xml": b"<a/>", "images/b.png": b"1"}


def test_a_gzip_is_its_one_file(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "instances.json.gz"
    path.write_bytes(gzip.compress(b"{}"))
    assert is_archive(path)
    assert unpack(path, out) == out / "instances.json"
    assert (out / "instances.json").read_bytes() == b"{}"


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/etc/evil", "..\\evil", "C:\\evil"])
def test_a_name_that_leads_out_of_the_folder_is_refused_before_anything_is_written(
    tmp_path: Path, out: Path, name: str
) -> None:
    path = zipped(tmp_path / "a.zip", {"good": b"1", name: b"2"})
    with pytest.raises(FormatError, match="leads out of"):
        unpack(path, out)
    assert list(out.iterdir()) == []
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.zip", "out"]


def test_a_file_without_a_name_is_refused(tmp_path: Path, out: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"x": b"1"})
    path.write_bytes(path.read_bytes().replace(b"x", b"\0"))  # a name ends at a zero
    with pytest.raises(FormatError, match=r"a\.zip: has a file without a name"):
        unpack(path, out)


def test_a_link_is_refused(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(FormatError, match="is a link"):
        unpack(path, out)


def test_an_archive_that_grows_beyond_measure_is_refused(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "SLACK_BYTES", 0)
    zeros = bytes(4 << 20)
    with pytest.raises(FormatError, match="would unpack to 4,194,304"):
        unpack(zipped(tmp_path / "a.zip", {"a": zeros}), out)
    (tmp_path / "a.gz").write_bytes(gzip.compress(zeros))
    with pytest.raises(FormatError, match="unpacks to more than"):
        unpack(tmp_path / "a.gz", out)


def test_an_archive_that_states_too_small_a_size_is_refused(tmp_path: Path, out: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a": bytes(1000)})
    data = bytearray(path.read_bytes())
    for signature, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        start = data.index(signature) + place
        data[start : start + 4] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(FormatError):
        unpack(path, out)


@pytest.mark.parametrize("cut", [0.5, 0.9])
def test_a_damaged_archive_is_one_sentence(tmp_path: Path, out: Path, cut: float) -> None:
    for path in (zipped(tmp_path / "a.zip", {"a": b"12345" * 100}), tmp_path / "b.gz"):
        if path.suffix == ".gz":
            path.write_bytes(gzip.compress(b"12345" * 100))
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * cut)])
        with pytest.raises(FormatError, match="damaged"):
            unpack(path, out)


def test_a_full_disk_is_seen_before(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "SPARE_BYTES", 1 << 62)
    with pytest.raises(FormatError, match="make room"):
        unpack(zipped(tmp_path / "a.zip", {"a": b"1"}), out)


@pytest.mark.parametrize("names", [("v", "v/a.png"), ("v/a/b.png", "v/a"), ("v/a.png", "v\\a.png/x")])
def test_a_file_below_another_file_is_refused_before_anything_is_written(
    tmp_path: Path, out: Path, names: tuple[str, ...]
) -> None:
    path = zipped(tmp_path / "a.zip", dict.fromkeys(names, b"1"))
    with pytest.raises(FormatError, match="lies in another file of the archive"):
        unpack(path, out)
    assert list(out.iterdir()) == []


def test_a_file_that_the_disk_refuses_is_named_by_its_place_in_the_archive(tmp_path: Path, out: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"v/" + "x" * 300: b"1"})
    with pytest.raises(OSError, match="too long") as caught:
        unpack(path, out)
    assert caught.value.filename == f"{path}: v/{'x' * 300}"
