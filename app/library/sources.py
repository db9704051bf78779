"""Whether a video's source is plainly gone or another file: a look at the directory alone, for lists of many videos."""

from pathlib import Path

from storage.videos import Video


def glance(video: Video) -> str | None:
    """One sentence where the source of a video is not there or has another length than it had, else ``None``.

    Nothing is read of the source; a change that keeps its length shows when the video is opened.
    """
    path = Path(video.path)
    try:
        found = path.stat()
    except OSError:
        return f"The source is not there: {path}. Open the video to say where it is now."
    known = video.index.get("size_bytes")
    if video.kind == "video" and known is not None and found.st_size != known:
        return f"The source is another file than it was: {path} ({known} bytes then, {found.st_size} now)."
    return None
