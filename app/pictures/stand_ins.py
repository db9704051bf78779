"""Stand-ins: small pictures of some frames of a video, shown until the exact frame arrives."""

import json
from collections.abc import Sequence

from storage import frames

WIDTH = 192
# At most MOST for a video, sent in parts of PER_PART, from coarse to fine.
MOST = 512
PER_PART = 64


def stand_in_frames(index: frames.FrameIndex, *, most: int = MOST) -> tuple[int, ...]:
    """The frames that get a stand-in, evenly spread: key frames of a video, or any pictures of a folder.

    The order goes from coarse to fine: the first n of them are spread over the whole video for every n. Empty for a
    video that can only be read from its start.
    """
    cheap: Sequence[int] = range(index.count) if index.kind == "images" else index.keyframes
    many = min(most, len(cheap))
    if many == 0:
        return ()
    spread = [cheap[at * len(cheap) // many] for at in range(many)]
    return tuple(spread[at] for at in coarse_to_fine(many))


def coarse_to_fine(count: int) -> list[int]:
    """0 to count - 1, ordered by their reversed bits: the first n of them are spread evenly for every n."""
    bits = max(1, (count - 1).bit_length())
    return [at for at in (int(f"{n:0{bits}b}"[::-1], 2) for n in range(1 << bits)) if at < count]


def part_of(order: Sequence[int], part: int) -> tuple[int, ...]:
    """The frames of part ``part`` (from 0); empty after the last part."""
    return tuple(order[part * PER_PART : (part + 1) * PER_PART])


def packed(pictures: Sequence[tuple[int, bytes]], *, parts: int) -> bytes:
    """(frame, JPEG) pairs as one body: the length of the header (4 bytes, little-endian), the header, the pictures.

    The header is JSON: ``frames`` and ``sizes`` (bytes) of the pictures in their order, and ``parts``, the number of
    parts.
    """
    head = {"parts": parts, "frames": [k for k, _ in pictures], "sizes": [len(picture) for _, picture in pictures]}
    text = json.dumps(head, separators=(",", ":")).encode()
    return b"".join([len(text).to_bytes(4, "little"), text, *(picture for _, picture in pictures)])


def parts_of(order: Sequence[int]) -> int:
    """Number of parts that the stand-ins of a video are sent in."""
    return -(-len(order) // PER_PART)
