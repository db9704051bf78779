"""What a search finds in the demo's videos is shipped with them, so that the queue has reasons without a job."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.demo.findings import from_json, to_json
from app.demo.project import FOLDER, ensure_demo
from app.demo.search import add_findings, found_in
from app.reviewing.search import SearchOutcome
from app.settings import Settings
from model.identity import IdentityCandidate
from model.likely_errors import LikelyError
from storage import findings, identity_candidates, jobs, likely_errors, tracks, videos
from storage.database import Database

CONTENT: dict[str, Any] = json.loads((FOLDER / "demo.json").read_text())


@pytest.fixture
def demo(database: Database, settings: Settings) -> str:
    return ensure_demo(database, settings).id


def test_the_queue_of_each_video_has_reasons_without_a_job(database: Database, demo: str) -> None:
    with database.read() as tx:
        for video in videos.list_videos(tx, demo):
            found = likely_errors.latest(tx, video.id)
            # What a search finds in the corrected part was judged already.
            assert found is not None and (found.errors or video.name == "lagoon"), video.name
            rows = {(row.track_id, row.frame): row for row in tracks.rows(tx, video.id)}
            strengths = [error.strength for error in found.errors]
            assert strengths == sorted(strengths, reverse=True)
            for error in found.errors:
                row = rows.get((error.tracks[0], error.frame))
                assert row is None or not row.human
                assert error.masks[0] == (None if row is None else row.hash)
            assert identity_candidates.latest(tx, video.id) is not None
        assert all(one.searched for one in findings.ranked_videos(tx, demo))
        assert jobs.list_jobs(tx) == ()


@pytest.mark.parametrize("name", ["harbour", "reef walk"])
def test_what_is_shipped_is_what_a_search_finds_now(database: Database, demo: str, name: str) -> None:
    (entry,) = (entry for entry in CONTENT["videos"] if entry["name"] == name)
    with database.read() as tx:
        (video,) = (video for video in videos.list_videos(tx, demo) if video.name == name)
    found = found_in(database, video, entry)
    hint = "run python -m app.demo.search after a change of the search"
    for kind, at in (("errors", 5), ("identities", 4)):
        assert [one[:at] for one in found[kind]] == [one[:at] for one in entry["found"][kind]], hint
        for one, other in zip(found[kind], entry["found"][kind], strict=True):
            assert one[at] == pytest.approx(other[at], abs=0.01), hint


def test_a_search_renews_what_fits_the_edits_no_more(tmp_path: Path) -> None:
    for file in FOLDER.iterdir():
        (tmp_path / file.name).symlink_to(file)
    (entry,) = (entry for entry in CONTENT["videos"] if entry["name"] == "tide pool")
    (tmp_path / "demo.json").unlink()
    old = {"errors": [["gap", [99], 0]], "identities": [], "look": None}  # of another form, and of an unknown track
    (tmp_path / "demo.json").write_text(json.dumps(CONTENT | {"videos": [entry | {"found": old}]}))

    add_findings(tmp_path)

    (renewed,) = json.loads((tmp_path / "demo.json").read_text())["videos"]
    assert renewed.keys() == entry.keys()
    assert [one[:5] for one in renewed["found"]["errors"]] == [one[:5] for one in entry["found"]["errors"]]


FIGURES = st.dictionaries(st.sampled_from(("iou", "score")), st.integers(0, 100).map(lambda n: n / 100))
NUMBERS = st.integers(0, 4)
FRAMES = st.integers(0, 40)


@st.composite
def founds(draw: st.DrawFn) -> SearchOutcome:
    error = st.builds(
        LikelyError,
        st.sampled_from(("jump", "gap")),
        st.lists(NUMBERS.map(str), min_size=1).map(tuple),
        FRAMES,
        FRAMES,
        FRAMES,
        st.integers(0, 100).map(lambda n: n / 100),
        FIGURES,
    )
    identity = st.builds(
        IdentityCandidate,
        st.just("merge"),
        st.tuples(NUMBERS.map(str), NUMBERS.map(str)),
        FRAMES,
        st.lists(st.tuples(NUMBERS.map(str), FRAMES)).map(tuple),
        st.integers(0, 100).map(lambda n: n / 100),
        FIGURES,
    )
    look = draw(st.none() | st.lists(st.floats(-1, 1, width=32), min_size=1).map(lambda v: np.array(v, "<f4")))
    return SearchOutcome(tuple(draw(st.lists(error))), tuple(draw(st.lists(identity))), look)


@given(founds())
def test_json_and_back_is_the_same(found: SearchOutcome) -> None:
    ids = {n: str(n) for n in range(5)}
    kept = json.loads(json.dumps(to_json(found, {name: n for n, name in ids.items()})))
    back = from_json(kept, ids)
    assert (back.errors, back.identities) == (found.errors, found.identities)
    if back.look is None or found.look is None:
        assert back.look is found.look
    else:
        assert np.array_equal(back.look, found.look)
