"""How early the identity doctor names planted errors of identity, beside what the review queue has for them.

Procedural videos hold up to three errors each; candidates of all videos are in one order. An error is named by a
candidate of the kind that mends it, with its tracks, at its place, two frames more or less. The weights were fitted
(``--fit``) to videos of other seeds.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from types import ModuleType

import numpy as np
from scipy.optimize import minimize

from app.reviewing.identity import LEAST
from model.identity import (
    IdentityCandidate,
    LookCollector,
    TrackLook,
    find_candidates,
    merging,
    splitting,
    swapping,
    taking_over,
)
from model.identity.likeness import Likeness
from model.likely_errors import Measuring, TrackInput, find_errors
from tests.benchmarks._planted_errors import Planted, rle
from tests.benchmarks._planted_identities import KINDS, MENDED_BY, planted_identities
from tests.benchmarks._real_identities import KINDS as ALONE
from tests.benchmarks._real_identities import TAKEN, Masks, known_masks, wrong_tracks
from tests.benchmarks._spread_videos import AnnotatedVideo, real_videos
from tests.benchmarks._tables import Table, options, progress, show

DOMAINS = ("occlusion", "long", "demo", "unseen", "lifelike")
FIT_SEED, SEED = 103, 2032
SHARES = (0.5, 1.0, 1.5, 2.0)
_NEAR = 2  # frames
_QUEUE = {"swap": "swap", "broken": "merge"}
_PENALTY = 0.01  # on the squared weights, against the sum over all samples


@dataclass(frozen=True)
class Searched:
    """One video: its planted errors, the looks of its tracks, the candidates, and what the queue has for them."""

    planted: Sequence[Planted]
    looks: Sequence[TrackLook]
    candidates: Sequence[IdentityCandidate]
    queue: Sequence[IdentityCandidate]


def search(index: int, *, seed: int) -> Searched:
    """Video ``index`` of the benchmark."""
    video = planted_identities(DOMAINS[index % len(DOMAINS)], seed=seed, index=index)
    measuring = Measuring(video.tracks, len(video.frames))
    for frame, picture in enumerate(video.frames):
        measuring.add(frame, picture)
    collector = LookCollector(len(video.tracks))
    collector.add(measuring.tracks, 0, 0, len(video.frames))
    looks = collector.looks(video.categories)
    errors = find_errors(measuring.tracks, len(video.frames))
    queue = [
        IdentityCandidate(_QUEUE[one.kind], one.tracks, one.frame, (), one.strength)
        for one in errors
        if one.kind in _QUEUE
    ]
    return Searched(video.planted, looks, find_candidates(looks), queue)


def names(candidate: IdentityCandidate, error: Planted) -> bool:
    """Whether a candidate mends a planted error."""
    return (
        candidate.kind == (MENDED_BY | TAKEN).get(error.kind, error.kind)
        and set(candidate.tracks) == set(error.tracks)
        and error.first - _NEAR <= candidate.frame <= error.last + _NEAR
    )


def ranks(videos: Sequence[Searched], order: str) -> list[tuple[str, int | None]]:
    """Of each planted error its kind, and the place of the first candidate that mends it among those of all videos."""
    entries = [(entry, at) for at, video in enumerate(videos) for entry in getattr(video, order)]
    entries.sort(key=lambda one: -one[0].strength)
    return [
        (error.kind, next((k for k, (entry, of) in enumerate(entries) if of == at and names(entry, error)), None))
        for at, video in enumerate(videos)
        for error in video.planted
    ]


ORDERS = {"candidates": "identity doctor", "queue": "swaps and broken tracks of the queue"}


def table(videos: Sequence[Searched]) -> Table:
    """The share of planted errors among the first candidates, for each order."""
    rows, facts, notes = [], [], []
    for order, name in ORDERS.items():
        found = ranks(videos, order)
        total = len(found)
        shares = {
            share: sum(rank is not None and rank < share * total for _, rank in found) / total for share in SHARES
        }
        entries = sum(len(getattr(video, order)) for video in videos)
        rows.append((name, str(entries), *(f"{100 * shares[share]:.0f} %" for share in SHARES)))
        kinds = {
            kind: (sum(of == kind and rank is not None and rank < 2 * total for of, rank in found), of_kind)
            for kind in KINDS
            if (of_kind := sum(of == kind for of, _ in found))
        }
        words = ", ".join(f"{kind} {have} of {of}" for kind, (have, of) in kinds.items())
        notes.append(f"Among the first 2n of the {name}: {words}.")
        facts.append({"order": order, "entries": entries, "shares": shares, "kinds": kinds})
    notes[0] = f"{len(videos)} videos with n = {total} planted errors. {notes[0]}"
    columns = ("order", "candidates", *(f"first {share:g}n" for share in SHARES))
    title = "planted errors of identity among the first candidates"
    return Table(title, columns, rows, facts=facts, notes=tuple(notes))


def real(videos: Iterable[AnnotatedVideo]) -> Table:
    """How many errors, planted one by one into the masks of annotated videos, are among the first two candidates."""
    rows, facts = [], []
    for video in videos:
        right = known_masks(video.masks, video.annotated)
        if len(right) < 2:
            continue
        found = {verb: [0, 0] for verb in ALONE}
        for wrong in wrong_tracks(right, seed=SEED):
            first = find_candidates(_looks(video.frames, wrong.tracks))[:2]
            found[wrong.error.kind][0] += any(names(one, wrong.error) for one in first)
            found[wrong.error.kind][1] += 1
        if not any(of for _, of in found.values()):
            continue
        alarms = sum(one.strength >= LEAST for one in find_candidates(_looks(video.frames, right)))
        rows.append((video.name, *(f"{have} of {of}" for have, of in found.values()), str(alarms)))
        facts.append({"video": video.name, **found, "alarms": alarms})
    columns = ("video", *ALONE, "suggested where nothing is wrong")
    return Table("errors of identity in annotated videos", columns, rows, facts=facts)


def _looks(frames: np.ndarray, tracks: Masks) -> list[TrackLook]:
    inputs = [TrackInput(name, {t: rle(mask) for t, mask in masks.items()}, {}) for name, masks in tracks.items()]
    measuring, collector = Measuring(inputs, len(frames)), LookCollector(len(inputs))
    for frame, picture in enumerate(frames):
        measuring.add(frame, picture)
    collector.add(measuring.tracks, 0, 0, len(frames))
    return collector.looks({})


Sample = tuple[dict[str, float], bool]


def _merges(video: Searched) -> Iterator[Sample]:
    wanted = [set(error.tracks) for error in video.planted if MENDED_BY[error.kind] == "merge"]
    for one, other in merging._pairs(video.looks):
        compared = merging._compared(one, other)
        if compared is not None:
            yield compared[1], {one.id, other.id} in wanted


def _at(video: Searched, kind: str, tracks: set[str], frames: np.ndarray) -> np.ndarray:
    """(N,) 1 where an error of these tracks is mended, 0 where none is; -1 next to one, which is left out."""
    out = np.zeros(len(frames), int)
    for error in video.planted:
        near = (frames >= error.first - _NEAR - 2) & (frames <= error.last + _NEAR + 2)
        if not tracks & set(error.tracks):
            continue
        mends = MENDED_BY[error.kind] == kind and tracks == set(error.tracks)
        out[near] = -1
        if mends:
            out[frames == (error.first + error.last) // 2] = 1
    return out


def _split_samples(video: Searched) -> Iterator[Sample]:
    for one in video.looks:
        at = splitting.places(one)
        if len(at):
            yield from _labelled(splitting.measures(one, at, Likeness(one, one)), _at(video, "split", {one.id}, at))


def _swap_samples(video: Searched) -> Iterator[Sample]:
    for i, a in enumerate(video.looks):
        for b in video.looks[i + 1 :]:
            at = swapping.places(a, b)
            if len(at):
                likeness = Likeness(a, a), Likeness(b, b), Likeness(a, b)
                yield from _labelled(swapping.measures(a, b, at, likeness), _at(video, "swap", {a.id, b.id}, at))


def _takeover_samples(video: Searched) -> Iterator[Sample]:
    """The tracks as they are, and each two sound ones of which the first goes over to the second one's thing."""
    for one, other, at, values in taking_over.compared(video.looks):
        yield from _labelled(values, _at(video, "swap", {one.id, other.id}, at))
    wrong = {track for error in video.planted for track in error.tracks}
    sound = [one for one in video.looks if one.id not in wrong]
    for one, other in permutations(sound, 2):
        both = np.intersect1d(one.frames, other.frames)[5:-5]
        if not len(both):
            continue
        a, b = (look.centre[np.searchsorted(look.frames, both)] for look in (one, other))
        frame = int(both[np.linalg.norm(a - b, axis=1).argmin()])
        pair = _joined(one, other, frame), _cut(other, frame)
        for first, second, at, values in taking_over.compared(pair):
            if (first.id, second.id) == (one.id, other.id):
                labels = np.where(at == frame, 1, np.where(np.abs(at - frame) <= _NEAR, -1, 0))
                yield from _labelled(values, labels)


_OF_MASKS, _OF_LOOKS = ("frames", "centre", "size", "side"), ("seen", "looks", "trust")


def _cut(one: TrackLook, stop: int) -> TrackLook:
    parts = {name: getattr(one, name)[one.frames < stop] for name in _OF_MASKS}
    return replace(one, **parts, **{name: getattr(one, name)[one.seen < stop] for name in _OF_LOOKS})


def _joined(one: TrackLook, other: TrackLook, at: int) -> TrackLook:
    """``one`` up to a frame, ``other`` from there on."""
    first = _cut(one, at)
    rest = {name: getattr(other, name)[other.frames >= at] for name in _OF_MASKS}
    rest |= {name: getattr(other, name)[other.seen >= at] for name in _OF_LOOKS}
    return replace(one, **{name: np.concatenate([getattr(first, name), part]) for name, part in rest.items()})


def _labelled(values: dict[str, np.ndarray], labels: np.ndarray) -> Iterator[Sample]:
    for n in np.flatnonzero(labels >= 0):
        yield {name: float(np.nan_to_num(of[n])) for name, of in values.items()}, bool(labels[n])


def fitted(samples: Sequence[Sample], signs: dict[str, float]) -> tuple[dict[str, float], float]:
    """Weights with the given signs, and the constant, of a logistic regression."""
    values = np.array([[*(one[name] for name in signs), 1.0] for one, _ in samples])
    truth = np.array([label for _, label in samples], float)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        logit = values @ weights
        slope = values.T @ (1 / (1 + np.exp(-logit)) - truth) / len(truth)
        penalty = _PENALTY / len(truth) * np.append(weights[:-1], 0)
        return float((np.logaddexp(0, logit) - truth * logit).mean() + (penalty * weights).sum() / 2), slope + penalty

    bounds = [(0, None) if sign > 0 else (None, 0) for sign in signs.values()] + [(None, None)]
    found = minimize(loss, np.zeros(len(signs) + 1), jac=True, method="L-BFGS-B", bounds=bounds).x
    return {name: round(value, 2) for name, value in zip(signs, found[:-1].tolist(), strict=True)}, round(found[-1], 2)


_FITS: tuple[tuple[ModuleType, Callable[[Searched], Iterator[Sample]]], ...] = (
    (merging, _merges),
    (splitting, _split_samples),
    (swapping, _swap_samples),
    (taking_over, _takeover_samples),
)


def fit(videos: Sequence[Searched]) -> None:
    """Prints weights and constants for the modules of `model.identity`."""
    for module, samples_of in _FITS:
        samples = [sample for video in videos for sample in samples_of(video)]
        weights, constant = fitted(samples, module.WEIGHTS)
        print(module.__name__, sum(label for _, label in samples), len(samples), weights, constant)


def searched(asked: argparse.Namespace, seed: int) -> list[Searched]:
    videos = []
    for index in range(asked.videos):
        videos.append(search(index, seed=seed))
        if index % 10 == 9:
            progress(f"{index + 1} of {asked.videos} videos")
    return videos


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--videos", type=int, default=60)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--fit", action="store_true", help="print weights that fit the videos, in place of the table")
    parser.add_argument("--real", action="store_true", help="errors in annotated videos of the optional material")
    asked = parser.parse_args()
    if asked.real:
        show(real(real_videos()), asked)
    elif asked.fit:
        fit(searched(asked, asked.seed or FIT_SEED))
    else:
        show(table(searched(asked, asked.seed or SEED)), asked)


if __name__ == "__main__":
    main()
