"""Words of sentences for people."""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: "1 video", "2 videos", "0 videos"."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
