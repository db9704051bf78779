"""Small videos made on the spot, each with one property that makes counting or seeking hard."""

import io
import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from storage.frames import FrameIndex

Size = tuple[int, int]


def numbered_picture(k: int, size: Size = (64, 48)) -> np.ndarray:
    """uint8 H x W x 3 picture that differs for each k and from side to side, so that a turn or a mix-up shows."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    picture = np.stack([x * 255 // width, y * 255 // height, np.full_like(x, (k * 37) % 256)], axis=-1).astype(np.uint8)
    left = (k * 5) % (width - 8)
    picture[4:20, left : left + 8] = (255, 255, 0)
    return picture


def make_video(
    path: Path,
    *,
    frames: int = 30,
    size: Size = (64, 48),
    codec: str = "libx264",
    gop: int = 10,
    b_frames: int = 2,
    pts: Sequence[int] | None = None,
    degrees: float = 0,
    mirrored: bool = False,
    options: dict[str, str] | None = None,
) -> Path:
    """Encode `numbered_picture(0..frames-1)`; `pts` are ticks of 1/1000 s."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=30)
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        context = stream.codec_context
        context.gop_size = gop
        context.max_b_frames = b_frames
        context.time_base = Fraction(1, 1000) if pts else Fraction(1, 30)
        context.options = {"preset": "ultrafast", "bf": str(b_frames), "threads": "1", **(options or {})}
        if degrees or mirrored:
            stream.set_display_rotation(degrees, hflip=mirrored)
        for k in range(frames):
            frame = av.VideoFrame.from_ndarray(numbered_picture(k, size), format="rgb24")
            frame.pts = pts[k] if pts else k
            frame.time_base = context.time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def make_jpeg_video(path: Path, sizes: Sequence[Size | None], *, pts: Sequence[int] | None = None) -> Path:
    """A Motion JPEG video of one picture per entry of `sizes`; None puts bytes that do not decode."""
    first = next((size for size in sizes if size), (32, 24))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=10)
        stream.width, stream.height = first
        stream.pix_fmt = "yuvj420p"
        stream.time_base = Fraction(1, 10)
        container.start_encoding()
        for k, size in enumerate(sizes):
            packet = av.Packet(jpeg_bytes(numbered_picture(k, size)) if size else b"these bytes are no picture" * 4)
            packet.stream = stream
            packet.time_base = Fraction(1, 10)
            packet.pts = packet.dts = pts[k] if pts else k
            packet.is_keyframe = True
            container.mux(packet)
    return path


def make_sound(path: Path) -> Path:
    """A file with sound and no picture."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def jpeg_bytes(picture: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def spoil_packet(path: Path, number: int) -> Path:
    """Overwrite packet `number` (in file order) of the only stream of an MP4 with bytes that do not decode."""
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    content = bytearray(path.read_bytes())
    packet = packets[number]
    content[packet.pos : packet.pos + packet.size] = b"\xff" * packet.size
    path.write_bytes(bytes(content))
    return path


def decoded(path: Path, *, stream: int = 0) -> list[np.ndarray]:
    """Pictures of a sound video as PyAV alone gives them in one pass, not turned."""
    with av.open(str(path)) as container:
        chosen = container.streams[stream]
        return [frame.to_ndarray(format="rgb24").copy() for frame in container.decode(chosen)]


def read_back(index: FrameIndex) -> FrameIndex:
    """The index as it is after it was stored and read."""
    return FrameIndex.from_dict(json.loads(json.dumps(index.to_dict())))
