"""Work that makes much plain data: lists, dicts and texts without references back."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_cycle_search() -> Iterator[None]:
    """Pause Python's search for cyclic garbage in this process; may be nested, and used as a decorator.

    The search looks at all objects again and again while they grow in number. For the content of a large file that
    takes a sixth of the time, and finds nothing. Of two threads, the one that began searches again at its end.
    """
    searched = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searched:
            gc.enable()
