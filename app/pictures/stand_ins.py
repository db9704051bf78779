"""Stand-ins: small pictures of some frames, spread over a video, shown at once where the exact frame takes a moment."""

import json
from collections.abc import Sequence

from storage import frames

WIDTH = 192
# At most this many for a video, in parts of this many; the parts go from coarse to fine.
MOST = 512
PER_PART = 64


def stand_in_frames(index: frames.FrameIndex, *, most: int = MOST) -> tuple[int, ...]:
    """The frames to make stand-ins of, each once: key frames, or any of a folder's pictures, evenly spread.

    The order goes from coarse to fine, so that any number of them from the front covers the whole video. Empty for a
    video that can only be read from its start.
    """
    cheap: Sequence[int] = range(index.count) if index.kind == "images" else index.keyframes
    many = min(most, len(cheap))
    if many == 0:
        return ()
    spread = [cheap[at * len(cheap) // many] for at in range(many)]
    return tuple(spread[at] for at in coarse_to_fine(many))


def coarse_to_fine(count: int) -> list[int]:
    """0 to count - 1 in an order whose every beginning is spread evenly: by the bits of each number backwards."""
    bits = max(1, (count - 1).bit_length())
    return [at for at in (int(f"{n:0{bits}b}"[::-1], 2) for n in range(1 << bits)) if at < count]


def part_of(order: Sequence[int], part: int) -> tuple[int, ...]:
    """The frames of one part (from 0); empty past the last."""
    return tuple(order[part * PER_PART : (part + 1) * PER_PART])


def packed(pictures: Sequence[tuple[int, bytes]], *, parts: int) -> bytes:
    """Pictures in one body: 4 bytes with the length of a header (little-endian), the header, the pictures.

    The header is JSON: ``frames`` and ``sizes`` (bytes) of the pictures in their order, and ``parts``, how many
    parts there are.
    """
    head = {"parts": parts, "frames": [k for k, _ in pictures], "sizes": [len(picture) for _, picture in pictures]}
    text = json.dumps(head, separators=(",", ":")).encode()
    return b"".join([len(text).to_bytes(4, "little"), text, *(picture for _, picture in pictures)])


def parts_of(order: Sequence[int]) -> int:
    """How many parts a video's stand-ins come in."""
    return -(-len(order) // PER_PART)
