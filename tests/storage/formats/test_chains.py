"""Data that pass several formats, or an archive, keep what all of these can hold."""

import shutil
import zipfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.formats import FORMATS, Broken, Format, FormatContent, Losses, recognise, unpack
from storage.youtube_vis import VisDataset, no_check
from tests.storage.formats.datasets import Seen, datasets, seen, write_pictures
from tests.storage.formats.test_hostile import sound

WHOLE = [name for name, form in FORMATS.items() if {"tracks", "overlap", "categories", "lengths"} <= form.holds]


def written(form: Format, dataset: VisDataset, folder: Path) -> Path:
    """The folder with a dataset in a format, and its pictures."""
    folder.mkdir()
    form.write(folder / form.file if form.file else folder, dataset, Losses())
    write_pictures(dataset, form, folder)
    return folder


def read(path: Path) -> FormatContent:
    found = recognise(path)
    return found.format.read(found.path, Broken(keep_good=False), no_check, None)


def through(form: Format, dataset: VisDataset, folder: Path) -> VisDataset:
    return read(written(form, dataset, folder)).dataset


@settings(max_examples=20, deadline=None)
@given(dataset=datasets(flags=True, values=True), names=st.lists(st.sampled_from(WHOLE), min_size=2, max_size=4))
def test_a_chain_of_formats_keeps_what_each_of_them_holds(
    tmp_path_factory: pytest.TempPathFactory, dataset: VisDataset, names: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("chain")
    forms = [FORMATS[name] for name in names]
    common = replace(forms[0], holds=frozenset.intersection(*(form.holds for form in forms)))
    back = dataset
    for k, form in enumerate(forms):
        back = through(form, back, folder / str(k))
    assert of_any_video(back, common) == of_any_video(dataset, common)
    shutil.rmtree(folder)


def of_any_video(dataset: VisDataset, form: Format) -> list[Seen]:
    """What is seen, without the names of the videos: COCO has those of pictures alone, with all their folders."""
    return sorted((replace(one, video="") for one in seen(dataset, form)), key=repr)


@settings(max_examples=10, deadline=None)
@given(dataset=datasets(flags=True, values=True), name=st.sampled_from(sorted(FORMATS)))
def test_a_second_time_through_a_format_changes_nothing_more(
    tmp_path_factory: pytest.TempPathFactory, dataset: VisDataset, name: str
) -> None:
    folder = tmp_path_factory.mktemp("twice")
    once = through(FORMATS[name], dataset, folder / "1")
    twice = through(FORMATS[name], once, folder / "2")
    assert seen(twice, FORMATS[name]) == seen(once, FORMATS[name])
    shutil.rmtree(folder)


def packed(folder: Path, archive: Path, root: str) -> Path:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                target.write(path, root + path.relative_to(folder).as_posix())
    return archive


@pytest.mark.parametrize("name", FORMATS)
def test_an_archive_is_read_as_its_folder_with_and_without_a_folder_around_it(tmp_path: Path, name: str) -> None:
    form = FORMATS[name]
    plain = written(form, sound(), tmp_path / "plain")
    wanted = read(plain)
    for number, root in enumerate(("", f"my {name} set/", "a/b/")):
        out = tmp_path / f"out{number}"
        out.mkdir()
        unpack(packed(plain, tmp_path / f"{number}.zip", root), out)
        found = read(out)
        assert seen(found.dataset, form) == seen(wanted.dataset, form) != []
        assert found.dataset.categories == wanted.dataset.categories
        assert [one.length for one in found.dataset.videos] == [one.length for one in wanted.dataset.videos]


@pytest.mark.parametrize("name", FORMATS)
def test_what_a_format_does_not_hold_is_counted_when_it_is_written(tmp_path: Path, name: str) -> None:
    form = FORMATS[name]
    dataset = sound()
    mask = dataset.tracks[0].segmentations[0]
    several = tuple(replace(track, iscrowd=1, segmentations=(mask, mask)) for track in dataset.tracks)
    again = tuple(replace(track, id=track.id + 10) for track in several)
    losses = Losses()
    folder = tmp_path / "out"
    folder.mkdir()
    form.write(folder / form.file if form.file else folder, replace(dataset, tracks=(*several, *again)), losses)
    expected = {
        "overlap": 4 * 29,  # of two equal masks of 29 pixels, one keeps them
        "exact": 8,
        "tracks": 8,
        "categories": 4,
        "crowd": 4,
        "attributes": 8 if "flags" not in form.holds else 4,
    }
    kinds = {"exact": "holes", "categories": "class_names"}
    for feature, number in expected.items():
        lost = losses.of(kinds.get(feature, feature))  # type: ignore[arg-type]
        assert lost == (0 if feature in form.holds else number), (feature, losses.sentences())
    assert bool(losses.sentences()) == any(feature not in form.holds for feature in expected)


def test_pairs_of_the_whole_formats_differ_only_in_ids(tmp_path: Path) -> None:
    for first, second in pairwise([*WHOLE, WHOLE[0]]):
        one = through(FORMATS[first], sound(), tmp_path / first)
        other = through(FORMATS[second], one, tmp_path / f"{first} {second}")
        assert [len(track.segmentations) for track in other.tracks] == [2, 2]
        assert [track.segmentations for track in other.tracks] == [track.segmentations for track in sound().tracks]
