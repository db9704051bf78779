"""The whole suite: ``python -m tests.suite`` checks the code of both languages and runs all tests.

With arguments it runs pytest alone, which gets them. ``python3 launch.py test`` prepares what it needs and starts it.
"""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.chromium import prepare

ROOT = Path(__file__).resolve().parents[1]
# The two lists run beside each other; the checks of a list do not, for the first of JavaScript installs its programs.
CHECKS = (
    (
        ("format", ("-m", "ruff", "format", "--check", ".")),
        ("lint", ("-m", "ruff", "check", ".")),
        ("types", ("-m", "mypy")),
    ),
    (
        ("javascript format", ("-m", "tests.javascript.check", "format")),
        ("javascript types", ("-m", "tests.javascript.check", "types")),
    ),
)
MOST_WORKERS = 8


def main(arguments: list[str]) -> int:
    """Run the steps and print a summary; returns 0 when all went well, else 1."""
    environment = environment_of(prepare())
    results = {} if arguments else run_checks(environment)
    report("--- tests")
    results["tests"] = subprocess.call(
        [sys.executable, "-m", "pytest", *(arguments or all_tests())],
        cwd=ROOT,
        env=environment,
        stdout=sys.stderr.fileno(),
    )
    for name, code in results.items():
        print(f"{name:<19}{'ok' if code == 0 else f'FAILED (exit code {code})'}")
    sys.stdout.flush()
    failed = [name for name, code in results.items() if code != 0]
    if failed:
        report(f"Failed: {', '.join(failed)}; the reasons are above.")
    return 1 if failed else 0


def environment_of(browser: str) -> dict[str, str]:
    """The environment of all steps: this one, with the path of the browser if there is one.

    Bytecode is kept in any case. Else each worker of pytest rewrites the assertions of all tests anew, and each server
    and each process that a test starts compiles the program.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **({"TEVIT_BROWSER": browser} if browser else {})}


def report(text: str) -> None:
    """Print progress on stderr; stdout is for the summary."""
    print(text, file=sys.stderr, flush=True)


def run_checks(environment: dict[str, str]) -> dict[str, int]:
    """Run the lists of `CHECKS` beside each other; prints what each check wrote, and returns its exit code by name."""
    interrupted = threading.Event()

    def run(checks: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, int]:
        codes: dict[str, int] = {}
        for name, command in checks:
            if interrupted.is_set():
                break
            ran = subprocess.run(
                [sys.executable, *command], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            report(f"--- {name}\n{ran.stdout.decode(errors='replace')}".rstrip())
            codes[name] = ran.returncode
        return codes

    with ThreadPoolExecutor(len(CHECKS)) as pool:
        try:
            return {name: code for codes in pool.map(run, CHECKS) for name, code in codes.items()}
        except KeyboardInterrupt:
            interrupted.set()
            raise


def all_tests() -> list[str]:
    """What pytest is given for all tests.

    One worker more than cores, for tests of the browser and of the disk wait at times. xdist would start the files
    with the most tests first; the longest ones are those of the browser, which `conftest` puts in front.
    """
    workers = min((os.cpu_count() or 1) + 1, MOST_WORKERS)
    return ["-n", str(workers), "--dist", "loadfile", "--no-loadscope-reorder"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
