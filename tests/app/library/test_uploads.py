"""Uploads that wait for their job: named by ids of this program, and removed without a file of anybody else."""

import errno
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput, CannotStore
from app.library.uploads import Upload, belongs, file_of_job, keep


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    return tmp_path / "uploads"


def sent(tmp_path: Path, name: str = "weights.pth", content: str = "weights") -> str:
    """A file as a form has it."""
    (tmp_path / name).write_text(content)
    return str(tmp_path / name)


def test_an_upload_keeps_its_name_and_two_never_meet(uploads: Path, tmp_path: Path) -> None:
    first = keep(uploads, sent(tmp_path))
    (tmp_path / "weights.pth").unlink()
    second = keep(uploads, sent(tmp_path, content="others"))
    assert first.name == second.name == "weights.pth" and first.id != second.id
    assert (first.path.read_text(), second.path.read_text()) == ("weights", "others")


def test_an_upload_can_be_used_again_and_outlives_its_job(uploads: Path, tmp_path: Path) -> None:
    file = sent(tmp_path)
    keep(uploads, file).remove()
    assert list(uploads.iterdir()) == []
    assert keep(uploads, file).path.read_text() == "weights"


def test_an_upload_is_copied_where_links_are_not_possible(
    uploads: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    assert keep(uploads, sent(tmp_path)).path.read_text() == "weights"
    monkeypatch.setattr(shutil, "copyfile", refuse)
    with pytest.raises(CannotStore, match=r"^The file weights\.pth could not be kept"):
        keep(uploads, sent(tmp_path))
    assert len(list(uploads.iterdir())) == 1


def test_an_upload_that_is_gone_must_be_chosen_again(uploads: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no longer has weights\.pth; choose the file again"):
        keep(uploads, str(tmp_path / "weights.pth"))


def test_an_accent_may_be_written_in_two_ways(uploads: Path, tmp_path: Path) -> None:
    made = keep(uploads, sent(tmp_path, "caf\u00e9.json"))
    assert belongs(made.id, "cafe\u0301.json")


@pytest.mark.parametrize(
    "change",
    [
        {"id": "../victim"}, {"id": ".."}, {"id": ""}, {"id": "0" * 32}, {"id": None}, {"id": 7}, {"id": "{id}/"},
        {"id": "{id}\n"}, {"id": "{ID}"}, {"id": "./{id}"}, {"name": "../weights.pth"}, {"name": ".."}, {"name": ""},
        {"name": None}, {"name": "other.pth"}, {"name": "weights.pth/"}, {"name": "weights.pth\0"}, {"name": "/x"},
    ],
)  # fmt: skip
def test_no_other_id_or_name_is_an_upload(uploads: Path, tmp_path: Path, change: dict[str, Any]) -> None:
    made = keep(uploads, sent(tmp_path))
    fill = {"id": made.id, "ID": made.id.upper() + "X"}
    changed = {key: value.format(**fill) if isinstance(value, str) else value for key, value in change.items()}
    values = {"folder": uploads, "id": made.id, "name": made.name, **changed}
    with pytest.raises(BadInput, match="choose the file again"):
        Upload(**values)
    with pytest.raises(BadInput), file_of_job(uploads, {"upload": values["id"], "file": values["name"]}, typed="x"):
        pass
    assert made.path.is_file()


@given(st.text(max_size=50), st.text(max_size=50))
def test_nothing_that_belongs_together_leads_elsewhere(upload_id: str, name: str) -> None:
    if belongs(upload_id, name):
        assert Path(upload_id).name == upload_id and Path(name).name == name


def test_what_a_person_put_beside_an_upload_stays(uploads: Path, tmp_path: Path) -> None:
    made = keep(uploads, sent(tmp_path))
    beside = made.path.with_name("diary.txt")
    beside.write_text("mine")
    made.remove()
    assert list(uploads.rglob("*.*")) == [beside]


@pytest.mark.parametrize("linked", ["file", "folder"])
def test_nothing_is_removed_through_a_link(uploads: Path, tmp_path: Path, linked: str) -> None:
    made = keep(uploads, sent(tmp_path))
    away = tmp_path / "away"
    if linked == "folder":
        made.path.parent.rename(away)
        made.path.parent.symlink_to(away)
    else:
        made.path.rename(away)
        made.path.symlink_to(away)
    made.remove()
    assert away.exists() and made.path.read_text() == "weights"


def test_an_upload_that_cannot_be_removed_is_told_in_the_log_and_ends_no_job(
    uploads: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = keep(uploads, sent(tmp_path))

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with file_of_job(uploads, made.parameters, typed="path") as path:
        assert path == made.path
    assert "weights.pth" in caplog.text and made.path.is_file()
