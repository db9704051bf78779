"""Paths as a person types or pastes them: in quotes, or as an address that begins with ``file://``."""

from pathlib import Path
from urllib.parse import unquote

from app.errors import BadInput

ADDRESS = "file://"
QUOTES = (('"', '"'), ("'", "'"), ("\u201c", "\u201d"), ("\u2018", "\u2019"), ("\u00ab", "\u00bb"), ("`", "`"))


def typed_path(text: str) -> Path:
    """The path that ``text`` means.

    Quotes around it and ``file://`` before it are left out, unless there is a file of exactly that name.
    """
    if _is_there(text):
        return Path(text)
    plain = _without_quotes(text.strip())
    if plain.lower().startswith(ADDRESS):
        # The text between "//" and the next slash is empty or the name of a machine.
        _, slash, rest = plain[len(ADDRESS) :].partition("/")
        plain = unquote(slash + rest)
    return Path(plain if plain else text)


def home_path(path: str | Path) -> Path:
    """The path, in which ``~`` or ``~name`` at the beginning is the home folder of a user.

    A file or folder that is called so comes first. Raises `BadInput` if there is no such user.
    """
    found = Path(path)
    try:
        return found.expanduser()
    except RuntimeError as error:
        if _is_there(str(path)):
            return found
        user = found.parts[0]
        raise BadInput(
            f"{found}: this machine has no home folder {user}; write ./{user} for a file or folder of that name."
        ) from error


def _without_quotes(text: str) -> str:
    for opening, closing in QUOTES:
        if len(text) > 2 and text.startswith(opening) and text.endswith(closing):
            return text[1:-1].strip()
    return text


def _is_there(text: str) -> bool:
    try:
        return Path(text).exists()
    except (OSError, ValueError):  # a name too long, or one that no file can have
        return False
