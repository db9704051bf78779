"""The settings of an adaptation: rates by part of the network, clips of a step, and limits."""

import dataclasses
from dataclasses import dataclass

from model.config import TrainingConfig

MIB = 1024 * 1024
WARM_UP = 20  # steps


@dataclass(frozen=True)
class Rates:
    """Learning rates as multiples of `AdaptSettings.rate`, by part of the network; 0 leaves a part as it is."""

    columns: float = 10.0  # `fc_cls` and `conv_logits`, one row per class: new ones start from nothing
    classifiers: float = 1.0  # what comes before `fc_cls` alone
    boxes: float = 1.0  # `fc_reg` and its tower
    masks: float = 1.0  # mask heads, without their `conv_logits`
    attention: float = 1.0  # attention, dynamic convolution, feed-forward network and norms of the box heads
    queries: float = 1.0  # the learned queries


@dataclass(frozen=True)
class AdaptSettings:
    """How a network is adapted; the defaults are those that `benchmark adapting` found to help."""

    rate: float = 0.1  # of the learning rate of the network's recipe
    rates: Rates = Rates()
    corrected: int = 1  # corrected clips in a step
    augmented: int = 1  # clips in a step from made copies of the corrected videos (`model.adapting.augmented`)
    copies: int = 64  # that are made
    copy_bytes: int = 2048 * MIB  # features of all copies: beyond it they have fewer frames than a window
    replayed: int = 1  # clips in a step from what the network knew, if there are any
    distilled: float = 4.0  # weight of keeping the masks of replayed clips as they were (`model.adapting.distilling`)
    stand_ins: bool = True  # replayed things count as new classes, too, where the base knows none by name
    all_mask_heads: bool = False  # train the mask heads of all stages; at test time only the last one runs
    column_iterations: int = 100  # of fitting the columns of new categories before the heads move; 0: none
    cache_bytes: int = 1024 * MIB  # features of the trunk kept in memory; the rest goes to a temporary file
    disk_bytes: int = 8 * 1024 * MIB  # of that file; what has no room there is computed each time
    keep_every: int = 50  # steps between two written states

    def recipe(self, training: TrainingConfig, steps: int) -> TrainingConfig:
        """The recipe of so many steps: a lower rate, a short warm-up, a running mean of the weights instead of decay.

        The first steps of a longer run are those of a shorter one, so that one run tells how long to train.
        """
        return dataclasses.replace(
            training,
            steps=steps,
            schedule="step",
            decay_steps=(),
            warmup_steps=WARM_UP,
            learning_rate=training.learning_rate * self.rate,
            batch=self.corrected + self.augmented,
            ema=0.99,
        )
