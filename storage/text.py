"""Text that can be stored: not every string is, since names of files and JSON escapes can hold what no encoding has."""


def is_text(value: str) -> bool:
    """Whether a string can be written in UTF-8.

    A file's name that is not UTF-8, as in archives of other systems, comes from the system with half a surrogate pair
    for each strange byte, and JSON escapes can name such halves.
    """
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
