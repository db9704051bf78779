from pathlib import Path

import pytest

from model.network.tevit import build
from tests.benchmarks import _device_speed
from tests.benchmarks.cuda import TINY
from tests.benchmarks.model import (
    FRAMES,
    OFFICIAL_CONVOLUTION_MS,
    OFFICIAL_S,
    OFFICIAL_SHARES,
    OFFICIAL_STEP_S,
    clip_table,
    official,
    step_table,
    video_table,
)

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


def test_a_training_step_stands_beside_the_official_one_carried_over() -> None:
    facts = {"step": 5000.0, "peak_mib": 3000.0, "convolution": OFFICIAL_CONVOLUTION_MS / 2}
    (row,) = step_table({"float32": facts}).rows
    assert row == ("float32", "5.00 s", f"{OFFICIAL_STEP_S / 2:.1f} s", "0.50 x", "3000 MiB")


def test_the_share_of_decoding_is_that_of_a_frame_from_the_file_to_run_lengths() -> None:
    (row,) = video_table({"whole": 500.0, "decoding": 2.5}).rows
    assert row == ("`tevit_msgshift`, float32", "500 ms", "2.5 ms", "0.5 %")


def test_a_made_video_is_decoded_and_proposed_for_to_its_end(tmp_path: Path) -> None:
    video = _device_speed.MadeVideo(tmp_path, build(TINY.config).eval(), "cpu", (64, 48, 5))
    assert video.decoded() == 5
    assert video.masks() == 5 * 10


def test_the_first_steps_do_not_count_and_clips_have_the_size_that_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ticks, shapes = iter([0.0, 100.0, 103.0, 108.0]), []
    losses = _device_speed.Trainer._backward

    def watched(self, frames, targets, parts, positives):  # type: ignore[no-untyped-def]
        shapes.append(tuple(frames.shape))
        losses(self, frames, targets, parts, positives)

    monkeypatch.setattr(_device_speed.Trainer, "_backward", watched)
    spent = _device_speed.training_step_seconds("cpu", TINY, precision="float32", steps=3, clock=lambda: next(ticks))
    assert spent == 4.0 and set(shapes) == {(1, TINY.clip, 3, *TINY.hw)}
