"""What is sent: every record as JSON that a browser reads, with all the keys that the editor asks for."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.training.corrections import KIND as CHECK
from app.web import wire
from storage import schema
from storage.checkpoints import Checkpoint
from storage.edits.log import HistoryEntry, LoggedChange, LoggedEdit
from storage.edits.row_values import RANGE_ROW, TRACK_ROW, RowKey
from storage.jobs import Job
from storage.tracks import MaskRow, Track
from storage.video_progress import VideoSummary
from storage.videos import Video

TEXT = st.text(max_size=8)
NOTES = st.none() | st.dictionaries(TEXT, st.integers() | TEXT, max_size=2)


def strict(value: Any) -> Any:
    """Through JSON as browsers take it: without NaN, and in Unicode."""
    return json.loads(json.dumps(value, allow_nan=False, ensure_ascii=False).encode())


ROWS = st.builds(
    MaskRow,
    track_id=st.sampled_from("abx"),
    frame=st.integers(0, 10**6),
    state=st.sampled_from(schema.STATES),
    hash=st.none() | TEXT,
    area=st.integers(0, 10**9),
    source=st.sampled_from(schema.SOURCES),
    review=st.sampled_from(schema.REVIEWS),
    key=st.booleans(),
    score=st.none() | st.floats(0, 1),
    run_id=st.none() | TEXT,
    parent_edit=st.none() | TEXT,
    other_parent_edit=st.none() | TEXT,
    occluded=st.booleans(),
    iscrowd=st.booleans(),
    truncated=st.booleans(),
    attributes=st.none() | st.dictionaries(TEXT, TEXT, min_size=1),
    look_reason=st.none() | TEXT,
    look_author=st.none() | st.just(wire.PERSON) | TEXT,
    extra=NOTES,
    version=st.integers(1, 10**9),
)


def track(track_id: str = "a", **more: Any) -> Track:
    facts: dict[str, Any] = dict.fromkeys(
        ("category_id", "name", "score", "run_id", "source_id", "extra", "attributes")
    )
    flags = dict.fromkeys(("deleted", "rejected", "occluded", "iscrowd", "truncated"), False)
    return Track(**{"id": track_id, "video_id": "v", "number": 1, "version": 3, **facts, **flags, **more})


@settings(max_examples=20, deadline=None)
@given(st.lists(ROWS, max_size=4))
def test_rows_are_sent_with_their_track_and_each_place_keeps_its_meaning(rows: list[MaskRow]) -> None:
    sent = strict(wire.tracks([track("a"), track("b")], rows))
    assert [one["id"] for one in sent] == ["a", "b"]
    for one in sent:
        mine = [row for row in rows if row.track_id == one["id"]]
        assert len(one["rows"]) == len(mine), "a row of a track that is not sent is not sent either"
        for row, line in zip(mine, one["rows"], strict=True):
            frame, state, source, review, key, score, look, version, digest, area = line[:10]
            assert (frame, state) == (row.frame, int(row.state == "present"))
            assert (source, review, key, score) == (row.source, row.review, row.key, row.score)
            assert (look, version, digest, area) == (row.look_reason, row.version, row.hash, row.area)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.none() | TEXT)
def test_what_a_row_seldom_has_follows_only_where_it_has_it(row: MaskRow, run: str | None) -> None:
    line = strict(wire.mask_row(row, track_run=run))
    more = line[10] if len(line) > 10 else {}
    assert len(line) == 10 or more
    assert more.get("run", run if row.source == "proposed" else None) == row.run_id
    assert (more.get("parent"), more.get("other_parent")) == (row.parent_edit, row.other_parent_edit)
    assert more.get("extra") == row.extra
    assert (more.get("occluded", False), more.get("iscrowd", False)) == (row.occluded, row.iscrowd)
    assert (more.get("truncated", False), more.get("attributes")) == (row.truncated, row.attributes)
    assert more.get("lookAuthor", row.look_author and wire.PERSON) == row.look_author


def test_a_plain_proposal_has_nothing_beside() -> None:
    facts = dict.fromkeys(("parent_edit", "other_parent_edit", "look_reason", "look_author", "extra", "attributes"))
    row = MaskRow(
        track_id="a", frame=1, state="present", hash="h", area=4, source="proposed", review="unreviewed", key=False,
        score=0.5, run_id="r", occluded=False, iscrowd=False, truncated=False, version=1, **facts,
    )  # fmt: skip
    assert len(wire.mask_row(row, track_run="r")) == 10
    assert wire.mask_row(row, track_run="other")[10] == {"run": "r"}


@settings(max_examples=25, deadline=None)
@given(extra=NOTES, name=st.none() | TEXT, score=st.none() | st.floats(0, 1))
def test_a_tracks_own_facts_are_sent_whole(extra: dict[str, Any] | None, name: str | None, score: float | None) -> None:
    sent = strict(wire.track_facts(track(extra=extra, name=name, score=score, category_id="c", rejected=True)))
    assert (sent["name"], sent["score"], sent["category"], sent["rejected"]) == (name, score, "c", True)
    assert sent["extra"] == (extra or {}) and sent["class"] == (extra or {}).get("class")
    assert {"id", "number", "deleted", "occluded", "iscrowd", "truncated", "version", "run"} <= set(sent)


def logged(*changes: LoggedChange, **more: Any) -> LoggedEdit:
    facts: dict[str, Any] = {"id": "e", "project_id": "p", "video_id": "v", "kind": "draw", "author": "ann"}
    rest: dict[str, Any] = {"undoes": None, "base": None, "created": 1.5, "undone": False}
    return LoggedEdit(number=7, changes=changes, **{**facts, **rest, **more})


def test_an_event_tells_the_rows_as_the_edit_left_them() -> None:
    mask = LoggedChange(RowKey("t", 4), 3, None, {"state": "absent"}, 7)
    gone = LoggedChange(RowKey("t", 5), 3, {"state": "absent"}, None, 7)
    own = LoggedChange(RowKey("t", TRACK_ROW), 0, None, {"number": 1}, 7)
    range_ = LoggedChange(RowKey("r", RANGE_ROW), 0, None, {"start": 0, "stop": 2}, 7)
    sent = strict(wire.edit_event(logged(mask, gone, own, range_, undoes="d")))
    assert (sent["type"], sent["number"], sent["undoes"], sent["video"], sent["project"]) == ("edit", 7, "d", "v", "p")
    assert sent["rows"] == [
        {"track": "t", "frame": 4, "version": 7, "after": {"state": "absent"}},
        {"track": "t", "frame": 5, "version": 0, "after": None},
        {"track": "t", "frame": None, "version": 7, "after": {"number": 1}},
        {"track": None, "frame": None, "range_id": "r", "version": 7, "after": {"start": 0, "stop": 2}},
    ]


@pytest.mark.parametrize(("frames", "sent"), [(None, None), ((3, 9), [3, 9]), ((0, 0), [0, 0])])
def test_a_line_of_the_history_is_lists_and_nulls(frames: tuple[int, int] | None, sent: Any) -> None:
    entry = HistoryEntry(4, "e", "draw", "ann", 1.0, None, True, frames, ("a", "b"), 2)
    line = strict(wire.history_entry(entry))
    assert (line["frames"], line["tracks"], line["undone"], line["count"]) == (sent, ["a", "b"], True, 2)
    assert set(line) == set(HistoryEntry.__dataclass_fields__)


@pytest.mark.parametrize("status", schema.JOB_STATUSES)
def test_a_job_is_sent_without_what_concerns_only_the_worker(status: str) -> None:
    job = Job(
        id="j",
        kind="propose",
        project_id="p",
        video_id=None,
        parameters={"secret path": "/home/me"},
        status=status,
        progress=0.5,
        message="half",
        eta_seconds=None,
        log="a long log",
        result={"tracks": 3},
        error=None,
        worker="host:1",
        heartbeat=2.0,
        created=1.0,
        started=None,
        finished=None,
    )
    sent = strict(wire.job(job))
    assert (sent["project"], sent["video"], sent["status"], sent["result"]) == ("p", None, status, {"tracks": 3})
    assert not {"parameters", "log", "worker"} & set(sent)


def test_the_masks_that_a_check_has_named_are_not_sent_with_every_list_of_jobs() -> None:
    values: dict[str, Any] = dict.fromkeys(Job.__dataclass_fields__)
    check = Job(**values | {"kind": CHECK, "result": {"masks": 9, "suspicious": 2, "named": [{}, {}]}})
    assert wire.job(check)["result"] == {"masks": 9, "suspicious": 2}
    assert wire.job(replace(check, result=None))["result"] is None


def video(pts: list[int], time_base: tuple[int, int] = (1, 25), **more: Any) -> Video:
    facts: dict[str, Any] = {"id": "v", "project_id": "p", "import_id": None, "name": "walk", "kind": "video"}
    size = {"count": len(pts), "width": 16, "height": 12, "confirmed": len(pts), "stride": 1, "created": 0.0}
    rest = dict.fromkeys(("file_names", "source_id", "extra", "removed"))
    index = {"pts": pts, "time_base": list(time_base)}
    values = {**facts, **size, **rest, "path": "/v", "copied": False, "index": index, "content_hash": "00", **more}
    return Video(**values)


@pytest.mark.parametrize(
    ("pts", "time_base", "seconds"),
    [
        (list(range(25)), (1, 25), 1.0),
        ([0, 512, 1024, 1536], (1, 12800), 0.16),
        ([1000, 1040, 1100], (1, 1000), 0.15),
        ([-512, 0], (1, 12800), 0.08),
        ([7], (1, 25), 0.0),
        ([], (1, 25), 0.0),
    ],
)
def test_a_video_lasts_until_the_end_of_its_last_frame(
    pts: list[int], time_base: tuple[int, int], seconds: float
) -> None:
    assert wire.seconds(video(pts, time_base)) == pytest.approx(seconds)


def test_a_listed_video_has_its_state_counts_and_job() -> None:
    summary = VideoSummary("v", tracks=2, frames=4, unreviewed=1, accepted=3, look=1)
    sent = strict(wire.listed_video(video([0, 1]), summary, {"id": "j"}))
    assert (sent["state"], sent["tracks"], sent["frames"], sent["job"]) == ("review", 2, 4, {"id": "j"})
    assert sent["counts"] == {"unreviewed": 1, "accepted": 3, "corrected": 0, "rejected": 0, "look": 1}
    assert set(wire.added_video(video([0, 1]))) <= set(sent)
    assert "/v" not in json.dumps(sent), "where a file lies is nobody's business"


@pytest.mark.parametrize(("name", "is_demo"), [("demo", True), ("Demo", False), ("round 1", False)])
def test_a_checkpoint_says_whether_it_is_the_demos(name: str, is_demo: bool) -> None:
    facts: dict[str, Any] = dict.fromkeys(("project_id", "parent_sha256", "provenance", "metrics", "removed"))
    rest: dict[str, Any] = {"path": "/secret", "sha256": "ab", "config": "tevit_tiny", "size_bytes": 1, "created": 0.0}
    found = Checkpoint(id="k", name=name, categories=("fish", "star"), **rest, **facts)
    sent = strict(wire.checkpoint(found, iter(["fish"])))
    assert (sent["builtin_demo"], sent["categories"], sent["known_here"]) == (is_demo, ["fish", "star"], ["fish"])
    assert "path" not in sent
