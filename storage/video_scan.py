"""Counting the frames of a video file: a quick list from its packets, and the confirmed one from decoding it all."""

import zlib
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from av.packet import Packet
from av.video.frame import VideoFrame

from storage.frame_damage import with_damage
from storage.frame_index import FrameIndex, Gap, NoPicture, file_identity
from storage.video_stream import OpenVideo, open_video, packets, pictures, rotation_of, to_rgb

# Codings in which a packet without a picture is ordinary: it only serves to predict others.
HIDING_CODECS = {"vp8", "vp9", "av1", "libdav1d", "libvpx", "libvpx-vp9", "libaom-av1"}
# A step in time this many times the usual one is a hole, unless the video is full of them.
PAUSE_STEPS = 2.5
PAUSE_SHARE = 0.05

Progress = Callable[[int, int], None]


@dataclass
class _Scan:
    """What one pass over a file met, in the order of meeting."""

    packets: int = 0
    packet_pts: list[int] = field(default_factory=list)
    keyframe_pts: list[int] = field(default_factory=list)
    pts: list[int | None] = field(default_factory=list)
    sums: dict[int, int] = field(default_factory=dict)
    keys: list[int] = field(default_factory=list)
    sum_all: bool = False
    damaged: list[int] = field(default_factory=list)
    errors: list[tuple[int, int | None, str]] = field(default_factory=list)
    other_sizes: list[tuple[int, int | None, str]] = field(default_factory=list)
    size: tuple[int, int] | None = None
    rotation: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def is_damaged(self) -> bool:
        return bool(self.errors or self.damaged)

    def packet(self, packet: Packet) -> None:
        if not packet.size or packet.is_discard:
            return
        self.packets += 1
        if packet.pts is not None:
            self.packet_pts.append(packet.pts)
            if packet.is_keyframe:
                self.keyframe_pts.append(packet.pts)

    def error(self, pts: int | None, words: str) -> None:
        self.errors.append((len(self.pts) - 1, pts, words))

    def picture(self, picture: VideoFrame) -> None:
        size = (picture.width, picture.height)
        if self.size is None:
            self.size = size
            self.rotation, note = rotation_of(picture)
            self.notes += [note] if note else []
        if size != self.size:
            words = f"{size[0]} x {size[1]} in a video of {self.size[0]} x {self.size[1]}"
            self.other_sizes.append((len(self.pts) - 1, picture.pts, words))
            return
        if picture.key_frame:
            self.keys.append(len(self.pts))
        if picture.key_frame or self.sum_all:
            self.sums[len(self.pts)] = zlib.crc32(to_rgb(picture).data)
        if picture.is_corrupt:
            self.damaged.append(len(self.pts))
        self.pts.append(picture.pts)


def probe_video(path: Path) -> FrameIndex:
    """Provisional index of a video file from its packets and first picture; raises VideoError.

    The count may be wrong where packets do not decode or serve no picture of their own; `index_video` confirms it.
    """
    size_bytes, content_hash = file_identity(path)
    scan = _Scan()
    with open_video(path) as video:
        for packet in packets(video):
            scan.packet(packet)
        stream, time_base = video.stream.index, _time_base(video)
    with open_video(path, stream=stream) as video:
        first = next(pictures(video, on_error=scan.error), None)
        if first is not None:
            scan.picture(first)
    if scan.size is None:
        raise nothing_decodes(path, scan.errors[0][2] if scan.errors else "no packet holds one")
    pts, keyframes = _announced(scan)
    return _build(
        path,
        scan,
        coded_size=scan.size,
        stream=stream,
        time_base=time_base,
        pts=pts,
        keyframes=dict.fromkeys(keyframes, 0),
        gaps=(),
        confirmed=False,
        identity=(size_bytes, content_hash),
    )


def _announced(scan: _Scan) -> tuple[tuple[int, ...], list[int]]:
    """(time of each frame, key frames) as the packets say; plain numbers and no key frame where they lack times."""
    pts = tuple(sorted(set(scan.packet_pts)))
    if len(pts) != scan.packets:
        return tuple(range(scan.packets)), []
    position = {moment: k for k, moment in enumerate(pts)}
    return pts, sorted(position[moment] for moment in set(scan.keyframe_pts))


def index_video(path: Path, *, progress: Progress | None = None) -> FrameIndex:
    """Confirmed index of a video file, by decoding all of it once in order; raises VideoError.

    progress: called with (frames so far, announced by the packets); it starts over where damage is met.
    A file in which something does not decode is decoded again without threads, whose order of work would otherwise
    decide which pictures come out.
    """
    announced = probe_video(path)
    scan, codec = _decode_all(path, announced, progress=progress, single_thread=False)
    damaged = scan.is_damaged
    if damaged:
        scan, codec = _decode_all(path, announced, progress=progress, single_thread=True)
    if not scan.pts or scan.size is None:
        raise nothing_decodes(path, scan.errors[0][2] if scan.errors else "no packet holds one")
    pts, ordered = _timeline(scan.pts)
    gaps = _gaps(scan, pts, hiding=codec in HIDING_CODECS) if ordered else _counted_gaps(scan)
    if ordered:
        gaps, note = _with_pauses(gaps, pts)
        scan.notes += [note] if note else []
    else:
        scan.notes.append("times do not increase from picture to picture; frames are found by counting from the start")
    keyframes = _keyframes(scan, pts) if ordered else {}
    index = _build(
        path,
        scan,
        coded_size=scan.size,
        stream=announced.stream,
        time_base=announced.time_base,
        pts=pts,
        keyframes=keyframes,
        gaps=gaps,
        confirmed=True,
        identity=(announced.size_bytes, announced.content_hash),
        single_thread=damaged,
    )
    if not damaged or not keyframes:
        return index
    sums = [scan.sums[k] for k in range(len(pts))]
    return with_damage(index, keys=tuple(keyframes), wrong=_wrong_frames(scan, pts), sums=sums)


def nothing_decodes(path: Path, why: str) -> NoPicture:
    return NoPicture(f"{path} opens, but not one of its pictures decodes ({why}); copy or convert it again")


def _decode_all(
    path: Path, announced: FrameIndex, *, progress: Progress | None, single_thread: bool
) -> tuple[_Scan, str]:
    """(what was met, name of the decoder); with threads only until the first damage."""
    scan = _Scan(sum_all=single_thread)
    with open_video(path, stream=announced.stream, single_thread=single_thread) as video:
        for picture in pictures(video, on_packet=scan.packet, on_error=scan.error):
            scan.picture(picture)
            if scan.is_damaged and not single_thread:
                break
            if progress:
                progress(len(scan.pts), max(announced.count, len(scan.pts)))
        return scan, video.stream.codec_context.name


def _build(
    path: Path,
    scan: _Scan,
    *,
    coded_size: tuple[int, int],
    stream: int,
    time_base: tuple[int, int],
    pts: tuple[int, ...],
    keyframes: dict[int, int],
    gaps: tuple[Gap, ...],
    confirmed: bool,
    identity: tuple[int, str],
    single_thread: bool = False,
) -> FrameIndex:
    width, height = coded_size if scan.rotation in (0, 180) else coded_size[::-1]
    return FrameIndex(
        kind="video",
        path=path,
        count=len(pts),
        width=width,
        height=height,
        rotation=scan.rotation,
        stream=stream,
        time_base=time_base,
        pts=pts,
        keyframes=tuple(keyframes),
        gaps=gaps,
        confirmed=confirmed,
        size_bytes=identity[0],
        content_hash=identity[1],
        keyframe_sums=tuple(keyframes.values()) if confirmed else (),
        single_thread=single_thread,
        notes=tuple(scan.notes),
    )


def _time_base(video: OpenVideo) -> tuple[int, int]:
    base = video.stream.time_base
    return (base.numerator, base.denominator) if base else (1, 1)


def _timeline(met: list[int | None]) -> tuple[tuple[int, ...], bool]:
    """(time of each frame with missing ones filled in, whether every time was given and they strictly increase)."""
    ordered = None not in met
    filled: list[int] = []
    for moment in met:
        follower = filled[-1] + 1 if filled else 0
        given = follower if moment is None else moment
        ordered = ordered and (not filled or given >= follower)
        filled.append(given)
    return tuple(filled), ordered


def _keyframes(scan: _Scan, pts: tuple[int, ...]) -> dict[int, int]:
    """Frames that packet and picture both call key, with the sum of their pixels."""
    starts = set(scan.keyframe_pts)
    return {k: scan.sums[k] for k in scan.keys if pts[k] in starts}


def _wrong_frames(scan: _Scan, pts: tuple[int, ...]) -> list[int]:
    """Frames that came out damaged, or beside which an error was met."""
    beside = [max(after, 0) for after, _, _ in scan.errors]
    beside += [max(bisect_left(pts, moment) - 1, 0) for _, moment, _ in scan.errors if moment is not None]
    return scan.damaged + beside


def _gaps(scan: _Scan, pts: tuple[int, ...], *, hiding: bool) -> tuple[Gap, ...]:
    """Holes of a video whose times increase: packets without a picture, pictures of another size, a broken end."""
    came = set(pts) | {moment for _, moment, _ in scan.other_sizes}
    lost = set(scan.packet_pts) - came
    if hiding:
        lost &= {moment for _, moment, _ in scan.errors}
    words = {after: text for after, _, text in reversed(scan.errors)}
    holes: dict[int, list[int]] = {}
    for moment in sorted(lost):
        holes.setdefault(bisect_left(pts, moment) - 1, []).append(moment)
    gaps = []
    for after, moments in holes.items():
        # A decoder that keeps pictures back to reorder them reports an error a few frames early or late.
        near = min(words, key=lambda at: abs(at - after), default=None)
        why = f": {words[near]}" if near is not None else ""
        gaps.append(Gap(after, moments[0], moments[-1], f"{_count(len(moments), 'picture')} did not decode{why}"))
    gaps += _size_gaps(scan) + _broken_end(scan)
    return tuple(sorted(gaps, key=lambda gap: gap.after))


def _counted_gaps(scan: _Scan) -> tuple[Gap, ...]:
    """Holes of a video whose times do not increase: where errors and pictures of another size were met."""
    errors = [Gap(after, moment, moment, f"did not decode: {text}") for after, moment, text in scan.errors]
    return tuple(sorted(errors + _size_gaps(scan), key=lambda gap: gap.after))


def _size_gaps(scan: _Scan) -> list[Gap]:
    runs: dict[tuple[int, str], list[int | None]] = {}
    for after, moment, words in scan.other_sizes:
        runs.setdefault((after, words), []).append(moment)
    return [
        Gap(after, moments[0], moments[-1], f"{_count(len(moments), 'picture')} of {words}")
        for (after, words), moments in runs.items()
    ]


def _broken_end(scan: _Scan) -> list[Gap]:
    return [
        Gap(len(scan.pts) - 1, None, None, text) for _, _, text in scan.errors if text.startswith("the file breaks")
    ]


def _with_pauses(gaps: tuple[Gap, ...], pts: tuple[int, ...]) -> tuple[tuple[Gap, ...], str | None]:
    """`gaps` with the steps in time that are far above the usual one; a note instead where such steps are usual."""
    steps = [later - earlier for earlier, later in pairwise(pts)]
    if len(steps) < 2:
        return gaps, None
    usual = sorted(steps)[len(steps) // 2]
    taken = {gap.after for gap in gaps}
    pauses = [k for k, step in enumerate(steps) if step > PAUSE_STEPS * usual and k not in taken]
    if len(pauses) > max(3, PAUSE_SHARE * len(steps)):
        return gaps, f"variable frame rate: {len(pauses)} steps are far longer than the usual one"
    held = [
        Gap(k, pts[k] + usual, pts[k + 1], f"no picture for {steps[k] / usual:.3g} times the usual step")
        for k in pauses
    ]
    return tuple(sorted([*gaps, *held], key=lambda gap: gap.after)), None


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
