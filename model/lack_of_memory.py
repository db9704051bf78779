"""Whether an error comes from a lack of memory: torch has no error of its own for that on a CPU."""

_WORDS = ("out of memory", "not enough memory", "can't allocate")


def lacks_memory(error: BaseException) -> bool:
    """Whether this error of Python, NumPy or torch means that there was not enough memory."""
    return isinstance(error, MemoryError) or any(words in str(error) for words in _WORDS)
