"""The command propagate: spreads the masks of a YouTube-VIS file in a few frames over its videos."""

import argparse
import json

from app.checkpoints.find import read_checkpoint
from app.checkpoints.networks import clip_model, kept_refiner, load_trunk
from app.cli.outcome import print_failures, print_lines, raise_failures
from app.cli.progress import Progress
from app.machine import choose_device
from app.sentences import WrongUsage, counted
from app.settings import Settings
from app.spreading.from_truth import SpreadOrder, spread_videos
from app.spreading.truth_file import VideoPlaces, read_given
from storage.youtube_vis import write_results


def propagate(arguments: argparse.Namespace, settings: Settings) -> None:
    """Spread the masks that the truth has in the frames of ``--from``, and write results with confidence and doubt.

    Videos without one of these frames are left out, which is no failure, even if no video remains.
    """
    given = read_given(arguments.truth, arguments.given)
    nothing = () if given.videos else ("No video has all of these frames, so nothing is spread.",)
    print_lines((*given.notes, *given.left_out, *nothing))
    places = VideoPlaces(arguments.frames, [one.video for one in given.videos]) if given.videos else None
    span, device = _span(arguments), choose_device(settings.device)
    named = arguments.model and read_checkpoint(settings, arguments.model, config=arguments.config)
    model = clip_model(named, device) if named else None
    trunk, without = load_trunk(device)
    print_lines((without,) if without else ())
    progress = Progress()
    results = None
    if places is not None:
        order = SpreadOrder(places, tuple(arguments.given), span, trunk, model, kept_refiner(device))
        results = spread_videos(given.videos, order, report=progress)
        progress.end()
        print_failures(results.failed)
    tracks, videos = (results.tracks, results.videos) if results else ([], 0)
    write_results(arguments.out, tracks)
    if arguments.json:
        failed = len(results.failed) if results else 0
        facts = {"out": str(arguments.out), "videos": videos, "tracks": len(tracks), "failed": failed}
        print(json.dumps({**facts, "left_out": len(given.left_out), "features": trunk is not None}))
    else:
        print(f"{counted(len(tracks), 'track')} in {counted(videos, 'video')}: {arguments.out}")
    if results:
        raise_failures(results.failed, len(given.videos))


def _span(arguments: argparse.Namespace) -> tuple[int, int | None]:
    """First and last frame of ``--range``; without one, all."""
    first, last = arguments.range or (0, None)
    if last is not None and first > last:
        raise WrongUsage(f"--range {first}:{last} is empty; give the first and the last frame, such as 0:30.")
    return first, last
