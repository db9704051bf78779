from pathlib import Path

import pytest

from model.network.tevit import build
from tests.benchmarks import _device_speed, model
from tests.benchmarks._tables import milliseconds
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
    theirs = sum(official(facts).values())
    assert row[-3] == f"{whole / FRAMES:.0f} ms ({milliseconds(theirs / FRAMES)})"
    assert row[1] == f"80 ms ({milliseconds(official(facts)['backbone'] / FRAMES)})"
    assert row[-2] == f"{sum(official(facts).values()) / whole:.2f} x"


def test_every_table_names_the_reference_convolution_and_the_instructions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "_instructions", lambda: ["avx2", "amx_bf16"])
    facts = {**FACTS, "step": 5000.0, "whole": 500.0, "decoding": 2.5, "convolution": 80.0}
    for table in (clip_table({"plain": facts}), step_table({"plain": facts}), video_table(facts)):
        assert table.notes[-1].startswith("The reference convolution took 80 ms")
        assert "557 ms on the official machine. The processor has avx2, amx_bf16." in table.notes[-1]


def test_the_peak_memory_of_each_part_is_named_where_it_was_measured() -> None:
    facts = {**FACTS, "convolution": 80.0}
    assert not any("by part" in note for note in clip_table({"plain": facts}).notes)
    parts = {f"{name}_mib": 100.0 + number for number, name in enumerate(OFFICIAL_SHARES)}
    notes = clip_table({"plain": facts, "fast": {**facts, **parts}}).notes
    text = "Peak memory by part, fast: backbone 100 MiB, pyramid 101 MiB, stages 102 MiB, masks 103 MiB."
    assert [note for note in notes if "by part" in note] == [text]


@pytest.mark.skipif(not Path("/proc/self/clear_refs").is_file(), reason="only Linux forgets a peak")
def test_a_peak_begins_anew() -> None:
    block = bytearray(200 << 20)
    high = model._peak_mib()
    del block
    assert model._forget_peak() and model._peak_mib() < high - 100


def test_the_peak_of_the_process_counts_what_was_before_the_first_part(monkeypatch: pytest.MonkeyPatch) -> None:
    peaks = iter([900.0, 300.0, 320.0, 400.0, 450.0])
    monkeypatch.setattr(model, "build", lambda config: build(TINY.config))
    monkeypatch.setattr(model, "stages_of", lambda network: iter([("backbone", int), ("masks", int)]))
    monkeypatch.setattr(model, "_peak_mib", lambda: next(peaks))
    monkeypatch.setattr(model, "_forget_peak", lambda: True)
    monkeypatch.setattr(model, "_median_ms", lambda call, clock: 1.0)
    monkeypatch.setattr(model.torch, "set_num_threads", lambda number: None)
    facts = model.clip_facts("plain", cpu_time=True)
    assert (facts["peak_mib"], facts["backbone_mib"], facts["masks_mib"]) == (900.0, 300.0, 400.0)


def test_a_training_step_stands_beside_the_official_one_carried_over() -> None:
    facts = {"step": 5000.0, "peak_mib": 3000.0, "convolution": OFFICIAL_CONVOLUTION_MS / 2}
    (row,) = step_table({"float32": facts}).rows
    assert row == ("float32", "5.00 s", f"{OFFICIAL_STEP_S / 2:.1f} s", "0.50 x", "3000 MiB")


def test_the_share_of_decoding_is_that_of_a_frame_from_the_file_to_run_lengths() -> None:
    (row,) = video_table({"whole": 500.0, "decoding": 2.5, "convolution": 80.0}).rows
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
