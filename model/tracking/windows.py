"""Proposes tracks for a video of any length: windows of frames, one after the other, whose tracks are stitched.

A video of at most W frames is one clip, exactly as published. A longer one is cut into scenes, and each scene into
overlapping windows, the last of which ends with the scene. Only the frames of one window and the next are in memory, at
the network's input size, and masks become RLE as soon as a frame leaves the overlap: memory does not grow with the
video.
"""

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from model.config import TeViTConfig
from model.network.tevit import TeViT
from model.tracking.clip_inference import ClipTrack, infer_clip, resize_frame
from model.tracking.reading_ahead import ReadingAhead
from model.tracking.settings import ProposeSettings, SettledSettings
from model.tracking.stitch_state import restore, store
from model.tracking.stitcher import Stitcher, StitchSettings
from model.tracking.whole_video import WindowResult
from model.tracking.window_frames import Window, WindowReader


def propose(
    network: TeViT,
    frames: Iterable[np.ndarray],
    *,
    expected: int,
    config: TeViTConfig,
    settings: ProposeSettings | None = None,
    state: bytes | None = None,
    keep_state: bool = True,
    ahead: int = 0,
    on_window: Callable[[int, int], None] = lambda done, expected: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Generator[WindowResult]:
    """Tracks of a video, window by window, as they are settled.

    frames: uint8 RGB arrays (H, W, 3) of one size, in order, read as they are needed. Their end is the video's end;
    ``expected``, their number, is only passed on: ``on_window(frames done, expected)`` is called after each window,
    ``cancelled`` before each.

    The thresholds are those of ``settings``; where these have none, the defaults.

    With the ``state`` of an earlier window, ``frames`` begins at that window's ``next_frame``, and the results are
    those of an undisturbed run, byte for byte. ``keep_state`` False leaves the states empty, which saves time where
    the run is never resumed.

    With ``ahead`` a thread reads up to so many frames before they are needed (:func:`frames_ahead`), so that a GPU
    computes while the next ones are decoded. Nothing else may use ``frames`` then, and whoever closes them closes the
    generator before, which ends the thread (`contextlib.closing`).

    Raises `model.tracking.settings.WindowsTooClose`, `model.tracking.clip_inference.UnknownRule`,
    `model.tracking.stitch_state.StateMismatch`, `model.tracking.window_frames.NoFrames` and ``UnequalFrames``.
    """
    settled = (settings or ProposeSettings()).settled(config)
    stitching = StitchSettings.at(settled.thresholds)
    reading = ReadingAhead(frames, most=ahead) if ahead else None
    with contextlib.ExitStack() as stack:
        if reading is not None:
            stack.callback(reading.close)
        yield from stitch(
            frames if reading is None else reading,
            partial(infer_window, network, config=config, settings=settled, stitching=stitching),
            resize=partial(resize_frame, config=config),
            settings=settled,
            config=config.to_dict(),
            expected=expected,
            stitching=stitching,
            state=state,
            keep_state=keep_state,
            on_window=on_window,
            cancelled=cancelled,
        )


def infer_window(
    network: TeViT, window: Window, *, config: TeViTConfig, settings: SettledSettings, stitching: StitchSettings
) -> list[ClipTrack]:
    """Clip tracks of a window, best first.

    A window of several also gives tracks too weak to begin a track, since they may continue one.

    Raises `model.tracking.clip_inference.UnknownRule`.
    """
    return infer_clip(
        network,
        window.frames,
        frame_hw=window.frame_hw,
        config=config,
        rule=settings.rule,
        precision=settings.precision,
        max_tracks=settings.max_tracks,
        minimum=settings.thresholds.whole if window.whole else stitching.continues,
        thresholds=settings.thresholds,
    )


def stitch(
    frames: Iterable[np.ndarray],
    infer: Callable[[Window], list[ClipTrack]],
    *,
    resize: Callable[[np.ndarray], np.ndarray],
    settings: SettledSettings,
    config: Mapping[str, Any],
    expected: int,
    stitching: StitchSettings | None = None,
    state: bytes | None = None,
    keep_state: bool = True,
    on_window: Callable[[int, int], None] = lambda done, expected: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[WindowResult]:
    """As :func:`propose`, for any segmenter: ``infer`` gives the clip tracks of a window, best first.

    ``resize`` brings a frame to the size that ``infer`` expects. A state fits only the ``settings`` and the ``config``
    (JSON-ready) that it was made with.
    """
    stitcher = Stitcher.new(settings.rule, stitching or StitchSettings.at(settings.thresholds))
    reader = WindowReader(iter(frames), resize, settings.window, settings.overlap)
    if state is not None:
        restore(state, stitcher, reader, settings=settings, config=config)
    while not cancelled() and (window := reader.next()) is not None:
        stitcher.add(window, infer(window), births=settings.max_tracks)
        start, stop = stitcher.done, window.stop if window.closed else window.stop - settings.overlap
        tracks = stitcher.settle(stop, window.frame_hw)
        yield WindowResult(
            start=start,
            stop=stop,
            tracks=tracks,
            track_standings=stitcher.track_standings(),
            cuts=tuple(cut for cut in reader.cuts.found if start <= cut < stop),
            state=store(stitcher, reader, settings=settings, config=config) if keep_state else b"",
            next_frame=reader.place.next_frame,
        )
        on_window(stop, expected)
