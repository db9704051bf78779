"""Errors that a person can cause or meet in the application; each message is one clear sentence."""

import errno

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""Numbers of an `OSError` for a full disk."""


class AppError(Exception):
    """Base of the application's own errors; ``status`` is the HTTP status of the answer.

    ``kind`` is sent beside the sentence, so that a page can handle the error without parsing the sentence.
    """

    status = 400
    kind: str | None = None


class ResourceNotFound(AppError):
    """A request names something that does not exist."""

    status = 404


class BadInput(AppError):
    """A request or a file holds something that cannot be used."""


class UnusableModel(BadInput):
    """A request names a model that cannot be loaded."""

    status = 422


class OtherPixels(BadInput):
    """A file has the video's frames with other pixels, as after re-encoding; a person may accept it."""

    kind = "other_pixels"


class AlreadyThere(BadInput):
    """The project has this video or file already; a person may add it a second time on purpose."""

    kind = "already_there"


class Undecided(BadInput):
    """The work needs an answer of a person to a question; ``kind`` names the question."""

    def __init__(self, text: str, *, kind: str) -> None:
        super().__init__(text)
        self.kind = kind


class Busy(AppError):
    """The request is valid but cannot be met at this moment."""

    status = 409


class Overloaded(AppError):
    """The server has too much to do for this request; nothing of it was kept, and it may be sent again."""

    status = 503


class CannotStore(AppError):
    """The system refused to write a file; nothing of it was kept. The status is 507 for a full disk, else 503."""

    def __init__(self, what: str, error: OSError) -> None:
        """``what`` could not be done, as a sentence without a full stop; ``error`` is the reason."""
        full = error.errno in FULL
        advice = "make room and repeat it" if full else "see to it that the data folder can be written, and repeat it"
        super().__init__(f"{what} ({error.strerror or error}); {advice}.")
        self.status = 507 if full else 503


class SettingsError(AppError):
    """A flag or an environment variable has a value that cannot be used."""


class ServerStartError(AppError):
    """The server could not start, for example because its port is in use."""


class Cancelled(Exception):
    """A person cancelled the running job; the results that are stored already stay.

    Its message, which may be empty, is a sentence about what stays.
    """
