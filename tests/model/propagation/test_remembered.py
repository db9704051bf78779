"""Which earlier frames a walk compares with: each track keeps its own given frame, and the work stays bounded."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from model.propagation import SpreadSettings, spread
from model.propagation.matching import Reference
from model.propagation.remembered import MOST, RememberedFrames, WaitingTracks
from model.propagation.working import WorkingFrames
from tests.model.propagation.scenes import SIZE, Scene, line, moving

COUNT = 11
SCENE = moving([line((4 + 20 * n, 8 + 10 * n), (1, n % 2), COUNT) for n in range(5)], side=14)


@pytest.fixture
def remembered() -> Iterator[RememberedFrames]:
    frames = WorkingFrames(SCENE.read, SIZE, SpreadSettings(), None)
    yield RememberedFrames(frames, 2)
    frames.close()


def reference(*given: bool) -> Reference:
    """A frame with two tracks, both followed, of which some are ``given``."""
    cells, by_person = np.zeros((2, 2, 3), np.float32), np.array([any(given), *given])
    return Reference.begun({8: torch.zeros(1, 2, 2)}, {8: cells}, given=by_person, known=np.ones(3, np.float32))


def test_a_given_frame_stays_for_its_own_track_and_guesses_only_while_they_are_recent(
    remembered: RememberedFrames,
) -> None:
    first, second = reference(True, True), reference(False, True)
    remembered.add(0, first, guessed=False)
    remembered.add(1, second, guessed=True)

    assert [one.known.tolist() for one in remembered.references()] == [[1, 1, 1], [1, 1, 1]]
    for k in (2, 3):
        remembered.add(k, reference(False, False), guessed=True)
        remembered.keep({0: WaitingTracks(1, 0), 1: WaitingTracks(1, 0)}, k)
    of_first, of_second, *last = remembered.references()
    assert of_first.features is first.features and of_first.known.tolist() == [1, 1, 1]
    assert of_second.features is second.features and of_second.known.tolist() == [1, 0, 1]
    assert len(last) == 2 and not any(one.given.any() for one in last)
    of_second.follow({8: np.ones((2, 2, 2), np.float32)})
    assert (second.offset[8] == 1).all(), "a search goes on from the same places"
    remembered.keep({1: WaitingTracks(1, 0)}, 4)
    assert list(remembered.given) == [1]


def test_behind_a_cut_only_the_features_of_given_frames_are_left(remembered: RememberedFrames) -> None:
    remembered.begin_flow(0)
    remembered.add(0, reference(True, True), guessed=False)
    remembered.add(1, reference(False, False), guessed=True)

    remembered.leave_scene()

    assert not remembered.flows and list(remembered.given) == [0] and len(remembered.references()) == 1


def test_of_too_many_given_frames_those_stay_whose_tracks_have_a_long_way_to_go(remembered: RememberedFrames) -> None:
    waiting = {0: 1, 2: 0, 3: 0, 5: 2, 6: 1, 7: 0, 8: 0}
    assert MOST == 4 and kept(remembered, {k: WaitingTracks(count, 0) for k, count in waiting.items()}) == {0, 5, 6, 8}


def test_frames_of_seen_tracks_come_before_those_of_hidden_ones(remembered: RememberedFrames) -> None:
    used = {
        0: WaitingTracks(0, 3),
        1: WaitingTracks(0, 1),
        2: WaitingTracks(1, 0),
        3: WaitingTracks(1, 3),
        4: WaitingTracks(0, 0),
        5: WaitingTracks(1, 0),
    }
    assert kept(remembered, used) == {0, 2, 3, 5}


def kept(remembered: RememberedFrames, used: dict[int, WaitingTracks]) -> set[int]:
    """The given frames that stay at frame 9."""
    for k in used:
        remembered.begin_flow(k)
        remembered.add(k, reference(True, False), guessed=True)
    remembered.keep(used, 9)
    assert set(remembered.flows) == set(remembered.given)
    return set(remembered.flows)


def flows_by_frame(
    given: dict[int, tuple[int, ...]], monkeypatch: pytest.MonkeyPatch, scene: Scene = SCENE
) -> dict[int, set[int]]:
    """Of a spread of these tracks forward: frame -> the given frames that a flow was computed to."""
    made: list[tuple[int, int]] = []
    improved = WorkingFrames.improved_flow

    def counted(self: WorkingFrames, first: int, second: int, start: np.ndarray) -> np.ndarray:
        made.append((first, second))
        return improved(self, first, second, start)

    monkeypatch.setattr(WorkingFrames, "improved_flow", counted)
    masks = {track: {k: scene.masks[k, track] for k in of} for track, of in given.items()}
    list(spread(scene.read, masks, size=SIZE, start=0, stop=COUNT, first_looks=False))
    forward = Counter((first, second) for first, second in made if second < first)
    assert set(forward.values()) == {1}, "tracks that were given in the same frame share its flow"
    return {k: {second for first, second in forward if first == k} for k in range(COUNT)}


def test_tracks_share_the_flow_to_a_frame_and_each_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    together = flows_by_frame({track: (0,) for track in range(5)}, monkeypatch)
    assert all(together[k] == {0} for k in range(1, COUNT))

    apart = flows_by_frame({0: (0,), 1: (0, 3, 6, 9), 2: (0, 3, 6, 9)}, monkeypatch)
    assert all(apart[k] == {0, (k - 1) // 3 * 3} for k in range(1, COUNT))


def test_however_many_given_frames_there_are_the_flows_of_a_frame_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    others = {track: tuple(range(track, COUNT, 4)) for track in range(1, 5)}
    found = flows_by_frame({0: (0,), **others}, monkeypatch)

    assert all(0 in found[k] and len(found[k]) <= MOST for k in range(1, COUNT))
    assert len(found[COUNT - 1]) == MOST


def test_the_frame_of_tracks_that_left_the_picture_makes_room_for_that_of_one_that_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    staying = [line((4 + 22 * n, 8 + 20 * n), (1, 0), COUNT) for n in range(4)]
    leaving = [line((112, 4 + 30 * n), (7, 0), COUNT) for n in range(3)]
    given = {**{n: (6 + n,) for n in range(4)}, **{4 + n: (0,) for n in range(3)}}
    found = flows_by_frame(given, monkeypatch, moving([*staying, *leaving], side=14))

    assert 0 in found[9] and found[COUNT - 1] == {6, 7, 8, 9}
