"""Is the order in which the library suggests videos better than a random one?

Per seed a project of 16 videos, of which the annotator corrects the first four and presses the button. Then four more
are corrected, once those that the library suggests and once random ones, and the button is pressed again. Compared are
the efforts that the two new checkpoints leave on videos that the product never sees. What is done is kept under
``--out``; an interrupted run goes on there.
"""

import json
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks._held_out import worth
from tests.benchmarks._loop_project import LoopProject
from tests.benchmarks._tables import Table, options, progress, show
from tests.benchmarks.loop import (
    CORRECTED,
    DOMAIN,
    GOLDEN,
    GOLDEN_SEED,
    HELD_OUT,
    HELD_OUT_SEED,
    clips,
    correct_until,
    project,
)

ORDERS = ("suggested", "random")
BEFORE, AFTER = 4, 8
PROJECT_SEED = 400_000  # added to the seed: other videos than those of the loop
_DRAWS, _LEVEL = 2000, 0.9


def run_seed(seed: int, out: Path, steps: int | None) -> dict[str, Any]:
    """The efforts that both orders leave, in seconds per track-frame, and the time that each took."""
    source = clips(DOMAIN, CORRECTED[-1], seed + PROJECT_SEED)
    common = out / f"seed-{seed}"
    with project(common, source) as product:
        if not product.state.rounds:
            correct_until(product, BEFORE, "added")
            result, seconds = product.press_the_button(steps)
            _propose_the_rest(product)
            product.state.rounds.append({"name": result["name"], "promoted": result["promoted"], "seconds": seconds})
            product.state.keep()
    found: dict[str, Any] = {"seed": seed}
    for order in ORDERS:
        folder = out / f"seed-{seed}-{order}"
        if not (folder / "state.json").is_file():
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(common, folder.with_suffix(".partial"), dirs_exist_ok=True)
            folder.with_suffix(".partial").rename(folder)
        with project(folder, source) as product:
            if len(product.state.rounds) == 1:
                product.state.rounds.append(_second_round(product, order, seed, steps))
                product.state.keep()
            found[order] = product.state.rounds[1]
    progress(json.dumps(found))
    return found


def _propose_the_rest(product: LoopProject) -> None:
    """Proposals for all videos that are left, and the searches that the suggestion needs."""
    for video in product.state.videos:
        if video not in product.state.effort:
            product.propose(video)
    while product.served.call("GET", f"/data/jobs?project={product.state.project}&active=1")["jobs"]:
        time.sleep(0.5)


def _second_round(product: LoopProject, order: str, seed: int, steps: int | None) -> dict[str, Any]:
    """Corrects four more videos in this order and retrains."""
    state = product.state
    if order == "random":
        left = [video for video in state.videos if video not in state.effort]
        draw = np.random.default_rng([seed, 3])
        for k in draw.permutation(len(left))[: AFTER - len(state.effort)]:
            product.correct(left[k])
    else:
        correct_until(product, AFTER, "suggested")
    result, seconds = product.press_the_button(steps)
    held_out, golden = clips(DOMAIN, HELD_OUT, seed + HELD_OUT_SEED), clips("demo", GOLDEN, GOLDEN_SEED)
    figures = worth(product.checkpoint(result["name"]), held_out, golden).as_json()
    return {"corrected": list(state.effort), "seconds": seconds, **figures}


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The bootstrap interval of 90 % of the mean."""
    draw = np.random.default_rng(1)
    means = draw.choice(np.array(values), (_DRAWS, len(values))).mean(axis=1)
    low, high = np.quantile(means, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return float(low), float(high)


def table(found: Sequence[Mapping[str, Any]]) -> Table:
    """One line per seed, and the mean difference with its interval."""
    rows = [
        (
            str(one["seed"]),
            *(f"{one[order]['effort']:.2f} s" for order in ORDERS),
            *(f"{100 * one[order]['ap']:.1f}" for order in ORDERS),
        )
        for one in found
    ]
    gains = [one["random"]["effort"] - one["suggested"]["effort"] for one in found]
    low, high = interval(gains)
    note = (
        f"The suggested order leaves {np.mean(gains):.2f} s per track-frame less work than the random one "
        f"(90 % interval {low:.2f} to {high:.2f} s)."
    )
    columns = ("seed", *(f"effort, {order}" for order in ORDERS), *(f"AP, {order}" for order in ORDERS))
    return Table("which videos next", columns, rows, facts=list(found), notes=(note,))


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--seeds", type=int, nargs="*", default=[21, 22, 23, 24, 25])
    parser.add_argument("--steps", type=int, help="of each training; by default the product chooses")
    parser.add_argument("--out", type=Path, default=Path("out/ranking"))
    asked = parser.parse_args()
    show(table([run_seed(seed, asked.out, asked.steps) for seed in asked.seeds]), asked)


if __name__ == "__main__":
    main()
