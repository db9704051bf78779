"""The command propose: tracks of videos, into a results file or into a project, in one process or several."""

import argparse
import json
from dataclasses import replace
from pathlib import Path

from app.checkpoints.find import read_checkpoint
from app.cli.outcome import print_lines, print_outcome, print_share, raise_failures
from app.cli.progress import Progress
from app.cli.propose_flags import paths_of, settings_of
from app.cli.propose_project import propose_into_project
from app.machine import Shard, choose_precision
from app.proposing.batch import Batch, journal_of, propose_share, put_together
from app.proposing.into_file import FileProposer, own_categories
from app.proposing.part_files import WAIT_SECONDS
from app.proposing.results_file import BatchResult
from app.proposing.video_lists import FileVideo, videos_of, videos_of_annotations
from app.sentences import WrongUsage, counted
from app.settings import Settings
from model.tracking.settings import ProposeSettings
from storage.youtube_vis import VisCategory

# Progress while waiting for other processes: below 1, so that the line is drawn at the usual intervals only.
WAITING = 0.999


def propose(arguments: argparse.Namespace, settings: Settings) -> None:
    """Find tracks, into a results file or into the project. Raises `WrongUsage` for flags that do not go together."""
    settings_of(arguments)  # refuses wrong windows before anything is read
    if arguments.into_project:
        if arguments.annotations or arguments.out:
            raise WrongUsage("Into a project go videos, and no file is written: leave --annotations and --out away.")
        return propose_into_project(arguments, settings, paths_of(arguments))
    if arguments.out is None or arguments.model is None:
        raise WrongUsage("Say which model looks and where its results go: --model NAME_OR_FILE --out results.json.")
    named = bool(arguments.videos or arguments.list)
    if bool(arguments.annotations) == named or bool(arguments.annotations) != bool(arguments.frames):
        raise WrongUsage(
            "Give either videos (files, folders, or --list FILE), or --annotations FILE together with --frames DIR."
        )
    return _propose_into_file(arguments, settings)


def _propose_into_file(arguments: argparse.Namespace, settings: Settings) -> None:
    shard = Shard.of_environment()
    videos, wanted = _videos(arguments)
    checkpoint = read_checkpoint(settings, arguments.model, config=arguments.config)
    categories = own_categories(checkpoint) if wanted is None else wanted
    device = shard.device(settings.device)
    how = _settings_into_file(arguments, device)
    proposer = FileProposer(checkpoint, categories=categories, settings=how, device=device)
    if wanted is not None and not arguments.allow_empty:
        proposer.require_a_category()
    batch = Batch(arguments.out, videos, settings.logs, again=arguments.again)
    progress = Progress()
    with journal_of(batch, proposer, shard, checkpoint) as journal:
        done = propose_share(batch, proposer, journal, shard, report=progress)
        progress.end()
        print_share(shard, proposed=done.proposed, before=done.before, failed=len(done.failed))
        if not shard.first:
            # Only the first process reports failures: a failure here would make torchrun end the others.
            return
        journal.wait_for_all(arguments.wait or WAIT_SECONDS, report=lambda text: progress(WAITING, text))
        progress.end()
        result, meta = put_together(batch, proposer, journal, checkpoint)
    print_outcome(result)
    if meta is not None:
        _print_results(result, batch.out, meta, as_json=arguments.json)
    raise_failures([(failure.video.shown, failure.reason) for failure in result.failed], len(videos))


def _videos(arguments: argparse.Namespace) -> tuple[tuple[FileVideo, ...], tuple[VisCategory, ...] | None]:
    """The videos that the flags name, and the categories of --annotations (None without it)."""
    if arguments.annotations:
        found = videos_of_annotations(arguments.annotations, arguments.frames)
        if Shard.of_environment().first:
            print_lines(found.notes)
        return found.videos, found.categories
    return videos_of(paths_of(arguments)), None


def _settings_into_file(arguments: argparse.Namespace, device: str) -> ProposeSettings:
    settings = settings_of(arguments)
    # Published figures are compared with those of others, so they are computed in float32 on every device.
    default = choose_precision(device) if settings.rule == "review" else "float32"
    return replace(settings, precision=settings.precision or default)


def _print_results(result: BatchResult, out: Path, meta: Path, *, as_json: bool) -> None:
    if as_json:
        facts = {
            "out": str(out),
            "meta": str(meta),
            "videos": len(result.videos),
            "tracks": len(result.results),
            "dropped": dict(result.dropped),
            "failed": [{"id": failure.video.id, "reason": failure.reason} for failure in result.failed],
        }
        print(json.dumps(facts))
    else:
        print(f"{counted(len(result.results), 'track')} in {counted(len(result.videos), 'video')}: {out}")
