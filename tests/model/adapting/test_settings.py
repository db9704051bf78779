import pytest

from model.adapting import AdaptSettings
from model.config import named


@pytest.mark.parametrize("steps", [1, 9, 200, 499, 500, 1500])
@pytest.mark.parametrize("config", ["tevit_tiny", "tevit_msgshift"])
def test_a_recipe_fits_any_number_of_steps_and_never_warms_up_longer_than_it_trains(steps: int, config: str) -> None:
    made = AdaptSettings().recipe(named(config).training, steps)
    assert made.steps == steps and 1 <= made.warmup_steps <= max(steps // 2, 1)
    assert made.learning_rate == pytest.approx(named(config).training.learning_rate / 10)
    assert made.ema is not None and made.ema < 1.0 and made.decay_steps == ()
    assert (made.ema == 0.99) is (steps < 500)
