"""The mistakes that callers of ``storage`` can make, one class each; the message is one sentence for a person."""


class StorageError(Exception):
    """Base of everything that ``storage`` raises on purpose."""


class NotFound(StorageError, LookupError):
    """The row that was asked for does not exist (or no longer)."""

    def __init__(self, what: str, name: object) -> None:
        super().__init__(f"There is no {what} {name!r} in this database.")


class NameTaken(StorageError, ValueError):
    """A name that has to be unique is in use."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(f"There is already a {what} named {name!r}; choose another name.")


class BadName(StorageError, ValueError):
    """A name is empty."""

    def __init__(self, what: str) -> None:
        super().__init__(f"A {what} needs a name; type at least one letter.")
