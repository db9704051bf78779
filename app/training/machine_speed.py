"""How fast this machine computes, measured once in a process; for the estimates of work that nobody has timed here.

Loads no torch.
"""

import time
from functools import cache

import numpy as np

REFERENCE_SECONDS = 0.016  # of the work below where `app.training.phases.GUESS` was measured
TRIES = 3  # of which the fastest counts: in the first one memory is fetched


@cache
def slowness() -> float:
    """How many times as long as the reference this machine takes for the same work on one core, 0.1 to 10.

    It is the machine's own speed: what else runs on it does not count.
    """
    return min(max(min(_seconds() for _ in range(TRIES)) / REFERENCE_SECONDS, 0.1), 10.0)


def _seconds() -> float:
    numbers = np.random.default_rng(0).random(200_000)
    began = time.thread_time()
    np.sort(numbers)
    np.exp(numbers).sum()
    np.argsort(numbers[:100_000], kind="stable")
    return time.thread_time() - began
