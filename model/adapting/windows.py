"""The windows in which a network works through a video without cuts."""

Window = tuple[int, int]  # first frame, and the frame after the last


def windows_of(count: int, *, length: int, overlap: int) -> tuple[Window, ...]:
    """The windows of a video without cuts: ``length`` frames that share ``overlap``, the last aligned to the end."""
    stops = [min(length, count)]
    while stops[-1] < count:
        stops.append(min(stops[-1] + length - overlap, count))
    return tuple((max(stop - length, 0), stop) for stop in stops)
