"""A video of any length as windows of frames, one after the other, whose tracks are stitched.

A video of at most W frames is one clip, exactly as published. A longer one is cut at its scenes and these into windows
that overlap; the last one of a scene ends with it. Only the frames of one window and the next are held, at the size of
the network, and a track becomes RLE as soon as a frame leaves the overlap: memory does not grow with the video.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import numpy as np

from model.config import TeViTConfig
from model.network.tevit import TeViT
from model.tracking.clip_inference import STARTS, Sighting, look, shrink
from model.tracking.stitch_state import Manner, StateMismatch, restore, store
from model.tracking.stitcher import Stitcher, StitchSettings
from model.tracking.whole_video import TrackProposal, TrackStanding, WholeTrack, WholeVideo, WindowResult, gather
from model.tracking.window_frames import NoFrames, UnequalFrames, Window, WindowReader

__all__ = [
    "NoFrames",
    "StateMismatch",
    "TrackProposal",
    "TrackStanding",
    "UnequalFrames",
    "WholeTrack",
    "WholeVideo",
    "WindowResult",
    "WindowsTooClose",
    "gather",
    "propose",
    "see_window",
    "stitch",
]


class WindowsTooClose(ValueError):
    """Windows that share all their frames and so never get on."""


def _nothing(done: int, expected: int) -> None:
    return None


def _never() -> bool:
    return False


def propose(
    network: TeViT,
    frames: Iterable[np.ndarray],
    *,
    expected: int,
    config: TeViTConfig,
    rule: str = "review",
    precision: str = "float32",
    max_tracks: int | None = None,
    window: int | None = None,
    overlap: int | None = None,
    state: bytes | None = None,
    keep_state: bool = True,
    on_window: Callable[[int, int], None] = _nothing,
    cancelled: Callable[[], bool] = _never,
) -> Iterator[WindowResult]:
    """Tracks of a video, stretch by stretch.

    frames: uint8 RGB arrays (H, W, 3) of one size, in order, read as they are needed. Their end is the video's end;
    ``expected``, their number, is only passed on to ``on_window``, which hears (frames done, ``expected``) after each
    stretch. ``cancelled`` is asked before each window. ``max_tracks`` bounds what a window adds, ``window`` and
    ``overlap`` count frames; None takes the configuration's number, but at most half of a window is shared. With the
    ``state`` of an earlier stretch, ``frames`` begins at its ``next_frame``, and what follows is what an undisturbed
    run gives; who never goes on later spares the states with ``keep_state`` False, which leaves them empty. Raises
    :class:`NoFrames`, :class:`UnequalFrames`, :class:`WindowsTooClose`, :class:`StateMismatch`,
    `model.tracking.clip_inference.UnknownRule`.
    """
    length = config.window if window is None else window
    shared = min(config.overlap, length // 2) if overlap is None else overlap
    limit = config.max_tracks if max_tracks is None else max_tracks
    manner = Manner(config.to_dict(), rule, precision, limit, length, shared)
    settings = StitchSettings()
    yield from stitch(
        frames,
        partial(see_window, network, config=config, manner=manner, settings=settings),
        shrink=partial(shrink, config=config),
        manner=manner,
        expected=expected,
        settings=settings,
        state=state,
        keep_state=keep_state,
        on_window=on_window,
        cancelled=cancelled,
    )


def see_window(
    network: TeViT, window: Window, *, config: TeViTConfig, manner: Manner, settings: StitchSettings
) -> list[Sighting]:
    """What the network sees in a window, best first; in one of many also things that are too faint to begin a track.

    Raises `model.tracking.clip_inference.UnknownRule`.
    """
    return look(
        network,
        window.frames,
        frame_hw=window.frame_hw,
        config=config,
        rule=manner.rule,
        precision=manner.precision,
        max_tracks=manner.max_tracks,
        minimum=STARTS if window.whole else settings.continues,
    )


def stitch(
    frames: Iterable[np.ndarray],
    see: Callable[[Window], list[Sighting]],
    *,
    shrink: Callable[[np.ndarray], np.ndarray],
    manner: Manner,
    expected: int,
    settings: StitchSettings | None = None,
    state: bytes | None = None,
    keep_state: bool = True,
    on_window: Callable[[int, int], None] = _nothing,
    cancelled: Callable[[], bool] = _never,
) -> Iterator[WindowResult]:
    """As :func:`propose`, for anything that sees: ``see`` says what is in a window, best first.

    ``shrink`` brings a frame to the size that ``see`` wants.
    """
    if manner.window < 1 or not 0 <= manner.overlap < manner.window:
        raise WindowsTooClose(
            f"windows of {manner.window} frames cannot share {manner.overlap} with the next one; "
            "take windows of at least one frame and an overlap smaller than a window"
        )
    stitcher = Stitcher.new(manner.rule, settings or StitchSettings())
    reader = WindowReader(iter(frames), shrink, manner.window, manner.overlap)
    if state is not None:
        restore(state, manner, stitcher, reader)
    while not cancelled() and (window := reader.next()) is not None:
        stitcher.add(window, see(window), births=manner.max_tracks)
        start, stop = stitcher.done, window.stop if window.closed else window.stop - manner.overlap
        tracks = stitcher.settle(stop, window.frame_hw)
        yield WindowResult(
            start=start,
            stop=stop,
            tracks=tracks,
            standings=stitcher.standings(),
            cuts=tuple(cut for cut in reader.cuts.found if start <= cut < stop),
            state=store(manner, stitcher, reader) if keep_state else b"",
            next_frame=reader.place.next_frame,
        )
        on_window(stop, expected)
