"""Odd video files made on the spot: one kind of container, coding, timing or damage each."""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from tests.storage.made_videos import Size, jpeg_bytes, make_sound, make_video, numbered_picture

MILLISECOND = Fraction(1, 1000)


@dataclass(frozen=True)
class Kind:
    """How to encode one odd file of `numbered_picture`."""

    codec: str
    pix_fmt: str = "yuv420p"
    size: Size = (64, 48)
    frames: int = 30
    rate: int = 30
    gop: int = 10
    b_frames: int = 0
    container: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    muxing: dict[str, str] = field(default_factory=dict)
    pts: Sequence[int] | None = None
    sound: bool = False
    degrees: int = 0
    lost_in_front: int = 0


def x264(**params: object) -> dict[str, str]:
    """Options of libx264 by their own names."""
    text = ":".join(f"{name.replace('_', '-')}={value}" for name, value in params.items())
    return {"preset": "medium", "x264-params": text}


def x265(**params: object) -> dict[str, str]:
    """Options of libx265 by their own names, and no talking."""
    text = ":".join(f"{name.replace('_', '-')}={value}" for name, value in {"log-level": "none", **params}.items())
    return {"preset": "ultrafast", "x265-params": text}


HIDDEN = {"auto-alt-ref": "1", "lag-in-frames": "16"}
INTERLACED = {"flags": "+ildct+ilme"}
OPEN = x264(open_gop=1, keyint=8, bframes=3)
HEVC_OPEN = x265(keyint=10, bframes=3, open_gop=1)

KINDS: dict[str, Kind] = {
    "pyramid.mp4": Kind("libx264", b_frames=3, options=x264(b_pyramid="normal", bframes=5, keyint=12)),
    "negative-times.mkv": Kind("libx264", b_frames=2, pts=[33 * k - 200 for k in range(30)]),
    "negative-times.mp4": Kind("libx264", b_frames=2, pts=[33 * k - 200 for k in range(30)]),
    "late-start.mp4": Kind("libx264", b_frames=2, pts=[5000 + 40 * k for k in range(30)]),
    "ever-slower.mp4": Kind("libx264", b_frames=2, pts=[7 * k * k for k in range(30)]),
    "fragmented.mp4": Kind("libx264", b_frames=2, muxing={"movflags": "frag_keyframe+empty_moov+default_base_moof"}),
    "fragment-per-frame.mp4": Kind("libx264", b_frames=2, muxing={"movflags": "frag_every_frame+empty_moov"}),
    "negative-offsets.mp4": Kind("libx264", b_frames=2, muxing={"movflags": "negative_cts_offsets"}),
    "no-edit-list.mp4": Kind("libx264", b_frames=2, muxing={"use_editlist": "0"}),
    "with-sound.mp4": Kind("libx264", b_frames=2, sound=True),
    "with-sound.flv": Kind("libx264", b_frames=2, sound=True),
    "no-times.avi": Kind("libx264", b_frames=2),
    "h264.nut": Kind("libx264", b_frames=2),
    "h264.m2ts": Kind("libx264", b_frames=2, container="mpegts", muxing={"mpegts_m2ts_mode": "1"}),
    "program-stream.mpg": Kind("libx264", b_frames=2, container="mpeg"),
    "bare.h264": Kind("libx264", b_frames=2),
    "refresh.ts": Kind("libx264", options=x264(intra_refresh=1, keyint=10)),
    "open-gop.ts": Kind("libx264", b_frames=3, options=OPEN),
    "open-gop.mkv": Kind("libx264", b_frames=3, options=OPEN),
    "front-lost.ts": Kind("libx264", b_frames=3, options=OPEN, frames=40, lost_in_front=5),
    "front-lost.mkv": Kind("libx264", b_frames=3, options=OPEN, frames=40, lost_in_front=5),
    "ten-bit.mkv": Kind("libx264", "yuv420p10le", b_frames=2),
    "four-two-two.mkv": Kind("libx264", "yuv422p", b_frames=2),
    "odd-size-444.mp4": Kind("libx264", "yuv444p", size=(65, 47)),
    "rgb.mkv": Kind("libx264rgb", "rgb24"),
    "grey.mkv": Kind("libx264", "gray"),
    "one-frame.mp4": Kind("libx264", frames=1),
    "interlaced.ts": Kind("libx264", size=(64, 64), options=x264(tff=1, keyint=10)),
    "turned-90.mp4": Kind("libx264", degrees=90),
    "turned-180.mkv": Kind("libx264", degrees=180),
    "turned-270.mov": Kind("libx264", degrees=-90),
    "hevc.mp4": Kind("libx265", frames=40, options=HEVC_OPEN),
    "hevc.ts": Kind("libx265", frames=40, options=HEVC_OPEN),
    "bare.hevc": Kind("libx265", frames=40, options=HEVC_OPEN),
    "hevc-10-bit.mkv": Kind("libx265", "yuv420p10le", options=x265(keyint=10)),
    "hevc-12-bit-444.mkv": Kind("libx265", "yuv444p12le", options=x265(keyint=10)),
    "hevc-front-lost.ts": Kind("libx265", frames=40, options=HEVC_OPEN, lost_in_front=4),
    "vp8-hidden.webm": Kind("libvpx", frames=40, options=HIDDEN),
    "vp8-alpha.webm": Kind("libvpx", "yuva420p", frames=20, options={"auto-alt-ref": "0"}),
    "vp8.ogg": Kind("libvpx", frames=20),
    "vp9-hidden.webm": Kind("libvpx-vp9", frames=40, options=HIDDEN),
    "vp9-hidden.mp4": Kind("libvpx-vp9", frames=40, options=HIDDEN),
    "vp9.ivf": Kind("libvpx-vp9", frames=20),
    "av1.mp4": Kind("libsvtav1", gop=16, options={"preset": "12"}),
    "av1.obu": Kind("libsvtav1", gop=16, options={"preset": "12"}),
    "av1-10-bit.mkv": Kind("libsvtav1", "yuv420p10le", frames=20, options={"preset": "12"}),
    "picture.avif": Kind("libsvtav1", frames=1, options={"preset": "12"}),
    "packed.avi": Kind("mpeg4", b_frames=2),
    "quarter-pixel.avi": Kind("mpeg4", b_frames=1, options={"flags": "+qpel+mv4"}),
    "mpeg4-interlaced.avi": Kind("mpeg4", size=(64, 64), options=INTERLACED),
    "mpeg2.ts": Kind("mpeg2video", b_frames=2),
    "mpeg2.vob": Kind("mpeg2video", b_frames=2),
    "mpeg2-interlaced.ts": Kind("mpeg2video", size=(64, 64), b_frames=2, options=INTERLACED),
    "mpeg2-front-lost.ts": Kind("mpeg2video", b_frames=2, frames=40, lost_in_front=4),
    "mpeg2.mxf": Kind("mpeg2video", size=(64, 64), rate=25, b_frames=2),
    "mpeg1.mpg": Kind("mpeg1video", b_frames=2),
    "windows.wmv": Kind("wmv2", container="asf"),
    "flash.flv": Kind("flv"),
    "phone.3gp": Kind("h263", size=(176, 144)),
    "old.mov": Kind("svq1", "yuv410p"),
    "motion-jpeg.avi": Kind("mjpeg", "yuvj420p"),
    "bare.mjpeg": Kind("mjpeg", "yuvj420p"),
    "palette.gif": Kind("gif", "rgb8"),
    "animated.apng": Kind("apng", "rgba"),
    "edit.mov": Kind("prores_ks", "yuv422p10le"),
    "animation.mov": Kind("qtrle", "rgb24"),
    "lossless.mkv": Kind("ffv1"),
    "grey-16-bit.mkv": Kind("ffv1", "gray16le"),
    "raw-odd-size.avi": Kind("rawvideo", "bgr24", size=(63, 47)),
    "raw.y4m": Kind("rawvideo", container="yuv4mpegpipe"),
    "tape.dv": Kind("dvvideo", size=(720, 576), rate=25, frames=4),
}


def make_kind(path: Path, kind: Kind) -> Path:
    """Encode a file of one kind; pictures are `numbered_picture(0..)`."""
    with av.open(str(path), "w", format=kind.container, options=kind.muxing) as container:
        stream: Any = container.add_stream(kind.codec, rate=kind.rate)
        stream.width, stream.height = kind.size
        stream.pix_fmt = kind.pix_fmt
        if kind.degrees:
            stream.set_display_rotation(kind.degrees)
        context = stream.codec_context
        context.gop_size = kind.gop
        if kind.b_frames:
            context.max_b_frames = kind.b_frames
        quick = {"preset": "ultrafast"} if kind.codec.startswith("libx26") else {}
        context.options = {**quick, **kind.options, "threads": "1"}
        base = MILLISECOND if kind.pts else Fraction(1, kind.rate)
        context.time_base = base
        sound: Any = container.add_stream("aac", rate=44100) if kind.sound else None
        made = 0
        for k in range(kind.frames + 1):
            for packet in stream.encode(_picture(kind, k, base) if k < kind.frames else None):
                made += 1
                if made > kind.lost_in_front:
                    container.mux(packet)
            if sound is not None:
                container.mux(sound.encode(_silence() if k < kind.frames else None))
    return path


def _picture(kind: Kind, k: int, base: Fraction) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(numbered_picture(k, kind.size), format="rgb24").reformat(format=kind.pix_fmt)
    frame.pts = kind.pts[k] if kind.pts else k
    frame.time_base = base
    return frame


def _silence() -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
    frame.sample_rate = 44100
    return frame


def make_two_sizes(path: Path, sizes: Sequence[Size] = ((64, 48), (96, 64), (64, 48)), *, each: int = 8) -> Path:
    """H.264 whose size changes in mid-stream, as a screen call does: the parameter sets come again with each part."""
    output = av.open(str(path), "w")
    with output as container:
        stream: Any = None
        for part, size in enumerate(sizes):
            encoder: Any = av.CodecContext.create("libx264", "w")
            encoder.width, encoder.height, encoder.pix_fmt = *size, "yuv420p"
            encoder.time_base, encoder.framerate = Fraction(1, 10), Fraction(10)
            encoder.options = {"preset": "ultrafast", "threads": "1", "bf": "0"}
            if stream is None:
                stream = container.add_stream("libx264", rate=10)
                stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
                container.start_encoding()
            for k in range(each + 1):
                frame = None
                if k < each:
                    frame = av.VideoFrame.from_ndarray(numbered_picture(part * each + k, size), format="rgb24")
                    frame = frame.reformat(format="yuv420p")
                    frame.pts, frame.time_base = part * each + k, Fraction(1, 10)
                for packet in encoder.encode(frame):
                    packet.stream, packet.time_base = stream, Fraction(1, 10)
                    container.mux(packet)
    return path


def make_joined_streams(path: Path, sizes: Sequence[Size], *, codec: str = "libx264", each: int = 20) -> Path:
    """Transport streams of these sizes written one after the other into one file, as `cat a.ts b.ts` does."""
    content = b""
    for part, size in enumerate(sizes):
        with av.open(str(path), "w") as container:
            stream: Any = container.add_stream(codec, rate=25)
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
            stream.options = {"g": "10", "threads": "1"}
            for k in range(each + 1):
                frame = None
                if k < each:
                    frame = av.VideoFrame.from_ndarray(numbered_picture(part * each + k, size), format="rgb24")
                    frame = frame.reformat(format="yuv420p")
                    frame.pts, frame.time_base = part * each + k, Fraction(1, 25)
                container.mux(stream.encode(frame))
        content += path.read_bytes()
    path.write_bytes(content)
    return path


def make_with_cover(path: Path, *, cover: Size = (640, 480)) -> Path:
    """A small video with a larger cover picture beside it."""
    with av.open(str(path), "w") as container:
        video: Any = container.add_stream("mpeg4", rate=10)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        picture: Any = container.add_stream("mjpeg", rate=10)
        picture.width, picture.height, picture.pix_fmt = *cover, "yuvj420p"
        picture.disposition = av.stream.Disposition.attached_pic
        container.start_encoding()
        packet = av.Packet(jpeg_bytes(numbered_picture(99, cover)))
        packet.stream, packet.pts, packet.dts, packet.time_base = picture, 0, 0, Fraction(1, 10)
        packet.is_keyframe = True
        container.mux(packet)
        for k in range(7):
            frame = None
            if k < 6:
                frame = av.VideoFrame.from_ndarray(numbered_picture(k), format="rgb24")
                frame.pts, frame.time_base = k, Fraction(1, 10)
            container.mux(video.encode(frame))
    return path


def start_later(path: Path, ticks: int) -> Path:
    """Move the start in the edit list of an MP4 by `ticks` of its media: the pictures before are not to be shown."""
    content = bytearray(path.read_bytes())
    at = content.index(b"elst") + 8
    (entries,) = struct.unpack_from(">I", content, at)
    assert entries == 1, "made for a single edit"
    length, start = struct.unpack_from(">Ii", content, at + 4)
    struct.pack_into(">Ii", content, at + 4, length, start + ticks)
    path.write_bytes(bytes(content))
    return path


def _cut(content: bytes) -> bytes:
    return content[: int(len(content) * 0.6)]


def _zeros(content: bytes) -> bytes:
    start, length = len(content) // 2, len(content) // 25
    return content[:start] + bytes(length) + content[start + length :]


def _hole(content: bytes) -> bytes:
    start = len(content) // 2
    return content[:start] + content[start + len(content) // 20 + 1 :]


def _flips(content: bytes) -> bytes:
    spoiled = bytearray(content)
    for at in np.random.default_rng(len(content)).integers(len(content) // 7, len(content) * 9 // 10, 6):
        spoiled[at] ^= 0x5A
    return bytes(spoiled)


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "cut off": _cut,
    "zeros inside": _zeros,
    "bytes lost": _hole,
    "bytes flipped": _flips,
    "head lost": lambda content: content[int(len(content) * 0.3) :],
    "twice in a row": lambda content: content * 2,
}


def all_odd(folder: Path) -> list[Path]:
    """One file of each kind, with the files that are no video, in a folder of their own."""
    folder.mkdir(parents=True, exist_ok=True)
    made = [make_kind(folder / name, kind) for name, kind in KINDS.items()]
    made += [make_two_sizes(folder / "two-sizes.mkv"), make_with_cover(folder / "cover.mp4")]
    made.append(start_later(make_video(folder / "edit-list.mp4"), 12 * 512))
    made.append(make_sound(folder / "sound-alone.m4a"))
    for name, kind in KINDS.items():
        if name in {"open-gop.ts", "fragmented.mp4", "mpeg2.ts", "no-times.avi"}:
            for damage, spoil in DAMAGE.items():
                target = folder / f"{damage.replace(' ', '-')}-{name}"
                target.write_bytes(spoil((folder / name).read_bytes()))
                made.append(target)
        del kind
    for name, content in (("empty.mp4", b""), ("letter.mp4", b"Dear reader, this is a text.\n" * 40)):
        (folder / name).write_bytes(content)
        made.append(folder / name)
    return made
