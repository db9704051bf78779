"""The log of one pass over a video file: packets, pictures and errors in order of occurrence."""

import zlib
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from av.packet import Packet

from storage.frames.stream import Picture, rotation_of, to_rgb

# Joined transport streams break the count of their packets where the second one begins. FFmpeg marks a packet up to
# this many before its first key packet as broken, although nothing of it is missing.
SEAM_PACKETS = 2
# Codecs with packets that are never shown: they only serve to predict other pictures.
HIDING_CODECS = {"vp8", "vp9", "av1", "libdav1d", "libvpx", "libvpx-vp9", "libaom-av1"}


@dataclass
class PassLog:
    """Packets, pictures and errors of one pass, in order of occurrence. Times are in ticks of the stream."""

    packets: int = 0
    packet_pts: list[int] = field(default_factory=list)
    keyframe_pts: list[int] = field(default_factory=list)
    key_dts: list[int | None] = field(default_factory=list)
    pts: list[int | None] = field(default_factory=list)
    sums: dict[int, int] = field(default_factory=dict)
    keys: list[int] = field(default_factory=list)
    ordered: bool = True
    sum_all: bool = False
    suspected: bool = False
    damaged: list[int] = field(default_factory=list)
    broken_packets: list[int] = field(default_factory=list)  # frames before each
    broken_ordinals: list[int] = field(default_factory=list)  # the same packets, counted from 0 in file order
    key_ordinals: dict[int, list[int]] = field(default_factory=dict)  # by time of the key packet
    size_starts: list[int] = field(default_factory=list)  # times of the first key pictures after a change of size
    errors: list[tuple[int, int | None, str]] = field(default_factory=list)
    other_sizes: list[tuple[int, int | None, str]] = field(default_factory=list)
    codec: str = ""
    size: tuple[int, int] | None = None
    rotation: int = 0
    _latest_size: tuple[int, int] | None = None
    _awaits_key: bool = False
    announced_end: int | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def is_damaged(self) -> bool:
        """Whether the demuxer or the decoder reported damage."""
        return bool(self.errors or self.damaged or self.broken_packets)

    @property
    def is_doubtful(self) -> bool:
        """Whether there may be damage that was not reported; valid after the last packet."""
        lost = set(self.packet_pts) - set(self.pts) or self.packets > len(self.pts)
        return (
            self.is_damaged
            or self.suspected
            or bool(self.other_sizes)
            or (bool(lost) and self.codec not in HIDING_CODECS)
        )

    @property
    def needs_sums(self) -> bool:
        """Whether frames can be recognised only by their pixels, but this pass does not compute all CRCs."""
        return not self.ordered and not self.sum_all

    def packet(self, packet: Packet) -> None:
        if not packet.size or packet.is_discard:
            return
        self.packets += 1
        if packet.is_corrupt:
            self.broken_packets.append(len(self.pts))
            self.broken_ordinals.append(self.packets - 1)
        if packet.is_keyframe:
            self.key_dts.append(packet.pts if packet.dts is None else packet.dts)
        if packet.pts is not None:
            self.packet_pts.append(packet.pts)
            if packet.is_keyframe:
                self.keyframe_pts.append(packet.pts)
                self.key_ordinals.setdefault(packet.pts, []).append(self.packets - 1)

    def error(self, pts: int | None, words: str) -> None:
        self.errors.append((len(self.pts) - 1, pts, words))

    def picture(self, picture: Picture) -> None:
        size = (picture.width, picture.height)
        if self.size is None:
            self.size = size
            self.rotation, note = rotation_of(picture)
            self.notes += [note] if note else []
        self._size(size, picture)
        if size != self.size:
            words = f"{size[0]} x {size[1]} in a video of {self.size[0]} x {self.size[1]}"
            self.other_sizes.append((len(self.pts) - 1, picture.pts, words))
            return
        if picture.key_frame:
            self.keys.append(len(self.pts))
        if picture.key_frame or self.sum_all:
            self.sums[len(self.pts)] = zlib.crc32(to_rgb(picture).data)
        earlier = self.pts[-1] if self.pts else None
        if picture.pts is None or (earlier is not None and picture.pts <= earlier):
            self.ordered = False
        if picture.is_corrupt:
            self.damaged.append(len(self.pts))
        self.pts.append(picture.pts)

    def _size(self, size: tuple[int, int], picture: Picture) -> None:
        self._awaits_key = self._awaits_key or (self._latest_size not in (None, size))
        self._latest_size = size
        if self._awaits_key and picture.key_frame and picture.pts is not None:
            self.size_starts.append(picture.pts)
            self._awaits_key = False

    @property
    def lossy_packets(self) -> list[int]:
        """``broken_packets`` without those at a seam, where a stream of another size was joined and nothing is lost."""
        begins = [at for moment in self.size_starts for at in self.key_ordinals.get(moment, ())]
        return [
            frame
            for frame, ordinal in zip(self.broken_packets, self.broken_ordinals, strict=True)
            if not any(0 <= begin - ordinal <= SEAM_PACKETS for begin in begins)
        ]


def timeline(times: list[int | None]) -> tuple[tuple[int, ...], bool]:
    """(time of each frame, whether all times were given and strictly increase).

    A missing time is one tick after the frame before; missing times at the start precede the first given one.
    """
    ordered = None not in times
    filled: list[int] = []
    first = next(((k, moment) for k, moment in enumerate(times) if moment is not None), (0, 0))
    for moment in times:
        follower = filled[-1] + 1 if filled else first[1] - first[0]
        given = follower if moment is None else moment
        ordered = ordered and (not filled or given >= follower)
        filled.append(given)
    return tuple(filled), ordered


def sound_keyframes(log: PassLog, pts: tuple[int, ...]) -> dict[int, int]:
    """Frames marked as key by both packet and picture -> CRC of their pixels; `pts`: times of the first frames."""
    starts = set(log.keyframe_pts)
    return {k: log.sums[k] for k in log.keys if k < len(pts) and pts[k] in starts}


def wrong_frames(log: PassLog, pts: tuple[int, ...]) -> list[int]:
    """Frames that are damaged, or at or after which an error occurred; `pts`: times of all frames."""
    beside = [max(after, 0) for after, moment, _ in log.errors if moment is None or after >= 0]
    timed = frames_at(pts, (moment for _, moment, _ in log.errors if moment is not None))
    last = len(pts) - 1
    return [min(k, last) for k in (*log.damaged, *log.lossy_packets, *beside, *timed)]


def frames_at(pts: tuple[int, ...], moments: Iterable[int]) -> list[int]:
    """The frame at each of these times (in ticks), else the last one before it, at least frame 0."""
    found = []
    for moment in moments:
        at = bisect_left(pts, moment)
        found.append(at if at < len(pts) and pts[at] == moment else max(at - 1, 0))
    return found
