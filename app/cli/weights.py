"""The command weights: where the weights are that come with the installation; `launch.py` has installed them before."""

import argparse
import json

from app.cli.outcome import ChecksFailed
from app.settings import Settings
from model.pretrained import INSTALLED, find, missing


def weights(arguments: argparse.Namespace, settings: Settings) -> None:
    """Print each network and the path of its weights. Raises `ChecksFailed` where some are not installed."""
    found = {name: find(name) for name in INSTALLED}
    if arguments.json:
        print(json.dumps({name: str(path) if path else None for name, path in found.items()}))
    else:
        for name, path in found.items():
            print(f"{INSTALLED[name].title}, {INSTALLED[name].licence}: {path or 'not installed'}")
    lacking = [missing(name) for name, path in found.items() if path is None]
    if lacking:
        raise ChecksFailed(" ".join(lacking))
