"""A quick list of the frames of a video file, from its packets and its first picture only."""

import time
from pathlib import Path

from storage.frames.frame_index import FrameIndex, NoPicture
from storage.frames.identity import file_identity
from storage.frames.pass_log import PassLog
from storage.frames.stream import OpenVideo, open_video, packets, pictures

VIDEO_SUFFIXES = frozenset(
    (
        *(".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".gif", ".flv", ".ts", ".mts", ".m2ts"),
        *(".mpg", ".mpeg", ".wmv", ".3gp", ".ogv"),
    )
)
# If listing stops early, packets with earlier times may still follow in the file, so the last ones are dropped.
REORDERED = 64
ASK_CLOCK_EVERY = 256


def probe_video(path: Path, *, patience: float | None = None) -> FrameIndex:
    """Provisional index of a video file from its packets and first picture; raises VideoError.

    The count may be wrong if packets do not decode or have no picture of their own; `index_video` counts exactly.
    patience: list packets for at most this many seconds; the index of a longer video is `partial`. None: no limit.
    """
    size_bytes, content_hash = file_identity(path)
    log = PassLog()
    with open_video(path) as video:
        whole = _list_packets(video, log, patience)
        stream, time_base = video.stream.index, _time_base(video)
    with open_video(path, stream=stream) as video:
        first = next(pictures(video, on_error=log.error), None)
        if first is not None:
            log.picture(first)
    if log.size is None:
        raise nothing_decodes(path, log.errors[0][2] if log.errors else "no packet holds one")
    pts, keyframes = _announced(log, whole=whole)
    width, height = log.size if log.rotation in (0, 180) else log.size[::-1]
    return FrameIndex(
        kind="video",
        path=path,
        count=len(pts),
        width=width,
        height=height,
        rotation=log.rotation,
        stream=stream,
        time_base=time_base,
        pts=pts,
        keyframes=tuple(keyframes),
        gaps=(),
        confirmed=False,
        size_bytes=size_bytes,
        content_hash=content_hash,
        partial=not whole,
        notes=tuple(log.notes),
    )


def nothing_decodes(path: Path, why: str) -> NoPicture:
    """The error for a file that opens but none of whose pictures decodes."""
    return NoPicture(f"{path} opens, but not one of its pictures decodes ({why}); copy or convert it again")


def _list_packets(video: OpenVideo, log: PassLog, patience: float | None) -> bool:
    """Log the packets of `video`; True if all were listed in time."""
    end = None if patience is None else time.monotonic() + patience
    for number, packet in enumerate(packets(video)):
        log.packet(packet)
        if end is not None and number % ASK_CLOCK_EVERY == ASK_CLOCK_EVERY - 1 and time.monotonic() > end:
            return False
    return True


def _announced(log: PassLog, *, whole: bool) -> tuple[tuple[int, ...], list[int]]:
    """(time of each frame, key frames) from the packets; plain numbers and no key frames if times are missing."""
    pts = sorted(set(log.packet_pts))
    count = log.packets
    if not whole and len(pts) > REORDERED:
        del pts[-REORDERED:]
        count -= REORDERED
    if len(pts) != count:
        return tuple(range(max(1, count))), []
    position = {moment: k for k, moment in enumerate(pts)}
    return tuple(pts), sorted(position[moment] for moment in set(log.keyframe_pts) if moment in position)


def _time_base(video: OpenVideo) -> tuple[int, int]:
    base = video.stream.time_base
    return (base.numerator, base.denominator) if base else (1, 1)
