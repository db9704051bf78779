"""Commands that run something: the server, a worker, the frame counter, the tests and benchmarks."""

import argparse
import contextlib
import importlib.util
import json
import pkgutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from app.cli.progress import Progress
from app.errors import AppError, BadInput
from app.sentences import WrongUsage
from app.settings import ROOT, Settings

BENCHMARKS = "tests.benchmarks"
NO_BENCHMARK = ("_", "test_")  # what else lies in that folder: parts of benchmarks, and tests of them


class ChecksFailed(AppError):
    """A check, a test or a benchmark came out badly."""


def serve(arguments: argparse.Namespace, settings: Settings) -> None:
    """Start the app, with the demo project at the first start; returns when it is stopped."""
    from app.web import server

    if settings.auth_file is not None:
        raise BadInput(
            f"This version has no sign-in, so --auth {settings.auth_file} cannot be honoured; serve on 127.0.0.1 and "
            "put a proxy with a sign-in of its own in front."
        )
    _make_demo(settings)
    # Ctrl+C is how a server is meant to be stopped.
    with contextlib.suppress(KeyboardInterrupt):
        server.run(settings)


def worker(arguments: argparse.Namespace, settings: Settings) -> None:
    """Do background jobs until stopped, or until none came for the idle time."""
    import logging

    from app.worker.handlers import ASIDE, HANDLERS
    from app.worker.loop import run_worker

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    settings.make_folders()
    if not run_worker(settings, handlers=HANDLERS, aside=ASIDE, idle_seconds=arguments.idle):
        print("Another worker is alive on this machine; this one has nothing to do.", file=sys.stderr)


def frames(arguments: argparse.Namespace, settings: Settings) -> None:
    """Count the frames of a video; with ``--extract`` also write some of them."""
    from storage import frames as video_frames

    if arguments.extract and arguments.out is None:
        raise WrongUsage("Say where the frames go: --extract needs --out DIR.")
    progress = Progress()

    def counting(done: int, announced: int) -> None:
        progress(done / max(announced, done, 1), f"frame {done}")

    index = video_frames.index(arguments.file, progress=counting)
    progress.end()
    if arguments.extract:
        _extract(index, sorted(set(arguments.extract)), arguments.out)
    print(json.dumps(_facts(index)) if arguments.json else _described(index))


def test(arguments: argparse.Namespace, settings: Settings) -> None:
    """The whole suite, by the launcher, which also prepares what only tests need."""
    if subprocess.call([sys.executable, str(ROOT / "launch.py"), "test"], cwd=ROOT) != 0:
        raise ChecksFailed("The suite failed; the reasons are above.")


def benchmark(arguments: argparse.Namespace, settings: Settings) -> None:
    """Measure one table of the README, or all."""
    spec = importlib.util.find_spec(BENCHMARKS)
    places = list(spec.submodule_search_locations or []) if spec else []
    known = sorted(module.name for module in pkgutil.iter_modules(places) if not module.name.startswith(NO_BENCHMARK))
    names = known if arguments.name == "all" else [arguments.name]
    if not known or not set(names) <= set(known):
        raise BadInput(f"There is no benchmark {arguments.name}; there are {', '.join([*known, 'all'])}.")
    more = ["--json"] if arguments.json else []
    failed = []
    for name in names:
        if subprocess.call([sys.executable, "-m", f"{BENCHMARKS}.{name}", *more], cwd=ROOT) != 0:
            failed.append(name)
    if failed:
        raise ChecksFailed(f"The benchmark {', '.join(failed)} failed; the reason is above.")


def _make_demo(settings: Settings) -> None:
    from app.demo.project import FOLDER, ensure_demo
    from storage.database import Database

    if not (FOLDER / "demo.json").is_file():
        print(f"This copy of the program lacks its demo ({FOLDER}); starting without it.", file=sys.stderr)
        return
    settings.make_folders()
    with Database.open(settings.database_url) as database:
        ensure_demo(database, settings)


def _extract(index: Any, wanted: list[int], out: Path) -> None:
    """Write frames as ``000012.png``; those written are taken back when a later one fails."""
    from storage.frames import open_reader
    from storage.frames.export import write_picture

    beyond = [k for k in wanted if k >= index.count]
    if beyond:
        raise BadInput(f"{index.path} has the frames 0 to {index.count - 1}, so there is no frame {beyond[0]}.")
    out.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    try:
        with open_reader(index) as reader:
            for k in wanted:
                path = out / f"{k:06d}.png"
                there = path.exists()
                write_picture(reader.read(k), path)
                if not there:
                    written.append(path)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def _facts(index: Any) -> dict[str, Any]:
    return {
        "count": index.count,
        "width": index.width,
        "height": index.height,
        "rotation": index.rotation,
        "stream": index.stream,
        "time_base": list(index.time_base),
        "pts": list(index.pts),
        "gaps": [
            {"after": gap.after, "start_pts": gap.start_pts, "end_pts": gap.end_pts, "reason": gap.reason}
            for gap in index.gaps
        ],
        "notes": list(index.notes),
    }


def _described(index: Any) -> str:
    lines = [
        f"{index.path}",
        f"  frames    {index.count} of {index.width} x {index.height}, {index.seconds(index.count - 1):.2f} s",
        f"  rotation  {index.rotation}",
        f"  stream    {index.stream}",
    ]
    lines += [f"  gap       after frame {gap.after}: {gap.reason}" for gap in index.gaps]
    lines += [f"  note      {note}" for note in index.notes]
    return "\n".join(lines)
