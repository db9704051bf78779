"""A folder of pictures is a video: one frame per picture, in natural order, all of one size."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from storage import frames
from storage.frames.image_folder import natural_order, picture_names
from tests.storage.made_videos import Size, numbered_picture


def save(path: Path, k: int, size: Size = (32, 24), **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(numbered_picture(k, size)).save(path, **options)
    return path


def test_pictures_come_in_natural_order_and_other_files_do_not_count(tmp_path: Path) -> None:
    for k, name in enumerate(["img10.png", "img2.PNG", "img1.png"]):
        save(tmp_path / name, k, format="PNG")
    (tmp_path / "notes.txt").write_text("not a picture")
    save(tmp_path / "._img3.png", 9)
    save(tmp_path / "deeper" / "img4.png", 9)
    index = frames.index(tmp_path)
    assert index.names == ("img1.png", "img2.PNG", "img10.png")
    hole = "names jump from img2 to img10; pictures may be missing there"
    assert index.notes == ("1 other file in the folder left out", hole)
    assert frames.index_files(tmp_path, index.names).notes == ()
    assert (index.kind, index.count, index.width, index.height, index.confirmed) == ("images", 3, 32, 24, True)
    with frames.open_reader(index) as reader:
        for frame, k in ((0, 2), (1, 1), (2, 0)):
            assert np.array_equal(reader.read(frame), numbered_picture(k, (32, 24)))


@given(st.lists(st.integers(0, 99999), unique=True, min_size=1), st.integers(0, 6))
def test_natural_order_is_the_order_of_the_numbers(numbers: list[int], digits: int) -> None:
    names = [f"img_{number:0{digits}d}.jpg" for number in numbers]
    assert sorted(names, key=natural_order) == [f"img_{number:0{digits}d}.jpg" for number in sorted(numbers)]


@given(st.lists(st.text(alphabet="aA01²_.-ß", min_size=1, max_size=6), unique=True))
def test_natural_order_is_one_order_for_any_names(names: list[str]) -> None:
    assert sorted(names, key=natural_order) == sorted(reversed(names), key=natural_order)


def test_probe_and_index_of_a_folder_agree(tmp_path: Path) -> None:
    for k in range(3):
        save(tmp_path / f"{k}.jpg", k)
    assert frames.probe(tmp_path) == frames.index(tmp_path)


def test_progress_counts_the_pictures(tmp_path: Path) -> None:
    for k in range(3):
        save(tmp_path / f"{k}.jpg", k)
    seen: list[tuple[int, int]] = []
    frames.index(tmp_path, progress=lambda done, of: seen.append((done, of)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_chosen_pictures_keep_the_given_order_and_may_lie_in_folders(tmp_path: Path) -> None:
    save(tmp_path / "one" / "00005.png", 5)
    save(tmp_path / "two" / "00001.png", 1)
    index = frames.index_files(tmp_path, ["two/00001.png", "one/00005.png"])
    with frames.open_reader(index) as reader:
        got = dict(reader.read_range(0, 2))
    assert np.array_equal(got[0], numbered_picture(1, (32, 24)))
    assert np.array_equal(got[1], numbered_picture(5, (32, 24)))


def test_a_picture_of_another_size_is_named(tmp_path: Path) -> None:
    save(tmp_path / "0.png", 0)
    save(tmp_path / "1.png", 1, (48, 24))
    with pytest.raises(frames.MixedSizes, match=r"1\.png is 48 x 24, but 0\.png is 32 x 24"):
        frames.probe(tmp_path)


def test_a_broken_picture_is_named_when_it_is_read(tmp_path: Path) -> None:
    save(tmp_path / "0.png", 0)
    path = save(tmp_path / "1.png", 1)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(frames.UnreadablePicture, match=r"1\.png is not a whole picture"):
        frames.index(tmp_path)
    quick = frames.probe(tmp_path)
    assert quick.count == 2
    with frames.open_reader(quick) as reader, pytest.raises(frames.UnreadablePicture, match=r"1\.png"):
        reader.read(1)


def test_a_file_that_only_calls_itself_a_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "0.jpg").write_text("no picture at all")
    with pytest.raises(frames.UnreadablePicture, match=r"0\.jpg is not a whole picture"):
        frames.probe(tmp_path)


def test_a_folder_without_pictures_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(frames.NoPicture, match="holds no picture"):
        frames.index(tmp_path)
    with pytest.raises(frames.SourceMissing, match="nowhere"):
        picture_names(tmp_path / "nowhere")
    with pytest.raises(frames.SourceMissing, match=r"00007\.jpg"):
        frames.index_files(tmp_path, ["00007.jpg"])


def test_the_orientation_tag_of_a_photo_is_applied(tmp_path: Path) -> None:
    tag = Image.Exif()
    tag[0x0112] = 6
    save(tmp_path / "0.png", 0, exif=tag)
    index = frames.index(tmp_path)
    assert (index.width, index.height) == (24, 32)
    with frames.open_reader(index) as reader:
        assert np.array_equal(reader.read(0), np.rot90(numbered_picture(0, (32, 24)), k=-1))


def test_grey_and_transparent_pictures_become_rgb(tmp_path: Path) -> None:
    Image.fromarray(numbered_picture(0, (32, 24))).convert("L").save(tmp_path / "0.png")
    Image.fromarray(numbered_picture(1, (32, 24))).convert("RGBA").save(tmp_path / "1.png")
    with frames.open_reader(frames.index(tmp_path)) as reader:
        assert all(frame.shape == (24, 32, 3) and frame.dtype == np.uint8 for _, frame in reader.read_range(0, 2))


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_sixteen_bits_keep_their_upper_half(tmp_path: Path, suffix: str) -> None:
    deep = np.arange(24 * 32, dtype=np.uint16).reshape(24, 32) * 80
    Image.fromarray(deep).save(tmp_path / f"0.{suffix}")
    with frames.open_reader(frames.index(tmp_path)) as reader:
        got = reader.read(0)
    assert got.dtype == np.uint8
    assert np.array_equal(got, np.repeat((deep >> 8).astype(np.uint8)[..., None], 3, axis=2))


def test_a_picture_of_floating_point_numbers_is_named(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((24, 32), np.float32)).save(tmp_path / "0.tiff")
    with pytest.raises(frames.UnreadablePicture, match=r"0\.tiff has 32 bits"):
        frames.index(tmp_path)


@pytest.mark.parametrize("mode", ["1", "P", "LA", "CMYK", "PA"])
def test_every_kind_of_colour_becomes_rgb(tmp_path: Path, mode: str) -> None:
    suffix = "jpg" if mode == "CMYK" else "tif" if mode == "PA" else "png"
    picture = Image.fromarray(numbered_picture(0, (32, 24)))
    made = picture.convert("P").convert("PA") if mode == "PA" else picture.convert(mode)
    if mode == "PA":
        made = made.convert("RGBA")
    made.save(tmp_path / f"0.{suffix}")
    with frames.open_reader(frames.index(tmp_path)) as reader:
        assert reader.read(0).shape == (24, 32, 3)


def test_a_palette_with_a_transparent_colour_shows_that_colour(tmp_path: Path) -> None:
    picture = Image.fromarray(numbered_picture(3, (32, 24))).quantize(16)
    picture.save(tmp_path / "0.png", transparency=picture.getpixel((0, 0)))
    with frames.open_reader(frames.index(tmp_path)) as reader:
        assert np.array_equal(reader.read(0), np.array(picture.convert("RGB")))


def test_frames_beside_masks_of_the_same_names_are_refused_with_both_names(tmp_path: Path) -> None:
    save(tmp_path / "00000.jpg", 0)
    save(tmp_path / "00000.png", 0)
    with pytest.raises(frames.MixedSizes, match=r"00000\.jpg and 00000\.png"):
        frames.probe(tmp_path)
    assert frames.index_files(tmp_path, ["00000.jpg"]).count == 1


def test_the_tag_of_one_photo_among_others_makes_its_size_another_one(tmp_path: Path) -> None:
    tag = Image.Exif()
    tag[0x0112] = 8
    save(tmp_path / "0.jpg", 0)
    save(tmp_path / "1.jpg", 1, exif=tag)
    with pytest.raises(frames.MixedSizes, match=r"1\.jpg is 24 x 32"):
        frames.index(tmp_path)


def test_changes_in_the_folder_are_seen(tmp_path: Path) -> None:
    for k in range(2):
        save(tmp_path / f"{k}.png", k)
    index = frames.index(tmp_path)
    frames.verify(index)
    save(tmp_path / "1.png", 7)
    with pytest.raises(frames.SourceChanged):
        frames.verify(index)
    save(tmp_path / "1.png", 7, (48, 24))
    with frames.open_reader(index) as reader, pytest.raises(frames.MixedSizes, match="now 48 x 24"):
        reader.read(1)
    (tmp_path / "1.png").unlink()
    with pytest.raises(frames.SourceMissing, match=r"1\.png"):
        frames.verify(index)


def test_a_number_beyond_the_pictures_is_an_index_error(tmp_path: Path) -> None:
    save(tmp_path / "0.png", 0)
    with frames.open_reader(frames.index(tmp_path)) as reader, pytest.raises(IndexError, match="frames 0 to 0"):
        reader.read(1)


def test_pictures_of_one_name_are_refused_unless_somebody_lists_which_are_the_frames(tmp_path: Path) -> None:
    for name in ("0.jpg", "1.jpg", "0.png", "1.png"):
        Image.fromarray(numbered_picture(0)).save(tmp_path / name)
    for count in (frames.probe, frames.index):
        with pytest.raises(frames.MixedSizes, match=r"both 0\.jpg and 0\.png"):
            count(tmp_path)
    listed = ("0.png", "0.jpg", "1.jpg")
    assert frames.index_files(tmp_path, listed).names == listed
