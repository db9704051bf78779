"""The command versions: lists, compares, makes again and removes frozen versions of a data set."""

import argparse
import json

from app.cli.progress import Progress
from app.cli.project import find_project, opened
from app.exchange.version_diff import compare_versions
from app.exchange.versions import find_version, list_versions, make_version, remove_version
from app.sentences import counted
from app.settings import Settings


def list_(arguments: argparse.Namespace, settings: Settings) -> None:
    """The versions of the project with their numbers."""
    with opened(settings) as database:
        found = list_versions(settings, find_project(database, settings).id)
    if arguments.json:
        return print(json.dumps({"versions": [one.as_json() for one in found]}))
    for one in found:
        numbers = (f"{counted(one.numbers[key + 's'], key)}" for key in ("video", "frame", "track", "mask"))
        print(f"{one.name}: {', '.join(numbers)}, edit {one.edit}")
    if not found:
        print("No version was frozen yet; `export --freeze NAME` does it.")


def diff(arguments: argparse.Namespace, settings: Settings) -> None:
    """What changed from one version to another."""
    with opened(settings) as database:
        project_id = find_project(database, settings).id
    first, second = (find_version(settings, project_id, name) for name in (arguments.first, arguments.second))
    found = compare_versions(first, second)
    print(json.dumps(found.as_json()) if arguments.json else "\n".join(found.lines()))


def make(arguments: argparse.Namespace, settings: Settings) -> None:
    """Write a version again, equal to the byte."""
    with opened(settings) as database:
        progress = Progress()
        project_id = find_project(database, settings).id
        out = arguments.out.absolute()
        done = make_version(database, settings, project_id=project_id, name=arguments.name, out=out, report=progress)
        progress.end()
    print(json.dumps({"out": str(out), **done.as_json()}) if arguments.json else f"{done.name}: {out}")


def remove(arguments: argparse.Namespace, settings: Settings) -> None:
    """Remove a version; exports that were written stay."""
    with opened(settings) as database:
        remove_version(settings, find_project(database, settings).id, arguments.name)
    print(json.dumps({"removed": arguments.name}) if arguments.json else f"{arguments.name} is removed.")
