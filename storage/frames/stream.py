"""Opening a video file with PyAV and decoding its picture stream, the same way for counting and for reading."""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from storage.frames.frame_index import MAX_PIXELS, EmptyFile, NoPicture, NotAVideo, TooLarge, missing

# Formats that FFmpeg draws or fetches from other places: text art, playlists and lists of other files.
REFUSED_FORMATS = {"tty", "hls", "dash", "concat", "concatf", "sdp", "imf"}
# Local files only, and a '%' in a name has no meaning: no playlist and no name can make FFmpeg open another file.
OPEN_OPTIONS = {"protocol_whitelist": "file", "pattern_type": "none"}


@dataclass(frozen=True)
class CopiedPicture:
    """The needed data of a decoded picture, copied so that the decoder can reuse its buffer.

    pts: time in ticks, or None. rgb: uint8 H x W x 3, not turned. turn: as `rotation_of` gives it.
    """

    pts: int | None
    width: int
    height: int
    key_frame: bool
    is_corrupt: bool
    turn: tuple[int, str | None]
    rgb: np.ndarray


Picture = VideoFrame | CopiedPicture


@dataclass
class OpenVideo:
    """An open container and its picture stream; close it when done. Used by one thread."""

    container: InputContainer
    stream: VideoStream
    # Copy each picture immediately, so that the reuse of buffers does not depend on the caller.
    copies: bool = False

    def close(self) -> None:
        self.container.close()

    def __enter__(self) -> "OpenVideo":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


# With these options a decoder refuses a damaged picture instead of concealing the damage.
STRICT = {"err_detect": "explode+crccheck+bitstream+buffer"}


def open_video(
    path: Path, *, stream: int | None = None, single_thread: bool = False, strict: bool = False
) -> OpenVideo:
    """Open the picture stream of a video file for decoding.

    stream: index of the stream; None picks the largest one that is no cover picture.
    strict: damaged pictures are errors; sound pictures are the same as without it.
    Raises SourceMissing, EmptyFile, NotAVideo, NoPicture or TooLarge.
    """
    container = _open_container(path)
    try:
        chosen = _picture_stream(container, path) if stream is None else _known_stream(container, stream, path)
        if strict:
            chosen.codec_context.options = dict(STRICT)
        if single_thread:
            chosen.codec_context.thread_type = "NONE"
            chosen.codec_context.thread_count = 1
        else:
            chosen.thread_type = "AUTO"
    except BaseException:
        container.close()
        raise
    return OpenVideo(container, chosen, copies=single_thread)


def _open_container(path: Path) -> InputContainer:
    if not path.exists():
        raise missing(path)
    if not path.is_file():
        raise NotAVideo(f"{path} is neither a file nor a folder; give a video file or a folder of pictures")
    if path.stat().st_size == 0:
        raise EmptyFile(f"{path} is empty (0 bytes); copy or download it again")
    try:
        container = av.open(f"file:{path}", container_options=dict(OPEN_OPTIONS), metadata_errors="replace")
    except av.error.FFmpegError as error:
        raise NotAVideo(f"{path} cannot be opened as a video: {_why_not(path, error)}") from error
    if container.format.name in REFUSED_FORMATS:
        name = container.format.name
        container.close()
        what = "it is a text" if name == "tty" else f"it is a playlist or list of other files ({name})"
        raise NotAVideo(f"{path} cannot be opened as a video: {what}; give the video file itself")
    return container


def _why_not(path: Path, error: av.error.FFmpegError) -> str:
    """One phrase on why FFmpeg refuses the file, from its first bytes or else from FFmpeg's error."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as failure:
        return f"{failure.strerror}; check its permissions"
    if head[4:8] == b"ftyp" and not _has_moov(path):
        return (
            "its index (moov atom) is missing, as when a recording or download broke off; "
            "copy it again, or repair it with a tool for that"
        )
    if _is_text(head):
        return "it holds text, whatever its name says; give a video file"
    return f"its header or index is damaged, or it is no video ({decoder_words(error)}); copy or convert it again"


def _has_moov(path: Path) -> bool:
    """Whether the chain of boxes of an MP4 or MOV file reaches its index."""
    length = path.stat().st_size
    with path.open("rb") as file:
        while len(header := file.read(16)) >= 8:
            size, kind = struct.unpack_from(">I4s", header)
            if kind == b"moov":
                return True
            if size == 1 and len(header) == 16:
                size = struct.unpack_from(">Q", header, 8)[0]
            start = file.tell() - len(header)
            if size < 8 or start + size > length:
                return False
            file.seek(start + size)
    return False


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    text = head.decode("utf-8", errors="ignore")
    return len(text) >= 0.9 * len(head) > 0 and sum(c.isprintable() or c.isspace() for c in text) >= 0.95 * len(text)


def decoder_words(error: av.error.FFmpegError) -> str:
    """FFmpeg's text of an error. Its log would have more detail, but it is off by default."""
    return error.strerror or str(error)


def _picture_stream(container: InputContainer, path: Path) -> VideoStream:
    streams = container.streams.video
    if not streams:
        others = sorted({str(stream.type) for stream in container.streams}) or ["nothing"]
        raise NoPicture(f"{path} has no picture stream, only {', '.join(others)}; give a file with moving pictures")
    pictures = [s for s in streams if not s.disposition & Disposition.attached_pic]
    if not pictures:
        raise NoPicture(f"{path} has a cover picture but no moving pictures; give a file with a picture stream")
    known = [s for s in pictures if s.codec_context is not None]
    if not known:
        raise NoPicture(f"{path} has pictures in a coding that no decoder here reads; convert it, for example to H.264")
    # Of equally large streams the first one counts, as in players.
    best = max(known, key=lambda s: (s.codec_context.width * s.codec_context.height, -s.index))
    _check_pixels(path, best.codec_context.width, best.codec_context.height)
    return best


def _known_stream(container: InputContainer, number: int, path: Path) -> VideoStream:
    for stream in container.streams.video:
        if stream.index == number and stream.codec_context is not None:
            return stream
    raise NoPicture(f"{path} has no picture stream {number} any more; count its frames again")


def _check_pixels(path: Path, width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise TooLarge(f"{path} has pictures of {width} x {height}, above {MAX_PIXELS} pixels; scale it down first")


ErrorListener = Callable[[int | None, str], None]


def packets(video: OpenVideo, *, on_error: ErrorListener | None = None) -> Iterator[Packet]:
    """Packets from the current position to the end; for a truncated file, `on_error(None, words)` is called.

    The last packet is an empty one, which makes a decoder return its remaining pictures.
    """
    source = video.container.demux(video.stream)
    while True:
        try:
            packet = next(source, None)
        except av.error.FFmpegError as error:
            if on_error:
                on_error(None, f"the file breaks off ({decoder_words(error)})")
            yield Packet(0)
            return
        if packet is None:
            return
        yield packet


def pictures(
    video: OpenVideo,
    *,
    on_packet: Callable[[Packet], None] | None = None,
    on_error: ErrorListener | None = None,
) -> Iterator[Picture]:
    """Decode from the current position to the end, in presentation order.

    A packet that does not decode is skipped, and `on_error(pts, words)` is called. On one thread the pictures are
    copied: in a damaged picture, parts that were not decoded show the earlier content of its buffer. The order in which
    buffers are reused must therefore not depend on how long the caller keeps a picture.
    """
    for packet in packets(video, on_error=on_error):
        if on_packet:
            on_packet(packet)
        if video.copies:
            yield from [_copied(picture) for picture in _decode(video, packet, on_error)]
        else:
            yield from _decode(video, packet, on_error)


def _decode(video: OpenVideo, packet: Packet, on_error: ErrorListener | None) -> list[VideoFrame]:
    try:
        # An empty packet marks the end; PyAV expects None for it.
        return video.stream.codec_context.decode(packet if packet.size else None)
    except av.error.FFmpegError as error:
        if on_error:
            on_error(packet.pts, decoder_words(error))
        return []


def _copied(picture: VideoFrame) -> CopiedPicture:
    return CopiedPicture(
        pts=picture.pts,
        width=picture.width,
        height=picture.height,
        key_frame=picture.key_frame,
        is_corrupt=picture.is_corrupt,
        turn=rotation_of(picture),
        rgb=to_rgb(picture),
    )


def to_rgb(picture: Picture) -> np.ndarray:
    """uint8 H x W x 3 RGB from swscale, not turned; always a new array."""
    if isinstance(picture, CopiedPicture):
        return picture.rgb.copy()
    # PyAV's array can be a view of padded rows, and even of the decoder's buffer if the picture is RGB already.
    return np.array(picture.to_ndarray(format="rgb24"), order="C")


def to_small_rgb(picture: Picture, width: int, height: int) -> np.ndarray:
    """As `to_rgb`, scaled by swscale to ``width`` x ``height``: its own colours are never made at full size."""
    frame = VideoFrame.from_ndarray(picture.rgb, format="rgb24") if isinstance(picture, CopiedPicture) else picture
    small = frame.reformat(width, height, "rgb24", interpolation="AREA")
    return np.array(small.to_ndarray(), order="C")


def turned(pixels: np.ndarray, rotation: int) -> np.ndarray:
    """`pixels` (H x W x 3) turned by `rotation` (0, 90, 180, 270) degrees counter-clockwise, contiguous."""
    return np.ascontiguousarray(np.rot90(pixels, k=rotation // 90)) if rotation else pixels


def announced_end(video: OpenVideo) -> int | None:
    """The time in ticks at which the pictures end, from the durations in the file; None if there are none."""
    stream, container = video.stream, video.container
    if stream.duration:
        return (stream.start_time or 0) + stream.duration
    # The duration of the container may be that of the sound.
    if len(container.streams) > 1 or not container.duration or not stream.time_base:
        return None
    # Matroska durations count from time 0, others from the first picture.
    start = 0 if "matroska" in container.format.name else container.start_time or 0
    return round((start + container.duration) / av.time_base / stream.time_base)


def rotation_of(picture: Picture) -> tuple[int, str | None]:
    """(rotation 0/90/180/270 counter-clockwise to apply, note on a tag that is ignored or None)."""
    if isinstance(picture, CopiedPicture):
        return picture.turn
    if _mirrored(picture):
        return 0, "the file asks for mirrored pictures; that is ignored"
    degrees = picture.rotation
    quarter = round(degrees / 90)
    # The tag is a matrix of fixed-point numbers, so a right angle may be one degree off.
    if abs(degrees - 90 * quarter) > 1:
        # A matrix of zeros has no angle, which PyAV reports as a huge number.
        turn = f"a turn by {degrees} degrees" if abs(degrees) <= 360 else "a turn that is none"
        return 0, f"the file asks for {turn}; only multiples of 90 are applied, so it is ignored"
    return 90 * quarter % 360, None


def _mirrored(picture: VideoFrame) -> bool:
    try:
        matrix = picture.side_data.get("DISPLAYMATRIX")
    except ValueError:
        # PyAV raises for kinds of side data that it does not support, such as EXIF.
        return False
    if matrix is None:
        return False
    a, b, _, c, d = struct.unpack_from("<5i", bytes(matrix))  # type: ignore[call-overload]
    return a * d - b * c < 0
