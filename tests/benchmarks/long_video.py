"""Long H.264 videos on the spot: a part is coded, and its packets are written again and again with later times."""

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

RATE = 30
KBIT = 2500
PART_SECONDS = 20
# Things that move over the background: colour, radius, and how fast they go round.
DISCS = (((220, 60, 50), 70, 1.0), ((40, 90, 220), 45, -1.7), ((240, 200, 60), 30, 2.9), ((60, 170, 90), 95, 0.6))


def texture(size: tuple[int, int], seed: int = 0) -> np.ndarray:
    """uint8 H x W x 3: smooth noise of several scales, as hard to code as an ordinary outdoor picture."""
    width, height = size
    random = np.random.default_rng(seed)
    picture = np.zeros((height, width, 3), np.float32)
    for cells, weight in ((4, 90.0), (16, 60.0), (64, 30.0), (256, 14.0)):
        noise = random.random((max(2, cells * height // width), cells, 3), np.float32)
        picture += weight * cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(picture, 0, 255).astype(np.uint8)


def picture(wall: np.ndarray, k: int, size: tuple[int, int]) -> np.ndarray:
    """Frame ``k``: a camera that sways over ``wall``, and discs that go round in front of it; uint8 H x W x 3 RGB."""
    width, height = size
    room_x, room_y = wall.shape[1] - width, wall.shape[0] - height
    left = int(room_x * (0.5 + 0.5 * np.sin(k / 170)))
    top = int(room_y * (0.5 + 0.5 * np.cos(k / 110)))
    shown = wall[top : top + height, left : left + width].copy()
    for colour, radius, speed in DISCS:
        turn = k / 45 * speed
        centre = (int(width * (0.5 + 0.36 * np.cos(turn))), int(height * (0.5 + 0.36 * np.sin(turn * 1.3))))
        cv2.circle(shown, centre, radius * height // 720, colour, -1, cv2.LINE_AA)
    return shown


def code_part(path: Path, *, frames: int, size: tuple[int, int], gop: int, kbit: int = KBIT) -> Path:
    """Codes ``frames`` frames as H.264 with a key frame every ``gop`` frames exactly, two B-frames between."""
    wall = texture((size[0] * 3 // 2, size[1] * 3 // 2))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = size[0], size[1], "yuv420p"
        stream.codec_context.bit_rate = kbit * 1000
        stream.codec_context.gop_size = gop
        stream.codec_context.options = {"preset": "veryfast", "bf": "2", "x264-params": f"scenecut=0:keyint={gop}"}
        for k in range(frames):
            frame = av.VideoFrame.from_ndarray(picture(wall, k, size), format="rgb24")
            frame.pts, frame.time_base = k, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def repeat_part(part: Path, path: Path, *, times: int) -> Path:
    """``part`` again and again as one video; nothing is coded anew."""
    with av.open(str(path), "w") as out:
        stream = None
        length = 0
        for turn in range(times):
            with av.open(str(part)) as source:
                own = source.streams.video[0]
                stream = stream or out.add_stream_from_template(own)
                length = length or own.duration or 0
                for packet in source.demux(own):
                    if packet.size and packet.dts is not None:
                        packet.pts = (packet.pts or 0) + turn * length
                        packet.dts += turn * length
                        packet.stream = stream
                        out.mux(packet)
    return path


def long_video(folder: Path, *, minutes: int, size: tuple[int, int] = (1280, 720), gop: int, kbit: int = KBIT) -> Path:
    """A video of ``minutes`` minutes at 30 frames a second in ``folder``; one that is there already is taken."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{minutes}min_{size[0]}x{size[1]}_key{gop}_{kbit}k.mp4"
    if path.exists():
        return path
    # Whole groups of pictures, so that key frames stay as far apart where one turn follows another.
    frames = -(-PART_SECONDS * RATE // gop) * gop
    part = code_part(folder / "part.mp4", frames=frames, size=size, gop=gop, kbit=kbit)
    try:
        making = repeat_part(part, folder / "making.mp4", times=-(-minutes * 60 * RATE // frames))
        return making.rename(path)
    finally:
        part.unlink()
