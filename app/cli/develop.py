"""The commands test and benchmark, for developers: the whole suite, and the tables of the documentation."""

import argparse
import importlib.util
import pkgutil
import subprocess
import sys

from app.cli.outcome import ChecksFailed
from app.errors import BadInput
from app.sentences import USAGE, WrongUsage
from app.settings import ROOT, Settings

BENCHMARKS = "tests.benchmarks"
OPTIONS = {"fuzz": ("cases", "first", "seed"), "crash": ("kills", "first", "seed")}
"""Benchmarks with a number of random cases, and the flags that choose them."""
# Beginnings of other names in that folder: parts of benchmarks, and tests of them.
NO_BENCHMARK = ("_", "test_", "frame_", "long_")
NEEDS_GPU = ("cuda",)  # no part of `all`


def test(arguments: argparse.Namespace, settings: Settings) -> None:
    """Run the whole suite through the launcher, which also prepares what only tests need."""
    if subprocess.call([sys.executable, str(ROOT / "launch.py"), "test"], cwd=ROOT) != 0:
        raise ChecksFailed("The suite failed; the reasons are above.")


def benchmark(arguments: argparse.Namespace, settings: Settings) -> None:
    """Measure one table of the READMEs, or all; with ``--write`` refresh it where it stands."""
    spec = importlib.util.find_spec(BENCHMARKS)
    places = list(spec.submodule_search_locations or []) if spec else []
    found = [module.name for module in pkgutil.iter_modules(places) if not module.ispkg]
    known = sorted(name for name in found if not name.startswith(NO_BENCHMARK))
    names = [name for name in known if name not in NEEDS_GPU] if arguments.name == "all" else [arguments.name]
    if not known or not set(names) <= set(known):
        raise BadInput(f"There is no benchmark {arguments.name}; there are {', '.join([*known, 'all'])}.")
    form = ["--json"] if arguments.json else []
    more = [*form, *_chosen_cases(arguments), *_passed_on(arguments)]
    failed = []
    for name in names:
        command = ["_write", name, *form] if arguments.write else [name, *more]
        code = subprocess.call([sys.executable, "-m", f"{BENCHMARKS}.{command[0]}", *command[1:]], cwd=ROOT)
        if code == USAGE:
            raise WrongUsage(f"The benchmark {name} does not take these flags; the reason is above.")
        if code != 0:
            failed.append(name)
    if failed:
        raise ChecksFailed(f"The benchmark {', '.join(failed)} failed; the reason is above.")


def _passed_on(arguments: argparse.Namespace) -> list[str]:
    """The flags that the benchmark itself reads, such as ``--golden`` of `cuda`. `WrongUsage` where none does."""
    flags: list[str] = list(arguments.passed_on)
    if flags and (arguments.write or arguments.name == "all"):
        raise WrongUsage(f"{flags[0]} is a flag of one benchmark; it goes neither with all nor with --write.")
    device = getattr(arguments, "device", None)
    return [*flags, *(["--device", device] if device and arguments.name in NEEDS_GPU else [])]


def _chosen_cases(arguments: argparse.Namespace) -> list[str]:
    """The flags of `OPTIONS` that were given. Raises `WrongUsage` where the benchmark has no such flag."""
    flags: list[str] = []
    own = OPTIONS.get(arguments.name, ())
    for flag in dict.fromkeys((*own, *(flag for known in OPTIONS.values() for flag in known))):
        value = getattr(arguments, flag)
        if value is None:
            continue
        if flag not in own or arguments.write:
            having = " or ".join(name for name, known in OPTIONS.items() if flag in known)
            raise WrongUsage(f"--{flag} is for the benchmark {having} alone, without --write.")
        flags += [f"--{flag}", str(value)]
    return flags
