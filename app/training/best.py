"""The best checkpoint of a run by its average precision on held-out videos, kept beside the last one."""

import json
import shutil
from pathlib import Path

from model.atomic import replacing

BEST = "best.safetensors"
FIGURE = "best.json"


def best_figure(folder: Path) -> float | None:
    """The AP of the best checkpoint in a run's folder; None where there is none."""
    path = folder / FIGURE
    return float(json.loads(path.read_text(encoding="utf-8"))["AP"]) if path.exists() else None


def keep_if_best(folder: Path, checkpoint: Path, *, step: int, ap: float | None) -> bool:
    """Copy a checkpoint to `BEST` if its ``ap`` is above that of the one kept there; returns whether it was.

    Each file appears whole or not at all. ``ap`` None: nothing was there to find, so nothing is better or worse.
    """
    kept = best_figure(folder)
    if ap is None or (kept is not None and ap <= kept):
        return False
    with replacing(folder / BEST) as copy:
        shutil.copyfile(checkpoint, copy)
    with replacing(folder / FIGURE) as text:
        text.write_text(json.dumps({"step": step, "AP": ap}) + "\n", encoding="utf-8")
    return True


def forget_best(folder: Path) -> None:
    """Remove what an earlier run left in the folder."""
    for name in (FIGURE, BEST):
        (folder / name).unlink(missing_ok=True)
