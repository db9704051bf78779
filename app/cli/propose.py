"""The command propose: tracks of videos, into a results file or into a project, in one process or several."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.cli.progress import Progress
from app.errors import AppError
from app.machine import Shard, choose_precision
from app.sentences import WrongUsage
from app.settings import Settings
from model.tracking.settings import ProposeSettings, WindowsTooClose

# Not quite done: a line that is drawn now and then, and not at every look.
WAITING = 0.999


class SomeVideosFailed(AppError):
    """At least one video could not be looked at; the others were."""


def propose(arguments: argparse.Namespace, settings: Settings) -> None:
    """Find tracks, into a results file or into the project. Raises `WrongUsage` for flags that do not go together."""
    settings_of(arguments)  # refuses windows that cannot be before anything is read
    if arguments.into_project:
        if arguments.annotations or arguments.out:
            raise WrongUsage("Into a project go videos, and no file is written: leave --annotations and --out away.")
        from app.cli.propose_project import propose_into_project

        return propose_into_project(arguments, settings, paths_of(arguments))
    if arguments.out is None or arguments.model is None:
        raise WrongUsage("Say which model looks and where its results go: --model NAME_OR_FILE --out results.json.")
    named = bool(arguments.videos or arguments.list)
    if bool(arguments.annotations) == named or bool(arguments.annotations) != bool(arguments.frames):
        raise WrongUsage(
            "Give either videos (files, folders, or --list FILE), or --annotations FILE together with --frames DIR."
        )
    return _propose_into_file(arguments, settings)


def paths_of(arguments: argparse.Namespace) -> list[Path]:
    """The videos and folders that the command names, those of ``--list`` after the others. Raises `BadInput`."""
    from app.proposing.video_lists import overlooked, read_list

    paths = [*arguments.videos, *(read_list(arguments.list) if arguments.list else ())]
    for sentence in overlooked(paths):
        print(sentence, file=sys.stderr)
    return paths


def _propose_into_file(arguments: argparse.Namespace, settings: Settings) -> None:
    from app.checkpoints.find import find_model
    from app.proposing import batch as use_case
    from app.proposing.into_file import Looker, own_categories
    from app.proposing.part_files import WAIT_SECONDS, Parts

    shard = Shard.of_environment()
    videos, asked = _asked(arguments)
    model = find_model(settings, arguments.model, config=arguments.config)
    categories = own_categories(model) if asked is None else asked
    device = shard.device(settings.device)
    looker = Looker(model, categories=categories, settings=_settings_into_file(arguments, device), device=device)
    batch = use_case.Batch(
        out=arguments.out,
        videos=videos,
        categories=categories,
        logs=settings.logs,
        again=arguments.again,
    )
    about = use_case.about(model.sha256, looker, categories)
    progress = Progress()
    with Parts(use_case.parts_folder(batch.out), shard, about=about) as parts:
        done = use_case.run_part(batch, looker, parts, shard, about=about, report=progress)
        progress.end()
        tell_part(done, shard)
        if not shard.first:
            # The first process speaks for all: a failure told here would make torchrun end the others.
            return
        parts.wait_for_all(arguments.wait or WAIT_SECONDS, report=lambda text: progress(WAITING, text))
        progress.end()
        outcome, meta = use_case.put_together(batch, looker, parts, model)
    tell_outcome(outcome)
    if meta is not None:
        _print_outcome(outcome, batch.out, meta, as_json=arguments.json)
    raise_failures([(failure.video.shown, failure.reason) for failure in outcome.failed], len(videos))


def _asked(arguments: argparse.Namespace) -> tuple[tuple[Any, ...], Any]:
    from app.proposing.video_lists import videos_of, videos_of_annotations

    if arguments.annotations:
        return videos_of_annotations(arguments.annotations, arguments.frames)
    return videos_of(paths_of(arguments)), None


def settings_of(arguments: argparse.Namespace) -> ProposeSettings:
    """How to propose, as the flags say it. Raises `WrongUsage` for windows that cannot be."""
    try:
        return ProposeSettings(
            rule=arguments.rule or ("published" if arguments.annotations else "review"),
            precision=arguments.precision,
            max_tracks=arguments.max_tracks,
            window=arguments.window,
            overlap=arguments.overlap,
        )
    except WindowsTooClose as error:
        raise WrongUsage(str(error)) from error


def _settings_into_file(arguments: argparse.Namespace, device: str) -> ProposeSettings:
    settings = settings_of(arguments)
    # Published figures are compared with those of others, so they are computed in float32 on every device.
    default = choose_precision(device) if settings.rule == "review" else "float32"
    return replace(settings, precision=settings.precision or default)


def tell_part(done: Any, shard: Shard) -> None:
    """What this process did, on stderr, where that is not plain: several processes, or videos done before."""
    if shard.count == 1 and not done.before:
        return
    who = f"Process {shard.rank} of {shard.count}: " if shard.count > 1 else ""
    failed = f", {len(done.failed)} left out" if done.failed else ""
    print(f"{who}{done.looked_at} videos looked at, {done.before} done before{failed}.", file=sys.stderr)


def tell_outcome(outcome: Any) -> None:
    """What was dropped and left out, on stderr."""
    for name, count in sorted(outcome.dropped.items()):
        print(f"{count} tracks of the class {name} were dropped: the file has no such category.", file=sys.stderr)
    tell_failures([(failure.video.shown, failure.reason) for failure in outcome.failed])


def tell_failures(failed: Sequence[tuple[str, str]]) -> None:
    """Which videos were left out and why, one a line, on stderr."""
    for shown, reason in failed:
        print(f"Left out: {shown} ({reason})", file=sys.stderr)


def raise_failures(failed: Sequence[tuple[str, str]], count: int) -> None:
    """Raises `SomeVideosFailed` where there are any."""
    if failed:
        many = f"{len(failed)} of {count} videos failed, the last one" if count > 1 else "The video failed"
        raise SomeVideosFailed(f"{many}: {failed[-1][1]}")


def _print_outcome(outcome: Any, out: Path, meta: Path, *, as_json: bool) -> None:
    if as_json:
        facts = {
            "out": str(out),
            "meta": str(meta),
            "videos": len(outcome.looked_at),
            "tracks": len(outcome.results),
            "dropped": dict(outcome.dropped),
            "failed": [{"id": failure.video.id, "reason": failure.reason} for failure in outcome.failed],
        }
        print(json.dumps(facts))
    else:
        print(f"{len(outcome.results)} tracks in {len(outcome.looked_at)} videos: {out}")
