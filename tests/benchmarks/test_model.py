import pytest

from tests.benchmarks.model import FRAMES, OFFICIAL_CONVOLUTION_MS, OFFICIAL_S, OFFICIAL_SHARES, clip_table, official

FACTS = {"backbone": 400.0, "pyramid": 100.0, "stages": 300.0, "masks": 50.0, "peak_mib": 1000.0}


def test_official_figures_follow_the_convolution_of_the_same_run() -> None:
    same = official({**FACTS, "convolution": OFFICIAL_CONVOLUTION_MS})
    half = official({**FACTS, "convolution": OFFICIAL_CONVOLUTION_MS / 2})
    assert sum(same.values()) == pytest.approx(OFFICIAL_S * 1000 * sum(OFFICIAL_SHARES.values()))
    assert all(half[name] == pytest.approx(same[name] / 2) for name in OFFICIAL_SHARES)


def test_the_table_gives_a_frame_and_the_ratio_to_the_official_code() -> None:
    facts = {**FACTS, "convolution": OFFICIAL_CONVOLUTION_MS}
    (row,) = clip_table({"float32": facts}).rows
    whole = sum(FACTS[name] for name in OFFICIAL_SHARES)
    assert row[0] == "float32" and row[-1] == "1000 MiB"
    assert row[-3] == f"{whole / FRAMES:.0f} ms"
    assert row[-2] == f"{sum(official(facts).values()) / whole:.2f} x"
