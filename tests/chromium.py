"""Finds a Chromium or Chrome for the browser tests, or fetches one: ``python -m tests.chromium`` prints its path."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
PLACES = (
    "/usr/lib/chromium/chromium",
    "/opt/google/chrome/chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)


def prepare() -> str:
    """Path of a browser; an empty string when none can be had, with the reason on stderr.

    An installed one comes first, then Playwright's own, then the system's package manager.
    """
    found = find_browser()
    if found:
        return found
    report("No Chromium or Chrome here; fetching Playwright's own.")
    subprocess.call([sys.executable, "-m", "playwright", "install", "chromium"], stdout=sys.stderr.fileno())
    found = playwright_browser()
    if not found and shutil.which("apt-get") and getattr(os, "geteuid", lambda: 1)() == 0:
        report("Playwright's own browser does not run here; asking the system's package manager.")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update"], ["apt-get", "install", "--yes", "chromium"]):
            subprocess.call(command, stdout=sys.stderr.fileno(), env=environment)
        found = system_browser()
    if not found:
        report("No browser could be prepared; install Chromium or Chrome for the tests that need one.")
    return found


def report(text: str) -> None:
    """Print one line of progress on stderr; stdout is for the path."""
    print(text, file=sys.stderr, flush=True)


def find_browser() -> str:
    """Path of a browser that is already here, or an empty string: the system's, else Playwright's own."""
    return system_browser() or playwright_browser()


def system_browser() -> str:
    """Path of an installed Chromium or Chrome, or an empty string; ``TEVIT_BROWSER`` names one by hand."""
    named = os.environ.get("TEVIT_BROWSER", "")
    candidates = [named, *(shutil.which(name) or "" for name in NAMES), *PLACES]
    return next((path for path in candidates if path and Path(path).is_file() and starts(path)), "")


def playwright_browser() -> str:
    """Path of Playwright's own Chromium if it is installed and starts, else an empty string."""
    code = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    path = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip()
    return path if path and Path(path).is_file() and starts(path) else ""


def starts(path: str) -> bool:
    """Whether a browser starts at all: one that misses a library of the system is there but of no use."""
    if os.name == "nt":
        return True  # there --version opens a window
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    print(prepare())
