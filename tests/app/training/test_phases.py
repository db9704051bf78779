"""Progress and remaining time of a retraining on a clock of the test's own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.training.phases import GUESS, Phase, PhaseClock

PHASES = (Phase("measure", 40), Phase("train", 200), Phase("measure", 20), Phase("train", 200), Phase("golden", 30))


class Watch:
    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


def run(costs: dict[str, float], *, pace: dict[str, float] | None = None) -> list[tuple[float, float, float]]:
    """(share, estimated seconds left, true seconds left) after each unit."""
    watch = Watch()
    clock = PhaseClock(PHASES, pace=pace, now=watch)
    end = watch.time + sum(phase.units * costs[phase.kind] for phase in PHASES)
    seen = [(clock.share, clock.eta_seconds, end - watch.time)]
    for phase in PHASES:
        for _ in range(phase.units):
            watch.time += costs[phase.kind]
            clock.advance()
            seen.append((clock.share, clock.eta_seconds, end - watch.time))
        if phase is not PHASES[-1]:
            clock.next()
    return seen


@pytest.mark.parametrize("slower", [0.1, 1.0, 7.0])
def test_the_remaining_time_is_right_from_the_first_unit_where_only_the_machine_differs(slower: float) -> None:
    for share, estimated, true in run({kind: slower * cost for kind, cost in GUESS.items()})[1:]:
        assert estimated == pytest.approx(true, abs=1e-6)
        assert 0 <= share <= 0.999


def test_fast_networks_on_a_gpu_do_not_make_the_work_of_the_cpu_look_fast() -> None:
    phases = (Phase("measure", 10), Phase("train", 100), Phase("steady", 50), Phase("calibrate", 5))
    watch = Watch()
    clock = PhaseClock(phases, gpu=True, slowness=2.0, now=watch)
    for _ in range(10):
        watch.time += GUESS["measure"] / 10  # a twentieth of what was guessed here
        clock.advance()
    cpu = 2.0 * (50 * GUESS["steady"] + 5 * GUESS["calibrate"])
    assert clock.eta_seconds == pytest.approx(100 * GUESS["train"] / 10 + cpu)
    clock.begin("steady")
    for _ in range(10):
        watch.time += 4 * GUESS["steady"]
        clock.advance()
    assert clock.eta_seconds == pytest.approx(4 * (40 * GUESS["steady"] + 5 * GUESS["calibrate"])), "one CPU does both"


def test_another_network_is_learnt_from_the_first_step_of_each_phase() -> None:
    seen = run({"measure": 0.01, "train": 2.0, "golden": 0.05, "calibrate": 1.0})
    assert all(estimated == pytest.approx(true, rel=0.05) for _, estimated, true in seen[42:240])


def test_the_pace_of_the_last_run_makes_even_the_first_estimate_right() -> None:
    costs = {"measure": 0.01, "train": 2.0, "golden": 0.5, "calibrate": 1.0}
    assert all(estimated == pytest.approx(true, abs=1e-6) for _, estimated, true in run(costs, pace=costs))


def test_a_slow_first_step_of_each_training_does_not_spoil_the_estimate() -> None:
    watch = Watch()
    clock = PhaseClock((Phase("train", 100), Phase("train", 100)), now=watch)
    true = 2 * (50.0 + 99 * 1.0)
    for phase in range(2):
        for step in range(100):
            watch.time += 50.0 if step == 0 else 1.0
            true -= 50.0 if step == 0 else 1.0
            clock.advance()
            if step > 0 or phase > 0:
                assert clock.eta_seconds == pytest.approx(true)
        if phase == 0:
            clock.next()


def test_the_speed_is_that_of_the_last_steps_without_the_slow_first_one() -> None:
    watch = Watch()
    clock = PhaseClock((Phase("train", 100),), now=watch)
    watch.time += 50.0
    clock.advance()
    assert clock.speed("train") is None
    for _ in range(4):
        watch.time += 0.5
        clock.advance()
    assert clock.speed("train") == pytest.approx(2.0) and clock.speed("measure") is None


def test_a_phase_that_ends_early_or_was_done_before_is_skipped() -> None:
    watch = Watch()
    clock = PhaseClock((Phase("train", 100), Phase("train", 100), Phase("measure", 10)), now=watch)
    clock.next()
    watch.time += 1.0
    clock.advance()
    assert clock.eta_seconds == pytest.approx(99 + 10 * GUESS["measure"] / GUESS["train"])
    clock.next()
    assert clock.eta_seconds < 2 and clock.pace == {"train": 1.0}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 10), min_size=10, max_size=30))
def test_the_share_never_falls(seconds: list[float]) -> None:
    watch = Watch()
    clock = PhaseClock((Phase("train", 20), Phase("measure", 20)), share=0.2, now=watch)
    shares = []
    for place, spent in enumerate(seconds):
        watch.time += spent
        clock.advance()
        shares.append(clock.share)
        if place == 5:
            clock.next()
    assert shares == sorted(shares) and shares[0] >= 0.2 and shares[-1] <= 0.999, "nor after a kill"


def test_a_kind_that_comes_later_is_begun_once() -> None:
    watch = Watch()
    clock = PhaseClock((Phase("train", 9), Phase("measure", 1), Phase("golden", 4), Phase("train", 2)), now=watch)
    clock.advance(3)
    for _ in range(2):
        clock.begin("golden")
        watch.time += 2.0
        clock.advance(2)
    assert clock.pace["golden"] == 1.0
    clock.next()
    clock.begin("train")
    clock.advance(1)
    assert clock.eta_seconds == pytest.approx(clock.pace["train"])
