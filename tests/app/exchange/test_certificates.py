"""A file is checked with its places, mended into a new file, and every export has its certificate."""

import json
import shutil
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from app.exchange.certificates import certificate_lines, check_file, fix_file
from app.exchange.converting import convert
from storage.formats import FORMATS, FormatError, unpack
from storage.youtube_vis import YouTubeVisError
from tests.app.exchange.files import content, write_pictures
from tests.app.exchange.scene import ExchangeScene
from tests.storage.certificate.files import Json, sound


def write(path: Path, top: object) -> Path:
    path.write_text(json.dumps(top))
    return path


def broken() -> Json:
    """A file with two broken tracks of one video, and one track of another."""
    top = sound()
    top["annotations"][0]["segmentations"][3] = {"size": [4, 6], "counts": [1, 2]}
    top["annotations"][1]["category_id"] = 7
    return top


def test_every_broken_entry_is_named_with_its_place(tmp_path: Path) -> None:
    file = write(tmp_path / "a.json", broken())
    found = check_file(file)
    assert found.broken == (
        f"{file}: annotations[0].segmentations[3]: counts must be 0 or more and add up to 4 x 6 = 24 pixels",
        f"{file}: annotations[1].category_id: 7 is not the id of a category of this dataset",
    )
    assert not found.sound and found.amounts == "1 video, 1 track and 6 masks"


def test_a_mended_file_lacks_the_videos_of_broken_entries(tmp_path: Path) -> None:
    done = fix_file(write(tmp_path / "a.json", broken()), tmp_path / "b.json")
    assert [text.startswith("Left out with its video: ") for text in done.changes] == [True, True, False]
    assert done.after.sound and done.after.amounts == "1 video, 1 track and 6 masks"
    with pytest.raises(BadInput, match="already there"):
        fix_file(tmp_path / "a.json", tmp_path / "b.json")


def test_a_file_without_any_sound_video_is_not_mended(tmp_path: Path) -> None:
    top = broken()
    top["annotations"][2]["id"] = "x"
    with pytest.raises(BadInput, match=r"annotations\[0\]\.segmentations\[3\]"):
        fix_file(write(tmp_path / "a.json", top), tmp_path / "b.json")
    assert not (tmp_path / "b.json").exists()


def test_loaders_see_loose_numbers_as_they_are_written(tmp_path: Path) -> None:
    top = sound()
    top["annotations"][0]["id"] = "1"
    found = check_file(write(tmp_path / "a.json", top))
    assert found.certificate is not None and not found.broken
    tevit = found.certificate.reports[0]
    assert tevit.verdict() == "fails" and tevit.findings[0].where == "annotations[0].id"
    assert any("instead of a whole number" in note for note in found.notes)
    assert list(certificate_lines(found.certificate))[1].startswith("    annotations[0].id: is no whole number")


def test_results_are_read_by_this_program_alone(tmp_path: Path) -> None:
    result = {"video_id": 1, "category_id": 1, "score": 0.5, "segmentations": [None]}
    found = check_file(write(tmp_path / "a.json", [result]))
    assert (found.kind, found.amounts, found.certificate, found.sound) == (
        "results",
        "1 result and 0 masks",
        None,
        True,
    )
    wrong = check_file(write(tmp_path / "a.json", [result, {**result, "score": "high"}]))
    assert not wrong.sound and "[1].score: must be a number" in wrong.broken[0]
    with pytest.raises(BadInput, match="results file"):
        fix_file(tmp_path / "a.json", tmp_path / "b.json")


def test_an_export_has_the_certificate_of_its_file(worked: ExchangeScene, tmp_path: Path) -> None:
    done = worked.export(tmp_path / "out")
    found = check_file(tmp_path / "out" / "instances.json")
    assert found.certificate is not None and done.parts[0]["loaders"] == found.certificate.as_json()
    assert found.broken == () and done.parts[0]["file"] == "instances.json"
    [doubt] = done.doubts
    assert doubt.startswith("TeViT, CMaskTrack R-CNN reads, does not train: videos: no video has 5 frames with a box")


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10**30) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["id", "size", "counts"]), inner),
    max_leaves=8,
)
STEPS = st.sampled_from(
    [
        *(("videos",), ("categories",), ("annotations",), ("videos", 1), ("annotations", 2)),
        *(("videos", 0, key) for key in sound()["videos"][0]),
        *(("categories", 1, key) for key in sound()["categories"][0]),
        *(("annotations", 0, key) for key in sound()["annotations"][0]),
        *(("annotations", 0, key, 3) for key in ("segmentations", "bboxes", "areas")),
        ("videos", 0, "file_names", 2),
    ]
)


@given(st.lists(st.tuples(STEPS, JUNK), min_size=1, max_size=3))
def test_whatever_a_file_holds_the_check_ends_with_a_report_or_one_sentence(
    changes: list[tuple[tuple[Any, ...], Any]],
) -> None:
    top = sound()
    for steps, value in changes:
        at: Any = top
        with suppress(TypeError, LookupError, AttributeError):  # An earlier change took the place away.
            for step in steps[:-1]:
                at = at[step]
            at[steps[-1]] = value
    with tempfile.TemporaryDirectory() as folder:
        file = write(Path(folder) / "a.json", top)
        try:
            found = check_file(file)
            assert json.dumps(found.as_json()) and (found.certificate is None or len(found.certificate.reports) == 7)
        except YouTubeVisError as error:
            assert str(error).startswith(str(file))
        with suppress(YouTubeVisError, BadInput):
            done = fix_file(file, Path(folder) / "b.json")
            assert done.after.broken == ()
            named = any(one["file_names"] for one in json.loads(done.path.read_text())["videos"])
            assert done.after.certificate is not None
            assert not named or all(one.right for one in done.after.certificate.reports)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", ["cvat-video", "coco", "labelme", "masks"])
def test_other_formats_are_checked_as_their_copy_and_mended(tmp_path: Path, name: str, packed: bool) -> None:
    top = content()
    write(tmp_path / "a.json", top)
    write_pictures(tmp_path / "JPEGImages")
    out = tmp_path / ("b.zip" if packed else "b")
    convert(tmp_path / "a.json", to=name, out=out, with_pictures=True)
    found = check_file(out)
    assert (found.source, found.broken) == (FORMATS[name].title, ())
    assert found.amounts == check_file(tmp_path / "a.json").amounts
    assert found.as_json()["format"] == FORMATS[name].title
    done = fix_file(out, tmp_path / "mended.json")
    assert done.changes[0] == f"Converted from {FORMATS[name].title}."
    assert done.after.source is None and not done.after.broken


def test_errors_of_another_format_are_named_and_its_other_videos_checked(tmp_path: Path) -> None:
    convert(write(tmp_path / "a.json", content()), to="coco", out=tmp_path / "b.json")
    top = json.loads((tmp_path / "b.json").read_text())
    top["annotations"][0]["segmentation"] = {"size": [1, 1], "counts": [1]}
    found = check_file(write(tmp_path / "b.json", top))
    assert found.amounts.startswith("1 video")
    assert found.broken[0].startswith(f"{tmp_path / 'b.json'}: annotations[0].segmentation")


def test_a_folder_or_archive_of_youtube_vis_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    write(tmp_path / "set/instances.json", broken())
    shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path / "set")
    for path in (tmp_path / "set", tmp_path / "packed.zip"):
        found = check_file(path)
        assert found.source is None and len(found.broken) == 2
        named = f"{path}: " if path.suffix else f"{path}/"
        assert found.broken[0].startswith(f"{named}instances.json: annotations[0].segmentations[3]")
        done = fix_file(path, tmp_path / f"{path.stem} mended.json")
        assert done.changes[0].startswith(f"Left out with its video: {named}instances.json: annotations[0]")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FormatError, match="holds nothing that can be read"):
        check_file(tmp_path / "empty")


def test_an_archive_is_unpacked_once_and_its_sentences_name_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "set").mkdir()
    convert(write(tmp_path / "a.json", content()), to="coco", out=tmp_path / "set/b.json")
    top = json.loads((tmp_path / "set/b.json").read_text())
    top["annotations"][0]["segmentation"] = {"size": [1, 1], "counts": [1]}
    write(tmp_path / "set/b.json", top)
    shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path / "set")
    opened: list[Path] = []

    def counted(path: Path, *more: Any) -> None:
        opened.append(path)
        unpack(path, *more)

    monkeypatch.setattr("app.exchange.open_source.unpack", counted)
    packed = tmp_path / "packed.zip"
    assert check_file(packed).broken[0].startswith(f"{packed}: b.json: annotations[0].segmentation")
    assert opened == [packed]


def test_a_mended_copy_tells_how_its_source_was_read(tmp_path: Path) -> None:
    convert(write(tmp_path / "a.json", content()), to="coco", out=tmp_path / "b.json")
    top = json.loads((tmp_path / "b.json").read_text())
    for one in top["annotations"]:
        one["iscrowd"] = 1
    done = fix_file(write(tmp_path / "b.json", top), tmp_path / "mended.json")
    assert any("they are read as ordinary objects" in change for change in done.changes)


@pytest.mark.parametrize("fault", [OSError(5, "Input/output error", "b.json"), OSError("no reason")])
def test_a_file_that_the_system_refuses_is_named_by_its_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: OSError
) -> None:
    for form, name in (("coco", "b.json"), ("youtube-vis", "c.json")):
        (tmp_path / form).mkdir()
        convert(write(tmp_path / "a.json", content()), to=form, out=tmp_path / form / name)
        shutil.make_archive(str(tmp_path / form), "zip", tmp_path / form)

    def refused(path: Path, *_more: object, **_named: object) -> None:
        raise OSError(fault.errno, fault.strerror, str(path)) if fault.errno else fault

    monkeypatch.setitem(FORMATS, "coco", replace(FORMATS["coco"], read=refused))
    monkeypatch.setattr("app.exchange.certificates.read_content", refused)
    reason = fault.strerror or "no reason"
    member = ": b.json" if fault.errno else ""
    for check in (check_file, lambda one: convert(one, to="cocovid", out=tmp_path / "out.json")):
        with pytest.raises(BadInput) as caught:
            check(tmp_path / "coco.zip")
        assert str(caught.value) == f"{tmp_path / 'coco.zip'}{member} cannot be read ({reason})."
        with pytest.raises(BadInput) as caught:
            check(tmp_path / "coco")
        assert str(caught.value) == f"{tmp_path / 'coco'}{'/b.json' if fault.errno else ''} cannot be read ({reason})."
    with pytest.raises(BadInput) as caught:
        check_file(tmp_path / "youtube-vis.zip")
    assert str(caught.value) == f"{tmp_path / 'youtube-vis.zip'}: c.json cannot be read ({reason})."
