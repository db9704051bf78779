"""Pictures leave under the names of the import; where those cannot be kept, the export says so."""

from pathlib import Path
from typing import Any

import pytest

from app.exchange.exporting import Exported
from tests.app.exchange.files import LENGTH, content, write, write_pictures
from tests.app.exchange.scene import ExchangeScene

Ran = tuple[Exported, list[list[str]]]


def through(exchange: ExchangeScene, folder: Path, names: list[list[str]], **more: Any) -> Ran:
    """The export of an import whose videos have these picture names, and the names in its file."""
    write_pictures(folder / "drawn", [f"v{k}" for k in range(len(names))])
    for k, listed in enumerate(names):
        for number, name in enumerate(listed):
            target = folder / "frames" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            (folder / "drawn" / f"v{k}" / f"{number:05d}.png").rename(target)
    top = content([f"v{k}" for k in range(len(names))])
    for video, listed in zip(top["videos"], names, strict=True):
        video["file_names"] = listed
    exchange.bring(write(folder / "in.json", top), folder / "frames")
    done, left = exchange.exported(folder / "out", **more)
    for video in left["videos"]:
        assert all((folder / "out" / "JPEGImages" / name).is_file() for name in video["file_names"])
    return done, [video["file_names"] for video in left["videos"]]


def numbered(form: str) -> list[str]:
    return [form.format(k) for k in range(LENGTH)]


@pytest.mark.parametrize("form", ["va/{:05d}.png", "a/b c/img_{}.png", "JPEGImages/va/{}.PNG"])
def test_names_in_a_folder_of_their_own_are_kept(exchange: ExchangeScene, tmp_path: Path, form: str) -> None:
    done, names = through(exchange, tmp_path, [numbered(form), numbered("other/{}.png")])
    assert names[0] == numbered(form) and done.notes == ()


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("va_{}.png", "vb_{}.png", "in no folder of their own"),
        ("all/va_{}.png", "all/vb_{}.png", "another video has that folder"),
        ("all/{}.png", "all/inner/{}.png", "another video has that folder"),
        ("all/inner/{}.png", "all/{}.png", "another video has that folder"),
        ("all/{}.png", "sub{}/a.png", "in several folders"),
        ("all/{}.png", "odd/a\\{}.png", "no plain file names"),
    ],
)
def test_names_that_cannot_be_kept_are_named(
    exchange: ExchangeScene, tmp_path: Path, first: str, second: str, reason: str
) -> None:
    done, names = through(exchange, tmp_path, [numbered(first), numbered(second)])
    changed = [k for k, form in enumerate((first, second)) if names[k] != numbered(form)]
    assert len(done.notes) == len(changed) >= 1 and reason in done.notes[-1]
    assert f"not as {numbered((first, second)[changed[-1]])[0]}" in done.notes[-1]
    assert len({name.rpartition("/")[0] for listed in names for name in listed}) == 2


def test_names_that_the_import_does_not_have_are_made(exchange: ExchangeScene, tmp_path: Path) -> None:
    done, names = through(exchange, tmp_path, [numbered("va/{}.png")], stride=2)
    assert names == [["va/0.png", "va/2.png"]] and done.notes == ()


def test_names_from_1_lose_the_folders_above_their_own(exchange: ExchangeScene, tmp_path: Path) -> None:
    done, names = through(exchange, tmp_path, [numbered("a/va/{}.png"), numbered("b/va/{}.png")], ids="counted")
    assert names[0] == numbered("va/{}.png")
    assert len({listed[0].split("/")[0] for listed in names}) == 2 and all(name.count("/") == 1 for name in names[1])
    assert "folders above that of the video are left out" in done.notes[0]


def test_a_suffix_that_the_bytes_do_not_fit_is_changed_and_told(exchange: ExchangeScene, tmp_path: Path) -> None:
    write_pictures(tmp_path / "frames", ("va",))
    for path in (tmp_path / "frames" / "va").iterdir():
        path.rename(path.with_suffix(".jpg"))
    exchange.bring(write(tmp_path / "in.json", content(("va",), suffix=".jpg")), tmp_path / "frames")
    done, left = exchange.exported(tmp_path / "out")
    assert left["videos"][0]["file_names"] == numbered("va/0000{}.png")
    assert "the suffix is that of the pictures' bytes" in done.notes[0]
    for name in left["videos"][0]["file_names"]:
        assert (tmp_path / "out" / "JPEGImages" / name).read_bytes().startswith(b"\x89PNG")
