import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.adapting.blending import BLENDS, blended

BEFORE = {"w": torch.tensor([0.0, 2.0]), "n": torch.tensor(7)}
AFTER = {"w": torch.tensor([4.0, 2.0]), "n": torch.tensor(9)}


def test_a_blend_lies_between_before_and_after() -> None:
    assert blended(BEFORE, AFTER, 0.25)["w"].tolist() == [1.0, 2.0]
    assert BEFORE["w"].tolist() == [0.0, 2.0]
    assert all(0 < share <= 1 for share in BLENDS)


@given(st.floats(-2, 3))
def test_only_shares_from_0_to_1_are_blends_and_the_ends_are_exact(share: float) -> None:
    if not 0 <= share <= 1:
        with pytest.raises(ValueError, match="share"):
            blended(BEFORE, AFTER, share)
        return
    found = blended(BEFORE, AFTER, share)
    assert found["n"] == 7 and found["w"][1] == 2.0 and 0 <= found["w"][0] <= 4
    assert torch.equal(blended(BEFORE, AFTER, 0.0)["w"], BEFORE["w"])
    assert torch.equal(blended(BEFORE, AFTER, 1.0)["w"], AFTER["w"])


def test_weights_of_another_precision_are_blended_too() -> None:
    assert blended(BEFORE, {**AFTER, "w": AFTER["w"].half()}, 0.5)["w"].dtype is torch.float32
