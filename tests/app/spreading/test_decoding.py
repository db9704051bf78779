"""Masks that are decoded when they are asked for."""

import numpy as np
import pytest

from app.spreading.decoding import DecodedMasks
from model.propagation.spread import MeasuredMasks
from storage import rle
from tests.app.made import square


def test_a_mask_is_decoded_when_it_is_asked_for_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[rle.Rle] = []
    decode = rle.decode
    monkeypatch.setattr(rle, "decode", lambda one: asked.append(one) or decode(one))
    encoded = {3: square(5, 8), 7: None, 9: square(2, 3)}

    masks = DecodedMasks(encoded)

    assert list(masks) == [3, 7, 9] and len(masks) == 3 and 9 in masks and 4 not in masks
    assert masks.measured(3) == ((48, 64), 100) and masks.measured(7) is None
    assert isinstance(masks, MeasuredMasks)
    assert asked == []
    assert masks[7] is None
    assert masks[3] is not None and np.array_equal(masks[3], decode(square(5, 8))) and masks[3].dtype == bool
    assert len(asked) == 3 and all(one == square(5, 8) for one in asked)
    with pytest.raises(KeyError):
        masks[4]
