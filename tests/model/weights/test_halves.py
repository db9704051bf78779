"""Weights that 16-bit numbers hold exactly."""

import torch

from model.weights.checkpoint import ModelCheckpoint
from model.weights.halves import exact_dtype, rounded_like
from tests.model.small import CONFIG, NAMES


def holding(*weights: float, dtype: torch.dtype = torch.float32) -> ModelCheckpoint:
    return ModelCheckpoint(CONFIG, NAMES, {"w": torch.tensor(weights, dtype=dtype), "steps": torch.tensor(70_001)})


def test_the_outcome_of_16_bit_weights_is_rounded_to_such_unless_one_is_too_large() -> None:
    start, made = holding(1.0, dtype=torch.float16), holding(1.0001, 3.0)
    rounded = rounded_like(made, start)
    assert rounded.state["w"].dtype == torch.float16 and rounded.state["w"].tolist() == [1.0, 3.0]
    assert int(rounded.state["steps"]) == 70_001
    assert rounded_like(made, holding(1.0)) is made
    large = holding(1e6)
    assert rounded_like(large, start) is large


def test_16_bit_numbers_are_stored_where_they_hold_all_weights_exactly() -> None:
    assert exact_dtype(holding(1.0, 0.5).state) == exact_dtype(holding(0.1, dtype=torch.float16).state) == torch.float16
    assert exact_dtype(holding(1.0, 0.1).state) == exact_dtype(holding(1e6).state) == torch.float32
    again = rounded_like(holding(0.1), holding(1.0, dtype=torch.float16))
    as_float32 = again.state | {"w": again.state["w"].float()}
    assert exact_dtype(as_float32) == torch.float16, "also after they were kept as float32"
