"""The command synthesize: makes procedural videos with exact truth."""

import argparse
import json

from app.cli.progress import Progress
from app.errors import BadInput
from app.settings import Settings
from model import procedural
from storage.youtube_vis import FRAMES_FOLDER


def synthesize(arguments: argparse.Namespace, settings: Settings) -> None:
    """Make procedural videos; the same arguments give the same bytes."""
    progress = Progress()
    try:
        out = procedural.synthesize(
            arguments.out,
            domain=arguments.domain,
            videos=arguments.videos,
            frames=arguments.frames,
            size=arguments.size,
            seed=arguments.seed,
            progress=lambda done, count: progress(done / count, f"video {done} of {count}"),
        )
    except ValueError as error:
        raise BadInput(str(error)) from error
    progress.end()
    facts = {"out": str(out), "files": [FRAMES_FOLDER, "instances.json"], "videos": arguments.videos}
    print(json.dumps(facts) if arguments.json else out)
