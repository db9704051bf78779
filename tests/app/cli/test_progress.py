import io

import pytest

from app.cli import progress as command_progress
from app.cli.progress import Progress, duration


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time in seconds; tests move it by hand."""
    now = [100.0]
    monkeypatch.setattr(command_progress.time, "monotonic", lambda: now[0])
    return now


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (89, "89 s"), (120, "2 min"), (3599, "1 h 00 min"), (3600, "1 h 00 min"), (11100, "3 h 05 min")],
)
def test_durations_read_well(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_log_gets_a_line_now_and_then_and_the_last_one(clock: list[float]) -> None:
    log = io.StringIO()
    progress = Progress(log, every=5.0)
    for step in range(1, 101):
        clock[0] += 0.1
        progress(step / 100, f"step {step}")

    lines = log.getvalue().splitlines()
    assert len(lines) == 3
    assert lines[-1] == "100% step 100"


def test_the_rest_is_estimated_from_what_it_took_so_far(clock: list[float]) -> None:
    log = io.StringIO()
    progress = Progress(log, every=0.0)
    clock[0] += 30.0
    progress(0.25, "on")

    assert log.getvalue() == " 25% on, 2 min left\n"


def test_a_known_rest_is_believed(clock: list[float]) -> None:
    log = io.StringIO()
    Progress(log)(0.5, "on", eta_seconds=7.0)

    assert log.getvalue() == " 50% on, 7 s left\n"


def test_a_terminal_line_is_drawn_over_and_ended_once(clock: list[float]) -> None:
    screen = Terminal()
    progress = Progress(screen)
    progress(0.1, "a message that is much longer")
    clock[0] += 1.0
    progress(0.2, "short")
    progress.end()
    progress.end()

    first, second = screen.getvalue().split("\r")[1:]
    assert first == " 10% a message that is much longer"
    assert second.startswith(" 20% short, ") and second.count("\n") == 1 and second.endswith("\n")
    assert len(second.rstrip("\n")) == len(first), "the end of the longer line is drawn over"


def test_shares_outside_0_to_1_are_shown_as_their_ends(clock: list[float]) -> None:
    log = io.StringIO()
    progress = Progress(log, every=0.0)
    progress(-1.0)
    progress(2.0)

    assert [line.strip() for line in log.getvalue().splitlines()] == ["0%", "100%"]


def test_a_run_that_goes_on_is_estimated_by_its_own_steps(clock: list[float]) -> None:
    log = io.StringIO()
    progress = Progress(log, every=0.0)
    progress.begin(0.5)
    clock[0] += 1.0
    progress(0.5001, "on")
    clock[0] += 999.0
    progress(0.6, "on")

    assert log.getvalue().splitlines() == [" 50% on", " 60% on, 1 h 07 min left"]


def test_what_was_done_before_the_first_call_says_nothing_about_the_speed(clock: list[float]) -> None:
    log = io.StringIO()
    progress = Progress(log, every=0.0)
    progress(0.5)
    clock[0] += 100.0
    progress(0.6)

    assert log.getvalue().splitlines()[-1] == " 60%, 7 min left"
