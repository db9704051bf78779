"""The speed of the machine: a figure near 1 here, bounded whatever is measured."""

import pytest

from app.training import machine_speed


def test_it_is_the_time_of_the_same_work_against_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = iter((9.0, 3 * machine_speed.REFERENCE_SECONDS, 8.0, *(1e9,) * 3, *(0.0,) * 3))
    monkeypatch.setattr(machine_speed, "_seconds", lambda: next(measured))
    found = []
    for _ in range(3):
        machine_speed.slowness.cache_clear()
        found.append(machine_speed.slowness())
    machine_speed.slowness.cache_clear()
    assert found == [pytest.approx(3), 10.0, 0.1]


def test_the_work_takes_a_moment() -> None:
    assert 0 < machine_speed._seconds() < 5
