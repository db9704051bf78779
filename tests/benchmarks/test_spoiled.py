import numpy as np
import pytest

from app.training.promotion import MOST_SUSPICIOUS
from tests.benchmarks._spoiled_masks import KINDS, WAYS, labelled_video, spoil
from tests.benchmarks.spoiled import NONE, SHARE, corpus, counted, fitted, shares, table


@pytest.mark.parametrize("way", WAYS)
def test_a_share_of_the_masks_changes_places_and_none_is_lost(way: str) -> None:
    videos = [labelled_video(KINDS[0], seed=3, index=index) for index in range(3)]
    before = [[dict(masks) for masks in video.tracks] for video in videos]
    spoiled = spoil(videos, share=SHARE, way=way, draw=np.random.default_rng(1))
    now = [[dict(masks) for masks in video.tracks] for video in videos]
    every = [(v, k, t) for v, tracks in enumerate(before) for k, masks in enumerate(tracks) for t in masks]
    assert {
        place for place in every if before[place[0]][place[1]][place[2]] != now[place[0]][place[1]][place[2]]
    } == spoiled
    assert sorted(before[v][k][t]["counts"] for v, k, t in every) == sorted(now[v][k][t]["counts"] for v, k, t in every)
    assert abs(len(spoiled) - SHARE * len(every)) <= len(every) * 0.05 + 3


def test_at_least_half_of_the_spoiled_masks_are_named_and_few_others() -> None:
    ways = [*((way, SHARE) for way in WAYS), (NONE, 0.0)]
    counts = {way: counted(found) for way, found in corpus(0, videos=4, seed=77, ways=ways)}
    for one in counts.values():
        assert one.right >= 0.5 * one.spoiled and one.wrong <= 0.2 * (one.right + one.wrong)
    assert counts[NONE].spoiled == counts[NONE].right == 0 and counts["video"].spoiled > 20
    [clips, every] = table({"clips": counts}).rows
    assert clips[1:6] == every[1:6] and clips[5] == f"0 of {counts[NONE].masks}"


def test_a_fit_finds_weights_that_tell_spoiled_masks_from_others() -> None:
    [(_, found)] = corpus(0, videos=3, seed=5, ways=[("video", SHARE)])
    weights, constant = fitted(found, rounds=1)
    assert min(weights.values()) >= 0 and constant < 0 and max(weights.values()) > 1


def test_the_share_of_suspicious_masks_tells_spoiled_projects_from_others() -> None:
    found = shares([5], 3)
    [facts] = found.facts
    assert facts["none"] <= MOST_SUSPICIOUS < min(facts["video"], facts["videos"])
    assert found.rows[0][0] == "5" and found.notes[0].endswith("above 8 %.")
