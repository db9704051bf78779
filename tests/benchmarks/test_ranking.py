import pytest

from tests.benchmarks.ranking import interval, table


def test_the_interval_holds_the_mean_and_is_a_point_for_equal_values() -> None:
    low, high = interval([0.2, 0.4, 0.9, 0.5, 0.1])
    assert low < 0.42 < high
    assert interval([0.5, 0.5]) == (0.5, 0.5)


def test_the_table_has_a_line_per_seed_and_the_mean_difference() -> None:
    found = [
        {"seed": seed, "suggested": {"effort": 3.0, "ap": 0.4}, "random": {"effort": 3.5 + gain, "ap": 0.35}}
        for seed, gain in ((1, 0.0), (2, 0.5))
    ]
    made = table(found)
    assert made.rows[0] == ("1", "3.00 s", "3.50 s", "40.0", "35.0")
    assert "0.75 s per track-frame less work" in made.notes[0]
    assert interval([one["random"]["effort"] - 3.0 for one in found]) == pytest.approx((0.5, 1.0))
