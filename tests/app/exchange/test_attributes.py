"""Attributes leave with an export and come back with an import."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.attributes import AdoptedLists, NamedLists, merged
from storage import attributes, tracks
from storage.attributes import Attribute
from storage.tracks import MaskRow, Track
from storage.youtube_vis import VisTrack
from tests.app.exchange.files import LENGTH, content
from tests.app.exchange.scene import ExchangeScene
from tests.app.made import square

RLE = square(1, 1)
FLAGS = ("occluded", "truncated", "iscrowd")


def attribute(name: str, per: attributes.Per, *, position: int = 0, retired: bool = False) -> Attribute:
    return Attribute(f"id of {name} {retired}", "p", name, ("a", "b"), per, None, position, retired)


LISTS = (
    attribute("pose", "track"),
    attribute("mood", "track"),
    attribute("weather", "frame"),
    attribute("haze", "frame"),
)
NAMED = NamedLists(LISTS, {one.id: one.name for one in LISTS})
ADOPTED = AdoptedLists({(one.name, one.per): one.id for one in LISTS})


def values(per: str) -> st.SearchStrategy[dict[str, str] | None]:
    ids = [one.id for one in LISTS if one.per == per]
    return st.none() | st.dictionaries(st.sampled_from(ids), st.sampled_from(["a", "b", "gone"]), min_size=1)


OWN = st.fixed_dictionaries({"occluded": st.booleans(), "truncated": st.booleans(), "attributes": values("track")})
MARKS = st.fixed_dictionaries({**dict.fromkeys(FLAGS, st.booleans()), "attributes": values("frame")})
SOURCE = st.dictionaries(st.sampled_from(["note", "weather"]), st.integers())


def track(own: dict[str, Any]) -> Track:
    rest = dict.fromkeys(("category_id", "name", "score", "run_id", "source_id", "extra"))
    return Track(id="t", video_id="v", number=1, deleted=False, rejected=False, iscrowd=False, version=1, **rest, **own)


def mask(frame: int, marks: dict[str, Any]) -> MaskRow:
    rest = dict.fromkeys(("score", "run_id", "parent_edit", "other_parent_edit", "look_reason", "look_author", "extra"))
    facts = {"track_id": "t", "state": "present", "hash": "h", "area": 1, "source": "drawn", "review": "corrected"}
    return MaskRow(frame=frame, key=False, version=1, **{**rest, **facts, **marks})


@given(OWN, st.lists(st.none() | MARKS, min_size=1, max_size=6), SOURCE)
def test_any_attributes_make_the_round_trip_beside_foreign_keys(
    own: dict[str, Any], marks: list[dict[str, Any] | None], source: dict[str, int]
) -> None:
    rows = [None if one is None else mask(frame, one) for frame, one in enumerate(marks)]
    extra = json.loads(json.dumps(merged(source, NAMED.of(track(own), rows))))
    entries = tuple(None if row is None else RLE for row in rows)
    read = ADOPTED.read(VisTrack(1, 1, 1, entries, extra=extra))
    assert read.extra == source
    assert read.own == {name: value for name, value in own.items() if value}
    assert list(read.rows) == [{name: value for name, value in (one or {}).items() if value} for one in marks]


FOREIGN = (
    {"attributes": "dry"},
    {"attributes": {"occluded": False, "speed": 3, "plate": None, "unknown": "x"}},
    {"frame_attributes": {"weather": ["a"]}},
    {"frame_attributes": {"weather": [None, "a"]}},
    {"frame_attributes": {"weather": [1, None]}},
    {"frame_attributes": {"occluded": "always", "other": ["a", None]}},
)


@pytest.mark.parametrize("extra", FOREIGN)
def test_what_an_import_cannot_use_stays_among_the_unknown_keys(extra: dict[str, Any]) -> None:
    read = ADOPTED.read(VisTrack(1, 1, 1, (RLE, None), extra=extra))
    assert read.extra == extra and read.own == {} and list(read.rows) == [{}, {}]


def test_attributes_that_were_changed_here_stand_before_those_of_the_file() -> None:
    source = {"attributes": {"speed": 3, "occluded": False}, "note": 1}
    assert merged(source, {"attributes": {"occluded": True}}) == {
        "attributes": {"speed": 3, "occluded": True},
        "note": 1,
    }
    assert merged({"attributes": "dry"}, {"attributes": {"pose": "a"}}) == {"attributes": {"pose": "a"}}


@pytest.fixture
def marked(worked: ExchangeScene) -> ExchangeScene:
    """A project with a list per track and one per frame, and values on the masks of its first track."""
    video = worked.videos()[0]
    with worked.database.atomic() as tx:
        pose = attributes.add_attribute(tx, worked.project.id, name="pose", choices=["sits", "runs"], key="3")
        rain = attributes.add_attribute(tx, worked.project.id, name="weather", choices=["rain", "sun"], per="frame")
        one = tracks.list_tracks(tx, video.id)[0]
        rows = [row for row in tracks.rows(tx, video.id, track_ids=[one.id]) if row.state == "present"]
    after = {"attributes": {pose.id: "runs"}, "truncated": True}
    changes = [{"track": one.id, "frame": None, "before_version": one.version, "after": after}]
    for row, more in zip(rows, ({"occluded": True}, {"attributes": {rain.id: "sun"}, "iscrowd": True}), strict=False):
        changes.append({"track": one.id, "frame": row.frame, "before_version": row.version, "after": more})
    worked.change(video, changes)
    return worked


def test_a_project_with_attributes_comes_back_and_leaves_as_the_same_bytes(
    marked: ExchangeScene, exchange: ExchangeScene, tmp_path: Path
) -> None:
    _, top = marked.exported(tmp_path / "first")
    assert top["attributes"] == [
        {"name": "pose", "values": ["sits", "runs"], "per": "track", "key": "3"},
        {"name": "weather", "values": ["rain", "sun"], "per": "frame", "key": None},
    ]
    (found,) = [one for one in top["annotations"] if "attributes" in one]
    assert found["attributes"] == {"pose": "runs", "truncated": True}
    assert "sun" in found["frame_attributes"]["weather"] and True in found["frame_attributes"]["crowd"]
    assert len(found["frame_attributes"]["occluded"]) == len(found["segmentations"])
    beside = json.loads((tmp_path / "first" / "attributes.json").read_text())
    assert beside["lists"] == top["attributes"]
    assert beside["tracks"] == [{"id": found["id"], "video_id": found["video_id"], **{
        key: found[key] for key in ("attributes", "frame_attributes")
    }}]  # fmt: skip

    exchange.bring(tmp_path / "first" / "instances.json", tmp_path / "first")
    exchange.export(tmp_path / "second")
    for name in ("instances.json", "attributes.json"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    with exchange.database.read() as tx:
        listed = attributes.list_attributes(tx, exchange.project.id)
    assert [(one.name, one.per, one.key) for one in listed] == [("pose", "track", "3"), ("weather", "frame", None)]


def test_a_project_without_attributes_leaves_as_before(worked: ExchangeScene, tmp_path: Path) -> None:
    _, top = worked.exported(tmp_path / "out")
    assert "attributes" not in top and not (tmp_path / "out" / "attributes.json").exists()
    assert all("attributes" not in one and "frame_attributes" not in one for one in top["annotations"])


def test_an_import_uses_the_lists_of_the_project_and_notes_what_it_cannot(
    exchange: ExchangeScene, tmp_path: Path
) -> None:
    with exchange.database.atomic() as tx:
        pose = attributes.add_attribute(tx, exchange.project.id, name="pose", choices=["sits"])
        attributes.add_attribute(tx, exchange.project.id, name="weather", choices=["rain"])
    top = content(("va",))
    first = top["annotations"][0]
    first["attributes"] = {"pose": "runs", "mood": "calm", "serial": " odd  "}
    first["frame_attributes"] = {"weather": ["rain"] * LENGTH}
    done = exchange.bring_content(top, tmp_path)
    assert any("weather" in note and "per frame" in note for note in done.notes)
    with exchange.database.read() as tx:
        listed = {one.name: one for one in attributes.list_attributes(tx, exchange.project.id)}
        (found,) = [one for one in tracks.list_tracks(tx, exchange.videos()[0].id) if one.attributes]
    assert set(listed) == {"pose", "weather", "mood"}, "a value that would be stored otherwise makes no list"
    assert listed["pose"].id == pose.id and listed["pose"].choices == ("sits", "runs")
    assert found.attributes == {pose.id: "runs", listed["mood"].id: "calm"}
    _, again = exchange.exported(tmp_path / "out")
    assert again["annotations"][0]["attributes"] == first["attributes"]
    assert again["annotations"][0]["frame_attributes"] == first["frame_attributes"]


def test_a_retired_list_leaves_under_a_name_of_its_own(exchange: ExchangeScene) -> None:
    with exchange.database.atomic() as tx:
        old = attributes.add_attribute(tx, exchange.project.id, name="pose", choices=["sits"])
        attributes.retire_attribute(tx, old.id)
        new = attributes.add_attribute(tx, exchange.project.id, name="pose", choices=["runs"])
        found = NamedLists.read(tx, exchange.project.id)
    assert found.names[new.id] == "pose" and found.names[old.id] not in ("pose", "")
    assert [one["values"] for one in found.described()] == [["runs"]]
