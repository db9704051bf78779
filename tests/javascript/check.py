"""Checks the JavaScript and the style sheets: ``python -m tests.javascript.check format`` or ``types``.

``format --write`` formats the files instead.
"""

import subprocess
import sys

from tests.javascript.node import HERE, NoNode, program

ROOT = HERE.parents[1]
# `tests` has no sheets, and its suites hold objects that stand in for the page's: they are formatted, not type-checked.
FORMATTED = ("assets/**/*.{js,css}", "tests/**/*.mjs", "tests/javascript/*.json")
CONFIG = str(HERE / "prettier.json")
COMMANDS = {
    "format": ("prettier/bin/prettier.cjs", "--config", CONFIG, "--no-editorconfig", "--log-level", "warn", *FORMATTED),
    "types": ("typescript/bin/tsc", "--project", str(HERE / "tsconfig.json"), "--pretty", "false"),
}


def main(arguments: list[str]) -> int:
    """Run one check; returns its exit code, 1 too where Node is missing."""
    name, *options = arguments
    script, *rest = COMMANDS[name]
    if name == "format":
        rest += options or ["--check"]
    try:
        return subprocess.call([*program(script), *rest], cwd=ROOT)
    except NoNode as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
