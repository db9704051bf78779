"""How work reports its progress: a function of the done share (0 to 1) and a message."""

from collections.abc import Callable

Report = Callable[[float, str], None]


def quiet(_progress: float, _message: str) -> None:
    """Ignores the progress."""
