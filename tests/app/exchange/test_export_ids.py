"""Ids leave as they came where they are free; those that count from 0 are all one higher, in their order."""

from pathlib import Path
from typing import Any

import pytest

from app.exchange.export_ids import assign_ids, counts_from_zero
from tests.app.exchange.files import content
from tests.app.exchange.scene import ExchangeScene


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ([None, None], [1, 2]),
        (["7", None, "3"], [7, 8, 3]),
        (["2", "2", "x", "5"], [2, 6, 7, 5]),
        (["0", "1", "2"], [1, 2, 3]),
        (["1", "0", None, "5"], [2, 1, 7, 6]),
        (["2", "2", "x", "0"], [3, 4, 5, 1]),
        ([], []),
    ],
)
def test_ids_are_kept_where_they_are_free(wanted: list[str | None], given: list[int]) -> None:
    assert assign_ids(wanted) == given
    assert counts_from_zero(wanted) == ("0" in wanted)


@pytest.mark.parametrize(
    ("first", "notes"), [(0, ["Video", "Category", "Track"]), (1, []), (5, [])], ids=["from 0", "from 1", "from 5"]
)
def test_a_file_that_counts_from_zero_leaves_in_its_order(
    exchange: ExchangeScene, tmp_path: Path, first: int, notes: list[str]
) -> None:
    top = content(first=first)
    exchange.bring_content(top, tmp_path)
    done, left = exchange.exported(tmp_path / "out")
    shift = int(first == 0)

    def ids(entries: list[dict[str, Any]], *keys: str) -> list[tuple[int, ...]]:
        return [tuple(entry[key] for key in keys) for entry in entries]

    for name, keys in {
        "videos": ("id",),
        "categories": ("id",),
        "annotations": ("id", "video_id", "category_id"),
    }.items():
        assert ids(left[name], *keys) == [tuple(n + shift for n in some) for some in ids(top[name], *keys)]
    assert [category["name"] for category in left["categories"]] == ["bee", "wasp"]
    assert [note.split()[0] for note in done.notes] == notes
    assert all("one higher than in the imported file" in note for note in done.notes)
