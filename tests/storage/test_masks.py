import hashlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sqlalchemy import func, select

from storage import rle, schema
from storage.database import Database
from storage.masks import (
    BadMask,
    BlobInfo,
    MeasuredMask,
    blob_hash,
    blob_infos,
    get_blobs,
    measured_blobs,
    prepare_blobs,
    put_blob,
    put_blobs,
)
from tests.storage.scenes import square, stored


def test_a_mask_comes_back_as_it_was_put(database: Database) -> None:
    mask = square(4)
    with database.atomic() as tx:
        name = put_blob(tx, mask)
        as_bytes = put_blob(tx, {"size": (12, 16), "counts": mask["counts"].encode()})
        assert as_bytes == name
        assert get_blobs(tx, [name, "unknown"]) == {name: mask}
        assert blob_infos(tx, [name]) == {name: BlobInfo(name, 12, 16, area=9, x=4, y=2, w=3, h=3)}
    assert name == hashlib.sha256(b"12 16 " + mask["counts"].encode()).hexdigest()


def test_each_distinct_mask_is_stored_once(database: Database) -> None:
    with database.atomic() as tx:
        names = put_blobs(tx, [square(1), square(2), square(1)])
        assert names[0] == names[2] != names[1]
        assert put_blobs(tx, [square(2)]) == [names[1]]
        assert put_blobs(tx, []) == []
        assert tx.execute(select(func.count()).select_from(schema.blobs)).scalar() == 2


def test_the_same_runs_in_another_size_are_another_mask() -> None:
    assert blob_hash(2, 8, b"0") != blob_hash(8, 2, b"0") != blob_hash(28, 0, b"0")


def test_thousands_of_masks_can_be_asked_for_at_once(database: Database) -> None:
    with database.atomic() as tx:
        names = put_blobs(tx, [square(1), square(2)])
        assert len(get_blobs(tx, [*names, *map(str, range(5000))])) == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(pixels=arrays.arrays(bool, st.tuples(st.integers(1, 24), st.integers(1, 24))))
def test_area_and_box_are_those_of_the_pixels(database: Database, pixels: np.ndarray) -> None:
    info = stored(database, rle.encode(pixels))
    assert info.area == pixels.sum()
    ys, xs = np.nonzero(pixels)
    box = (xs.min(), ys.min(), np.ptp(xs) + 1, np.ptp(ys) + 1) if len(xs) else (0, 0, 0, 0)
    assert (info.x, info.y, info.w, info.h) == box


def test_a_large_picture_has_long_runs(database: Database) -> None:
    pixels = np.zeros((2160, 3840), bool)
    pixels[100:2000, 3000:3001] = True
    info = stored(database, rle.encode(pixels))
    assert (info.area, info.x, info.y, info.w, info.h) == (1900, 3000, 100, 1, 1900)


@pytest.mark.parametrize(
    "mask",
    [
        {},
        {"size": [2, 2]},
        {"size": [2], "counts": "4"},
        {"size": "ab", "counts": "4"},
        {"size": [0, 4], "counts": "0"},
        {"size": [2, 2], "counts": [4]},
        {"size": [2, 2], "counts": ""},
        {"size": [2, 2], "counts": "5"},
        {"size": [2, 2], "counts": "P"},
        {"size": [2, 2], "counts": " 4"},
        {"size": [2, 2], "counts": "\u20ac"},
        {"size": [2, 2], "counts": "PPPPPPPPPPPPPPPPP0"},
        {"size": [2, 2], "counts": "5O"},
    ],
)
def test_masks_that_cannot_be_decoded_are_refused_and_not_stored(database: Database, mask: dict[str, object]) -> None:
    with database.atomic() as tx:
        with pytest.raises(BadMask, match="mask"):
            put_blobs(tx, [square(1), mask])
        assert tx.execute(select(func.count()).select_from(schema.blobs)).scalar() == 0


def test_a_mask_comes_with_the_measures_that_it_was_stored_with(database: Database) -> None:
    mask = square(4)
    with database.atomic() as tx:
        name = put_blob(tx, mask)
        assert measured_blobs(tx, [name, "unknown"]) == {name: MeasuredMask(mask, 9, [4, 2, 3, 3])}


@given(st.lists(arrays.arrays(bool, (5, 7)), max_size=6))
def test_the_measures_of_many_masks_are_those_of_each(pixels: list[np.ndarray]) -> None:
    codes = [rle.encode(one) for one in pixels]
    assert prepare_blobs(codes, canonical=True) == prepare_blobs(codes)
    rows = {row["hash"]: row for row in prepare_blobs(codes).rows}
    assert len(rows) == len({code["counts"] for code in codes})
    for one, code in zip(pixels, codes, strict=True):
        row = rows[blob_hash(5, 7, code["counts"].encode())]
        assert row["area"] == one.sum() and [row[key] for key in "xywh"] == rle.bbox(code)
