"""Counting the frames of a video file: one pass of decoding from frame 0, which can yield the frames meanwhile."""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from storage.frames.damage import with_damage, with_entries
from storage.frames.frame_index import FrameIndex, UnreadablePicture
from storage.frames.frame_pass import FramePass
from storage.frames.gaps import counted_gaps, early_end, long_steps, size_note, timed_gaps, with_pauses
from storage.frames.pass_log import HIDING_CODECS, PassLog, frames_at, sound_keyframes, timeline, wrong_frames
from storage.frames.scan import nothing_decodes, probe_video
from storage.frames.stream import OpenVideo, Picture, announced_end, open_video, pictures, to_rgb, turned

# A time step this many times the usual one may be due to lost packets, which no decoder reports.
DOUBTFUL_STEPS = 1.5
# A picture may be predicted from one that is shown later. If that one is damaged, decoding is repeated without threads.
# The last pictures are therefore held back until the following ones have been decoded.
KEPT_BACK = 16
KEPT_BACK_PIXELS = 1 << 26

Progress = Callable[[int, int], None]


class CountingPass(FramePass):
    """An iterator of (k, uint8 H x W x 3 RGB as shown) over all frames of a video file, which counts them meanwhile.

    It decodes once, from frame 0. If the file is damaged it starts again on one thread, because with several threads
    FFmpeg invents other pixels for damaged parts each time; frames that were already yielded are skipped. At the end it
    determines the damaged ranges (`storage.frames.damage`). Used by one thread; close it, or use it as a context
    manager. Iterating raises VideoError if no picture decodes or the file changed meanwhile.
    """

    def __init__(self, index: FrameIndex, *, pixels: bool = True) -> None:
        """Count the frames of a provisional `index`; with `pixels` False each frame is None."""
        self._provisional = index
        self._wants_pixels = pixels
        self._log = PassLog()
        self._final: FrameIndex | None = None
        self._run = self._frames()
        self._count = 0

    @property
    def count(self) -> int:
        """Number of frames yielded so far; their number and time are final."""
        return self._count

    @property
    def confirmed(self) -> FrameIndex:
        """The current index: final (`confirmed` True) after the last frame.

        Before that, number and time of its first `count` frames are final, and the rest is provisional.
        """
        return self._final or self._so_far()

    @property
    def announced(self) -> int:
        """Expected number of frames, from the list of packets."""
        return max(self._provisional.count, self.count) if self._final is None else self._final.count

    def close(self) -> None:
        """Stop decoding and close the file; `confirmed` stays available. Closing twice is harmless."""
        self._run.close()

    def __next__(self) -> tuple[int, np.ndarray]:
        return next(self._run)

    def _frames(self) -> Generator[tuple[int, np.ndarray], None, None]:
        given: list[int | None] = []
        doubtful = False
        # Without usable times a frame can be recognised after a seek only by its pixels: every picture gets a CRC.
        threads, sum_all = True, not self._provisional.seekable
        while True:
            log = PassLog(sum_all=sum_all or not threads)
            for k, picture in self._pass(log, threads=threads):
                if k < len(given):
                    continue
                if k == len(given):
                    self._check_same(log, given)
                # Not earlier: until a repeated pass has caught up, the log of the pass before covers more frames.
                self._log, self._count = log, k + 1
                yield k, self._shown(picture)
            self._check_same(log, given)
            self._log = log
            given = log.pts[: self._count]
            if log.needs_sums and not log.is_damaged:
                sum_all = True
                continue
            doubtful = doubtful or log.is_doubtful
            if not (threads and doubtful):
                break
            threads = False
        self._final = self._finished(doubtful=doubtful)

    def _pass(self, log: PassLog, *, threads: bool) -> Iterator[tuple[int, Picture]]:
        """(k, picture) in order; with threads only up to the first damage, without pictures that it may affect."""
        index = self._provisional
        held: deque[tuple[int, Picture]] = deque()
        room = min(KEPT_BACK, max(2, KEPT_BACK_PIXELS // (index.width * index.height))) if threads else 0
        with open_video(index.path, stream=index.stream, single_thread=not threads, strict=threads) as video:
            log.codec = video.stream.codec_context.name
            log.announced_end = announced_end(video)
            if threads and self._may_lack_packets(video):
                log.suspected = True
                return
            for picture in pictures(video, on_packet=log.packet, on_error=log.error):
                k = len(log.pts)
                log.picture(picture)
                if (threads and log.is_damaged) or log.needs_sums:
                    return
                if len(log.pts) > k:
                    held.append((k, picture))
                while len(held) > room:
                    yield held.popleft()
        if not (threads and log.is_damaged):
            yield from held

    def _may_lack_packets(self, video: OpenVideo) -> bool:
        """Whether long time steps between pictures may be due to packets that were lost unnoticed."""
        # MP4 and MOV files list their packets, so a lost one is noticed; there, a long step is only a long step.
        listed = "mp4" in video.container.format.name
        return not listed and bool(long_steps(self._provisional.pts, times=DOUBTFUL_STEPS))

    def _shown(self, picture: Picture) -> np.ndarray:
        if not self._wants_pixels:
            return None  # type: ignore[return-value]
        return turned(to_rgb(picture), self._log.rotation)

    def _check_same(self, log: PassLog, given: list[int | None]) -> None:
        if given and log.pts[: len(given)] != given:
            raise UnreadablePicture(
                f"{self._provisional.path} gave other pictures when it was decoded again; copy or convert it"
            )

    def _so_far(self) -> FrameIndex:
        """The provisional index, with number and time of its first `count` frames as decoded."""
        index, log, n = self._provisional, self._log, self.count
        pts, ordered = timeline(log.pts[:n])
        if pts == index.pts[:n] and ordered:
            return index
        if not ordered or not index.seekable:
            following = pts[-1] + 1
            rest = tuple(range(following, following + max(0, index.count - n)))
            return replace(index, count=n + len(rest), pts=pts + rest, keyframes=(), gaps=counted_gaps(log))
        rest = tuple(moment for moment in index.pts if moment > pts[-1])
        starts = {index.pts[k] for k in index.keyframes}
        known = sound_keyframes(log, pts)
        later = tuple(n + at for at, moment in enumerate(rest) if moment in starts)
        gaps = tuple(gap for gap in timed_gaps(log, pts, hiding=log.codec in HIDING_CODECS) if gap.after < n - 1)
        return replace(
            index,
            count=n + len(rest),
            pts=pts + rest,
            keyframes=(*known, *later),
            keyframe_sums=tuple(known.values()),
            gaps=gaps,
            single_thread=log.is_damaged,
        )

    def _finished(self, *, doubtful: bool) -> FrameIndex:
        log, index = self._log, self._provisional
        if not log.pts or log.size is None:
            raise nothing_decodes(index.path, log.errors[0][2] if log.errors else "no packet holds one")
        pts, ordered = timeline(log.pts)
        notes = [*log.notes, *filter(None, [size_note(log)])]
        if ordered:
            gaps, note = with_pauses(timed_gaps(log, pts, hiding=log.codec in HIDING_CODECS), pts)
            others = [moment for _, moment, _ in log.other_sizes if moment is not None]
            early = early_end(pts, log.announced_end, tick=index.time_base[0] / index.time_base[1], others=others)
            notes += [words for words in (note, early) if words]
            keyframes = sound_keyframes(log, pts)
        else:
            gaps, keyframes = counted_gaps(log), {}
            notes.append("times do not increase from picture to picture, so frames are found by counting")
        width, height = log.size if log.rotation in (0, 180) else log.size[::-1]
        final = replace(
            index,
            count=len(pts),
            width=width,
            height=height,
            rotation=log.rotation,
            pts=pts,
            keyframes=tuple(keyframes),
            keyframe_sums=tuple(keyframes.values()),
            gaps=gaps,
            confirmed=True,
            single_thread=doubtful and not keyframes,
            partial=False,
            notes=tuple(notes),
        )
        if not ordered and len(log.sums) == len(pts):
            return with_entries(final, keys=log.keys, times=log.key_dts, sums=[log.sums[k] for k in range(len(pts))])
        if not doubtful or not keyframes:
            return final
        wrong = wrong_frames(log, pts) + frames_at(pts, _refused(final))
        steps = long_steps(pts, times=DOUBTFUL_STEPS)
        return with_damage(
            final,
            keys=tuple(keyframes),
            wrong=wrong,
            sums=[log.sums[k] for k in range(len(pts))],
            doubtful=[*steps, *(k + 1 for k in steps)],
        )


def _refused(index: FrameIndex) -> list[int]:
    """Times of the packets that a strict decoder refuses, which does not conceal damage."""
    moments: list[int] = []

    def note(moment: int | None, _words: str) -> None:
        if moment is not None:
            moments.append(moment)

    with open_video(index.path, stream=index.stream, single_thread=True, strict=True) as video:
        # These pictures are not used, so the earlier content of their buffers does not matter.
        video.copies = False
        for _ in pictures(video, on_error=note):
            pass
    return moments


def index_video(path: Path, *, progress: Progress | None = None) -> FrameIndex:
    """Confirmed index of a video file, by decoding all of it once in order; raises VideoError.

    progress: called with (frames so far, announced by the packets).
    """
    with CountingPass(probe_video(path), pixels=False) as counting:
        for _ in counting:
            if progress:
                progress(counting.count, counting.announced)
        return counting.confirmed
