from dataclasses import replace

import numpy as np
import pytest

from model.identity import IdentityCandidate
from model.procedural import render_video
from tests.benchmarks._planted_errors import Planted
from tests.benchmarks._planted_identities import KINDS, MENDED_BY, planted_identities
from tests.benchmarks._real_identities import KINDS as ALONE
from tests.benchmarks._real_identities import known_masks, wrong_tracks
from tests.benchmarks._spread_videos import AnnotatedVideo
from tests.benchmarks.identity import (
    Searched,
    _cut,
    _joined,
    _takeover_samples,
    fitted,
    names,
    ranks,
    real,
    search,
    table,
)

CUT = Planted("hidden track", ("1", "rest of 1"), 9, 20)


def candidate(kind: str, frame: int, *tracks: str, strength: float = 0.5) -> IdentityCandidate:
    return IdentityCandidate(kind, tracks, frame, (), strength)


def test_an_error_is_named_by_its_verb_its_tracks_and_its_place() -> None:
    right = candidate("merge", 20, "rest of 1", "1")
    assert names(right, CUT)
    for wrong in ({"kind": "swap"}, {"tracks": ("1", "2")}, {"frame": 23}):
        assert not names(replace(right, **wrong), CUT)


def test_ranks_are_those_among_the_candidates_of_all_videos() -> None:
    others = [candidate("split", 3, "5", strength=0.9), candidate("merge", 20, "1", "rest of 1", strength=0.4)]
    first = Searched([CUT], (), others, ())
    second = Searched([CUT], (), [candidate("merge", 5, "1", "rest of 1", strength=0.6)], ())
    assert ranks([first, second], "candidates") == [("hidden track", 2), ("hidden track", None)]
    assert ranks([first], "queue") == [("hidden track", None)]


@pytest.mark.parametrize("index", range(6))
def test_planted_videos_hold_errors_in_their_tracks_and_frames(index: int) -> None:
    made = planted_identities("occlusion", seed=3, index=index, frames=40, size=(160, 96))
    tracks = {track.id: track for track in made.tracks}
    assert made.planted and set(made.categories) == set(tracks)
    for error in made.planted:
        assert error.kind in KINDS and set(error.tracks) <= set(tracks)
        assert 0 <= error.first < error.last < 40
        if MENDED_BY[error.kind] == "merge":
            first, second = (tracks[name].masks for name in error.tracks)
            assert max(first) == error.first and min(second) == error.last
    again = planted_identities("occlusion", seed=3, index=index, frames=40, size=(160, 96))
    assert again.planted == made.planted and again.tracks == made.tracks


def test_a_fit_gives_what_speaks_for_an_error_a_weight_of_its_sign() -> None:
    draw = np.random.default_rng(2)
    samples = [
        ({"good": draw.normal(n % 2), "bad": draw.normal(-(n % 2)), "none": 0.0}, bool(n % 2)) for n in range(200)
    ]
    weights, _ = fitted(samples, {"good": 1.0, "bad": -1.0, "none": 1.0})
    assert weights["good"] > 0.5 and weights["bad"] < -0.5 and weights["none"] == 0
    assert fitted(samples, {"good": -1.0, "bad": -1.0, "none": 1.0})[0]["good"] == 0


def test_the_table_has_a_row_for_each_order() -> None:
    made = table([search(0, seed=5)])
    assert len(made.rows) == 2 and "planted errors" in made.notes[0]


def test_errors_are_planted_one_by_one_into_annotated_videos_and_named() -> None:
    scene = render_video("demo", index=5, seed=2, frames=40, size=(160, 96))
    masks = np.stack([track.masks for track in scene.tracks], axis=1)
    video = AnnotatedVideo("made", scene.frames, masks, frozenset(range(40)))
    right = known_masks(masks, video.annotated)
    before = {name: dict(of) for name, of in right.items()}
    for wrong in wrong_tracks(right, seed=1):
        kept = {name: of for name, of in wrong.tracks.items() if name not in wrong.error.tracks}
        assert all(kept[name] is right[name] for name in kept)
    assert right == before
    made = real([video])
    (facts,) = made.facts
    assert facts["merge"][1] >= 2 and facts["split"][1] == facts["swap"][1] == facts["taken over"][1]
    assert all(facts[kind][0] <= facts[kind][1] for kind in ALONE)


def test_tracks_of_a_fit_go_over_to_the_thing_of_another_one() -> None:
    video = search(5, seed=5)
    samples = list(_takeover_samples(video))
    assert any(label for _, label in samples) and any(not label for _, label in samples)
    one, other = (look for look in video.looks[:2])
    frame = int(np.intersect1d(one.frames, other.frames)[5])
    joined, cut = _joined(one, other, frame), _cut(other, frame)
    assert joined.id == one.id and (joined.frames < frame).sum() == (one.frames < frame).sum()
    assert joined.frames[-1] == other.frames[-1] and cut.frames[-1] < frame
    assert len(joined.frames) == len(joined.centre) == len(joined.side) and len(joined.seen) == len(joined.looks)
