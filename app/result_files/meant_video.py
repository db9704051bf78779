"""Which video a file of one video means, where its name and its pictures do not say it, as in `output.json`."""

from collections.abc import Sequence
from pathlib import Path

from app.errors import BadInput
from app.library.sources import existing
from app.result_files.matching_videos import frames_of
from app.result_files.source import SourceVideo
from storage import frames
from storage.frames import FrameIndex
from storage.videos import Video


def named_by_person(sources: Sequence[SourceVideo], known: Sequence[Video], name: str) -> Video:
    """The video of the project that a person named for the only one of a file.

    Raises `BadInput` if the project has none of this name, or the file holds several videos.
    """
    if len(sources) > 1:
        raise BadInput(f"It holds masks of {len(sources)} videos; a video can be named (--video) for a file of one.")
    exact = [video for video in known if video.name == name]
    found = exact or [video for video in known if video.name.casefold() == name.casefold()]
    if len(found) != 1:
        raise BadInput(f"There is no video {name} in this project." if not found else f"Several videos are {name}.")
    return found[0]


def is_likely(source: SourceVideo, video: Video, stride: int | None) -> bool:
    """Whether a video, with its frames counted, has the size and length of the only one of a file."""
    if not source.by_number and stride is None and source.length != video.count:
        return False
    try:
        frames_of(source, video, stride=stride)
    except BadInput:
        return False
    return True


def holds_pictures(folder: Path) -> bool:
    """Whether a folder is a video itself: it holds pictures."""
    return bool(frames.picture_names(folder))


def require_fit(source: SourceVideo, path: Path, stride: int | None) -> None:
    """Refuse a video file or folder of pictures that cannot be a video of a file, before it is added to a project.

    Raises `BadInput`, `storage.frames.VideoError`.
    """
    found = existing(path)
    listed = frames.probe(found)
    try:
        frames_of(source, _not_stored(found, listed), stride=stride)
    except BadInput:
        if listed.confirmed:
            raise
        # The packets of a file may announce more frames than it holds.
        frames_of(source, _not_stored(found, frames.index(found)), stride=stride)


def _not_stored(path: Path, index: FrameIndex) -> Video:
    """A video as it would be added from a path; its id is empty."""
    return Video(
        id="",
        project_id="",
        name=path.name,
        count=index.count,
        width=index.width,
        height=index.height,
        confirmed=0,
        import_id=None,
        kind=index.kind,
        path=str(path),
        copied=False,
        index=index.to_dict(),
        content_hash=index.content_hash,
        file_names=list(index.names) or None,
        stride=1,
        source_id=None,
        extra=None,
        created=0.0,
        removed=None,
    )
