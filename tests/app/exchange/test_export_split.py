"""A division into train and valid: seeded, by category, copies of a video on one side, the same bytes each time."""

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from app.exchange.export_choice import ExportChoice
from app.exchange.export_split import parts_of
from tests.app.exchange.files import content, write, write_pictures
from tests.app.exchange.scene import ExchangeScene
from tests.app.exchange.test_export_states import track
from tests.app.exchange.test_exporting import content as bytes_of


class Named:
    """As much of a planned video as a division reads."""

    def __init__(self, name: str, hashed: str, categories: list[str]) -> None:
        self.name, self.content_hash, self.path = name, hashed, name
        self.source, self.video = self, self
        self.tracks = tuple(track(k, category) for k, category in enumerate(categories))


def divided(listed: Any, **choice: Any) -> tuple[list[str], list[str]]:
    parts = parts_of(listed, ExportChoice(**choice), key=lambda video: str(video.content_hash))
    return [one.name for one in parts["train"]], [one.name for one in parts["valid"]]  # type: ignore[attr-defined]


LISTS = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.lists(st.sampled_from("xyz"), max_size=3)), min_size=2)


@given(LISTS, st.sampled_from([0.1, 0.3, 0.5, 0.9]), st.integers(0, 5))
def test_every_video_is_on_one_side_and_copies_stay_together(
    drawn: list[tuple[str, list[str]]], share: float, seed: int
) -> None:
    listed = [Named(f"{k}", hashed, categories) for k, (hashed, categories) in enumerate(drawn)]
    if len({one.content_hash for one in listed}) < 2:
        with pytest.raises(BadInput, match="two videos that are no copies"):
            divided(listed, valid=share, seed=seed)
        return
    train, valid = divided(listed, valid=share, seed=seed)
    assert sorted(train + valid) == sorted(one.name for one in listed) and train and valid
    sides = [{one.content_hash for one in listed if one.name in side} for side in (train, valid)]
    assert not sides[0] & sides[1]
    assert (train, valid) == divided(listed, valid=share, seed=seed)


def test_each_category_is_divided_by_the_share() -> None:
    listed = [Named(f"{k}", f"h{k}", ["x"] if k < 40 else ["y"] if k < 50 else ["x", "z"]) for k in range(60)]
    for seed in range(5):
        _, valid = divided(listed, valid=0.2, seed=seed)
        counts = Counter(t.category_id for one in listed if one.name in valid for t in one.tracks)
        assert abs(counts["x"] - 10) <= 2 and abs(counts["y"] - 2) <= 1 and abs(counts["z"] - 2) <= 1
        assert abs(len(valid) - 12) <= 2


def test_the_seed_decides_and_the_order_of_the_videos_does_not() -> None:
    listed = [Named(f"{k}", f"h{k}", ["x"]) for k in range(20)]
    sides = {tuple(divided(listed, valid=0.25, seed=seed)[1]) for seed in range(8)}
    assert len(sides) > 4
    assert sorted(divided(listed[::-1], valid=0.25)[1]) == sorted(divided(listed, valid=0.25)[1])


def four_videos(exchange: ExchangeScene, folder: Path) -> None:
    """Four videos of which two are copies."""
    names = ("va", "vb", "vc", "vd")
    write_pictures(folder / "frames", names)
    shutil.rmtree(folder / "frames" / "vd")
    shutil.copytree(folder / "frames" / "va", folder / "frames" / "vd")
    exchange.bring(write(folder / "in.json", content(names)), folder / "frames")


def test_both_folders_are_whole_data_sets_with_one_numbering(exchange: ExchangeScene, tmp_path: Path) -> None:
    four_videos(exchange, tmp_path)
    done = exchange.export(tmp_path / "out", valid=0.25, seed=3)
    assert done.annotations == tmp_path / "out" / "train" / "instances.json"
    files = [json.loads((tmp_path / "out" / part["file"]).read_text()) for part in done.parts]
    assert [part["videos"] for part in done.parts] == [len(file["videos"]) for file in files]
    folders = [{name.split("/")[0] for one in file["videos"] for name in one["file_names"]} for file in files]
    assert folders[0] | folders[1] == {"va", "vb", "vc", "vd"} and not folders[0] & folders[1]
    assert not any(len({"va", "vd"} & side) == 1 for side in folders)
    numbers = [{one["id"] for one in file["annotations"]} for file in files]
    assert len(numbers[0] | numbers[1]) == sum(map(len, numbers)) == done.tracks
    assert files[0]["categories"] == files[1]["categories"]
    assert [{one["trains"] for one in part["loaders"]} == {None} for part in done.parts] == [False, True]
    for part, file in zip(("train", "valid"), files, strict=True):
        for one in file["videos"]:
            assert all((tmp_path / "out" / part / "JPEGImages" / name).is_file() for name in one["file_names"])


def test_the_same_export_twice_is_the_same_to_the_byte(exchange: ExchangeScene, tmp_path: Path) -> None:
    four_videos(exchange, tmp_path)
    for name in ("one", "two"):
        exchange.export(tmp_path / name, valid=0.25)
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")


def test_the_provenance_maps_ids_and_names_the_data(
    worked: ExchangeScene, exchange: ExchangeScene, tmp_path: Path
) -> None:
    worked.export(tmp_path / "out")
    found = json.loads((tmp_path / "out" / "provenance.json").read_text())
    assert found["ids"] == {
        "videos": [{"id": 1, "name": "clip", "came": None}],
        "categories": [{"id": 1, "name": "dog", "came": None}],
        "tracks": [{"id": 1, "video": 1, "track": 1, "came": None}],
    }
    assert (found["project"], found["part"], found["numbers"]["masks"]) == ("worked", None, 2)
    four_videos(exchange, tmp_path)
    exchange.export(tmp_path / "counted", ids="counted", categories=("wasp",))
    found = json.loads((tmp_path / "counted" / "provenance.json").read_text())
    assert found["ids"]["categories"] == [{"id": 1, "name": "wasp", "came": "2"}]
    assert [one["came"] for one in found["ids"]["tracks"]] == ["2", "4", "6", "8"]
    assert [one["id"] for one in found["ids"]["tracks"]] == [1, 2, 3, 4]


def test_the_snapshot_follows_the_work_and_not_the_choice_of_names(worked: ExchangeScene, tmp_path: Path) -> None:
    def snapshot(name: str, **choice: Any) -> tuple[str, int]:
        worked.export(tmp_path / name, **choice)
        found = json.loads((tmp_path / name / "provenance.json").read_text())
        return found["snapshot"], found["edit"]

    before = snapshot("a")
    assert snapshot("b") == before
    row = next(one for one in worked.rows() if one.state == "present" and one.frame == 1)
    change = {"track": row.track_id, "frame": 1, "before_version": row.version, "after": {"review": "accepted"}}
    worked.change(worked.videos()[0], [change])
    after = snapshot("c")
    assert after[1] > before[1]
