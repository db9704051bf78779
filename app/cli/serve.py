"""The command serve: starts the app, with the demo project at the first start."""

import argparse
import contextlib
import sys

from app.checkpoints.factory import ensure_built_in
from app.demo.project import FOLDER, ensure_demo
from app.errors import BadInput
from app.opening import open_database
from app.settings import Settings
from app.web import server
from app.web.reach import is_loopback


def serve(arguments: argparse.Namespace, settings: Settings) -> None:
    """Start the app; returns when it is stopped."""
    if settings.auth_file is not None:
        raise BadInput(
            f"This version has no sign-in, so --auth {settings.auth_file} cannot be honoured; serve on 127.0.0.1 and "
            "put a proxy with a sign-in of its own in front."
        )
    _check_reach(settings)
    _register_built_in(settings)
    # Ctrl+C is how a server is meant to be stopped.
    with contextlib.suppress(KeyboardInterrupt):
        server.run(settings)


def _check_reach(settings: Settings) -> None:
    """Raise `BadInput` for an address that others reach without ``--allow-network``; with it, print the risk."""
    if is_loopback(settings.host):
        return
    risk = (
        f"Everybody who reaches {settings.host} can see, change and delete all projects, and read and write files of "
        "this machine through imports and exports, without a sign-in"
    )
    if not settings.allow_network:
        raise BadInput(
            f"{risk}; add --allow-network if that is all right, or serve on 127.0.0.1 and put a proxy with a sign-in "
            "of its own in front."
        )
    print(f"{risk}.", file=sys.stderr, flush=True)


def _register_built_in(settings: Settings) -> None:
    settings.make_folders()
    with open_database(settings.database_url, settings.data) as database:
        ensure_built_in(database, settings)
        if (FOLDER / "demo.json").is_file():
            ensure_demo(database, settings)
        else:
            print(f"This copy of the program lacks its demo ({FOLDER}); starting without it.", file=sys.stderr)
