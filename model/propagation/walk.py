"""One pass over a video in one direction: from frame to frame, with all tracks at once.

At given frames a person's masks are taken as they are. In between, each track's mask is made of the evidence of
`model.propagation.evidence`. A track of which too little is left is taken for hidden, and looked for by its features.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from model.propagation.appearing import TrackColours
from model.propagation.boxes import Box, around, bounds, grown, inside
from model.propagation.edges import UNDECIDED, most_speck, radius_for, snapped, without_islands_and_holes
from model.propagation.evidence import FrameEvidence, KnownMask
from model.propagation.flow import FlowPair, pixel_grid, warped
from model.propagation.followed import FORGOTTEN, FollowedTrack
from model.propagation.fusing import TrackEvidence, fused
from model.propagation.matching import STRIDE, Matched, Reference, match, to_cells
from model.propagation.palette import TrackPalette
from model.propagation.pieces import extent, together
from model.propagation.remembered import RememberedFrames, WaitingTracks
from model.propagation.returning import Returning, TrackPart
from model.propagation.settings import SpreadSettings
from model.propagation.upsampling import need_of_colours
from model.propagation.working import WorkingFrames
from model.tracking.scene_cuts import LEAST, change

MARGIN = 12  # pixels around a track that are computed
REACH = 3  # cells around a track whose labels are asked for
FEWEST = 12  # pixels of a mask at the working size
LEFT = 0.04  # share of its usual area below which a track is taken for hidden
REMAINDER, DOUBTFUL = 0.3, 0.4  # the same, where the trust is below the second figure
WHOLE = 0.8  # share of its largest area above which a track is seen whole
REMEMBERED = 10  # areas and similarities that are remembered
SOON = 8  # frames: a track that is given again within so many can do without the given frame that it comes from
# Times as far as a track reaches at most that its pieces may reach together, and that it may do so in the next frame.
APART, WIDENS = 1.25, 1.03

GivenChances = Mapping[int, Mapping[int, Callable[[], np.ndarray | None]]]
"""Track -> frame -> what makes its chances there (float32 H x W at the working size), or None: it is absent there.

A walk makes each of them once, when it comes to the frame.
"""


@dataclass(frozen=True, eq=False)
class Step:
    """One track in one frame: ``chance`` float32 H x W at the working size, None for believed absence.

    trust: 0 to 1, how far the kinds of evidence agree. distance: frames from the given one. given: a person's mask.
    lost: there is no trace of it any more. alike: mean similarity of its features to a given frame; None if unknown.
    again: it was hidden on the way from the given frame, so that this may be another thing that looks like it.
    """

    chance: np.ndarray | None
    trust: float
    distance: int
    given: bool = False
    lost: bool = False
    alike: float | None = None
    again: bool = False


class Walk:
    """Walks in one direction; `step` for each frame in order."""

    def __init__(self, frames: WorkingFrames, given: GivenChances, settings: SpreadSettings) -> None:
        self._frames, self._given, self._settings = frames, given, settings
        self._tracks = {track: FollowedTrack() for track in given}
        self._labels = {track: number for number, track in enumerate(given, start=1)}
        self._before: int | None = None
        self._remembered = RememberedFrames(frames, settings.recent)
        self._changes: list[float] = []
        self._returning = Returning(frames, self._remembered, self._labels)

    def step(self, k: int, after: int | None = None) -> dict[int, Step]:
        """What each track that is followed looks like in frame ``k``, the next one in the direction.

        after: the frame of the next step, which is prepared meanwhile; None if there is none.
        """
        found: dict[int, Step] = {}
        if self._before is not None and any(one.chance is not None for one in self._tracks.values()):
            if self._is_cut(k):
                self._leave_scene()
            if any(one.chance is not None for one in self._tracks.values()):
                found = self._followed(k, after)
        found |= self._take_given(k)
        self._remember(k, found)
        self._remembered.keep(self._used(k), k)
        self._before = k
        return found

    def _is_cut(self, k: int) -> bool:
        assert self._before is not None
        moved = change(self._frames.frame(self._before).signature, self._frames.frame(k).signature)
        limit = LEAST + 3.0 * (float(np.median(self._changes)) if self._changes else 0.0)
        if moved < limit:
            self._changes = [*self._changes, moved][-12:]
        return moved >= limit

    def _leave_scene(self) -> None:
        """Nothing is followed beyond a cut; at most it is looked for."""
        self._remembered.leave_scene()
        for one in self._tracks.values():
            if one.chance is not None:
                one.chance = np.zeros_like(one.chance) if self._settings.beyond_cuts else None
                one.cut, one.place = True, None

    def _take_given(self, k: int) -> dict[int, Step]:
        found = {}
        for track, one in self._tracks.items():
            if k not in self._given[track]:
                continue
            mask = self._given[track][k]()
            one.chance, one.given, one.key, one.hidden, one.cut, one.again = mask, mask, k, 0, False, False
            if mask is not None:
                one.palette = TrackPalette(self._frames.frame(k).bins, mask)
                one.areas, one.place = [float((mask > 0.5).sum())], bounds(mask > 0.5)
                one.known, one.speck, one.extent = self._fit(k, mask), most_speck(mask), extent(one.place)
                if self._uses_features:
                    shape = self._frames.features(k)[STRIDE].shape[1:]
                    one.need = need_of_colours(mask, shape, STRIDE / self._frames.zoom)
            found[track] = Step(mask, 1.0, 0, given=True)
        return found

    def _fit(self, k: int, mask: np.ndarray) -> float:
        """Trust in the shapes of the network for a track: how well the best one fits its given mask."""
        shapes = self._frames.candidates(k)
        best = None if shapes is None else shapes.best(mask > 0.5)
        return 0.0 if best is None else best.trust

    def _remember(self, k: int, found: Mapping[int, Step]) -> None:
        """Keep frame ``k`` as a reference of those that follow."""
        given = [track for track, step in found.items() if step.given and step.chance is not None]
        if given:
            self._remembered.begin_flow(k)
        shown = [track for track, step in found.items() if step.chance is not None]
        if not self._uses_features or not shown:
            return
        # A track that is hidden may be there unseen: such a frame is not counted against it later.
        known = np.array([True, *(one.key >= 0 and one.hidden == 0 for one in self._tracks.values())], np.float32)
        if given:
            chances = {track: one.chance for track, one in self._tracks.items() if one.chance is not None}
            for track, colours in TrackColours.of(self._frames.frame(k).bins, chances, given).items():
                self._tracks[track].colours = colours
        features = self._frames.features(k)
        labels = {
            stride: self._labels_of_cells(one.shape[1:], stride / self._frames.zoom) for stride, one in features.items()
        }
        by_person = np.array([bool(given), *(track in given for track in self._tracks)])
        new = Reference.begun(features, labels, given=by_person, known=known)
        for track in shown:
            one = self._tracks[track]
            if one.areas and one.areas[-1] >= WHOLE * max(one.areas):
                one.seen = new
        self._remembered.add(k, new, guessed=len(given) < len(shown))

    def _used(self, k: int) -> dict[int, WaitingTracks]:
        """The given frames that tracks come from -> these tracks, but those that are given again within `SOON`."""
        forward = 1 if self._before is None or self._before < k else -1
        used: dict[int, WaitingTracks] = {}
        for one, given in zip(self._tracks.values(), self._given.values(), strict=True):
            if one.chance is None:
                continue
            waiting = not any(0 < forward * (at - one.key) <= SOON for at in given)
            seen, hidden = used.get(one.key, WaitingTracks(0, 0))
            used[one.key] = WaitingTracks(
                seen + (waiting and one.hidden == 0), hidden + (waiting and 0 < one.hidden <= FORGOTTEN)
            )
        return used

    @property
    def _uses_features(self) -> bool:
        return self._settings.use_features and self._frames.has_features

    def _labels_of_cells(self, shape: Sequence[int], cell: float) -> np.ndarray:
        """Chances of background and every track in cells of ``cell`` pixels, float32 h x w x L."""
        labels = np.zeros((*shape, 1 + len(self._tracks)), np.float32)
        for track, one in self._tracks.items():
            if one.chance is not None:
                labels[..., self._labels[track]] = to_cells(one.chance, shape, cell)
        labels /= np.maximum(labels.sum(axis=2, keepdims=True), 1.0)
        labels[..., 0] = 1.0 - labels.sum(axis=2)
        return labels

    def _followed(self, k: int, after: int | None) -> dict[int, Step]:
        frames, before = self._frames, self._before
        assert before is not None
        pair = frames.flow(k, before)
        flows = self._remembered.begin_next(k, pair)
        if after is not None:
            frames.prepare(after, k, features=self._uses_features)
        evidence = FrameEvidence(frames, k, pair, self._settings)
        active = {track: one for track, one in self._tracks.items() if one.chance is not None}
        places = {track: evidence.expected(one.chance) for track, one in active.items() if one.chance is not None}
        matched = self._matched(k, pair)
        self._remembered.flows = {at: begun.result() for at, begun in flows.items()}
        boxes = {track: self._box(track, places[track], matched) for track in active}
        near = {track: box for track, box in boxes.items() if box is not None}
        whole = partial(self._part, k, evidence=evidence, pair=pair, matched=matched)
        work = [partial(whole, track, box, active[track]) for track, box in near.items()]
        if any(active[track].known for track in near):
            # On this thread, which has the network's CUDA graphs; the parts find the shapes in the cache.
            frames.candidates(k)
        parts = dict(zip(near, frames.second.all(work), strict=True))
        if self._uses_features:
            parts = self._returning.parts(k, active, parts, pair)
        return self._competed(k, active, parts, matched)

    def _part(
        self,
        k: int,
        track: int,
        box: Box,
        one: FollowedTrack,
        *,
        evidence: FrameEvidence,
        pair: FlowPair,
        matched: Matched | None,
    ) -> tuple[Box, np.ndarray, float]:
        """The chances of a track in a box, and how far they are to be trusted."""
        assert one.chance is not None and self._before is not None
        before = KnownMask(self._before, one.chance, pair.there)
        key, flow = None, self._remembered.flows.get(one.key)
        if flow is not None and one.given is not None:
            key = (KnownMask(one.key, one.given, flow.flow), flow)
        known = evidence.of(box, before, key, matched, self._labels[track], one.palette, one.need)
        if not known:
            return box, np.zeros((box[3] - box[1], box[2] - box[0]), np.float32), 0.0
        steady = max((float(one.reliable) for one in known if one.kind == "flow"), default=0.0)
        together = fused(known)
        shapes = self._frames.candidates(k) if one.known else None
        shape = None if shapes is None else shapes.best(together > 0.5, box[:2])
        if shape is not None:
            known = [
                *known,
                TrackEvidence("model", shape.chance, one.known * shape.trust * (1 - _trust(known, together))),
            ]
            together = fused(known)
        # A flow that is certain has the edges already.
        if self._settings.use_edges and steady < 1:
            colour = self._frames.frame(k).rgb[inside(box)].astype(np.float32) / 255
            together = steady * together + (1 - steady) * snapped(together, colour, radius_for(together))
            together = without_islands_and_holes(together, one.speck)
        return box, together, _trust(known, together)

    def _matched(self, k: int, pair: FlowPair) -> Matched | None:
        """Labels by features near where the flow expects the tracks."""
        references = self._remembered.references()
        if not self._uses_features or not references:
            return None
        features = self._frames.features(k)[STRIDE]
        shape, cell = features.shape[1:], STRIDE / self._frames.zoom
        flow = to_cells(pair.there, shape, cell) / cell
        for known in references:
            known.follow({STRIDE: flow})
        shown = [one.chance > 0.3 for one in self._tracks.values() if one.chance is not None]
        before = to_cells(np.any(shown, axis=0).astype(np.float32), shape, cell)
        expected = warped(np.ascontiguousarray(before), flow, pixel_grid(*shape)) > 0.05
        return match(features, grown(expected, REACH), references, STRIDE, self._frames.second)

    def _box(self, track: int, expected: Box | None, matched: Matched | None) -> Box | None:
        """The pixels to compute for a track: where flow or features expect it, and a margin."""
        boxes = [] if expected is None else [expected]
        if matched is not None and expected is not None:
            cell = STRIDE / self._frames.zoom
            x0, y0, x1, y1 = (side / cell for side in expected)
            near = np.zeros(matched.labels.shape[:2], bool)
            near[max(0, int(y0) - REACH) : int(y1) + REACH + 1, max(0, int(x0) - REACH) : int(x1) + REACH + 1] = True
            cells = bounds((matched.labels[..., self._labels[track]] > 0.5) & near)
            if cells is not None:
                boxes.append((int(cells[0] * cell), int(cells[1] * cell), int(cells[2] * cell), int(cells[3] * cell)))
        return around(boxes, MARGIN, self._frames.height, self._frames.width)

    def _competed(
        self,
        k: int,
        active: Mapping[int, FollowedTrack],
        parts: Mapping[int, TrackPart],
        matched: Matched | None,
    ) -> dict[int, Step]:
        """Each pixel to the track with the highest chance; and whether a track is believed to be there."""
        shape = (self._frames.height, self._frames.width)
        best = np.zeros(shape, np.float32)
        for box, part, _ in parts.values():
            np.maximum(best[inside(box)], part, out=best[inside(box)])
        found = {}
        for track, one in active.items():
            whole, trust = np.zeros(shape, np.float32), 0.0
            if track in parts:
                box, part, trust = parts[track]
                whole[inside(box)] = np.where(part >= best[inside(box)], part, np.minimum(part, 0.45))
            mask = together(whole > 0.5, APART * one.extent)
            whole[(whole > 0.5) & ~mask] = UNDECIDED[0]
            area, alike = float(mask.sum()), None
            if _is_seen(area, max(one.areas, default=0.0), trust):
                one.hidden, one.cut, one.place = 0, False, bounds(mask)
                one.areas = [*one.areas, area][-REMEMBERED:]
                one.extent = max(one.extent, min(extent(one.place), WIDENS * one.extent))
                alike = self._note_similarity(track, mask, matched)
                one.chance, shown = whole, whole
            else:
                one.hidden, one.again = one.hidden + 1, True
                one.chance, shown = np.zeros(shape, np.float32), None
            lost = one.hidden > 0 and (one.cut or one.hidden > FORGOTTEN)
            found[track] = Step(shown, trust, abs(k - one.key), lost=lost, alike=alike, again=one.again)
        return found

    def _note_similarity(self, track: int, mask: np.ndarray, matched: Matched | None) -> float | None:
        """Remember how similar a track is to what its features were found by; returns the same for its given frame."""
        if matched is None:
            return None
        cell = STRIDE / self._frames.zoom
        cells = to_cells(mask.astype(np.float32), matched.labels.shape[:2], cell) > 0.5
        cells &= matched.similarity > 0
        if not cells.any():
            return None
        one = self._tracks[track]
        one.similar = [*one.similar, float(matched.similarity[cells].mean())][-REMEMBERED:]
        to_given = matched.to_given.get(self._labels[track])
        return None if to_given is None else float(to_given[cells].mean())


def _is_seen(area: float, usual: float, trust: float) -> bool:
    """Whether what is left of a track is more than a remainder at the edge of what hides it."""
    least = LEFT if trust >= DOUBTFUL else REMAINDER
    return area >= max(FEWEST, least * usual)


def _trust(evidence: list[TrackEvidence], together: np.ndarray) -> float:
    """Mean IoU of each kind of evidence, but that by colours of the given frame, with the mask made of all."""
    mask = together > 0.5
    shares = []
    for one in evidence:
        if "colour" not in one.kind:
            other = one.chance > 0.5
            union = int((mask | other).sum())
            shares.append(float((mask & other).sum()) / union if union else 0.0)
    return float(np.mean(shares)) if shares else 0.0
