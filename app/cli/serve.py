"""The command serve: starts the app, with the demo project at the first start."""

import argparse
import contextlib
import sys
from pathlib import Path

from app.checkpoints.factory import ensure_built_in
from app.demo.project import FOLDER, ensure_demo
from app.errors import BadInput
from app.opening import open_database
from app.settings import Settings
from app.web import server
from app.web.reach import is_loopback
from app.web.sign_in import People, read_people, readable_by_others


def serve(arguments: argparse.Namespace, settings: Settings) -> None:
    """Start the app; returns when it is stopped."""
    people = None if settings.auth_file is None else _people(settings.auth_file)
    _check_reach(settings)
    _register_built_in(settings)
    # Ctrl+C is how a server is meant to be stopped.
    with contextlib.suppress(KeyboardInterrupt):
        server.run(settings, people=people)


def _people(file: Path) -> People:
    found = read_people(file)
    if readable_by_others(file):
        print(f"Other users of this machine can read the passwords in {file}: chmod 600.", file=sys.stderr, flush=True)
    return found


def _check_reach(settings: Settings) -> None:
    """Raise `BadInput` for an address that others reach with neither a sign-in nor ``--allow-network``.

    With one of both, print the risk that is left.
    """
    if is_loopback(settings.host):
        return
    if settings.auth_file is not None:
        print(
            f"Passwords and pictures travel unencrypted to {settings.host}; beyond a network that you trust, put a "
            "server with TLS in front.",
            file=sys.stderr,
            flush=True,
        )
        return
    risk = (
        f"Everybody who reaches {settings.host} can see, change and delete all projects, and read and write files of "
        "this machine through imports and exports, without a sign-in"
    )
    if not settings.allow_network:
        raise BadInput(f"{risk}; name a file of people with --auth, or add --allow-network if that is all right.")
    print(f"{risk}.", file=sys.stderr, flush=True)


def _register_built_in(settings: Settings) -> None:
    settings.make_folders()
    with open_database(settings.database_url, settings.data) as database:
        ensure_built_in(database, settings)
        if (FOLDER / "demo.json").is_file():
            ensure_demo(database, settings)
        else:
            print(f"This copy of the program lacks its demo ({FOLDER}); starting without it.", file=sys.stderr)
