"""The state between windows: a resumed run equals an undisturbed one, with the same bytes; bad states are refused."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from model.procedural import ProceduralVideo, render_video
from model.tracking.settings import SettledSettings
from model.tracking.stitch_state import StateMismatch
from model.tracking.whole_video import WindowResult
from model.tracking.windows import stitch
from tests.model.tracking.oracle import Oracle, joined

SETTINGS = SettledSettings(precision="float32", max_tracks=10, window=8, overlap=3)
CONFIG = {"name": "oracle"}


@pytest.fixture(scope="module")
def video() -> ProceduralVideo:
    """Two scenes, so that states are made before, at and after a cut."""
    return joined(
        [
            render_video("long", index=0, seed=5, frames=22, size=(96, 64)),
            render_video("occlusion", index=1, seed=5, frames=17, size=(96, 64)),
        ]
    )


def run(
    video: ProceduralVideo,
    *,
    begin: int = 0,
    state: bytes | None = None,
    settings: SettledSettings = SETTINGS,
    config: dict[str, str] = CONFIG,
) -> Iterator[WindowResult]:
    frames, infer = iter(video.frames[begin:]), Oracle(video, seed=2).infer
    return stitch(frames, infer, resize=np.copy, settings=settings, config=config, expected=39, state=state)


@pytest.fixture(scope="module")
def undisturbed(video: ProceduralVideo) -> list[WindowResult]:
    return list(run(video))


def test_going_on_from_any_state_equals_an_undisturbed_run(
    video: ProceduralVideo, undisturbed: list[WindowResult]
) -> None:
    assert len(undisturbed) > 5 and any(result.cuts for result in undisturbed)
    for place, result in enumerate(undisturbed):
        rest = list(run(video, begin=result.next_frame, state=result.state))
        assert rest == undisturbed[place + 1 :]


def test_the_same_video_gives_the_same_bytes(video: ProceduralVideo, undisturbed: list[WindowResult]) -> None:
    assert list(run(video)) == undisturbed


def test_a_state_names_its_settings_as_earlier_versions_did(undisturbed: list[WindowResult]) -> None:
    """Runs that an earlier version left unfinished go on only as long as these names stay."""
    with np.load(io.BytesIO(undisturbed[0].state), allow_pickle=False) as archive:
        facts = json.loads(archive["facts"].tobytes())
    assert (facts["format"], facts["manner"]) == (
        "tevit-windows 1",
        {
            "config": CONFIG,
            "rule": "review",
            "precision": "float32",
            "max_tracks": 10,
            "window": 8,
            "overlap": 3,
            "thresholds": {"begin": 0.4, "go_on": 0.25, "floor": 0.1, "share": 0.3},
            "steady": False,
        },
    )


def test_a_state_of_an_earlier_version_goes_on(video: ProceduralVideo, undisturbed: list[WindowResult]) -> None:
    """Before masks could be made steady, a state did not say that they were not."""
    with np.load(io.BytesIO(undisturbed[1].state), allow_pickle=False) as archive:
        stored = dict(archive)
    facts = json.loads(stored["facts"].tobytes())
    del facts["manner"]["steady"]
    stored["facts"] = np.frombuffer(json.dumps(facts).encode(), np.uint8)
    np.savez(packed := io.BytesIO(), **stored)
    rest = list(run(video, begin=undisturbed[1].next_frame, state=packed.getvalue()))
    assert rest == undisturbed[2:]


def test_a_state_is_small_and_holds_no_pickle(undisturbed: list[WindowResult]) -> None:
    assert max(len(result.state) for result in undisturbed) < 100_000
    with np.load(io.BytesIO(undisturbed[0].state), allow_pickle=False) as archive:
        assert all(archive[name].dtype != object for name in archive.files)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"window": 9}, "window"),
        ({"overlap": 2}, "overlap"),
        ({"rule": "published"}, "rule"),
        ({"max_tracks": 3, "precision": "fast"}, "max_tracks and precision"),
    ],
)
def test_a_state_of_other_settings_is_refused_by_name(
    video: ProceduralVideo, undisturbed: list[WindowResult], change: dict[str, Any], named: str
) -> None:
    with pytest.raises(StateMismatch, match=f"another {named};"):
        next(run(video, state=undisturbed[0].state, settings=replace(SETTINGS, **change)))


def test_a_state_of_another_network_is_refused(video: ProceduralVideo, undisturbed: list[WindowResult]) -> None:
    with pytest.raises(StateMismatch, match="another config;"):
        next(run(video, state=undisturbed[0].state, config={"name": "other"}))


@pytest.mark.parametrize("damage", [lambda s: b"", lambda s: b"nothing", lambda s: s[: len(s) // 2], lambda s: s[40:]])
def test_a_damaged_state_is_refused(
    video: ProceduralVideo, undisturbed: list[WindowResult], damage: Callable[[bytes], bytes]
) -> None:
    with pytest.raises(StateMismatch, match="cannot be read"):
        next(run(video, state=damage(undisturbed[1].state)))


def test_an_archive_that_is_no_state_is_refused(video: ProceduralVideo) -> None:
    packed = io.BytesIO()
    np.savez(packed, facts=np.frombuffer(b'{"format": "tevit-windows 0"}', np.uint8))
    with pytest.raises(StateMismatch, match="'tevit-windows 0' and not 'tevit-windows 1'"):
        next(run(video, state=packed.getvalue()))
    packed = io.BytesIO()
    np.savez(packed, other=np.zeros(1))
    with pytest.raises(StateMismatch, match="cannot be read"):
        next(run(video, state=packed.getvalue()))


def test_a_finished_video_has_nothing_more(video: ProceduralVideo, undisturbed: list[WindowResult]) -> None:
    go_on = partial(run, video, state=undisturbed[-1].state)
    assert list(go_on(begin=undisturbed[-1].next_frame)) == []
