"""Freed memory that stays with the process for the next tensor of its size, instead of going back to the system."""

import ctypes
import sys

# Parameters of glibc's mallopt (malloc.h), and the bounds that they get.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
KEPT = 256 * 2**20  # bytes of freed memory that the process keeps at most
SEPARATE = 32 * 2**20  # bytes from which a tensor is asked for and given back apart; glibc allows no more


def reuse_memory() -> bool:
    """Keep up to ``KEPT`` bytes of freed memory; returns whether the system can do that (Linux with glibc).

    A clip makes hundreds of tensors of some megabytes. Fresh memory costs a page fault and zeros for every 4 KiB, a
    fifth of the time of a clip.
    """
    if sys.platform != "linux":
        return False
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):  # another C library, such as musl
        return False
    return bool(mallopt(_MMAP_THRESHOLD, SEPARATE)) and bool(mallopt(_TRIM_THRESHOLD, KEPT))
