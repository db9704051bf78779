import pytest

from model.adapting import AdaptSettings
from model.adapting.settings import WARM_UP
from model.config import named
from model.training.schedule import rate_factor


@pytest.mark.parametrize("config", ["tevit_tiny", "tevit_msgshift"])
def test_the_first_steps_of_a_longer_run_are_those_of_a_shorter_one(config: str) -> None:
    short, long = (AdaptSettings().recipe(named(config).training, steps) for steps in (100, 400))
    assert [rate_factor(step, short) for step in range(100)] == [rate_factor(step, long) for step in range(100)]
    assert rate_factor(0, long) < 0.1 and rate_factor(WARM_UP, long) == rate_factor(399, long) == 1.0
    assert long.learning_rate == pytest.approx(named(config).training.learning_rate / 10)
    assert 0 < long.ema < 1 and long.decay_steps == () and (short.steps, long.steps) == (100, 400)
