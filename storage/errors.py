"""Errors that callers of ``storage`` can cause; each message is one sentence for the user."""

import os


class StorageError(Exception):
    """Base class of all errors that ``storage`` raises on purpose."""


class NotFound(StorageError, LookupError):
    """The requested row does not exist, or was deleted."""

    def __init__(self, what: str, name: object) -> None:
        super().__init__(f"There is no {what} {name!r} in this database.")


class NameTaken(StorageError, ValueError):
    """A name that must be unique is in use already."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(f"There is already a {what} named {name!r}; choose another name.")


class BadName(StorageError, ValueError):
    """A name is empty, or ``reason`` says why it cannot be used."""

    def __init__(self, what: str, reason: str = "") -> None:
        super().__init__(reason or f"A {what} needs a name; type at least one letter.")


class NotText(StorageError, ValueError):
    """A path or name cannot be stored because it is not UTF-8."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"The name {os.fsencode(path)!r} is not UTF-8, as names from archives of other systems are; rename the "
            "file or folder."
        )
