"""Tracks that come back after having been hidden: they are found again, and grow while more of them comes out."""

from collections.abc import Mapping
from functools import partial

import cv2
import numpy as np

from model.propagation.appearing import AppearingPixels, ClaimedPixels, SoughtTrack
from model.propagation.boxes import Box, around, bounds, grown, inside
from model.propagation.flow import FlowPair, warped
from model.propagation.followed import FORGOTTEN, FollowedTrack
from model.propagation.matching import STRIDE, to_cells
from model.propagation.remembered import RememberedFrames
from model.propagation.search import MARGIN, SPEED, TRUST, FoundAgain, Move, Searching
from model.propagation.working import WorkingFrames

MOVED = 0.4  # chance that the flow leads to a pixel from which another track has it
EDGE = 2  # pixels around other tracks that are theirs, too
YIELDED = 0.3  # chance that another track keeps where what came back is seen
INCOMPLETE = 0.7  # share of its largest area up to which a track that came back is still coming out
HOLDS = 0.3  # share of its mask that has to be in what is found around it

TrackPart = tuple[Box, np.ndarray, float]
"""A box, the chances of a track in it (float32 h x w), and how far they are to be trusted."""


class Returning:
    """Looks for the hidden tracks of a walk."""

    def __init__(self, frames: WorkingFrames, remembered: RememberedFrames, labels: Mapping[int, int]) -> None:
        """``labels``: track -> its number in the labels of references."""
        self._frames, self._remembered, self._labels = frames, remembered, labels
        self._searching = Searching(frames)

    def parts(
        self, k: int, active: Mapping[int, FollowedTrack], seen: Mapping[int, TrackPart], pair: FlowPair
    ) -> dict[int, TrackPart]:
        """The ``seen`` tracks of frame ``k``, those found again, and what has come out since of those.

        pair: the flows between this frame and the last one.
        """
        given = self._remembered.given
        known = {track: one for track, one in active.items() if one.colours is not None and one.sources(given)}
        hidden = {track: one for track, one in known.items() if one.hidden > 0}
        more = {track: one for track, one in known.items() if track in seen and _is_incomplete(one)}
        if not hidden and not more:
            return dict(seen)
        claims = self._claims(active, seen, pair)
        pixels = self._pixels(k, active, [self._labels[track] for track in hidden])
        work = [partial(self._more, pixels, track, one, seen[track], claims) for track, one in more.items()]
        parts = dict(seen) | dict(zip(more, self._frames.second.all(work), strict=True))
        searches = [partial(self._searched, k, pixels, track, one, claims) for track, one in hidden.items()]
        for (track, one), again in zip(hidden.items(), self._frames.second.all(searches), strict=True):
            if again is not None:
                parts = {other: _yielding(part, again, claims) for other, part in parts.items()}
                parts[track] = again.box, again.chance, again.trust
                self._lead(track, one, again)
        return parts

    def _claims(
        self, active: Mapping[int, FollowedTrack], seen: Mapping[int, TrackPart], pair: FlowPair
    ) -> ClaimedPixels:
        shape = (self._frames.height, self._frames.width)
        label, best, before = np.zeros(shape, np.int32), np.full(shape, 0.5, np.float32), np.zeros(shape, np.float32)
        for track, (box, part, _) in seen.items():
            more, chance = part > best[inside(box)], active[track].chance
            best[inside(box)][more], label[inside(box)][more] = part[more], self._labels[track]
            if chance is not None:
                np.maximum(before, chance, out=before)
        # What a mask has grown onto may just as well be what comes out beside it.
        moved = (label > 0) & (warped(before, pair.there, self._frames.grid) > MOVED)
        return ClaimedPixels(label, grown(moved, EDGE))

    def _pixels(self, k: int, active: Mapping[int, FollowedTrack], hidden: list[int]) -> AppearingPixels:
        colours = {self._labels[track]: one.colours for track, one in active.items() if one.colours is not None}
        features, cell = self._frames.features(k)[STRIDE], STRIDE / self._frames.zoom
        return AppearingPixels(self._frames.frame(k).bins, features, cell, colours, hidden)

    def _searched(
        self, k: int, pixels: AppearingPixels, track: int, one: FollowedTrack, claims: ClaimedPixels
    ) -> FoundAgain | None:
        """Where a hidden track is seen again: by the arrangement of its cells, else by what newly appears."""
        again = self._searching.search(
            k,
            one.sources(self._remembered.given),
            self._labels[track],
            place=one.place,
            hidden=one.hidden,
            area=one.usual_area,
            similar=one.similar,
            others=claims.moved,
        )
        # Beyond a cut it has no place, and nothing comes out from behind something.
        if again is not None or one.place is None or one.hidden > FORGOTTEN:
            return again
        piece = self._appeared(pixels, track, one, one.usual_area, claims)
        box = None if piece is None else self._around(piece)
        if piece is None or box is None:
            return None
        return FoundAgain(box, _softened(piece)[inside(box)], TRUST, self._moves(pixels, track, one, piece))

    def _more(
        self, pixels: AppearingPixels, track: int, one: FollowedTrack, part: TrackPart, claims: ClaimedPixels
    ) -> TrackPart:
        """The part of a track that is still coming out, with what appears beside it."""
        free = claims.without(self._labels[track], EDGE)
        piece = self._appeared(pixels, track, one, max(one.areas), free)
        mask = np.zeros(claims.moved.shape, bool)
        mask[inside(part[0])] = part[1] > 0.5
        if piece is None or (piece & mask).sum() < HOLDS * mask.sum():
            return part
        wide = self._around(piece, part[0])
        assert wide is not None
        whole = _softened(piece)
        np.maximum(whole[inside(part[0])], part[1], out=whole[inside(part[0])])
        return wide, whole[inside(wide)], part[2]

    def _appeared(
        self, pixels: AppearingPixels, track: int, one: FollowedTrack, area: float, claims: ClaimedPixels
    ) -> np.ndarray | None:
        reach = SPEED * one.hidden + int(one.extent)
        near = None if one.place is None else around([one.place], reach, self._frames.height, self._frames.width)
        if near is None:
            return None
        usual = float(np.median(one.similar)) if one.similar else 1.0
        sources = one.sources(self._remembered.given)
        return pixels.piece(near, SoughtTrack(self._labels[track], area, one.extent, usual, sources), claims)

    def _moves(self, pixels: AppearingPixels, track: int, one: FollowedTrack, piece: np.ndarray) -> list[Move]:
        """Where earlier frames have the track's cells, by the middle of the piece alone: it may have turned."""
        here = _middle(to_cells(piece.astype(np.float32), pixels.features.shape[1:], pixels.cell))
        moves = []
        for source in one.sources(self._remembered.given):
            there = _middle(source.labels[STRIDE][..., self._labels[track]])
            if here is not None and there is not None:
                moves.append(Move(source, (round(here[0] - there[0]), round(here[1] - there[1])), 0.0))
        return moves

    def _lead(self, track: int, one: FollowedTrack, again: FoundAgain) -> None:
        """From now on compare the track with where earlier frames have it."""
        given, flows = self._remembered.given, self._remembered.flows
        for move in again.moves:
            move.lead(self._labels[track])
        now = next((move for move in again.moves if move.source is given.get(one.key)), None)
        if now is not None and one.key in flows:
            cell = STRIDE / self._frames.zoom
            flows[one.key] = flows[one.key].moved(again.box, -cell * np.array(now.shift[::-1], np.float32))

    def _around(self, piece: np.ndarray, *more: Box) -> Box | None:
        box = bounds(piece)
        return around([*more, *([] if box is None else [box])], MARGIN, self._frames.height, self._frames.width)


def _is_incomplete(one: FollowedTrack) -> bool:
    return one.again and one.hidden == 0 and one.areas[-1] < INCOMPLETE * max(one.areas)


def _softened(piece: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(piece.astype(np.float32), (0, 0), 1.0)


def _yielding(part: TrackPart, again: FoundAgain, claims: ClaimedPixels) -> TrackPart:
    """The part of another track, less where it has only grown to and something is found again."""
    box, chance, trust = part
    there = np.zeros(claims.moved.shape, bool)
    there[inside(again.box)] = again.chance > 0.5
    there &= ~claims.moved
    return box, np.where(there[inside(box)], np.minimum(chance, YIELDED), chance), trust


def _middle(cells: np.ndarray) -> tuple[float, float] | None:
    """Mean row and column of the cells above one half, or of the highest ones; None without any."""
    rows, columns = np.nonzero(cells >= min(0.5, float(cells.max()) or 1.0))
    return (float(rows.mean()), float(columns.mean())) if len(rows) else None
