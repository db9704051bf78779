"""The command check: what each known loader does with a file, or whether the database is damaged."""

import argparse
import json

from app.cli.outcome import ChecksFailed, print_lines
from app.cli.project import opened
from app.exchange.certificates import FileCheck, certificate_lines, check_file, fix_file
from app.sentences import WrongUsage, counted
from app.settings import Settings
from storage import projects, videos
from storage.edits import rebuild


def check(arguments: argparse.Namespace, settings: Settings) -> None:
    """Check a file, and mend it with ``--fix``; or check the database."""
    if (arguments.file is None) == (arguments.database is None):
        raise WrongUsage("Give the file to check, or --database; not both.")
    if arguments.file is None:
        if arguments.fix is not None:
            raise WrongUsage("--fix mends a file; give the file too.")
        return _database(arguments, settings)
    if arguments.fix is not None:
        return _fix(arguments)
    _show(check_file(arguments.file), str(arguments.file), arguments)


def _show(found: FileCheck, name: str, arguments: argparse.Namespace) -> None:
    print_lines(found.notes)
    print(json.dumps(found.as_json()) if arguments.json else _text(found, name))
    if found.broken:
        many = counted(len(found.broken), "entry cannot", "entries cannot")
        raise ChecksFailed(f"{many} be read; the first: {found.broken[0]}")
    if found.source is None and not found.sound and found.certificate is not None:
        wrong = [one.title for one in found.certificate.reports if not one.right or one.trains is False]
        raise ChecksFailed(f"{name}: {counted(len(wrong), 'loader')} would not do: {'; '.join(wrong)}.")


def _fix(arguments: argparse.Namespace) -> None:
    done = fix_file(arguments.file, arguments.fix)
    print_lines(done.changes)
    if arguments.json:
        print(json.dumps({"out": str(done.path), "changes": done.changes, **done.after.as_json()}))
    else:
        print(_text(done.after, str(done.path)))


def _text(found: FileCheck, name: str) -> str:
    broken = [f"    {sentence}" for sentence in found.broken]
    own = "cannot read all" if broken else "reads"
    kind = "" if found.source is None else f"{found.source}, "
    lines = [f"{name}: {kind}{found.amounts}", f"This program {own}", *broken]
    if found.source is not None:
        lines.append("Loaders, after `convert --to youtube-vis`:")
    return "\n".join((*lines, *(certificate_lines(found.certificate) if found.certificate else ())))


def _database(arguments: argparse.Namespace, settings: Settings) -> None:
    """Check for broken pages, references to missing rows, and rows that differ from the result of their edit log."""
    with opened(settings) as database:
        problems = database.check()
        with database.read() as tx:
            every = [
                video.id
                for archived in (False, True)
                for project in projects.list_projects(tx, archived=archived)
                for video in videos.list_videos(tx, project.id)
            ]
            every = list(dict.fromkeys(every))
            for video_id in every:
                problems += rebuild.check_video(tx, video_id)
        place = database.place
    if arguments.json:
        print(json.dumps({"database": place, "videos": len(every), "problems": problems}))
    else:
        print("\n".join(problems) or f"{place} is sound: {_agree(len(every))} with their edit log.")
    if problems:
        raise ChecksFailed(f"{place} has {counted(len(problems), 'problem')}; the first: {problems[0]}")


def _agree(videos: int) -> str:
    return "1 video agrees" if videos == 1 else f"{videos} videos agree"
