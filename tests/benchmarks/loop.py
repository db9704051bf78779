"""The loop of the product: an annotator corrects some videos and presses one button; is the next proposal better?

Per seed a project of 16 videos of a domain that the factory checkpoint does not know. The annotator
(`tests.benchmarks.annotator`) corrects 4, then 8, then 16 of them, each with the proposals of the checkpoint in use,
and retrains after each. Every checkpoint is measured on 12 other videos that the product never sees. With ``--corrupt``
a third of the masks of small projects is shuffled before the button is pressed: such a round must not be promoted. What
is done is kept under ``--out``; an interrupted run goes on there.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from model.adapting.procedural_replay import ProceduralClips
from tests.benchmarks._held_out import worth
from tests.benchmarks._loop_project import LoopProject, LoopState
from tests.benchmarks._served import Served
from tests.benchmarks._spoiled_project import spoil_project
from tests.benchmarks._tables import Table, options, progress, show
from tests.serving import running_server

DOMAIN, SIZE, FRAMES = "unseen", (160, 96), 12
CORRECTED = (4, 8, 16)
HELD_OUT, HELD_OUT_SEED = 12, 700_000  # added to the seed
GOLDEN, GOLDEN_SEED = 12, 900_101
CORRUPT_VIDEOS, CORRUPT_SEED = 6, 800_000
PERCENT = ("ap", "ap_agnostic", "track_iou", "published_ap", "published_agnostic", "published_iou", "golden")


def clips(domain: str, count: int, seed: int) -> ProceduralClips:
    """Videos of the loop."""
    return ProceduralClips(domain, count=count, frames=FRAMES, size=SIZE, seed=seed)


@contextmanager
def project(folder: Path, source: ProceduralClips) -> Iterator[LoopProject]:
    """The project in this folder on a running server."""
    folder.mkdir(parents=True, exist_ok=True)
    state = LoopState.of(folder / "state.json")
    with running_server(folder / "data", "--device", "cpu") as server:
        whole = Served(server, state.project)
        if not state.project:
            body = {"name": folder.name, "categories": list(source.categories)}
            whole = Served(server, str(whole.call("POST", "/data/projects", body)["id"]))
            whole.use("demo")
        yield LoopProject.begun(whole, source, state, folder / "videos")


def run_seed(seed: int, out: Path, rounds: int, steps: int | None) -> list[dict[str, Any]]:
    """All rounds of a seed up to number ``rounds``, the measurement before them first."""
    held_out, golden = clips(DOMAIN, HELD_OUT, seed + HELD_OUT_SEED), clips("demo", GOLDEN, GOLDEN_SEED)
    with project(out, clips(DOMAIN, CORRECTED[-1], seed)) as product:
        state = product.state
        if not state.rounds:
            figures = worth(product.checkpoint(), held_out, golden).as_json()
            state.rounds.append({"corrected": 0, "new": figures, "in_use": figures})
            state.keep()
        while len(state.rounds) <= rounds:
            target = CORRECTED[len(state.rounds) - 1]
            correct_until(product, target, "added")
            result, seconds = product.press_the_button(steps)
            new = worth(product.checkpoint(result["name"]), held_out, golden).as_json()
            in_use = new if result["promoted"] else state.rounds[-1]["in_use"]
            state.rounds.append({"corrected": target, "new": new, "in_use": in_use, **_outcome(result, seconds)})
            state.keep()
            progress(f"seed {seed}: {json.dumps(state.rounds[-1])}")
        return state.rounds


def correct_until(product: LoopProject, target: int, order: str) -> None:
    """Corrects videos until ``target`` of them are corrected, in the order in which they were added or as suggested."""
    state = product.state
    while len(state.effort) < target:
        left = [video for video in state.videos if video not in state.effort]
        if order == "suggested":
            found = product.served.call("GET", f"/data/projects/{state.project}/next")["videos"]
            ranked = [one["id"] for one in found]
            left.sort(key=lambda video: ranked.index(video) if video in ranked else len(ranked))
        product.correct(left[0])


def run_corrupted(seed: int, out: Path, steps: int | None) -> dict[str, Any]:
    """One round with a third of the masks shuffled."""
    with project(out, clips(DOMAIN, CORRUPT_VIDEOS, seed + CORRUPT_SEED)) as product:
        state = product.state
        if not state.rounds:
            correct_until(product, CORRUPT_VIDEOS, "added")
            if not state.spoiled:
                state.spoiled = [list(place) for place in sorted(spoil_project(product, seed))]
                state.keep()
            spoiled = {tuple(place) for place in state.spoiled}
            result, seconds = product.press_the_button(steps)
            named = {(one["video_id"], one["track"], one["frame"]) for one in result["corrections"]["named"]}
            found = {"spoiled": len(spoiled), "right": len(named & spoiled), "wrong": len(named - spoiled)}
            state.rounds.append({"seed": seed, **found, **_outcome(result, seconds)})
            state.keep()
            progress(f"corrupted, seed {seed}: {json.dumps(state.rounds[-1])}")
        return state.rounds[0]


def _outcome(result: dict[str, Any], seconds: float) -> dict[str, Any]:
    kept = {name: result.get(name) for name in ("name", "promoted", "verdict", "steps")}
    return {**kept, "seconds": round(seconds, 1), "suspicious": result["corrections"]["share"]}


def table(seeds: dict[int, list[dict[str, Any]]]) -> Table:
    """One line per round and seed."""
    rows = []
    for seed, rounds in seeds.items():
        for one in rounds:
            new = {name: f"{100 * one['new'][name]:.1f}" for name in PERCENT}
            promoted = "" if "promoted" not in one else "yes" if one["promoted"] else "no"
            rows.append(
                (
                    f"{seed}, {one['corrected']} videos",
                    new["ap"],
                    new["ap_agnostic"],
                    new["track_iou"],
                    f"{one['new']['proposed']:.0f} / {one['new']['true']:.0f}",
                    f"{one['new']['effort']:.1f} s",
                    f"{one['new']['effort_spread']:.1f} s",
                    new["published_ap"],
                    new["published_agnostic"],
                    new["published_iou"],
                    new["golden"],
                    promoted,
                    f"{one['seconds'] / 60:.1f} min" if "seconds" in one else "",
                )
            )
    columns = (
        "seed, corrected",
        "AP",
        "without classes",
        "track IoU",
        "proposed / true",
        "effort",
        "with spreading",
        "published: AP",
        "without classes",
        "track IoU",
        "golden AP",
        "promoted",
        "time",
    )
    return Table("the loop", columns, rows, facts=seeds)


def corrupted_table(found: list[dict[str, Any]]) -> Table:
    """One line per corrupted round."""
    rows = [
        (
            str(one["seed"]),
            str(one["spoiled"]),
            f"{100 * one['right'] / max(one['spoiled'], 1):.0f} %",
            f"{one['wrong']} of {one['right'] + one['wrong']}",
            "yes" if one["promoted"] else "no",
        )
        for one in found
    ]
    return Table("rounds with shuffled masks", ("seed", "spoiled", "named", "wrongly", "promoted"), rows, facts=found)


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--seeds", type=int, nargs="*", default=[11, 12])
    parser.add_argument("--first", type=int, help="only so many rounds of each seed; 0: the base alone")
    parser.add_argument("--rounds", type=int, default=len(CORRECTED))
    parser.add_argument("--corrupt", type=int, default=0, metavar="N", help="so many corrupted rounds instead")
    parser.add_argument("--steps", type=int, help="of each training; by default the product chooses")
    parser.add_argument("--out", type=Path, default=Path("out/loop"))
    asked = parser.parse_args()
    rounds = min(asked.rounds if asked.first is None else asked.first, len(CORRECTED))
    started = time.monotonic()
    if asked.corrupt:
        out = asked.out
        found = [run_corrupted(seed, out / f"corrupt-{seed}", asked.steps) for seed in range(1, asked.corrupt + 1)]
        show(corrupted_table(found), asked)
    else:
        seeds = {seed: run_seed(seed, asked.out / f"seed-{seed}", rounds, asked.steps) for seed in asked.seeds}
        show(table(seeds), asked)
    progress(f"{(time.monotonic() - started) / 60:.0f} minutes")


if __name__ == "__main__":
    main()
