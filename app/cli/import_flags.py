"""The flags of the command import, and those of everything that reads files. Imports only the standard library."""

import argparse

from app.cli.flag_types import positive, score
from app.typed_path import typed_path


def import_flags(imported: argparse.ArgumentParser) -> None:
    """The flags of ``import``."""
    text = "truth: tracks as they are (default); proposals: results of a model, matched to what stands, for review"
    imported.add_argument("--as", dest="kind", choices=("truth", "proposals"), default="truth", help=text)
    imported.add_argument("file", type=typed_path, metavar="PATH", help="a file, archive or folder")
    imported.add_argument("--frames", type=typed_path, metavar="DIR", help="its frames (default: beside it)")
    reading_flags(imported)
    text = "the file annotates every so many frames; --frames holds the videos, or all their frames"
    imported.add_argument("--stride", type=positive, metavar="N", help=text)
    text = "take back the latest import of FILE: remove its videos (they can be restored), without importing"
    imported.add_argument("--take-back", action="store_true", help=text)
    text = "its masks are a person's truth: accepted, so that they are trained on and exported as reviewed"
    imported.add_argument("--accept", action="store_true", help=text)
    text = "with --accept: its frames are complete, nothing but its tracks is there"
    imported.add_argument("--complete", action="store_true", help=text)
    repeated = imported.add_argument_group(
        "videos that an import brought into this project already (default: on a terminal ask, else refuse)"
    )
    repeat = repeated.add_mutually_exclusive_group()
    for choice, text in (
        ("again", "import them once more, beside the earlier ones"),
        ("replace", "put the file's in their place; the earlier ones can be restored"),
        ("skip", "leave them as they are"),
    ):
        repeat.add_argument(f"--{choice}", dest="repeat", action="store_const", const=choice, default="ask", help=text)
    imported.add_argument("--json", action="store_true", help="the result as JSON")
    _proposals(imported)


def _proposals(imported: argparse.ArgumentParser) -> None:
    """The flags of `app.result_files.choices.ProposalChoices`."""
    group = imported.add_argument_group("with --as proposals")
    text = "YouTube-VIS file that names the videos and categories of results (default: FILE.meta.json, or an import)"
    group.add_argument("--annotations", type=typed_path, metavar="FILE", help=text)
    text = "the video of the project that is meant, for a file of one video (default: the one of its name)"
    group.add_argument("--video", metavar="NAME", help=text)
    group.add_argument("--source", metavar="NAME", help="name of the model, as it is shown (default: that of the file)")
    text = "leave out tracks with a smaller score, 0 to 1 (default: none)"
    group.add_argument("--min-score", type=score, default=0.0, metavar="S", help=text)


def reading_flags(command: argparse.ArgumentParser) -> None:
    """What becomes of broken videos, and of marks as crowd."""
    text = "leave out the videos with an error (default: refuse the whole file)"
    command.add_argument("--keep-good", action="store_true", help=text)
    text = "what marks as crowd mean (default: objects, or ask, if every track has one; else keep)"
    command.add_argument("--crowd", choices=("objects", "keep"), default="ask", help=text)
