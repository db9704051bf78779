"""Runs a folder of golden figures (``conform``): every case of every part, against its tolerance."""

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from app.conform.checks import Case, ConformReport, UnreadableCase, deterministic, read_json, run_case, stems, strays
from app.conform.evaluation import eval_case
from app.conform.forward import forward_case, index_case
from app.conform.markdown import markdown
from app.conform.pipeline import annotations_case, annotations_of, pipeline_test_case, pipeline_train_case, seed_of
from app.conform.recipe import Networks, Recipe
from app.conform.training import groups_case, training_case
from app.conform.units import unit_case, unit_names
from app.errors import BadInput

Report = Callable[[str], None]
_INDEX = "index"  # golden/index.json is a list of the cases
_PAIR = (".json", ".npz")  # the two files of most cases
_DEVICE_FACTOR = 5.0  # for tolerances on a GPU, which adds in another order


def conform(folder: Path, *, device: str = "cpu", report: Report = print) -> ConformReport:
    """Run all cases of ``folder`` (recipe/, golden/, pipeline/, eval/; any of them may be absent).

    ``report`` is called with the name of each case before it runs. A file that cannot be read or understood is a failed
    check of its case. The recipe of the folder is executed. Raises `app.errors.BadInput` for a folder without a case.
    """
    if not folder.is_dir():
        raise BadInput(f"{folder} is not a folder of golden figures")
    deterministic(device)
    runner = _Runner(folder, device, report)
    runner.all()
    if not runner.cases:
        raise BadInput(
            f"{folder} holds no case: expected any of golden/, golden/train/, golden/units/, pipeline/, eval/"
        )
    return ConformReport(tuple(runner.cases), tuple(runner.absent))


def run(folder: Path, as_json: bool = False, *, device: str = "cpu") -> int:
    """The command: progress on stderr, Markdown tables (or JSON) on stdout; returns 0 if nothing failed, else 1."""
    report = conform(folder, device=device, report=lambda line: print(line, file=sys.stderr, flush=True))
    if as_json:
        print(json.dumps(report.to_dict()))
    else:
        print("\n".join(markdown(report)))
    return 1 if report.failed else 0


class _Runner:
    def __init__(self, folder: Path, device: str, report: Report) -> None:
        self.folder, self.device, self.report = folder, device, report
        self.recipe = Recipe(folder / "recipe")
        self.networks = Networks(self.recipe, device)
        self.cases: list[Case] = []
        self.absent: list[str] = []
        self.factor = 1.0 if device == "cpu" else _DEVICE_FACTOR

    def all(self) -> None:
        """Runs every part, the cheap ones first."""
        self._recipe()
        self._eval()
        self._units()
        self._pipeline()
        self._forward()
        self._training()

    def _case(self, part: str, name: str, body: Callable[[Case], None]) -> None:
        self.report(f"{part} {name}")
        self.cases.append(run_case(Case(part, name, self.factor), body))

    def _list(self, part: str, name: str, body: Callable[[Case], None]) -> None:
        """Runs a list of cases; it counts as a case only if it cannot be read or contradicts a case."""
        case = run_case(Case(part, name), body)
        if case.failed:
            self.cases.append(case)

    def _present(self, part: str) -> Path | None:
        """The folder of a part, None if it is absent; a file with its name is a failed case, not an absent part."""
        path = self.folder / part
        if path.is_dir():
            return path
        if path.exists() or path.is_symlink():
            self._case(part, "the folder", lambda case: case.fail("readable", f"{path.name} is not a folder"))
        else:
            self.absent.append(part)
        return None

    def _names(self, part: str, folder: Path, *endings: str) -> list[str]:
        """Names of the cases of a part; without any it is absent. Files that belong to no case are failed cases."""
        unknown = strays(folder, *endings)
        for name in unknown:
            self._case(part, name, lambda case: case.fail("known", "the file belongs to no case"))
        names = stems(folder, *endings)
        if not unknown and not set(names) - {_INDEX}:
            self.absent.append(part)
        return names

    def _recipe(self) -> None:
        """Checks that the recipe's lists are readable; the cases that use the recipe show whether it runs."""
        folder = self._present("recipe")
        if folder and not any(folder.iterdir()):
            self.absent.append("recipe")
        for path in sorted(folder.glob("*.json")) if folder else ():
            self._list("recipe", path.stem, partial(_readable, path=path))

    def _eval(self) -> None:
        if folder := self._present("eval"):
            for name in self._names("eval", folder, "_gt.json", "_dt.json", "_stats.json", "_curves.npz"):
                self._case("eval", name, lambda case: eval_case(case, folder))

    def _units(self) -> None:
        if folder := self._present("golden/units"):
            for stem in self._names("golden/units", folder, ".npz"):
                path = folder / f"{stem}.npz"
                for name in unit_names(path):
                    self._case("units", name, partial(unit_case, path=path, device=self.device))

    def _pipeline(self) -> None:
        if folder := self._present("pipeline"):
            about = {name: _content(folder / f"{name}.json") for name in self._names("pipeline", folder, *_PAIR)}
            drawn = [name for name, content in about.items() if isinstance(content, list)]
            compared = {annotations_of(seed) for name in drawn if (seed := seed_of(name)) is not None}
            for name, content in about.items():
                if name in drawn:  # a data set and the training items drawn from it
                    self._case("pipeline", name, lambda case: pipeline_train_case(case, folder, self.recipe))
                elif not isinstance(content, dict) or "videos" not in content:
                    self._case("pipeline", name, lambda case: pipeline_test_case(case, folder, self.recipe))
                elif f"{name}.json" not in compared or (folder / f"{name}.npz").exists():
                    self._case("pipeline", name, lambda case: annotations_case(case, folder, self.recipe))

    def _forward(self) -> None:
        if not (folder := self._present("golden")):
            return
        names = self._names("golden", folder, *_PAIR)
        for name in sorted(names, key=lambda name: (_network_of(folder, name), name)):
            if name == _INDEX:
                self._list("golden", name, lambda case: index_case(case, folder, _INDEX))
            else:
                self._case("golden", name, lambda case: forward_case(case, folder, self.recipe, self.networks))

    def _training(self) -> None:
        if not (folder := self._present("golden/train")):
            return
        for name in self._names("golden/train", folder, *_PAIR):
            about = _content(folder / f"{name}.json")
            if isinstance(about, dict) and "param_groups" in about and "losses" not in about:
                self._case("train", name, lambda case: groups_case(case, folder))
            else:
                self._case("train", name, lambda case: training_case(case, folder, self.recipe, self.networks))


def _readable(case: Case, path: Path) -> None:
    case.equal("readable", bool(read_json(path)), True)


def _content(path: Path) -> Any:
    """The content of a file, to distinguish kinds of cases; None if it cannot be read, which its case reports."""
    try:
        return read_json(path)
    except UnreadableCase:
        return None


def _network_of(folder: Path, name: str) -> str:
    """Sort key that puts cases of one network together; unreadable cases come first."""
    about = _content(folder / f"{name}.json")
    return f"{about.get('config')} {about.get('salt')}" if isinstance(about, dict) else ""
