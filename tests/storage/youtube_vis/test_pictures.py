"""Pictures are found in the usual folders, above, and where names differ a little; else the place is named."""

import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pytest

from storage.youtube_vis import PictureFinder, PicturesNotFound, SeveralPictures, VideoPictures, VisVideo

NAMES = ("va/00000.jpg", "va/00001.jpg")


def video(names: Sequence[str] = NAMES) -> VisVideo:
    return VisVideo(7, 64, 48, len(names), tuple(names))


def laid(root: Path, *names: str) -> Path:
    """Empty files of these names below `root`."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


def found(root: Path, names: Sequence[str] = NAMES) -> VideoPictures:
    return PictureFinder(root).find(video(names))


def kinds(pictures: VideoPictures) -> list[str]:
    return [note.kind for note in pictures.notes]


@pytest.mark.parametrize("folder", ["", "JPEGImages"])
def test_the_usual_places_need_no_note(tmp_path: Path, folder: str) -> None:
    laid(tmp_path / folder, *NAMES)
    assert found(tmp_path) == VideoPictures(tmp_path / folder, NAMES, NAMES)


@pytest.mark.parametrize("folder", ["train/JPEGImages", "valid_all_frames/JPEGImages"])
def test_the_folder_of_all_parts_may_be_given(tmp_path: Path, folder: str) -> None:
    laid(tmp_path / folder, *NAMES)
    pictures = found(tmp_path)
    assert pictures.place == tmp_path / folder and kinds(pictures) == ["pictures in another folder"]
    assert f"'{tmp_path / folder}'" in pictures.notes[0].text and pictures.notes[0].where == "video 7"


def test_names_may_begin_with_the_folder_that_is_given(tmp_path: Path) -> None:
    names = [f"JPEGImages/{name}" for name in NAMES]
    laid(tmp_path, *names)
    pictures = found(tmp_path / "JPEGImages", names)
    assert pictures.place == tmp_path and pictures.files == tuple(names)
    assert kinds(pictures) == ["pictures in another folder"]


def test_names_may_begin_further_above(tmp_path: Path) -> None:
    names = [f"set/train/JPEGImages/{name}" for name in NAMES]
    laid(tmp_path, *names)
    assert found(tmp_path / "set" / "train" / "JPEGImages", names).place == tmp_path


def test_the_folder_of_one_video_may_be_given(tmp_path: Path) -> None:
    laid(tmp_path, *NAMES)
    assert found(tmp_path / "va").place == tmp_path


def test_two_parts_that_hold_the_same_names_are_both_named(tmp_path: Path) -> None:
    for part in ("train", "valid"):
        laid(tmp_path / part / "JPEGImages", *NAMES)
    with pytest.raises(SeveralPictures) as caught:
        found(tmp_path)
    assert str(tmp_path / "train" / "JPEGImages") in str(caught.value)
    assert str(tmp_path / "valid" / "JPEGImages") in str(caught.value)


@pytest.mark.parametrize(
    ("there", "kept"),
    [
        (("va/00000.JPG", "va/00001.JPG"), NAMES),
        (("VA/00000.jpg", "VA/00001.jpg"), NAMES),
        (("va/00000.png", "va/00001.png"), ("va/00000.png", "va/00001.png")),
        (("va/00000.jpeg", "va/00001.jpeg"), ("va/00000.jpeg", "va/00001.jpeg")),
    ],
)
def test_names_that_differ_in_case_or_suffix_are_taken_with_a_note(
    tmp_path: Path, there: tuple[str, ...], kept: tuple[str, ...]
) -> None:
    laid(tmp_path, *there)
    pictures = found(tmp_path)
    assert (pictures.files, pictures.names) == (there, kept)
    assert kinds(pictures) == ["picture names that differ"]
    assert f"its picture va/00000.jpg is {there[0]} on the disk, and 1 more." in pictures.notes[0].text


def test_accents_in_another_form_are_the_same_name(tmp_path: Path) -> None:
    name = "Sängerin/0.jpg"
    laid(tmp_path, unicodedata.normalize("NFD", name))
    assert found(tmp_path, [unicodedata.normalize("NFC", name)]).files == (unicodedata.normalize("NFD", name),)


def test_only_some_names_may_differ(tmp_path: Path) -> None:
    laid(tmp_path, "va/00000.jpg", "va/00001.png")
    assert found(tmp_path).files == ("va/00000.jpg", "va/00001.png")


def test_two_pictures_that_fit_one_name_are_both_named(tmp_path: Path) -> None:
    laid(tmp_path, "va/00000.png", "va/00000.bmp", "va/00001.jpg")
    with pytest.raises(SeveralPictures, match=r"va/00000\.bmp and va/00000\.png"):
        found(tmp_path)


def test_a_picture_in_two_folders_that_fit_one_name_is_refused(tmp_path: Path) -> None:
    laid(tmp_path, "Va/00000.jpg", "VA/00000.jpg", "VA/00001.jpg")
    with pytest.raises(SeveralPictures, match=r"may be VA/00000\.jpg and Va/00000\.jpg in"):
        found(tmp_path)
    laid(tmp_path, *NAMES)
    assert found(tmp_path).files == NAMES


def test_backslashes_are_separators(tmp_path: Path) -> None:
    laid(tmp_path, *NAMES)
    pictures = found(tmp_path, [name.replace("/", "\\") for name in NAMES])
    assert (pictures.files, pictures.names) == (NAMES, NAMES) and kinds(pictures) == [
        "picture names read in another form"
    ]


def test_a_backslash_that_is_in_the_name_stays(tmp_path: Path) -> None:
    name = "va\\00000.jpg"
    laid(tmp_path, name)
    assert found(tmp_path, [name]) == VideoPictures(tmp_path, (name,), (name,))


@pytest.mark.parametrize("form", ["{}", "file://{}", "FILE://{}", "file://localhost{}"])
def test_absolute_names_inside_the_folder_are_taken(tmp_path: Path, form: str) -> None:
    laid(tmp_path / "a b", *NAMES)
    root = str(tmp_path / "a b")
    root = root.replace(" ", "%20") if "//" in form else root
    pictures = found(tmp_path / "a b", [form.format(f"{root}/{name}") for name in NAMES])
    assert pictures.names == NAMES and kinds(pictures) == ["picture names read in another form"]


def test_absolute_names_through_a_link_are_inside(tmp_path: Path) -> None:
    laid(tmp_path / "real", *NAMES)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert found(tmp_path / "link", [str(tmp_path / "real" / name) for name in NAMES]).names == NAMES


@pytest.mark.parametrize("name", ["/etc/passwd", "../va/00000.jpg", "va/../../00000.jpg", "..\\va\\00000.jpg"])
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    laid(tmp_path, *NAMES)
    with pytest.raises(PicturesNotFound, match="outside the folder of frames"):
        found(tmp_path, [name])


def test_a_picture_that_is_nowhere_is_named_with_the_quoted_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "inside").mkdir()
    monkeypatch.chdir(tmp_path / "inside")
    for given in (Path(), Path("..") / "inside"):
        with pytest.raises(PicturesNotFound) as caught:
            found(given)
        assert f"its picture 'va/00000.jpg' is not under '{tmp_path / 'inside'}', nor" in str(caught.value)


def test_a_later_picture_that_is_nowhere_keeps_its_name(tmp_path: Path) -> None:
    laid(tmp_path, "va/00000.jpg")
    assert found(tmp_path).files == NAMES


def test_a_video_without_names_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PicturesNotFound, match="does not name its pictures"):
        PictureFinder(tmp_path).find(VisVideo(1, 4, 4, 2, ()))


def test_names_of_an_old_archive_are_called_what_they_are(tmp_path: Path) -> None:
    laid(tmp_path, "S\udce4ngerin/0.jpg")
    with pytest.raises(
        PicturesNotFound, match=r"b'S\\xe4ngerin/0\.jpg' on the disk, a name that is not UTF-8; rename it"
    ):
        found(tmp_path, ["Sängerin/0.jpg"])


@pytest.mark.parametrize("name", [".", "./", "{folder}", "{folder}/.", "file://{folder}"])
def test_the_folder_itself_is_no_picture(tmp_path: Path, name: str) -> None:
    laid(tmp_path, *NAMES)
    with pytest.raises(PicturesNotFound, match="no file, but the folder of frames itself"):
        found(tmp_path, [name.format(folder=tmp_path)])
