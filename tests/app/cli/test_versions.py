"""The command versions, and the flags of export that make train, valid and frozen versions."""

from pathlib import Path

from tests.app.command_line import Run


def frozen(data_run: Run, dataset: Path, folder: Path) -> None:
    data_run("import", dataset / "a.json", "--frames", dataset / "frames", "--project", "sea")
    assert data_run("export", "--out", folder / "one", "--freeze", "first").code == 0


def test_versions_are_listed_compared_made_and_removed(data_run: Run, dataset: Path, tmp_path: Path) -> None:
    frozen(data_run, dataset, tmp_path)
    data_run("export", "--out", tmp_path / "two", "--freeze", "second", "--stride", "2")

    listed = data_run("versions", "list", "--json").result["versions"]
    diff = data_run("versions", "diff", "first", "second", "--json")
    again = data_run("versions", "make", "first", "--out", tmp_path / "again")
    removed = data_run("versions", "remove", "first")

    assert [one["name"] for one in listed] == ["first", "second"]
    assert (diff.code, diff.result["same"], diff.result["changed_videos"]) == (0, False, ["x"])
    assert (again.code, removed.code) == (0, 0)
    for name in ("instances.json", "provenance.json", "states.json"):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "one" / name).read_bytes()
    assert data_run("versions", "list").out.startswith("second: 1 video, 2 frames")
    assert "Both versions have the same" in data_run("versions", "diff", "second", "second").out


def test_a_version_that_is_not_there_is_named(data_run: Run, dataset: Path, tmp_path: Path) -> None:
    frozen(data_run, dataset, tmp_path)

    ran = data_run("versions", "make", "third", "--out", tmp_path / "again")

    assert ran.code == 1 and "There is no version 'third' of this project; there is first." in ran.last
    assert data_run("export", "--out", tmp_path / "two", "--freeze", "first").code == 1
    assert not (tmp_path / "two").exists()


def test_one_video_cannot_be_divided(data_run: Run, dataset: Path, tmp_path: Path) -> None:
    frozen(data_run, dataset, tmp_path)

    ran = data_run("export", "--out", tmp_path / "out", "--valid", "0.2")

    assert ran.code == 1 and "needs two videos that are no copies" in ran.last
    assert data_run("export", "--out", tmp_path / "out", "--valid", "1.5").code == 1
    assert not (tmp_path / "out").exists()
