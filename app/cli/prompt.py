"""The command prompt: what the tools at the cursor draw for the boxes or clicks of a YouTube-VIS file."""

import argparse
import json

from app.cli.outcome import print_failures, print_lines, raise_failures
from app.cli.progress import Progress
from app.prompting.from_truth import TruthPrompts, prompted_results
from app.sentences import counted
from app.settings import Settings
from model.pretrained import find, missing
from storage.youtube_vis import write_results


def prompt(arguments: argparse.Namespace, settings: Settings) -> None:
    """Answer a prompt for each true mask and write the answers as results, with ``confidence`` and ``source``."""
    asked = TruthPrompts.read(arguments.truth, arguments.frames, clicks=arguments.clicks, at=arguments.frames_at)
    lacking = [] if find("u2netp") else [missing("u2netp")]
    print_lines([*asked.notes, *lacking])
    progress = Progress()
    done = prompted_results(asked, report=progress)
    progress.end()
    print_failures(done.failed)
    write_results(arguments.out, done.results)
    masks = sum(entry is not None for result in done.results for entry in result.extra["source"])
    if arguments.json:
        facts = {"out": str(arguments.out), "tracks": len(done.results), "masks": masks, "missing": lacking}
        print(json.dumps({**facts, "failed": [{"video": video, "reason": reason} for video, reason in done.failed]}))
    else:
        print(f"{counted(masks, 'prompt')} for {counted(len(done.results), 'track')}: {arguments.out}")
    raise_failures(done.failed, asked.videos)
