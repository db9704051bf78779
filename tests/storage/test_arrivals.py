"""Files and folders that appear with their row: whole, beside what is there already, and not at all after an error."""

import json
import os
from pathlib import Path

import pytest

from storage.arrivals import Arrival, arriving, remove_arrival

KINDS = ("file", "folder")


def fill(arrival: Arrival, kind: str) -> None:
    if kind == "file":
        arrival.content.write_text("content")
        return
    arrival.content.mkdir()
    for name in ("a", "b"):
        (arrival.content / name).write_text(name)


def content_of(place: Path) -> list[str]:
    return sorted(path.read_text() for path in place.iterdir()) if place.is_dir() else [place.read_text()]


def whole(kind: str) -> list[str]:
    return ["content"] if kind == "file" else ["a", "b"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_content_arrives_whole_and_its_temporary_folder_goes(tmp_path: Path, kind: str) -> None:
    with arriving(tmp_path / "film.mp4") as arrival:
        assert arrival.content.suffix == ".mp4"
        fill(arrival, kind)
        assert not (tmp_path / "film.mp4").exists()
        assert arrival.put() == tmp_path / "film.mp4" == arrival.place
        assert content_of(tmp_path / "film.mp4") == whole(kind)
    assert list(tmp_path.iterdir()) == [tmp_path / "film.mp4"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seen", [True, False], ids=["before", "at the same moment"])
def test_what_is_there_is_never_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, seen: bool
) -> None:
    (tmp_path / "film.mp4").write_text("theirs")
    if not seen:
        answers, real = [False], os.path.lexists
        monkeypatch.setattr(os.path, "lexists", lambda path: answers.pop() if answers else real(path))
    with arriving(tmp_path / "film.mp4") as arrival:
        fill(arrival, kind)
        place = arrival.put()
    assert place.name.startswith("film-") and place.suffix == ".mp4" and content_of(place) == whole(kind)
    assert (tmp_path / "film.mp4").read_text() == "theirs"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("put", [False, True])
def test_nothing_is_left_after_an_error(tmp_path: Path, kind: str, put: bool) -> None:
    with pytest.raises(ZeroDivisionError), arriving(tmp_path / "film") as arrival:
        fill(arrival, kind)
        if put:
            arrival.put()
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def left_by_a_killed_process(tmp_path: Path, kind: str) -> Path:
    """The temporary folder of a process that was killed after `Arrival.put`."""
    folder = tmp_path / ".film.partial"
    folder.mkdir()
    arrival = Arrival(folder, tmp_path / "film")
    fill(arrival, kind)
    arrival.put()
    return folder


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("row", [False, True])
def test_what_a_killed_process_moved_goes_unless_its_row_was_stored(tmp_path: Path, kind: str, row: bool) -> None:
    folder = left_by_a_killed_process(tmp_path, kind)
    remove_arrival(folder, has_row=lambda place: row)
    assert (tmp_path / "film").exists() is row


def test_an_empty_file_that_only_claims_the_place_goes(tmp_path: Path) -> None:
    folder = left_by_a_killed_process(tmp_path, "file")
    (tmp_path / "film").unlink()
    (tmp_path / "film").touch()
    remove_arrival(folder, has_row=lambda place: False)
    assert not (tmp_path / "film").exists()


@pytest.mark.parametrize(
    "record", ["", "[]", "{}", '{"place": "../film", "files": {"": [0, 0]}}', '{"place": "film", "files": 3}']
)
def test_a_record_that_is_none_removes_nothing(tmp_path: Path, record: str) -> None:
    inner = tmp_path / "data"
    inner.mkdir()
    for place in (tmp_path / "film", inner / "film"):
        place.write_text("theirs")
    folder = inner / ".film.partial"
    folder.mkdir()
    (folder / "arrival.json").write_text(record)
    remove_arrival(folder, has_row=lambda place: False)
    assert (tmp_path / "film").exists() and (inner / "film").exists()


def test_a_link_at_the_place_is_not_followed(tmp_path: Path) -> None:
    folder = left_by_a_killed_process(tmp_path, "folder")
    (tmp_path / "film").rename(tmp_path / "elsewhere")
    (tmp_path / "film").symlink_to(tmp_path / "elsewhere")
    remove_arrival(folder, has_row=lambda place: False)
    assert len(list((tmp_path / "elsewhere").iterdir())) == 2


def test_the_record_names_each_file(tmp_path: Path) -> None:
    folder = left_by_a_killed_process(tmp_path, "folder")
    record = json.loads((folder / "arrival.json").read_text())
    assert record["place"] == "film" and set(record["files"]) == {"a", "b"}
