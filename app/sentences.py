"""Turns an exception into one clear sentence, and for the command line into an exit code.

Errors of this program's own packages have messages that are sentences already. Refusals of the system (full disk,
missing rights) get their sentences here. Any other exception is a mistake of the program: its traceback is written to a
file in the data folder, and the sentence names that file.
"""

import errno
import os
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from app.errors import BadInput
from model.lack_of_memory import lacks_memory
from storage.words import counted as counted

OWN_PACKAGES = frozenset({"app", "model", "storage"})
FAILED = 1
USAGE = 2
INTERRUPTED = 130
LONGEST = 1000  # characters of a sentence
# Messages of libraries for a full disk, where they raise no OSError with its number.
FULL = ("No space left on device", "PytorchStreamWriter failed writing", "os error 28")


class WrongUsage(BadInput):
    """The flags of a command do not go together; its exit code is that of the parser's own refusals."""


@dataclass(frozen=True)
class Outcome:
    """How a command ended: its exit code, and the sentence for the last line of stderr."""

    code: int
    sentence: str


def outcome_of(error: BaseException, logs: Path) -> Outcome:
    """Sentence and exit code for an exception that ended a command.

    ``logs`` is the folder for the traceback of a mistake of the program; it is made when needed.
    """
    if isinstance(error, KeyboardInterrupt):
        return Outcome(INTERRUPTED, "Interrupted; what was finished before is kept.")
    known = known_sentence(error)
    if known is not None:
        return Outcome(USAGE if isinstance(error, WrongUsage) else FAILED, known)
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return Outcome(
        FAILED,
        sentence(f"This is a mistake of the program ({one_line(what, 200)}){_kept(error, logs)}", longest=LONGEST),
    )


def known_sentence(error: BaseException) -> str | None:
    """The sentence for an error of input or system; None for a mistake of the program."""
    if type(error).__module__.partition(".")[0] in OWN_PACKAGES:
        return sentence(_own_message(error), longest=LONGEST)
    if _disk_is_full(error):
        where = getattr(error, "filename", None)
        return f"The disk is full{f' (writing {where})' if where else ''}; make room and repeat it."
    if lacks_memory(error) or type(error).__name__ == "OutOfMemoryError":
        return "There is not enough memory for this; use a smaller batch, window or picture, or another device."
    if isinstance(error, BrokenPipeError):
        return "The program that was to read the result went away."
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return "The port is in use; stop the program that uses it, or choose another with --port."
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return sentence(f"{os.fsdecode(error.filename)}: {error.strerror}", longest=LONGEST)
    return None


def sentence(text: str, *, longest: int | None = None) -> str:
    """``text`` on one line and with a full stop, cut to ``longest`` characters; an empty text stays empty."""
    line = one_line(text, longest)
    return line if not line or line.endswith((".", "!", "?", "…")) else one_line(f"{line}.", longest)


def one_line(text: str, longest: int | None = None) -> str:
    """``text`` with every run of white space as one blank, cut to ``longest`` characters."""
    line = " ".join(text.split())
    return line if longest is None or len(line) <= longest else f"{line[: longest - 3]}..."


def _own_message(error: BaseException) -> str:
    if str(error):
        return str(error)
    return "Cancelled" if type(error).__name__ == "Cancelled" else type(error).__name__


def _disk_is_full(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return True
    return any(sign in str(error) for sign in FULL)


def _kept(error: BaseException, logs: Path) -> str:
    """Write the traceback to a file; returns the end of the sentence, which names the file."""
    path = logs / f"mistake-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"
    lines = [f"python {sys.version}\n", f"arguments {sys.argv[1:]}\n", *traceback.format_exception(error)]
    try:
        logs.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as failure:
        return f"; its details could not be written to {path} ({failure.strerror})"
    return f"; the details are in {path}"
