"""What is written in a format, recognised and read again is what the format can hold, and the losses are counted."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import rle
from storage.formats import FORMATS, Broken, Format, FormatContent, Losses, recognise
from storage.youtube_vis import VisDataset, no_check
from tests.storage.formats.datasets import datasets, seen, write_pictures


def round_trip(form: Format, dataset: VisDataset, folder: Path, losses: Losses | None = None) -> FormatContent:
    """Write a dataset with its pictures into a folder, recognise the folder and read it."""
    target = folder / "out"
    target.mkdir()
    form.write(target / form.file if form.file else target, dataset, losses or Losses())
    write_pictures(dataset, form, target)
    found = recognise(target)
    assert found.format.name in {form.name, form.name.removesuffix("-tracks"), form.name.removesuffix("-polygons")}
    content = found.format.read(found.path, Broken(keep_good=False), no_check, None)
    masks = [mask for track in content.dataset.tracks for mask in track.segmentations if mask is not None]
    assert rle.canonical_all(masks) == masks  # an import does not look again
    return content


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if "overlap" in form.holds])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_formats_with_overlap_keep_every_pixel(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    form = FORMATS[name]
    dataset = data.draw(datasets(flags="flags" in form.holds, values="attributes" in form.holds))
    back = round_trip(form, dataset, tmp_path_factory.mktemp("round"))
    assert seen(back.dataset, form) == seen(dataset, form)
    if "lengths" in form.holds:
        assert sorted(video.length for video in back.dataset.videos) == sorted(one.length for one in dataset.videos)


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if "overlap" not in form.holds])
@settings(max_examples=15, deadline=None)
@given(dataset=datasets())
def test_formats_of_one_thing_a_pixel_keep_every_covered_pixel_and_count_the_lost_ones(
    tmp_path_factory: pytest.TempPathFactory, name: str, dataset: VisDataset
) -> None:
    losses = Losses()
    back = round_trip(FORMATS[name], dataset, tmp_path_factory.mktemp("round"), losses).dataset
    assert covered(back) == covered(dataset)
    assert pixels(back) == pixels(dataset) - losses.of("overlap")
    for track in back.tracks:
        assert any(contains(other, track.segmentations) for other in (one.segmentations for one in dataset.tracks))


def covered(dataset: VisDataset) -> list[tuple[int, int, str]]:
    """(video, frame, union of its masks) of all frames with a mask."""
    found: dict[tuple[int, int], list[rle.Rle]] = {}
    for track in dataset.tracks:
        for frame, mask in enumerate(track.segmentations):
            if mask is not None:
                found.setdefault((track.video_id, frame), []).append(mask)
    return sorted((*place, rle.union(*here)["counts"]) for place, here in found.items())


def pixels(dataset: VisDataset) -> int:
    """The pixels of all masks."""
    return sum(rle.area(mask) for track in dataset.tracks for mask in track.segmentations if mask is not None)


def contains(whole: tuple[rle.Rle | None, ...], part: tuple[rle.Rle | None, ...]) -> bool:
    """Whether a track has all pixels of another one."""
    if len(whole) != len(part):
        return False
    return all(
        small is None
        or (large is not None and small["size"] == large["size"] and rle.area(rle.difference(small, large)) == 0)
        for large, small in zip(whole, part, strict=True)
    )


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=5, deadline=None)
@given(dataset=datasets(flags=True, values=True))
def test_equal_datasets_give_equal_bytes(
    tmp_path_factory: pytest.TempPathFactory, name: str, dataset: VisDataset
) -> None:
    form = FORMATS[name]
    written = []
    for _ in range(2):
        folder = tmp_path_factory.mktemp("same")
        form.write(folder / form.file if form.file else folder, dataset, Losses())
        written.append({one.relative_to(folder): one.read_bytes() for one in folder.rglob("*") if one.is_file()})
    assert written[0] == written[1] != {}
